"""Forms with files, read within limits, and not before it is known that they are wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.types import Message

from app.edge.requests import header
from app.errors import BadInput, TooLarge

CHUNK = 65_536


def bounded(request: Request, most: int) -> Request:
    """The same request, whose body is counted while it arrives."""
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise TooLarge(f"The form is larger than {most} bytes.")
        return message

    return Request(request.scope, receive)


@asynccontextmanager
async def checked_form(
    request: Request, check: Callable[[Mapping[str, str]], None], max_fields: int
) -> AsyncIterator[FormData]:
    """A form with one file, which comes after the fields: `check` sees these before any of the file is kept.

    Raises what `check` raises, and `BadInput` for what is no such form.
    """
    if not (header(request, b"content-type") or "").lower().startswith("multipart/form-data"):
        raise BadInput("A file is sent as multipart/form-data.", {"file": ["is_required"]})
    try:
        form = await _FieldsFirst(request, check, max_fields).parse()
    except MultiPartException as error:
        raise BadInput(f"This is not a form as it should be: {error.message}") from None
    try:
        yield form
    finally:
        await form.close()


class _FieldsFirst(MultiPartParser):
    def __init__(self, request: Request, check: Callable[[Mapping[str, str]], None], max_fields: int) -> None:
        super().__init__(request.headers, request.stream(), max_files=1, max_fields=max_fields)
        self._check = check

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        if self._current_part.file is not None:
            self._check({name: value for name, value in self.items if isinstance(value, str)})


async def chunks(file: UploadFile) -> AsyncIterator[bytes]:
    """The bytes of a form's file, piece by piece."""
    while chunk := await file.read(CHUNK):
        yield chunk
