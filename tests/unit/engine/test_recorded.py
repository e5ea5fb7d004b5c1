"""What is kept of inputs and results."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.engine.recorded import HIDDEN, recorded, recorded_input
from tests.unit.steps.world import definition

ACTION = """
Attempt:
  input:
    word: {kind: text}
    password: {kind: password}
    member: {model: Member}
"""


def _concealed(text: str) -> str:
    return text.replace("secret", "[secret]")


def test_passwords_of_an_input_are_hidden(tmp_path: Path) -> None:
    application = definition(tmp_path, ACTION)
    member = {"email": "a@b.nl", "password": "canary"}
    given = {"word": "a secret", "password": "canary", "member": member}
    kept = recorded_input(application, application.actions["Attempt"], given, _concealed, 1_000)
    assert kept == {
        "word": "a [secret]",
        "password": HIDDEN,
        "member": {"email": "a@b.nl", "password": HIDDEN},
    }


def test_of_a_request_no_headers_and_address_are_kept(tmp_path: Path) -> None:
    application = definition(tmp_path, ACTION)
    seen = {"body": "b", "headers": {"cookie": "c"}, "contentType": "text/plain", "url": "/?token=t"}
    kept = recorded_input(application, application.actions["Attempt"], seen, _concealed, 1_000)
    assert kept == {"body": "b", "contentType": "text/plain"}


@pytest.mark.parametrize(
    ("action", "kept"),
    [
        (
            "Attempt:\n  input: {url: {kind: url}, headers: {kind: object}}",
            {"url": "/?t", "headers": {"a": "b"}},
        ),
        (
            "Attempt:\n  triggers: {incoming_api: {}}\n  input: {url: {kind: text}, headers: {kind: object}}",
            {"url": HIDDEN, "headers": HIDDEN},
        ),
    ],
)
def test_declared_headers_and_address_are_hidden_where_they_are_a_requests(
    tmp_path: Path, action: str, kept: Any
) -> None:
    application = definition(tmp_path, action)
    given = {"url": "/?t", "headers": {"a": "b"}}
    assert recorded_input(application, application.actions["Attempt"], given, _concealed, 1_000) == kept


def test_of_an_http_request_neither_headers_nor_query_are_kept(tmp_path: Path) -> None:
    application = definition(tmp_path, "Attempt:\n  input: {request: {kind: object}}")
    request = {
        "method": "POST",
        "path": ["a"],
        "query": [["t", "x"]],
        "headers": [["cookie", "x"]],
        "body": "b",
    }
    given = {"request": request}
    kept = recorded_input(application, application.actions["Attempt"], given, _concealed, 1_000)
    assert kept == {"request": {**request, "query": HIDDEN, "headers": HIDDEN}}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (
            {"day": date(2026, 11, 22), "n": [Decimal("1.20"), 2**70]},
            {"day": "2026-11-22", "n": [Decimal("1.20"), str(2**70)]},
        ),
        ("a\0b\ud800", "a\ufffdb?"),
        ({"the secret": 1}, {"the [secret]": 1}),
        ("x" * 2_000, None),
    ],
)
def test_result_is_kept_as_both_databases_hold_it(value: Any, kept: Any) -> None:
    assert recorded(value, _concealed, 1_000) == kept
