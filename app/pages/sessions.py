"""The page of a session: how it stands, and the form that it waits for. It works without scripts.

Who knows the session's id, which cannot be guessed, may open it. A form carries the token of its question, so that it
is answered once, and a token bound to a cookie, so that no other site sends it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from app.assets import reference
from app.auth.form_tokens import form_token, is_form_token
from app.definition.model import Action
from app.definition.names import short_uuid
from app.edge import Edge, header
from app.edge.uploads import bounded, chunks
from app.errors import (
    BadInput,
    Conflict,
    Forbidden,
    NotFound,
    TooLarge,
)
from app.pages.forms import FILES, KEPT, answer, controls, unreadable
from app.pages.refusal import refusal_page
from app.pages.rendering import browser_cookie, browser_of, page
from app.resolvers.assets import keep
from app.resolvers.audit import tell_refusal
from app.resolvers.context import Context
from app.resolvers.sessions import DOOR, Session, answer_session, find_module, session

PATH = "/{module}/sessions/{session}"
MOST_FILES = 20
MOST_FIELDS = 1000
OUTDATED = (
    "This form has been answered already, or is out of date. Nothing was changed; this is how it stands now."
)
STRANGE = (
    "The form could not be recognized, so nothing was changed. "
    "Please allow cookies for this page and send it again."
)
CLOSED = "This application is closed to the public at the moment."
_SHORT = re.compile(r"[A-Za-z0-9_-]{22}")
_DELAYS = (1, 1, 2, 2, 3, 5, 8, 13, 21, 30)
"""Seconds until the page of a session that works looks again, the first time, the second, and so on."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at a session: by which browser, and whether that is told by a cookie yet."""

    context: Context
    module: Action
    session: Session
    browser: str
    set_cookie: str | None
    times: int
    """How often the page has looked again."""

    @property
    def form(self) -> str:
        """What the form of the page is for."""
        waiting = self.session.waiting
        return "" if waiting is None else f"{self.session.id}\n{waiting.token}"

    @property
    def secret(self) -> bytes:
        """What forms are signed with."""
        return self.context.server.keystore.secret("page-form")


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says beside how the session stands."""

    notice: str | None = None
    sent: Mapping[str, Sequence[str]] | None = None
    reasons: Mapping[str, str] | None = None
    status: int = 200


def session_page_routes(edge: Edge) -> list[Route]:
    """The one path of the page."""
    return [_PageRoute(PATH, SessionPages(edge).answer, methods=["GET", "POST"])]


class _PageRoute(Route):
    """Leaves every path to custom endpoints that does not have two ids in base64url."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        ids = child.get("path_params", {}).values()
        return (match, child) if all(_SHORT.fullmatch(id) for id in ids) else (Match.NONE, {})


class SessionPages:
    """The pages of the sessions of all modules."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def answer(self, request: Request) -> Response:
        """The page of a session; of a form that was sent, a way back to it, or the form with what is wrong."""
        try:
            visit = await self._visit(request)
            response = await (_receive(visit, request) if request.method == "POST" else _look(visit))
        except Exception as error:
            return refusal_page(request, error, CLOSED)
        if visit.set_cookie is not None:
            response.headers.append("set-cookie", visit.set_cookie)
        return response

    async def _visit(self, request: Request) -> Visit:
        context = self._edge.anonymous(request, DOOR)
        everywhere = self._edge.applications.everywhere(header(request, b"host") or "")
        generation, module = find_module(everywhere, request.path_params["module"]) or (None, None)
        if generation is None or module is None:
            raise NotFound("There is no session with this id.")
        context = context._replace(generation=generation)
        found = await session(context, module, request.path_params["session"])
        secure = urlsplit(context.base_url()).scheme == "https"
        browser, cookie = browser_of(request, secure=secure), None
        if browser is None:
            browser, cookie = browser_cookie(secure)
        return Visit(context, module, found, browser, cookie, _times(request))


async def _look(visit: Visit) -> Response:
    return _page(visit, Told())


async def _receive(visit: Visit, request: Request) -> Response:
    """Takes a form; what it has is looked at only when it is known to be ours and of the question that is asked."""
    settings = visit.context.server.settings
    counted = bounded(request, settings.upload_bytes + settings.body_bytes)
    limits = {"max_files": MOST_FILES, "max_fields": MOST_FIELDS, "max_part_size": settings.body_bytes}
    try:
        async with counted.form(**limits) as form:
            return await _take(visit, form)
    except HTTPException as error:
        raise BadInput(f"This is not a form as it should be: {error.detail}") from None


async def _take(visit: Visit, form: FormData) -> Response:
    waiting, token = visit.session.waiting, _text(form, "token")
    if visit.set_cookie is not None or not is_form_token(
        visit.secret, visit.browser, f"{visit.session.id}\n{token}", _text(form, "form")
    ):
        tell_refusal(visit.context, "answer", visit.module.name, Forbidden(STRANGE))
        return _page(visit, Told(STRANGE, status=403))
    if waiting is None or waiting.token != token:
        return _page(visit, Told(OUTDATED, status=409))
    sent, wrong = await _sent(visit.context, waiting.fields, form)
    if wrong:
        return _page(visit, Told(None, sent, wrong, 400))
    try:
        given = answer(waiting.fields, sent)
        await answer_session(visit.context, visit.module, visit.session.id, token, given)
    except BadInput as error:
        return _page(visit, Told(None, sent, error.reasons, 400))
    except Conflict:
        now = await session(visit.context, visit.module, visit.session.id)
        return _page(replace(visit, session=now), Told(OUTDATED, status=409))
    return RedirectResponse(_id(visit.session), 303, {"Cache-Control": "no-store"})


async def _sent(
    context: Context, fields: Sequence[Mapping[str, Any]], form: FormData
) -> tuple[dict[str, Sequence[str]], dict[str, str]]:
    """What the fields of a form hold, references for files, which are kept; and what is wrong with what."""
    found: dict[str, Sequence[str]] = {}
    wrong: dict[str, str] = {}
    for one in fields:
        name, given = one["name"], form.getlist(one["name"])
        if one["kind"] not in FILES:
            found[name] = [text for text in given if isinstance(text, str)]
            continue
        try:
            found[name] = await _files(context, one["kind"], given, form.getlist(name + KEPT))
        except TooLarge as error:
            wrong[name] = f"is too large. {error.message}"
    return found, {**wrong, **unreadable(fields, found)}


async def _files(context: Context, kind: str, given: Sequence[Any], before: Sequence[Any]) -> Sequence[str]:
    """References to the files of a field; without new ones, to those that came with an earlier try."""
    kept = [text for text in before if isinstance(text, str)]
    files = [file for file in given if isinstance(file, UploadFile) and file.filename]
    new = [reference(await keep(context, file.filename or "", chunks(file))) for file in files]
    return [*kept, *new] if kind == "multi_file" else new or kept


def _page(visit: Visit, told: Told) -> Response:
    found, waiting = visit.session, visit.session.waiting
    asked = [] if waiting is None else controls(waiting.fields, told.sent, told.reasons)
    works = found.state in ("created", "running")
    application = visit.context.generation.application
    return page(
        "session.html",
        told.status,
        application=application.title or application.name,
        module=visit.module,
        session=found,
        id=_id(found),
        waiting=waiting,
        controls=asked,
        files=any(control.widget == "files" for control in asked),
        problems=[control for control in asked if control.error],
        notice=told.notice,
        form=form_token(visit.secret, visit.browser, visit.form),
        delay=_DELAYS[min(visit.times, len(_DELAYS) - 1)] if works and told.notice is None else None,
        times=visit.times + 1,
        moment=_moment,
    )


def _id(found: Session) -> str:
    return short_uuid(UUID(found.id))


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _times(request: Request) -> int:
    text = request.query_params.get("n", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0


def _moment(at: datetime) -> str:
    return f"{at:%d %B %Y, %H:%M} UTC".lstrip("0")
