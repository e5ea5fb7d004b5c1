"""Forms with files, read within limits."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message

from app.errors import TooLarge

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


async def chunks(file: UploadFile) -> AsyncIterator[bytes]:
    """The bytes of a form's file, piece by piece."""
    while chunk := await file.read(CHUNK):
        yield chunk
