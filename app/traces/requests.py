"""Requests as spans."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.traces.tracing import Tracing


def traced(app: ASGIApp, route: str, tracing: Tracing) -> ASGIApp:
    """What leads to a route, each request a span named after it; of an address itself, which may be secret, nothing."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        attributes = {"http.route": route, "http.request.method": scope["method"]}
        with tracing.request(sent, f"{scope['method']} {route}", attributes) as span:

            async def noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    span.set_attribute("actionql.request_id", scope.get("actionql.request_id", ""))
                await send(message)

            await app(scope, receive, noting)

    return answer
