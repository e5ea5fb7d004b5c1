"""Which path leads to which page of the console."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.edge import Edge, header
from app.pages.console import PATH, console_form, console_route
from app.pages.console_access import add, create_key, revoke, show_access, show_trail, switch
from app.pages.console_application import show_action, show_application
from app.pages.console_login import login, logout, show_login
from app.pages.console_outbox import show_mail, show_outbox
from app.pages.console_runs import cancel, list_runs, retry, show_run


def console_routes(edge: Edge) -> list[Route]:
    """Every page and form of the console."""

    async def begin(request: Request) -> Response:
        generation = edge.applications.by_host(header(request, b"host") or "")
        name = quote(generation.application.name, safe="")
        root = "" if request.url.path == PATH else "../"
        return RedirectResponse(f"{root}console/{name}/runs")

    return [
        Route(PATH, begin),
        Route(f"{PATH}/", begin),
        *console_route(edge, "/login", show_login, public=True),
        *console_form(edge, "/login", login, public=True),
        *console_form(edge, "/logout", logout),
        *console_route(edge, "/runs", list_runs),
        *console_route(edge, "/runs/{id}", show_run),
        *console_form(edge, "/runs/{id}/cancel", cancel),
        *console_form(edge, "/runs/{id}/retry", retry),
        *console_route(edge, "/application", show_application),
        *console_route(edge, "/application/actions/{id}", show_action),
        *console_route(edge, "/access", show_access),
        *console_form(edge, "/access/add", add),
        *console_form(edge, "/access/user", switch),
        *console_form(edge, "/access/key", create_key),
        *console_form(edge, "/access/revoke", revoke),
        *console_route(edge, "/audit", show_trail),
        *console_route(edge, "/outbox", show_outbox),
        *console_route(edge, "/outbox/{name}", show_mail),
    ]
