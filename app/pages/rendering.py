"""Pages made on the server: their templates, their headers, and the cookie that their forms are bound to."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.auth.form_tokens import is_browser, new_browser

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
STATIC = HERE / "static"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_COOKIE = "actionql-page"


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page with the headers of pages; it has no script, and nothing of other servers."""
    text = _templates().get_template(template).render(version=_version(), **values)
    return HTMLResponse(text, status, HEADERS)


def browser_of(request: Request, *, secure: bool) -> str | None:
    """What the request's cookie tells its browser by, or None for one without."""
    known = request.cookies.get(_cookie_name(secure), "")
    return known if is_browser(known) else None


def browser_cookie(secure: bool) -> tuple[str, str]:
    """What a browser without the cookie is to be told by, and the Set-Cookie which does that."""
    made: SimpleCookie = SimpleCookie()
    name, browser = _cookie_name(secure), new_browser()
    made[name] = browser
    made[name].update({"path": "/", "samesite": "Lax"})
    made[name].update([("httponly", "yes"), *([("secure", "yes")] if secure else [])])
    return browser, made[name].OutputString()


def _cookie_name(secure: bool) -> str:
    """With the prefix, browsers take it from this very host over TLS alone."""
    return f"__Host-{_COOKIE}" if secure else _COOKIE


@cache
def _templates() -> Environment:
    # Many servers never show a page, and what renders it takes time to start and memory.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _version() -> str:
    """Changes with the style sheets, so that no browser keeps an old one."""
    sheets = b"".join((STATIC / name).read_bytes() for name in ("pages.css", "console.css", "drawings.css"))
    return format(zlib.crc32(sheets), "08x")
