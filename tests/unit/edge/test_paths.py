"""What stands at which path."""

from __future__ import annotations

from functools import partial

import pytest

from app.edge.paths import Paths

PATHS: Paths[str] = Paths()
for one in (
    "/",
    "/shoes",
    "/shoes/",
    "/shoes/{id}",
    "/shoes/new",
    "/shoes/{id}/files/{name:path}",
    "/{rest:path}",
):
    PATHS.at(one, partial(str, one))


@pytest.mark.parametrize(
    ("path", "thing", "parts"),
    [
        ("/", "/", ()),
        ("/shoes", "/shoes", ()),
        ("/shoes/", "/shoes/", ()),
        ("/shoes/7", "/shoes/{id}", ("7",)),
        ("/shoes/new", "/shoes/new", ()),
        ("/shoes/new/files/a/b", "/shoes/{id}/files/{name:path}", ("new", "a/b")),
        ("/shoes/7/files/", "/shoes/{id}/files/{name:path}", ("7", "")),
        ("/shoes/7/files", "/{rest:path}", ("shoes/7/files",)),
        ("/shoes//files/a", "/{rest:path}", ("shoes//files/a",)),
    ],
)
def test_path_leads_to_what_stands_there(path: str, thing: str, parts: tuple[str, ...]) -> None:
    assert PATHS.find(path) == (thing, parts)


def test_path_has_one_thing_however_its_variables_are_called() -> None:
    paths: Paths[list[str]] = Paths()
    assert paths.at("/shoes/{id}", list) is paths.at("/shoes/{shoe}", list)
    assert paths.find("/shoes") is None
    assert paths.find("*") is None
