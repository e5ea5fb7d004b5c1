"""Makes a PDF of a page."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Iterator, Mapping
from html.parser import HTMLParser
from time import monotonic
from typing import Any, Literal

from pydantic import Field

from app.assets import clean_name, parse_reference, reference
from app.assets.sniff import content_type
from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import PropertyPath
from app.errors import NotFound, StepFailed
from app.expressions import Template
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind

KINDS = ("file", "multi_file")
MAXIMUM_CHARACTERS = 300_000
MAXIMUM_IMAGES = 100
MAXIMUM_IMAGE_BYTES = 5_000_000
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
NO_IMAGE = "An image of a PDF is a file of the application, or a data: URL with a PNG, JPEG, GIF or WebP."


class Options(StepOptions):
    property: PropertyPath = Field(description="For which property it is stored.")
    html: Template = Field(description="The page; its values are escaped, so that they are safe in HTML.")
    name: Template = Field(Template.parse("document.pdf"), description="The name that the file gets.")
    size: Literal["A3", "A4", "A5", "Letter", "Legal"] = Field("A4", description="The paper.")
    landscape: bool = Field(False, description="Whether the paper lies on its long side.")


def compile_generate_pdf(options: Options, step: Step, application: Application) -> StepFunction:
    html = Template.parse(options.html.source, escape="html")

    async def run(scope: Scope) -> Outcome:
        page = html.render(scope.variables).encode("utf-8", errors="replace").decode()
        if len(page) > MAXIMUM_CHARACTERS:
            raise StepFailed(f"The page of a PDF has at most {MAXIMUM_CHARACTERS:,} characters.")
        images = await _images(page, scope)
        # Loaded by the first PDF.
        from app.pdf import Paper, written

        paper = Paper(options.size, options.landscape, scope.now)
        content = await asyncio.to_thread(written, page, images, paper, monotonic())
        name = clean_name(options.name.render(scope.variables))
        asset = await scope.services.assets.store(_chunks(content), name=name)
        return Done(reference(asset))

    return run


def problems(options: Options, step: Step, application: Application) -> Iterator[str]:
    model, _, name = options.property.rpartition(".")
    found = application.models[model].all_properties.get(name) if model in application.models else None
    if found is not None and found.kind not in KINDS:
        yield f"{options.property} is of kind {found.kind}; write a property of kind {', '.join(KINDS)}"


class _Sources(HTMLParser):
    """Gathers what the images of a page are made of."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found[dict(attrs).get("src") or ""] = None


async def _images(page: str, scope: Scope) -> Mapping[str, bytes]:
    """The bytes of every image of the page; nothing is fetched."""
    sources = _Sources()
    sources.feed(page)
    if len(sources.found) > MAXIMUM_IMAGES:
        raise StepFailed(f"A PDF has at most {MAXIMUM_IMAGES} images.")
    images = {source: await _image(source, scope) for source in sources.found}
    for content in images.values():
        if content_type(content) not in IMAGES:
            raise StepFailed(NO_IMAGE)
    return images


async def _image(source: str, scope: Scope) -> bytes:
    if source.startswith("data:"):
        return _inline(source)
    try:
        id, _ = parse_reference(source)
        row = await scope.services.assets.find(id)
    except (ValueError, NotFound):
        raise StepFailed(NO_IMAGE, f"{source[:100]!r} is none") from None
    if row.size > MAXIMUM_IMAGE_BYTES:
        raise StepFailed(f"An image of a PDF has at most {MAXIMUM_IMAGE_BYTES:,} bytes.")
    return b"".join([chunk async for chunk in scope.services.assets.stream(id)])


def _inline(source: str) -> bytes:
    head, _, data = source.partition(",")
    try:
        if head.endswith(";base64"):
            return base64.b64decode(data, validate=True)
    except binascii.Error:
        pass
    raise StepFailed(NO_IMAGE, "the data: URL is not in base64")


async def _chunks(content: Any) -> AsyncIterator[bytes]:
    yield bytes(content)


KIND = StepKind(
    name="generate_pdf",
    description="Makes a PDF of a page in HTML and stores it; its result is the reference for a property.",
    options=Options,
    compile=compile_generate_pdf,
    mode="reach",
    problems=problems,
    example="""\
generate_pdf:
  property: Order.invoice
  name: "invoice {{ order.number }}.pdf"
  html: |
    <h1>Invoice {{ order.number }}</h1>
    <table><tr><th>Shoe</th><th>Price</th></tr>
    {% for line in lines %}<tr><td>{{ line.name }}</td><td>€ {{ line.price }}</td></tr>{% endfor %}
    </table>
as: invoice
""",
)
