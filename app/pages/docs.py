"""The description of an application's doors as a page on which requests can be tried; all of it from this server."""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from app.pages.graphiql import CONTENT_SECURITY_POLICY, HERE, STATIC

if TYPE_CHECKING:
    from jinja2 import Template

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def docs_response(*, document: str, title: str) -> HTMLResponse:
    """The page that shows the OpenAPI document at the URL `document`, with the headers it is to be served with."""
    text = _template().render(title=title, settings={"document": document}, version=_version())
    return HTMLResponse(text, headers=_HEADERS)


@cache
def _template() -> Template:
    # Many servers never show the page, and what renders it takes time to start and memory.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
    )
    return templates.get_template("docs.html")


@cache
def _version() -> str:
    """Changes with the page's own files and the pinned bundles, so that no browser mixes old and new."""
    files = (STATIC / "docs.js", STATIC / "docs.css", STATIC / "vendor" / "VERSION")
    content = b"".join(file.read_bytes() for file in files if file.is_file())
    return format(zlib.crc32(content), "08x")
