"""What every door needs: from an HTTP request to a `Context`, limits, uploads, and how an error is told."""

from app.edge.answers import plain_error, retry_headers, to_json
from app.edge.applications import Applications
from app.edge.contexts import Edge, keyed
from app.edge.reloads import NotRenewed, Reloads
from app.edge.requests import address, header, read_body, request_id

__all__ = [
    "Applications",
    "Edge",
    "NotRenewed",
    "Reloads",
    "address",
    "header",
    "keyed",
    "plain_error",
    "read_body",
    "request_id",
    "retry_headers",
    "to_json",
]
