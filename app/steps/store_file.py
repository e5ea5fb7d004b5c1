"""Takes a file into the asset store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from email.message import Message
from sys import maxsize
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import Field, model_validator

from app.assets import clean_name, parse_reference, reference
from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import PropertyPath
from app.errors import StepFailed
from app.expressions import Value
from app.outbound import StreamedResponse
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind

KINDS = ("file", "image", "multi_file")
NO_FILE = "There is no file to store."
NO_IMAGE = "The file is not an image."


class Options(StepOptions):
    property: PropertyPath = Field(description="For which property it is stored.")
    url: Value | None = Field(None, description="Where it is fetched from.")
    bytes: Value | None = Field(None, description="What it holds.")
    text: Value | None = Field(None, description="What it holds, as UTF-8.")
    upload: Value | None = Field(None, description="The reference of a file that the caller has uploaded.")
    name: Value | None = Field(None, description="The name that the file gets; of a URL that of its address.")

    @model_validator(mode="after")
    def _one_source(self) -> Options:
        given = [key for key in ("url", "bytes", "text", "upload") if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError("write one of `url`, `bytes`, `text` and `upload`")
        if given[0] in ("bytes", "text") and self.name is None:
            raise ValueError("write the `name` that the file gets")
        if given[0] == "upload" and self.name is not None:
            raise ValueError("an upload has its name already")
        return self


def compile_store_file(options: Options, step: Step, application: Application) -> StepFunction:
    model, _, name = options.property.rpartition(".")
    image = application.models[model].properties[name].kind == "image"

    async def run(scope: Scope) -> Outcome:
        if options.upload is not None:
            return Done(await _uploaded(options.upload.evaluate(scope.variables), scope, image))
        if options.url is not None:
            return Done(
                await _fetched(options.url.evaluate(scope.variables), _name(options, scope), scope, image)
            )
        content = options.bytes or options.text
        chunks = _content(content.evaluate(scope.variables) if content else None)
        return Done(await _stored(chunks, _name(options, scope), scope, image))

    return run


def problems(options: Options, step: Step, application: Application) -> Iterator[str]:
    model, _, name = options.property.rpartition(".")
    found = application.models[model].all_properties.get(name) if model in application.models else None
    if found is not None and found.kind not in KINDS:
        yield f"{options.property} is of kind {found.kind}; write a property of kind {', '.join(KINDS)}"


async def _uploaded(value: Any, scope: Scope, image: bool) -> str:
    try:
        id, _ = parse_reference(value if isinstance(value, str) else "")
    except ValueError:
        raise StepFailed("The value is not the reference of an upload.") from None
    row = await scope.services.assets.find(id)
    _check_image(row.content_type, image)
    return f"{row.id}/{row.name}"


async def _fetched(url: Any, name: str, scope: Scope, image: bool) -> str:
    if not isinstance(url, str) or not url:
        raise StepFailed("There is no URL to fetch the file from.")
    # The store counts the bytes against the limit of files.
    async with scope.services.outbound.stream("GET", url, limit=maxsize) as answer:
        if answer.status != 200:
            raise StepFailed(f"The file could not be fetched: the server answered {answer.status}.")
        return await _stored(answer.chunks, name or _name_of(answer), scope, image)


async def _stored(chunks: AsyncIterator[bytes], name: str, scope: Scope, image: bool) -> str:
    asset = await scope.services.assets.store(chunks, name=clean_name(name))
    _check_image(asset.content_type, image)
    return reference(asset)


async def _content(value: Any) -> AsyncIterator[bytes]:
    if isinstance(value, str):
        value = value.encode("utf-8", errors="replace")
    if not isinstance(value, bytes):
        raise StepFailed(NO_FILE)
    yield value


def _check_image(content_type: str, wanted: bool) -> None:
    """What was stored and is refused stays pending, and is swept away like every file that nothing refers to."""
    if wanted and not content_type.startswith("image/"):
        raise StepFailed(NO_IMAGE, f"it looks like {content_type}")


def _name(options: Options, scope: Scope) -> str:
    name = None if options.name is None else options.name.evaluate(scope.variables)
    return name if isinstance(name, str) else ""


def _name_of(answer: StreamedResponse) -> str:
    """The name that the server gives the file, else the last part of its URL's path."""
    headers = Message()
    headers["content-disposition"] = dict(answer.headers).get("content-disposition", "")
    return headers.get_filename() or unquote(urlsplit(answer.url).path.rpartition("/")[2])


KIND = StepKind(
    name="store_file",
    description="Stores a file from a URL, a text, bytes or an upload; its result is the reference for a property.",
    options=Options,
    compile=compile_store_file,
    mode="reach",
    problems=problems,
    example="""\
store_file: {url: =picture, property: Product.photo}
as: photo
""",
)
