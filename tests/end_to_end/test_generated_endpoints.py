"""The five generated endpoints of a model."""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.caller import Caller
from tests.end_to_end.test_endpoints import refused


def names(caller: Caller, query: str) -> list[str]:
    answer = caller.request("GET", f"/m/fruits?name.in=apple,pear,50%25 plum&{query}")
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["results"]]


def test_record_lives_through_all_five(sam: Caller) -> None:
    made = sam.request("POST", "/m/fruits", json={"name": "kiwi", "price": "0.30", "seller": 1}).json()
    id = made["id"]
    assert (made["name"], made["price"], made["ripe"], made["seller"]) == ("kiwi", 0.3, True, {"id": 1})
    assert sam.request("GET", f"/m/fruits/{id}").json() == made
    changed = sam.request("PUT", f"/m/fruits/{id}", json={"price": 0.4}).json()
    assert (changed["name"], changed["price"]) == ("kiwi", 0.4)
    listed = sam.request("GET", "/m/fruits?name=kiwi&total=true").json()
    assert listed == {"results": [changed], "page": 1, "per_page": 50, "total": 1}
    assert sam.request("DELETE", f"/m/fruits/{id}").json() == changed
    refused(sam.request("GET", f"/m/fruits/{id}"), 404, "NOT_FOUND")
    refused(sam.request("PUT", f"/m/fruits/{id}", json={"price": 1}), 404, "NOT_FOUND")
    refused(sam.request("DELETE", f"/m/fruits/{id}"), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sort=name", ["50% plum", "apple", "pear"]),
        ("sort=-price", ["pear", "apple", "50% plum"]),
        ("sort=ripe,-name", ["pear", "apple", "50% plum"]),
        ("price.gteq=1.20&sort=id", ["apple", "pear"]),
        ("price.lt=2&ripe=true&sort=id", ["apple", "50% plum"]),
        ("picked_on.exists=false&sort=id", ["pear", "50% plum"]),
        ("picked_on=2026-10-01", ["apple"]),
        ("name.starts_with=50%25", ["50% plum"]),
        ("seller=3", ["50% plum"]),
        ("sort=id&per_page=2", ["apple", "pear"]),
        ("sort=id&per_page=2&page=2", ["50% plum"]),
        ("page=1000000", []),
    ],
)
def test_list(sam: Caller, query: str, found: list[str]) -> None:
    assert names(sam, query) == found


@pytest.mark.parametrize("name", ["id", "created_at", "updated_at", "colour", "cost"])
def test_what_is_not_the_callers_to_write(sam: Caller, name: str) -> None:
    answer = sam.request("POST", "/m/fruits", json={"name": "nut", name: 1})
    refused(answer, 400, "BAD_USER_INPUT", **{name: ["is_unknown"]})


def test_every_wrong_value_is_named(sam: Caller) -> None:
    answer = sam.request("POST", "/m/fruits", json={"price": -1, "picked_on": "soon"})
    refused(
        answer,
        400,
        "BAD_USER_INPUT",
        name=["is_required"],
        price=["is_too_small"],
        picked_on=["is_invalid"],
    )


@pytest.mark.parametrize("body", [[], "x", 1, None])
def test_body_that_is_no_object(sam: Caller, body: Any) -> None:
    refused(sam.request("POST", "/m/fruits", json=body), 400, "BAD_USER_INPUT")


@pytest.mark.parametrize("id", ["x", "-1", "1.0", "9" * 30])
def test_id_that_is_none(sam: Caller, id: str) -> None:
    refused(sam.request("GET", f"/m/fruits/{id}"), 400, "BAD_USER_INPUT", id=["is_invalid"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/m/fruits"),
        ("POST", "/m/fruits"),
        ("GET", "/m/fruits/1"),
        ("PUT", "/m/fruits/1"),
        ("DELETE", "/m/fruits/1"),
        ("GET", "/m/fruits/x"),
    ],
)
def test_nobody_without_the_role(market: Caller, nora: Caller, bea: Caller, method: str, path: str) -> None:
    refused(market.request(method, path), 401, "UNAUTHENTICATED")
    refused(nora.request(method, path), 403, "FORBIDDEN")
    refused(bea.request(method, path), 401, "UNAUTHENTICATED")


def test_model_that_the_generator_opens_is_open_nowhere_else(shared: Any, sam: Caller) -> None:
    known = shared.application("market").bearing(sam.token)
    for query in ("{ allFruit { totalCount } }", 'mutation { createFruit(input: {name: "x"}) { id } }'):
        assert known.code(query) == "GRAPHQL_VALIDATION_FAILED"


def test_hidden_property_is_in_no_answer(sam: Caller) -> None:
    assert "cost" not in sam.request("GET", "/m/fruits").text
    for path in ("/m/fruits?cost=0.10", "/m/fruits?sort=cost"):
        assert sam.request("GET", path).status_code == 400


def test_rules_of_the_model_hold_here_too(sam: Caller) -> None:
    offers = sam.request("GET", "/m/offers").json()["results"]
    assert [one["text"] for one in offers] == ["of sam"]
    for method, body in (("GET", None), ("PUT", {"text": "mine"}), ("DELETE", None)):
        refused(sam.request(method, "/m/offers/2", json=body), 404, "NOT_FOUND")
    refused(sam.request("POST", "/m/offers", json={"text": "for tess", "seller": 3}), 403, "FORBIDDEN")
