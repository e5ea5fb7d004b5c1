"""The page that says why another one is not shown."""

from __future__ import annotations

from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from app.edge import plain_error, request_id, retry_headers
from app.errors import INTERNAL_CODE, INTERNAL_MESSAGE, ActionQLError, BadInput, PrivateDataMode
from app.pages.rendering import page


def refusal_page(request: Request, error: Exception, closed: str, **values: Any) -> Response:
    """The page for an error, with its status; nothing of what nobody expected.

    `closed` is said in Private Data Mode, `values` are the template's own.
    """
    if isinstance(error, ClientDisconnect):
        error = BadInput("The request ended before its body did.")
    status = plain_error(request, error).status_code
    expected = isinstance(error, ActionQLError) and error.code != INTERNAL_CODE
    message = error.message if isinstance(error, ActionQLError) and expected else INTERNAL_MESSAGE
    if isinstance(error, PrivateDataMode):
        message = closed
    response = page("refusal.html", status, message=message, request_id=request_id(request), **values)
    response.headers.update(retry_headers(error))
    return response
