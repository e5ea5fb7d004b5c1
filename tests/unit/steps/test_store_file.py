from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.errors import DefinitionError, NotFound, StepFailed, TooLarge
from app.outbound import OutboundRefused
from tests.support.files import FileServer
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import World, actions, definition

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def storing(property: str = "Shoe.manual", **options: Any) -> str:
    return f"- store_file: {json.dumps({'property': property, **options})}\n  as: reference\n"


async def content(world: World, reference: str) -> bytes:
    id, _, _ = reference.partition("/")
    return b"".join([chunk async for chunk in world.services.assets.stream(id)])


def stored(world: World) -> list[tuple[str, str, int, str]]:
    return world.rows("SELECT name, content_type, size, state FROM actionql_asset")


@pytest.mark.parametrize(
    ("path", "headers", "name"),
    [
        ("/files/manual.txt", {}, "manual.txt"),
        ("/files/my%20manual.txt", {}, "my manual.txt"),
        ("/", {}, "file"),
        ("/x", {"Content-Disposition": 'attachment; filename="a b.txt"'}, "a b.txt"),
        ("/x", {"Content-Disposition": "attachment; filename*=UTF-8''%E2%82%AC.txt"}, "€.txt"),
        ("/x", {"Content-Disposition": 'attachment; filename="../../etc/passwd"'}, "passwd"),
    ],
)
async def test_store_file_of_a_url_keeps_its_bytes_and_name(
    open_world: Open, file_server: FileServer, path: str, headers: dict[str, str], name: str
) -> None:
    url = file_server.serve(path, b"Walk on.", headers=headers)
    world = await open_world(actions(storing(url="=url"), "=reference", ["url"]))
    reference = await world.run(url=url)
    assert re.fullmatch(r"[0-9a-f]{32}/.+", reference)
    assert reference.partition("/")[2] == name
    assert await content(world, reference) == b"Walk on."
    assert stored(world) == [(name, "text/plain", 8, "pending")]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"text": "=text", "name": "a.txt"}, "café"),
        ({"bytes": "=text", "name": "a.txt"}, "café"),
        ({"text": "fixed", "name": "=text"}, "a.txt"),
    ],
)
async def test_store_file_of_a_text(open_world: Open, options: dict[str, str], text: str) -> None:
    world = await open_world(actions(storing(**options), "=reference", ["text"]))
    reference = await world.run(text=text)
    assert reference.endswith("/a.txt")
    assert await content(world, reference) == (b"fixed" if text == "a.txt" else "café".encode())


async def test_store_file_takes_its_name_from_the_step_first(
    open_world: Open, file_server: FileServer
) -> None:
    url = file_server.serve("/manual.txt", b"Walk on.")
    world = await open_world(actions(storing(url=url, name="other.txt"), "=reference"))
    assert (await world.run()).endswith("/other.txt")


async def test_store_file_of_an_upload_gives_its_reference(open_world: Open) -> None:
    steps = storing(text="x", name="a.txt") + storing(upload="=reference").replace(
        "as: reference", "as: again"
    )
    world = await open_world(actions(steps, "=[reference, again]"))
    reference, again = await world.run()
    assert reference == again
    assert len(stored(world)) == 1


@pytest.mark.parametrize(
    ("upload", "error"), [("0" * 32 + "/a.txt", NotFound), ("no reference", StepFailed), (None, StepFailed)]
)
async def test_store_file_of_an_upload_that_is_none_fails(
    perform: Perform, upload: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await perform(storing(upload="=upload"), upload=upload)


async def test_stored_file_becomes_a_records_property(open_world: Open, file_server: FileServer) -> None:
    url = file_server.serve("/photo.png", PNG)
    steps = storing("Shoe.photo", url=url) + (
        "- create: {model: Shoe, values: {name: x, photo: =reference}}\n  as: shoe\n"
    )
    world = await open_world(actions(steps, "=[reference, shoe.photo]"))
    reference, photo = await world.run()
    assert photo == reference
    assert stored(world) == [("photo.png", "image/png", 28, "attached")]


@pytest.mark.parametrize("options", [{"text": "no picture", "name": "a.png"}, {"url": "=url"}])
async def test_store_file_for_an_image_wants_an_image(
    open_world: Open, file_server: FileServer, options: dict[str, str]
) -> None:
    url = file_server.serve("/a.png", b"%PDF-1.7 no picture", headers={"Content-Type": "image/png"})
    world = await open_world(actions(storing("Shoe.photo", **options), inputs=["url"]))
    with pytest.raises(StepFailed, match="not an image"):
        await world.run(url=url)


@pytest.mark.parametrize("status", [404, 500, 204])
async def test_store_file_of_another_answer_than_200_fails(
    open_world: Open, file_server: FileServer, status: int
) -> None:
    url = file_server.serve("/a", b"", status=status)
    world = await open_world(actions(storing(url="=url"), inputs=["url"]))
    with pytest.raises(StepFailed, match=f"could not be fetched: the server answered {status}"):
        await world.run(url=url)
    assert stored(world) == []


async def test_store_file_of_too_many_bytes_keeps_none(
    open_world: Open, file_server: FileServer, tmp_path: Path
) -> None:
    url = file_server.endless("/endless")
    world = await open_world(actions(storing(url="=url"), inputs=["url"]))
    with pytest.raises(TooLarge):
        await world.run(url=url)
    assert stored(world) == []
    assert [path for path in (tmp_path / "assets").rglob("*") if path.is_file()] == []


async def test_store_file_of_an_inner_address_is_refused(open_world: Open, file_server: FileServer) -> None:
    world = await open_world(actions(storing(url="=url"), inputs=["url"]), allow=())
    with pytest.raises(OutboundRefused):
        await world.run(url=file_server.serve("/a", b"x"))
    assert file_server.requests == []


@pytest.mark.parametrize("url", [None, "", 5])
async def test_store_file_of_no_url_fails(perform: Perform, url: Any) -> None:
    with pytest.raises(StepFailed, match="no URL"):
        await perform(storing(url="=url"), url=url)


async def test_store_file_of_no_text_fails(perform: Perform) -> None:
    with pytest.raises(StepFailed, match="no file"):
        await perform(storing(text="=text", name="a.txt"), text=None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("{property: Shoe.manual}", "one of `url`"),
        ("{property: Shoe.manual, url: x, text: y, name: z}", "one of `url`"),
        ("{property: Shoe.manual, text: y}", "write the `name`"),
        ("{property: Shoe.manual, upload: y, name: z}", "has its name already"),
        ("{property: Shoe.name, url: x}", "is of kind text"),
        ("{property: Shoe.manaul, url: x}", "Did you mean 'manual'"),
    ],
)
def test_store_file_that_cannot_work_is_a_definition_error(
    tmp_path: Path, options: str, message: str
) -> None:
    with pytest.raises(DefinitionError, match=message):
        definition(tmp_path, actions(f"- store_file: {options}"))
