"""What a call of another server comes to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from app.errors import StepFailed


class OutboundRefused(StepFailed):
    """The URL may not be called at all, so another try changes nothing."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of another server, whatever its status; header names are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class StreamedResponse:
    """An answer whose decoded body is still coming; `chunks` raises StepFailed over the limit."""

    status: int
    headers: tuple[tuple[str, str], ...]
    url: str
    chunks: AsyncIterator[bytes]
