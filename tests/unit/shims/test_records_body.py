"""What requests bring, in every form."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request

from app.edge.doors import UnsupportedMediaType
from app.errors import ActionQLError, BadInput, TooLarge
from app.shims.records.body import nested, read_content, read_query


def request(
    body: bytes = b"", content_type: str | None = None, query: bytes = b"", **headers: str
) -> Request:
    sent = [(b"content-length", str(len(body)).encode())] if body else []
    if content_type is not None:
        sent.append((b"content-type", content_type.encode()))
    sent += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": "POST", "headers": sent, "query_string": query, "app": None}
    return Request(scope, receive)


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([("record[name]", "x")], {"record": {"name": "x"}}),
        ([("record[group][id]", "5"), ("record[a]", "")], {"record": {"group": {"id": "5"}, "a": ""}}),
        ([("ids[]", "1"), ("ids[]", "2")], {"ids": ["1", "2"]}),
        ([("a", "1"), ("a", "2")], {"a": "2"}),
        (
            [
                ("filters[][operator]", "and"),
                ("filters[][conditions][][path][]", "p"),
                ("filters[][conditions][][path][]", "q"),
                ("filters[][conditions][][predicate]", "eq"),
            ],
            {"filters": [{"operator": "and", "conditions": [{"path": ["p", "q"], "predicate": "eq"}]}]},
        ),
        ([("l[][a]", "1"), ("l[][a]", "2")], {"l": [{"a": "1"}, {"a": "2"}]}),
    ],
)
def test_names_with_brackets_are_objects_and_lists(pairs: list[tuple[str, str]], found: Any) -> None:
    assert nested(pairs) == found


@pytest.mark.parametrize(
    "pairs",
    [
        [("", "x")],
        [("[a]", "x")],
        [("a[b", "x")],
        [("a]", "x")],
        [("a[][]", "x")],
        [("a", "x"), ("a[b]", "x")],
        [("a[b]", "x"), ("a[]", "x")],
        [("a" + "[b]" * 50, "x")],
    ],
)
def test_names_that_contradict_each_other_are_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(BadInput):
        nested(pairs)


@pytest.mark.parametrize(
    ("body", "content_type", "found"),
    [
        (b"", None, {}),
        (b"", "application/json", {}),
        (b'{"a": [1]}', "application/json", {"a": [1]}),
        (b"[1]", "application/json; charset=UTF-8", [1]),
        (b"record[name]=%C3%A9+x", "application/x-www-form-urlencoded", {"record": {"name": "é x"}}),
        (
            b'--x\r\nContent-Disposition: form-data; name="record[name]"\r\n\r\ny\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            {"record": {"name": "y"}},
        ),
    ],
)
async def test_body_is_read_by_its_content_type(body: bytes, content_type: str | None, found: Any) -> None:
    assert await read_content(request(body, content_type), 1000) == found


@pytest.mark.parametrize(
    ("body", "content_type", "error", "status"),
    [
        (b'{"a"', "application/json", BadInput, 400),
        (b'{"a": "\xff"}', "application/json", BadInput, 400),
        (b'"\\ud800"', "application/json", BadInput, 400),
        (b"[" * 900_000, "application/json", BadInput, 400),
        (b"a=%ff", "application/x-www-form-urlencoded", BadInput, 400),
        (b"a=\xff", "application/x-www-form-urlencoded", BadInput, 400),
        (b"a=1&" * 6000, "application/x-www-form-urlencoded", BadInput, 400),
        (b"nonsense", "multipart/form-data", BadInput, 400),
        (
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\ny\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            BadInput,
            400,
        ),
        (b"x" * 1_000_001, "application/json", TooLarge, 413),
        (b"x", None, UnsupportedMediaType, 415),
        (b"{}", "text/plain", UnsupportedMediaType, 415),
        (b"{}", "application/json; charset=latin-1", UnsupportedMediaType, 415),
        (b"{}", "applic\xc3\xa4tion/json", UnsupportedMediaType, 415),
    ],
)
async def test_body_that_is_not_what_it_says_is_refused(
    body: bytes, content_type: str | None, error: type[ActionQLError], status: int
) -> None:
    with pytest.raises(error) as refused:
        await read_content(request(body, content_type), 1_000_000)
    assert refused.value.status == status


async def test_encoded_body_is_refused() -> None:
    with pytest.raises(UnsupportedMediaType):
        await read_content(request(b"{}", "application/json", content_encoding="gzip"), 1000)


def test_query_is_read() -> None:
    assert read_query(request(query=b"limit=2&ids%5B%5D=1")) == {"limit": "2", "ids": ["1"]}
    with pytest.raises(BadInput):
        read_query(request(query=b"a=%ff"))
