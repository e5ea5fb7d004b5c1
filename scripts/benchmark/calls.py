"""What each server is asked for each work, and where its answer stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

import orjson

from scripts.benchmark.rows import city

ALIKE = ("list", "nested", "get", "create", "action")
"""What every server does."""
BY_REST: Mapping[str, str] = {"rest_list": "list", "rest_get": "get"}
"""Works of our REST door alone, each with the one that asks the same by GraphQL."""
WORKS = (*ALIKE, *BY_REST)
SERVERS = ("actionql", "floor", "plain")
RECORDS = 100
Varies = Literal["nothing", "id", "serial"]

VALUE = 987654321
"""Stands in a body where each request has a value of its own; no body has it otherwise."""
FILTER = {"city": city(7), "price": 20.0}
_VARIES: Mapping[str, Varies] = {"get": "id", "create": "serial", "action": "id", "rest_get": "id"}
NEW = {"name": f"New {VALUE}", "city": "Newtown", "price": 12.5, "stock": 3}

Question = tuple[str, Mapping[str, Any], Sequence[str]]
"""The path, the body, and the keys that lead to the answer."""


def as_answered(found: Any) -> Any:
    """For servers that answer in the form that all are compared in."""
    return found


@dataclass(frozen=True, slots=True)
class Call:
    """One work's request: the value of each stands between `before` and `after`, of its body or a GET's path.

    It varies by the id of a product that is there, by a serial number never sent before, or not at all.
    """

    work: str
    path: str
    headers: Mapping[str, str]
    before: str
    after: str
    varies: Varies
    answer: tuple[str, ...]
    """The keys that lead to what is the same on all servers."""
    method: Literal["GET", "POST"] = "POST"
    alike: Callable[[Any], Any] = as_answered
    """What makes of this server's answer the same as of the others'."""

    def request(self, value: int) -> tuple[str, bytes]:
        """The path and the body with the value in place."""
        middle = "" if self.varies == "nothing" else str(value)
        varied = f"{self.before}{middle}{self.after}"
        return (self.path + varied, b"") if self.method == "GET" else (self.path, varied.encode())

    def read(self, body: bytes) -> Any:
        """What was asked for. Raises KeyError or TypeError for an answer that does not have it."""
        found = orjson.loads(body)
        for key in self.answer:
            found = found[key]
        return self.alike(found)


def rest_calls(authorization: str) -> dict[str, Call]:
    """The calls of our REST door, sent with this Authorization header."""
    conditions = [
        {"path": ["city"], "predicate": "eq", "criteria": FILTER["city"]},
        {"path": ["price"], "predicate": "gteq", "criteria": FILTER["price"]},
    ]
    filters = orjson.dumps([{"operator": "and", "conditions": conditions}]).decode()
    options = urlencode({"view_id": "row", "filters": filters, "order": "price:asc", "limit": RECORDS})
    headers = {"Authorization": authorization}
    records = "/api/models/Product/records"
    return {
        "rest_list": Call("rest_list", records, headers, f"?{options}", "", "nothing", ("records",), "GET"),
        "rest_get": Call("rest_get", records, headers, "/", "", _VARIES["rest_get"], (), "GET"),
    }


def calls(server: str, authorization: str) -> dict[str, Call]:
    """A call for each work that all servers do, sent with this Authorization header."""
    made = {"actionql": _actionql, "floor": _floor, "plain": _plain}[server]()
    return {work: make_call(work, question, authorization) for work, question in made.items()}


def make_call(
    work: str, question: Question, authorization: str, alike: Callable[[Any], Any] = as_answered
) -> Call:
    """The call of a work that asks this question, in which `VALUE` stands where each request has its own."""
    path, payload, answer = question
    before, _, after = orjson.dumps(payload).decode().partition(str(VALUE))
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    varies = _VARIES.get(work, "nothing")
    return Call(work, path, headers, before, after, varies, tuple(answer), alike=alike)


def _actionql() -> dict[str, Question]:
    where = (
        "where: {city: {eq: $city}, price: {gteq: $price}}, "
        f"sort: [{{field: price, order: ASC}}], take: {RECORDS}"
    )
    return {
        "list": graphql(
            f"query List($city: String, $price: Decimal) {{ allProduct({where}) "
            "{ results { id name city price stock } } }",
            FILTER,
            ("allProduct", "results"),
        ),
        "nested": graphql(
            f"query Nested($city: String, $price: Decimal) {{ allProduct({where}) "
            "{ results { id name price owner { id name } comments { id body } } } }",
            FILTER,
            ("allProduct", "results"),
        ),
        "get": graphql(
            "query Get($id: Int) { oneProduct(where: {id: {eq: $id}}) { id name city price stock } }",
            {"id": VALUE},
            ("oneProduct",),
        ),
        "create": graphql(
            "mutation Create($input: ProductInput!) { createProduct(input: $input) { id name } }",
            {"input": {**NEW, "owner": 1}},
            ("createProduct",),
        ),
        "action": graphql(
            "mutation Buy($id: ID!, $input: JSON) { action(id: $id, input: $input) }",
            {"id": "Buy", "input": {"product": VALUE, "amount": 2}},
            ("action", "results"),
        ),
    }


def _plain() -> dict[str, Question]:
    where = (
        "where: {city: {eq: $city}, price: {gte: $price}}, "
        f"sort: [{{field: PRICE, order: ASC}}], limit: {RECORDS}"
    )
    return {
        "list": graphql(
            f"query List($city: String, $price: Float) {{ products({where}) {{ id name city price stock }} }}",
            FILTER,
            ("products",),
        ),
        "nested": graphql(
            f"query Nested($city: String, $price: Float) {{ products({where}) "
            "{ id name price owner { id name } comments { id body } } }",
            FILTER,
            ("products",),
        ),
        "get": graphql(
            "query Get($id: Int!) { product(id: $id) { id name city price stock } }",
            {"id": VALUE},
            ("product",),
        ),
        "create": graphql(
            "mutation Create($input: ProductInput!) { createProduct(input: $input) { id name } }",
            {"input": {**NEW, "ownerId": 1}},
            ("createProduct",),
        ),
        "action": graphql(
            "mutation Buy($product: Int!, $amount: Int!) { buy(product: $product, amount: $amount) }",
            {"product": VALUE, "amount": 2},
            ("buy",),
        ),
    }


def _floor() -> dict[str, Question]:
    listed = {**FILTER, "take": RECORDS}
    return {
        "list": ("/list", listed, ("data", "allProduct", "results")),
        "nested": ("/nested", listed, ("data", "allProduct", "results")),
        "get": ("/get", {"id": VALUE}, ("data", "oneProduct")),
        "create": ("/create", {**NEW, "owner": 1}, ("data", "createProduct")),
        "action": ("/action", {"product": VALUE, "amount": 2}, ("data", "action", "results")),
    }


def graphql(query: str, variables: Mapping[str, Any], answer: tuple[str, ...]) -> Question:
    """A question to `/graphql`; the answer's keys are those below `data`."""
    return "/graphql", {"query": query, "variables": variables}, ("data", *answer)
