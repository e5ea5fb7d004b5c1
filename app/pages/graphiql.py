"""GraphiQL as a page of this server alone: its scripts, styles and fonts all come from `static_app`."""

from __future__ import annotations

import secrets
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

if TYPE_CHECKING:
    from jinja2 import Template

HERE = Path(__file__).parent
STATIC = HERE / "static"
YEAR = 365 * 24 * 60 * 60

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
CONTENT_SECURITY_POLICY = _POLICY.format(nonce="")


def content_security_policy(nonce: str) -> str:
    """The policy of a page made with this nonce, which also admits the one style sheet that a menu adds."""
    return _POLICY.format(nonce=f" 'nonce-{nonce}'")


def graphiql_page(*, endpoint: str, title: str, query: str, nonce: str | None = None) -> str:
    """The HTML of a GraphiQL that posts to `endpoint` and opens with `query`.

    Its static files are looked for under /static. Without a nonce it works under CONTENT_SECURITY_POLICY, but
    an open menu does not keep the page behind it from scrolling.
    """
    settings = {"endpoint": endpoint, "query": query, "nonce": nonce}
    return _template().render(title=title, settings=settings, version=_version())


def graphiql_response(*, endpoint: str, title: str, query: str) -> HTMLResponse:
    """The page with a nonce of its own and the headers it is to be served with."""
    nonce = secrets.token_urlsafe(16)
    headers = {
        "Content-Security-Policy": content_security_policy(nonce),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(
        graphiql_page(endpoint=endpoint, title=title, query=query, nonce=nonce), headers=headers
    )


@cache
def _template() -> Template:
    # Many servers never show the page, and what renders it takes time to start and memory.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
    )
    return templates.get_template("graphiql.html")


def static_app() -> StaticFiles:
    """The app to mount at /static: files asked for with a version may be kept for a year, others not."""
    return _VersionedFiles(directory=STATIC)


class _VersionedFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        caching = f"public, max-age={YEAR}, immutable" if scope["query_string"] else "no-cache"
        response.headers["Cache-Control"] = caching
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _version() -> str:
    """Changes with the page's own files and the pinned bundles, so that no browser mixes old and new."""
    files = (STATIC / "graphiql.js", STATIC / "graphiql.css", STATIC / "vendor" / "VERSION")
    content = b"".join(file.read_bytes() for file in files if file.is_file())
    return format(zlib.crc32(content), "08x")
