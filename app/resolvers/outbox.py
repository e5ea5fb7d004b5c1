"""The mails that wait in the outbox, for who may see them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.errors import NotFound
from app.outbound.mail import Outbox
from app.resolvers.console import require
from app.resolvers.context import Context

if TYPE_CHECKING:
    from app.outbound.outbox import StoredMail


@dataclass(frozen=True, slots=True)
class MailPage:
    """Some of the application's mails, the newest first."""

    mails: Sequence[StoredMail]
    total: int
    readable: bool
    """Whether the caller may read them; else their subjects are left out."""
    sent: bool
    """Whether mails go to a server now, and what is here is of earlier."""


async def mails(context: Context, skip: int, take: int) -> MailPage:
    """The mails of the application, for who may read the console; else `Forbidden`.

    What is in a mail, its subject too, is for who has the privilege `manage`: with the link or the code in it one
    could be somebody else.
    """
    require(context, "read_console")
    # What parses mails takes memory, and most servers never show one.
    from app.outbound.outbox import mails_of

    readable = "manage" in context.principal.privileges
    found, total = await asyncio.to_thread(mails_of, _outbox(context), skip, take)
    shown = found if readable else [replace(mail, subject="") for mail in found]
    return MailPage(shown, total, readable, context.server.settings.smtp_url is not None)


async def mail(context: Context, name: str) -> StoredMail:
    """One mail of the application, for who has the privilege `manage`; `NotFound` where there is none."""
    require(context, "manage")
    from app.outbound.outbox import mail_of

    found = await asyncio.to_thread(mail_of, _outbox(context), name)
    if found is None:
        raise NotFound("There is no mail of this name.")
    return found


def _outbox(context: Context) -> Outbox:
    return Outbox(context.server.settings.outbox_place, context.generation.application.uuid.hex)
