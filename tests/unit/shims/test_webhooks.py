from __future__ import annotations

import pytest
from starlette.requests import Request

from app.shims.webhooks import headers_of


def request(*headers: tuple[str, str]) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("theme=dark; lang=nl", [("cookie", "theme=dark; lang=nl")]),
        ("theme=dark; actionql-5d=token; lang=nl", [("cookie", "theme=dark; lang=nl")]),
        ("__Host-actionql-5d=token;  actionql-page=x", []),
    ],
)
def test_action_sees_no_cookie_of_this_server(sent: str, seen: list[tuple[str, str]]) -> None:
    assert [*headers_of(request(("cookie", sent)))] == seen


def test_action_sees_all_headers_but_the_credentials() -> None:
    sent = (("authorization", "Bearer x"), ("x-signature", "y"), ("x-empty", ""))
    assert [*headers_of(request(*sent))] == [("x-signature", "y"), ("x-empty", "")]
