from __future__ import annotations

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.errors import DefinitionError, StepFailed
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import World, actions, definition

PAGE = """<h1>Zażółć gęślą jaźń</h1><h2>Ελληνικά {{ name }}</h2><p>€ 12,50 <b>bold</b> <i>italic</i> <code>x</code></p>
<ul><li>one</li><li>two</li></ul><ol><li>first</li></ol><pre>kept  ż</pre><font face="times">Ł</font>
<table border="1"><thead><tr><th>Name</th><th>Price</th></tr></thead>
<tbody><tr><td>Ćma</td><td>€ 3</td></tr></tbody></table><a href="https://example.org">link</a>"""


def making(html: str, **options: Any) -> str:
    given = {"property": "Shoe.manual", "html": html, **options}
    return f"- generate_pdf: {json.dumps(given)}\n  as: pdf\n"


def picture(width: int = 20) -> str:
    buffer = BytesIO()
    Image.new("1", (width, width)).save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


async def content(world: World, reference: str) -> bytes:
    id, _, _ = reference.partition("/")
    return b"".join([chunk async for chunk in world.services.assets.stream(id)])


async def test_page_becomes_a_stored_pdf_with_its_font(open_world: Open) -> None:
    world = await open_world(actions(making(PAGE, name="{{ name }}.pdf"), "=pdf", ["name"]))
    reference = await world.run(name="<Ann>")
    assert reference.partition("/")[2] == "<Ann>.pdf"
    made = await content(world, reference)
    assert made.startswith(b"%PDF-")
    assert b"Roboto" in made
    assert b"Helvetica" not in made
    assert world.rows("SELECT content_type FROM actionql_asset") == [("application/pdf",)]


async def test_pages_are_as_large_as_their_paper(open_world: Open) -> None:
    steps = making("<p>x</p>", size="A5", landscape=True)
    world = await open_world(actions(steps, "=pdf"))
    assert b"/MediaBox [0 0 595.28 419.53]" in await content(world, await world.run())


async def test_pictures_of_the_application_and_in_the_page_are_shown(open_world: Open) -> None:
    steps = "- store_file: {bytes: =bytes, name: p.png, property: Shoe.photo}\n  as: photo\n" + making(
        '<img src="{{ photo }}"><table><tr><td><img src="{{ inline }}"></td></tr></table>'
    )
    world = await open_world(actions(steps, "=pdf", ["bytes", "inline"]))
    bytes_ = base64.b64decode(picture().partition(",")[2])
    made = await content(world, await world.run(bytes=bytes_, inline=picture(30)))
    assert made.count(b"/Subtype /Image") == 2


@pytest.mark.parametrize(
    "source",
    [
        "http://127.0.0.1/x.png",
        "file:///etc/passwd",
        "/etc/passwd",
        "",
        "0" * 32 + "/a.png",
        "data:image/svg+xml;base64," + base64.b64encode(b"<svg></svg>").decode(),
        "data:image/png,x",
        picture(5_000),
    ],
)
async def test_other_pictures_are_refused_and_nothing_is_fetched(open_world: Open, source: str) -> None:
    world = await open_world(actions(making('<img src="{{ source }}">'), "=pdf", ["source"]))
    with pytest.raises(StepFailed, match=r"^An image of (a|the) PDF") as caught:
        await world.run(source=source)
    assert "passwd" not in caught.value.message
    assert world.rows("SELECT * FROM actionql_asset") == []


@pytest.mark.parametrize("html", ["<td>x", "</table>", '<ol type="q"><li>x', '<table><tr><td colspan="x">a'])
async def test_html_that_makes_no_sense_fails_the_step(perform: Perform, html: str) -> None:
    with pytest.raises(StepFailed, match=r"^The PDF could not be made\.$"):
        await perform(making(html))


async def test_page_that_is_too_long_fails(perform: Perform) -> None:
    with pytest.raises(StepFailed, match="at most 300,000 characters"):
        await perform(making("{{ text }}"), text="x" * 300_001)


@pytest.mark.parametrize(("limit", "reason"), [("MAXIMUM_SECONDS", "took more"), ("MAXIMUM_PAGES", "")])
async def test_pdf_that_takes_too_much_is_given_up(
    perform: Perform, monkeypatch: pytest.MonkeyPatch, limit: str, reason: str
) -> None:
    monkeypatch.setattr(f"app.pdf.{limit}", 0)
    with pytest.raises(StepFailed) as caught:
        await perform(making("<p>x</p>" * 500))
    assert reason in caught.value.reason


def test_property_of_another_kind_is_told(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"Shoe.name is of kind text; write a property of kind file"):
        definition(tmp_path, actions(making("x", property="Shoe.name")))
