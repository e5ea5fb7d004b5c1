"""The console: what every page of it does, and where each one is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.auth.form_tokens import form_token, is_form_token
from app.edge import Applications, Edge
from app.edge.uploads import bounded
from app.errors import (
    BadInput,
    Forbidden,
    PrivateDataMode,
    Unauthenticated,
)
from app.pages.refusal import refusal_page
from app.pages.rendering import browser_cookie, browser_of, page
from app.resolvers.audit import refusals_told
from app.resolvers.console import DOOR, visitor
from app.resolvers.context import Context, Generation
from app.resolvers.people import name_of

PATH = "/console"
MOST_BYTES = 64_000
STRANGE = "The form could not be recognized, so nothing was changed. Please allow cookies and send it again."
CLOSED = "This application is closed to all but its builders at the moment."
_COOKIE = "actionql-console"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a page: in which application, by whom, with which form."""

    edge: Edge
    request: Request
    context: Context
    browser: str
    new_browser: str | None
    """The cookie that tells the browser, where it has none yet."""
    form: FormData = field(default_factory=FormData)

    @property
    def application(self) -> str:
        """The application as its pages name it."""
        return self.context.generation.application.name

    @property
    def token(self) -> str:
        """The token of the session, which may be none."""
        return self.request.cookies.get(cookie_name(self.context), "")

    @property
    def form_token(self) -> str:
        """What shows that a form was made for this browser and this session."""
        return form_token(self.context.server.keystore.secret("page-form"), self.browser, self._forms)

    @property
    def _forms(self) -> str:
        return f"console\n{self.context.generation.application.uuid.hex}\n{self.token}"

    def text(self, name: str) -> str:
        """What a field of the form holds, without what stands around it; empty where there is none."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    def to(self, path: str) -> Response:
        """A way to another page of the application, after a form has done its work."""
        place = f"{PATH}/{quote(self.application, safe='')}/{path}"
        return RedirectResponse(_relative(self.request, place), 303, {"Cache-Control": "no-store"})

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page with what all pages show; a relative path is right behind every proxy."""
        path = self.request.url.path
        everything = self.edge.applications
        principal = self.context.principal
        response = page(
            f"console/{template}",
            status,
            root=_root(path),
            here=f"{_root(path)}console/{quote(self.application, safe='')}/",
            application=self.context.generation.application,
            applications=[one.application for one in everything.generations],
            refused=refused_of(everything, self.context.generation) if principal.known else None,
            principal=principal,
            who=name_of(self.context, principal),
            form=self.form_token,
            **values,
        )
        if self.new_browser is not None:
            response.headers.append("set-cookie", self.new_browser)
        return response

    def signed_in(self) -> bool:
        """Whether the one who is looking has been recognized."""
        return self.context.principal.known

    def recognized(self) -> bool:
        """Whether the form was made by this server for this browser and session."""
        secret = self.context.server.keystore.secret("page-form")
        return self.new_browser is None and is_form_token(
            secret, self.browser, self._forms, self.text("form")
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the definition as it is now is not served, as far as it concerns one application."""

    since: datetime
    problems: Sequence[str]
    elsewhere: bool
    """Whether something is wrong that is not for those of this application."""


def refused_of(applications: Applications, generation: Generation) -> Refused | None:
    """What is wrong with the definitions as they are now; None where they are served.

    Of what stands in the files of another application, only that something is wrong.
    """
    refused = applications.reloads.refused
    if refused is None:
        return None
    mine = applications.refused_of(generation, refused)
    return Refused(refused.since, mine, len(mine) < len(refused.problems))


View = Callable[[Visit], Awaitable[Response]]


def console_route(edge: Edge, path: str, view: View, *, public: bool = False) -> list[Route]:
    """The routes of a page that is looked at: at this path within each application."""
    return [Route(f"{PATH}/{{application}}{path}", _Page(edge, view, public).answer, methods=["GET"])]


def console_form(edge: Edge, path: str, view: View, *, public: bool = False) -> list[Route]:
    """The route of a form that is sent."""
    return [Route(f"{PATH}/{{application}}{path}", _Page(edge, view, public).take, methods=["POST"])]


class _Page:
    """One page or form: recognizes who looks, checks what was sent, turns errors into pages."""

    def __init__(self, edge: Edge, view: View, public: bool) -> None:
        self._edge = edge
        self._view = view
        self._public = public

    async def answer(self, request: Request) -> Response:
        """The page; for who is not logged in the way to the login."""
        try:
            visit = await self._visit(request)
            return await self._view(visit)
        except (Unauthenticated, PrivateDataMode) as error:
            if self._public:
                return refusal(request, error)
            return RedirectResponse(
                _relative(request, f"{PATH}/{quote(request.path_params['application'], safe='')}/login"), 303
            )
        except Exception as error:
            return refusal(request, error)

    async def take(self, request: Request) -> Response:
        """What comes of a form; nothing of one that was not made for who sends it."""
        try:
            visit = await self._visit(request)
            async with bounded(request, MOST_BYTES).form(max_files=0, max_fields=100) as form:
                visit = replace(visit, form=form)
                if not visit.recognized():
                    with refusals_told(visit.context, "enter", DOOR):
                        raise Forbidden(STRANGE)
                return await self._view(visit)
        except HTTPException as error:
            return refusal(request, BadInput(f"This is not a form as it should be: {error.detail}"))
        except Exception as error:
            return refusal(request, error)

    async def _visit(self, request: Request) -> Visit:
        self._edge.require_secure(request)
        context = self._edge.anonymous(request, DOOR)
        secure = is_secure_page(context)
        browser, cookie = browser_of(request, secure=secure), None
        if browser is None:
            browser, cookie = browser_cookie(secure)
        visit = Visit(self._edge, request, context, browser, cookie)
        if self._public and not visit.token:
            return visit
        try:
            return replace(visit, context=await visitor(context, visit.token))
        except (Unauthenticated, PrivateDataMode, Forbidden):
            if self._public:
                return visit
            raise


def refusal(request: Request, error: Exception) -> Response:
    """The page that says why another one is not shown."""
    return refusal_page(request, error, CLOSED, root=_root(request.url.path))


def session_cookie(context: Context, token: str) -> str:
    """The Set-Cookie with the token of a session; with none, that takes it away."""
    made: SimpleCookie = SimpleCookie()
    name = cookie_name(context)
    made[name] = token
    made[name].update({"path": "/", "samesite": "Lax"} | ({} if token else {"max-age": "0"}))
    made[name].update([("httponly", "yes"), *([("secure", "yes")] if is_secure_page(context) else [])])
    return made[name].OutputString()


def cookie_name(context: Context) -> str:
    """One for each application; with the prefix, browsers take it from this very host over TLS alone."""
    name = f"{_COOKIE}-{context.generation.application.uuid.hex}"
    return f"__Host-{name}" if is_secure_page(context) else name


def is_secure_page(context: Context) -> bool:
    """Whether the page is reached over TLS."""
    return urlsplit(context.base_url()).scheme == "https"


def chosen(request: Request, names: tuple[str, ...]) -> Mapping[str, str]:
    """Those of these query parameters that say something."""
    given = {name: request.query_params.get(name, "").strip() for name in names}
    return {name: value for name, value in given.items() if value}


def number(request: Request, name: str) -> int:
    """A query parameter that is a number which databases hold, else 0."""
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _root(path: str) -> str:
    """The way from a page to the root of the server."""
    return "../" * (path.count("/") - 1)


def _relative(request: Request, path: str) -> str:
    return f"{_root(request.url.path)}{path[1:]}"
