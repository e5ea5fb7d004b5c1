"""Logging in to the console, and out of it."""

from __future__ import annotations

from starlette.responses import Response

from app.edge import retry_headers
from app.errors import ActionQLError, Forbidden, PrivateDataMode, TooManyRequests, Unauthenticated
from app.pages.console import CLOSED, Visit, session_cookie
from app.resolvers.console import enter, leave


async def show_login(visit: Visit) -> Response:
    """The form; who is logged in already is led on."""
    if visit.signed_in():
        return visit.to("runs")
    return visit.show("login.html", name="", problem=None)


async def login(visit: Visit) -> Response:
    """Begins a session, or tells why not."""
    name, password = visit.text("name"), visit.form.get("password")
    try:
        token = await enter(visit.context, name, password if isinstance(password, str) else "")
    except (Unauthenticated, Forbidden, PrivateDataMode, TooManyRequests) as error:
        response = visit.show("login.html", error.status, name=name, problem=_words(error))
        response.headers.update(retry_headers(error))
        return response
    response = visit.to("runs")
    response.headers.append("set-cookie", session_cookie(visit.context, token))
    return response


async def logout(visit: Visit) -> Response:
    """Ends the session, here and at the server."""
    await leave(visit.context, visit.token)
    response = visit.to("login")
    response.headers.append("set-cookie", session_cookie(visit.context, ""))
    return response


def _words(error: ActionQLError) -> str:
    return CLOSED if isinstance(error, PrivateDataMode) else error.message
