from __future__ import annotations

from collections.abc import AsyncIterator
from time import time
from typing import Any
from uuid import UUID

import pytest

from app.errors import BadInput, Forbidden
from app.resolvers import assets
from app.resolvers.context import Context
from tests.unit.resolvers.contexts import Shelf, context

OTHER = UUID("0f0f0f0f0f0f4f0f8f0f0f0f0f0f0f0f")


class Anything:
    """Permissions under which everything is allowed and there."""

    def admit(self, principal: object) -> None: ...

    def offered(self, model: str, verb: object) -> bool:
        return True

    def names(self, model: str, verb: object, roles: object) -> frozenset[str]:
        return frozenset({"file"})

    def authorize(self, principal: object, verb: object, model: str) -> Any:
        return type("Grant", (), {"names": frozenset({"file"})})


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def form(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The fields of an upload form that the server made."""
    monkeypatch.setattr(assets, "_file_property", lambda *given: ("Media", "file"))
    asking: Any = context(permissions=Anything())
    made = await assets.request_upload(asking, "Media", "file", "../photo.png", "image/png")
    assert made["reference"] == made["fields"]["reference"]
    assert made["reference"].endswith("/photo.png")
    return dict(made["fields"])


def uploading(shelf: Shelf, application: UUID | None = None) -> Context:
    return context(application, shelf) if application else context(library=shelf)


async def test_upload_form_is_good_for_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, fields = Shelf(), await form(monkeypatch)
    asset = await assets.accept_upload(uploading(shelf), fields, chunks(b"one", b"two"))
    assert (f"{asset.id}/{asset.name}", shelf.files[asset.id]) == (fields["reference"], b"onetwo")
    with pytest.raises(BadInput) as caught:
        await assets.accept_upload(uploading(shelf), fields, chunks(b"other"))
    assert caught.value.fields == {"reference": ["is_taken"]}
    assert shelf.files == {asset.id: b"onetwo"}


@pytest.mark.parametrize(
    "change",
    [
        {"reference": "0" * 32 + "/photo.png"},
        {"reference": ""},
        {"expires": "99999999999"},
        {"expires": "soon"},
        {"expires": "9" * 5_000},
        {"expires": ""},
        {"signature": ""},
        {"signature": "x"},
    ],
)
async def test_upload_form_that_was_changed_is_refused(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    shelf, fields = Shelf(), await form(monkeypatch)
    with pytest.raises(Forbidden):
        await assets.accept_upload(uploading(shelf), {**fields, **change}, chunks(b"x"))
    with pytest.raises(Forbidden):
        await assets.accept_upload(uploading(shelf), {}, chunks(b"x"))
    assert shelf.files == {}


async def test_upload_form_of_another_application_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, fields = Shelf(), await form(monkeypatch)
    with pytest.raises(Forbidden):
        await assets.accept_upload(uploading(shelf, OTHER), fields, chunks(b"x"))


async def test_upload_form_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, fields = Shelf(), await form(monkeypatch)
    late = time() + assets.UPLOAD_LIFETIME + 1
    monkeypatch.setattr(assets, "time", lambda: late)
    with pytest.raises(Forbidden):
        await assets.accept_upload(uploading(shelf), fields, chunks(b"x"))
