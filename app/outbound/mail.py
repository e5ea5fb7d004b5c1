"""Where mails go: to an SMTP server, or into a folder where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from app.errors import StepFailed

NOT_SENT = "The mail could not be sent."
START_TLS = {"auto": None, "always": True, "never": False}
PATIENCE = 30.0
"""Seconds for each exchange with the SMTP server."""


class Post(Protocol):
    """Takes mails."""

    async def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> list[str]:
        """Hands a mail over; tells which of the recipients were refused. StepFailed when nobody gets it."""
        ...


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """An SMTP server; the operator chose it, so its address is not guarded."""

    host: str
    port: int | None
    tls: bool
    """Encrypted from the first byte (smtps)."""
    start_tls: bool | None
    """Whether a plain connection must become encrypted; None where the server offers it."""
    user: str | None = None
    password: str | None = None

    @classmethod
    def parse(cls, url: str) -> SmtpServer:
        """`smtp://user:password@host:587?starttls=always`, or smtps; ValueError for anything else."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/"):
            raise ValueError("should be smtp:// or smtps:// with a host, as in smtp://user:password@host:587")
        query = parse_qs(parts.query, keep_blank_values=True)
        ways = query.pop("starttls", ["auto"])
        if query or len(ways) != 1 or ways[0] not in START_TLS:
            raise ValueError(f"takes ?starttls= with one of {', '.join(START_TLS)}")
        user, password = (part and unquote(part) for part in (parts.username, parts.password))
        tls = parts.scheme == "smtps"
        return cls(parts.hostname, parts.port, tls, False if tls else START_TLS[ways[0]], user, password)

    async def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> list[str]:
        """Sends a mail; the header Bcc stays here."""
        # The library is loaded by the first mail.
        import aiosmtplib

        try:
            refused, _ = await aiosmtplib.send(
                message,
                sender=sender,
                recipients=list(recipients),
                hostname=self.host,
                port=self.port,
                use_tls=self.tls,
                start_tls=self.start_tls,
                username=self.user,
                password=self.password,
                timeout=PATIENCE,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise StepFailed(NOT_SENT, f"{type(error).__name__}: {error}") from error
        return sorted(refused)


@dataclass(frozen=True, slots=True)
class Outbox:
    """A folder of mails, one `.eml` file each; their names sort by time and end with whose they are."""

    folder: Path
    owner: str = ""
    """The uuid of the application, in 32 digits: servers keep the mails of all in one folder."""

    async def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> list[str]:
        """Writes a mail; the header Bcc is kept, so that people see who would get it."""
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            raise StepFailed(NOT_SENT, f"the outbox cannot be written: {error.strerror}") from error
        return []

    def _write(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{uuid4().hex[:8]}" + (self.owner and f"-{self.owner}")
        # Who looks into the folder sees whole mails only.
        unfinished = self.folder / f".{name}"
        unfinished.write_bytes(message.as_bytes())
        unfinished.replace(self.folder / f"{name}.eml")


@dataclass(frozen=True, slots=True)
class Mail:
    """How the server sends mails: by whom, and from which address where a step says no other."""

    post: Post
    sender: str
