"""Actions as HTTP handlers: any request in, any answer out."""

from __future__ import annotations

import base64

import pytest

from tests.end_to_end.caller import Caller


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_reaches_the_action(tools: Caller, method: str) -> None:
    answer = tools.request(method, "/action/Echo/deep/er", content=b"sent" if method != "GET" else b"")
    assert answer.status_code == 201
    assert (answer.headers["x-method"], answer.headers["x-path"]) == (method, "deep|er")
    assert answer.headers["content-type"] == "text/plain"
    assert answer.text == ("sent" if method != "GET" else "")


def test_head_has_no_body(tools: Caller) -> None:
    answer = tools.request("HEAD", "/action/Echo/a")
    assert (answer.status_code, answer.headers["x-method"], answer.content) == (201, "HEAD", b"")


def test_request_arrives_whole(tools: Caller) -> None:
    answer = tools.request(
        "POST",
        "/action/Request%20as%20JSON/a%20b/%C3%A9?x=1&y=&x=2&z=%26",
        content="grüße",
        headers={"X-Odd": "value", "Cookie": "a=b", "Content-Type": "text/plain; charset=utf-8"},
    )
    assert answer.headers["content-type"] == "application/json"
    request = answer.json()
    assert (request["method"], request["path"], request["body"]) == ("POST", ["a b", "é"], "grüße")
    assert request["query"] == [["x", "1"], ["y", ""], ["x", "2"], ["z", "&"]]
    headers = dict(request["headers"])
    assert (headers["x-odd"], headers["content-type"]) == ("value", "text/plain; charset=utf-8")


@pytest.mark.parametrize("content", [bytes(range(256)), b"\xff", b"zero\0byte"])
def test_bytes_that_are_no_text_come_as_base64(tools: Caller, content: bytes) -> None:
    answer = tools.request("POST", "/action/Echo", content=content)
    assert base64.b64decode(answer.text) == content


@pytest.mark.parametrize("id", ["Echo", "echo", "00000000000040008000000000000001"])
def test_action_by_its_id(tools: Caller, id: str) -> None:
    status = {"Echo": 201, "echo": 404, "00000000000040008000000000000001": 400}
    assert tools.request("GET", f"/action/{id}").status_code == status[id]


def test_caller_is_known_by_the_token_which_the_action_does_not_see(tools: Caller, wim: Caller) -> None:
    assert tools.request("GET", "/action/Worker%20request").status_code == 401
    answer = wim.request("GET", "/action/Worker%20request")
    assert (answer.status_code, answer.content) == (204, b"")
    seen = wim.request("GET", "/action/Request%20as%20JSON")
    assert wim.token is not None
    assert wim.token not in seen.text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/action/Private", 404, "NOT_FOUND"),
        ("/action/None/at/all", 404, "NOT_FOUND"),
        ("/action/Nothing", 400, "BAD_USER_INPUT"),
        ("/action/Bad%20answer", 502, "STEP_FAILED"),
    ],
)
def test_refusal_has_its_status_and_code(tools: Caller, path: str, status: int, code: str) -> None:
    answer = tools.request("POST", path)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert error["message"]
    assert error["requestId"]


def test_body_over_the_limit(tools: Caller) -> None:
    answer = tools.request("POST", "/action/Echo", content=bytes(1_000_001))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "TOO_LARGE")


def test_headers_may_be_a_mapping_and_the_body_an_object(tools: Caller) -> None:
    answer = tools.request("PUT", "/action/Header%20from%20body", content=b"sent")
    assert (answer.headers["x-sent"], answer.json()) == ("sent", {"done": True})
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("sent", [b"a\r\nSet-Cookie: x=1", b"a\nb", b"a\x7fb", "é€".encode()])
def test_answer_cannot_break_out_of_its_headers(tools: Caller, sent: bytes) -> None:
    answer = tools.request("POST", "/action/Header%20from%20body", content=sent)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "STEP_FAILED")
    assert "set-cookie" not in answer.headers


def test_forged_token_is_refused(tools: Caller) -> None:
    answer = tools.bearing("forged").request("GET", "/action/Echo")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
