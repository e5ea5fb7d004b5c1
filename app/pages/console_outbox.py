"""The console's pages of mails that were written and not sent."""

from __future__ import annotations

from starlette.responses import Response

from app.pages.console import Visit, number
from app.resolvers.outbox import mail, mails

PAGE = 50


async def show_outbox(visit: Visit) -> Response:
    """The mails, the newest first."""
    skip = number(visit.request, "skip")
    return visit.show("outbox.html", page=await mails(visit.context, skip, PAGE), skip=skip, most=PAGE)


async def show_mail(visit: Visit) -> Response:
    """One mail."""
    return visit.show("mail.html", mail=await mail(visit.context, visit.request.path_params["name"]))
