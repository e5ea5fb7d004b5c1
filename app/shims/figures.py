"""Metrics for Prometheus, on `/metrics`."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import Response

from app.edge import Edge, header, plain_error
from app.edge.proxies import is_local
from app.errors import ActionQLError, NotFound, Unauthenticated
from app.metrics.process import usage
from app.storage.open_runs import OpenRuns


class Figures:
    """Shows the metrics of all workers to who has the token, and without one to this machine while developing."""

    def __init__(self, edge: Edge) -> None:
        self._server = edge.server
        self._runs = OpenRuns(edge.server.database.dialect)

    async def answer(self, request: Request) -> Response:
        """The figures as they are now; 404 where nobody may see them, 401 for a wrong token."""
        try:
            self._check(request)
            states, overdue = await self._server.database.read(self._runs.counts)
        except ActionQLError as error:
            return plain_error(request, error)
        # What writes the form of Prometheus is loaded when somebody asks for it.
        from app.metrics.text import CONTENT_TYPE, metrics_text

        metrics = self._server.metrics
        figures, processes = metrics.snapshot(), [usage()]
        if metrics.shared is not None:
            figures, processes = metrics.shared.all(figures)
        text = metrics_text(figures, processes, states, overdue)
        return Response(text, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    def _check(self, request: Request) -> None:
        settings = self._server.settings
        if settings.metrics_token is None:
            if settings.environment == "development" and is_local(request) and _named_local(request):
                return
            raise NotFound("There is nothing at this address.")
        sent = (header(request, b"authorization") or "").encode("utf-8", "replace")
        if not hmac.compare_digest(sent, f"Bearer {settings.metrics_token}".encode()):
            raise Unauthenticated("Send the token of the metrics as Authorization: Bearer <token>.")


def _named_local(request: Request) -> bool:
    """Whether it was asked for under a name of this machine: a page or proxy elsewhere comes under another."""
    return (header(request, b"host") or "").rpartition(":")[0] in ("127.0.0.1", "localhost", "[::1]")
