"""Custom endpoints: what is sent, what comes back, and who may."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import httpx
import pytest

from tests.end_to_end.caller import Caller
from tests.end_to_end.pictures import png

JSON = {"Content-Type": "application/json"}


def refused(answer: httpx.Response, status: int, code: str, **fields: list[str]) -> str:
    """The message of a refusal, which has this door's one shape."""
    assert answer.status_code == status, answer.text
    (error,) = answer.json().values()
    assert error["code"] == code
    assert error["requestId"]
    assert error.get("fields", {}) == fields
    return str(error["message"])


# What is sent


def test_variables_are_typed(market: Caller) -> None:
    path = "/m/echo/7?word=a%20b&day=2026-11-22&agree=true&pick=a&pick=b"
    answer = market.request("POST", path, json={"deep": [1, {"x": 2.50}]})
    assert answer.json() == {
        "number": 7,
        "text": "a b",
        "on": "2026-11-22",
        "yes": True,
        "options": ["a", "b"],
        "whole": {"deep": [1, {"x": 2.5}]},
        "me": None,
    }
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_numbers_keep_their_digits(market: Caller) -> None:
    assert '"x":2.50' in market.request("POST", "/m/echo/7", content='{"x": 2.50}', headers=JSON).text


def test_variables_that_are_not_sent_are_null_or_their_default(market: Caller) -> None:
    answer = market.request("POST", "/m/echo/7?day=").json()
    assert (answer["text"], answer["on"], answer["whole"]) == ("none", None, None)


def test_header_fills_an_input(market: Caller) -> None:
    assert market.request("GET", "/m/header", headers={"x-word": "heard"}).json()["text"] == "heard"


def test_word_of_a_path_comes_before_a_variable(market: Caller) -> None:
    assert market.request("GET", "/m/echo/fixed").json() == ["a", "b"]


def test_every_wrong_variable_is_named_as_it_was_sent(market: Caller) -> None:
    answer = market.request("POST", "/m/echo/0?dai=1&day=soon&agree=true&agree=false&pick=c", json=[])
    message = refused(
        answer,
        400,
        "BAD_USER_INPUT",
        dai=["is_unknown"],
        day=["is_invalid"],
        agree=["is_invalid"],
        number=["is_too_small"],
        pick=["is_not_an_option"],
        whole=["is_invalid"],
    )
    assert "Did you mean 'day'?" in message


@pytest.mark.parametrize(
    ("content", "headers", "status", "words"),
    [
        ("{", JSON, 400, "is no JSON"),
        (b"\xff", JSON, 400, "is no JSON"),
        ("[" * 1000, JSON, 400, "deep"),
        ("1" * 1000, JSON, 400, "digits"),
        ("NaN", JSON, 400, "is no JSON"),
        ("{}", {"Content-Type": "text/plain"}, 415, "application/json"),
        ("{}", {}, 415, "application/json"),
        ("a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "application/json"),
        ("[" + "1," * 600_000 + "1]", JSON, 413, None),
    ],
)
def test_body_that_is_no_json(
    market: Caller, content: Any, headers: dict[str, str], status: int, words: str | None
) -> None:
    answer = market.request("POST", "/m/echo/7", content=content, headers=headers)
    message = refused(answer, status, "TOO_LARGE" if status == 413 else "BAD_USER_INPUT")
    assert words is None or words in message


def test_record_in_the_body_is_checked_as_a_whole(market: Caller) -> None:
    answer = market.request("POST", "/m/fruit", json={"name": 1, "price": "dear", "colour": "red"})
    wrong = {"name": ["is_invalid"], "price": ["is_invalid"], "colour": ["is_unknown"]}
    message = refused(answer, 400, "BAD_USER_INPUT", **wrong)
    assert all(f"{word} is no" in message for word in wrong)
    refused(market.request("POST", "/m/fruit"), 400, "BAD_USER_INPUT", fruit=["is_required"])
    refused(market.request("POST", "/m/fruit", json={}), 400, "BAD_USER_INPUT", name=["is_required"])


# Forms and files


def test_form_makes_a_record_with_its_file(market: Caller) -> None:
    answer = market.request(
        "POST", "/m/form", data={"name": "fig", "price": "3"}, files={"photo": ("fig.png", png(), "x/y")}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["name"] == "fig"
    assert re.fullmatch(r"[0-9a-f]{32}/fig\.png", answer.json()["photo"])


def test_form_without_file_as_browsers_send_it(market: Caller) -> None:
    boundary = "x"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'
        for name, more, value in (("name", "", "date"), ("price", "", ""), ("photo", '; filename=""', ""))
    ]
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    content = "".join(parts) + f"--{boundary}--\r\n"
    answer = market.request("POST", "/m/form", content=content, headers=headers)
    assert (answer.status_code, answer.json()["photo"]) == (200, None)


def test_plain_form_is_taken_too(market: Caller) -> None:
    assert market.request("POST", "/m/form", data={"name": "lime"}).json()["name"] == "lime"


def test_file_alone_is_the_body(market: Caller) -> None:
    answer = market.request("PUT", "/m/photo", files={"photo": ("../../a.png", png())})
    assert re.fullmatch(r"[0-9a-f]{32}/a\.png", answer.json())


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ([("name", ("a.txt", b"x"))], {"name": ["is_invalid"]}),
        ([("photo", ("a.png", png())), ("photo", ("b.png", png()))], {"photo": ["is_invalid"]}),
    ],
)
def test_file_where_none_belongs(market: Caller, sent: Any, fields: dict[str, list[str]]) -> None:
    refused(market.request("POST", "/m/form", data={}, files=sent), 400, "BAD_USER_INPUT", **fields)


def test_form_that_is_none(market: Caller) -> None:
    headers = {"Content-Type": "multipart/form-data"}
    refused(market.request("POST", "/m/form", content=b"x", headers=headers), 400, "BAD_USER_INPUT")
    refused(market.request("POST", "/m/form", json={}), 415, "BAD_USER_INPUT")


def test_form_that_is_too_large(market: Caller) -> None:
    answer = market.request("POST", "/m/form", files={"photo": ("a.png", b"x" * 2_000_000)})
    refused(answer, 413, "TOO_LARGE")


def test_file_of_who_may_not_is_not_kept(market: Caller, shared: Any) -> None:
    kept = len(shared.kept.names())
    answer = market.request("POST", "/m/own-form", files={"photo": ("a.png", png())})
    refused(answer, 401, "UNAUTHENTICATED")
    assert len(shared.kept.names()) == kept


# What comes back


def test_csv_is_safe_and_names_its_file(market: Caller) -> None:
    answer = market.request("GET", "/m/rows")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == 'attachment; filename="rows.csv"'
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["n", "text", "part"]
    assert rows[1] == ["0", "'=SUM(1;2)", '{"a":1.50}']
    assert len(rows) == 4


def test_csv_of_many_rows_streams(market: Caller) -> None:
    answer = market.request("GET", "/m/rows?many=2000")
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.text.count("\r\n") == 2001


def test_page_escapes_and_runs_no_script(market: Caller) -> None:
    answer = market.request("GET", "/m/page", params={"word": "<script>alert(1)</script>"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "&lt;script&gt;" in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "words"),
    [
        ("DELETE", "/m/refuse", 422, "ACTION_FAILED", "Not today."),
        ("GET", "/m/wrong", 502, "STEP_FAILED", ""),
        ("GET", "/m/none", 404, "NOT_FOUND", "There is nothing at this path."),
        ("GET", "/m/echo", 404, "NOT_FOUND", ""),
        ("GET", "/m/echo/7", 405, "BAD_USER_INPUT", "This path takes POST."),
        ("PATCH", "/m/fruits", 405, "BAD_USER_INPUT", "This path takes GET, HEAD, POST."),
        ("OPTIONS", "/m/page", 405, "BAD_USER_INPUT", ""),
    ],
)
def test_refusal(market: Caller, method: str, path: str, status: int, code: str, words: str) -> None:
    answer = market.request(method, path)
    assert words in refused(answer, status, code)
    assert ("allow" in answer.headers) == (status == 405)


def test_head_is_get_without_body(market: Caller) -> None:
    answer = market.request("HEAD", "/m/page")
    assert (answer.status_code, answer.content) == (200, b"")


# Who may


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("GET", "/m/words.csv", (200, 200, 200, 200)),
        ("GET", "/m/sellers", (401, 200, 200, 401)),
        ("POST", "/m/sell", (401, 200, 403, 401)),
        ("GET", "/m/buyers", (401, 403, 403, 200)),
        ("GET", "/m/narrow", (200, 200, 403, 403)),
    ],
)
def test_profile_and_roles_decide(
    market: Caller, sam: Caller, nora: Caller, bea: Caller, method: str, path: str, statuses: tuple[int, ...]
) -> None:
    callers = (market, sam, nora, bea)
    assert tuple(one.request(method, path).status_code for one in callers) == statuses


def test_action_of_an_endpoint_is_not_open_by_its_id(shared: Any) -> None:
    assert shared.application("market").refused("Words") == "NOT_FOUND"


def test_token_that_is_none_is_refused_even_where_everybody_may(market: Caller) -> None:
    answer = market.request("GET", "/m/words.csv", headers={"Authorization": "Bearer x"})
    refused(answer, 401, "UNAUTHENTICATED")


# Which application


def test_path_leads_to_the_first_application_that_has_it(market: Caller, shoes: Caller) -> None:
    names = "id,shoe_type,price,created_at,updated_at\r\n"
    assert market.request("GET", "/v1/price_list.csv").text.startswith(f"{names}5,50% off_\\,0.10,")
    assert market.request("GET", "/v1/price_list.csv?cheaper_than=0").text == names
    below = shoes.request("GET", "/endpoints/v1/price_list.csv")
    assert below.text.startswith("id,shoe_type,price")


def test_application_that_is_named_has_its_own_paths_alone(shoes: Caller) -> None:
    refused(shoes.request("GET", "/endpoints/m/page"), 404, "NOT_FOUND")
    refused(shoes.request("GET", "s/m/page"), 404, "NOT_FOUND")
