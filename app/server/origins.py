"""Which pages of other origins may call the server from a browser (CORS)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.pages.console import PATH

_TOLD = ("Allow", "Idempotency-Replayed", "Location", "Retry-After")


class AllowedOrigins:
    """ASGI middleware: lets pages of these origins send any request and read the answer, but for the console's.

    Cookies of endpoints go along for origins that are named, not for `*`.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._shared = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["*"],
            allow_headers=["*"],
            allow_credentials="*" not in origins,
            expose_headers=_TOLD,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["type"] == "http" and f"{scope['path']}/".startswith(f"{PATH}/")
        await (self._app if own else self._shared)(scope, receive, send)
