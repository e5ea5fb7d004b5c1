"""Queries over models: filters, orders, pages, relations, and what they look like in a document."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.end_to_end.caller import Caller
from tests.end_to_end.conftest import Shared

ODD = "50% off_\\"


def types(shoes: Caller, arguments: str, variables: dict[str, Any] | None = None) -> list[str]:
    """The types of the shoes that a list's arguments select."""
    results = shoes.ask(f"{{ allShoe({arguments}) {{ results {{ shoeType }} }} }}", variables)["allShoe"][
        "results"
    ]
    return [shoe["shoeType"] for shoe in results]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('{shoeType: {eq: "boot"}}', ["boot"]),
        ('{shoeType: {neq: "boot"}}', ["clog", "Sandal", "sneaker", ODD]),
        ('{shoeType: {in: ["boot", "clog", "none"]}}', ["boot", "clog"]),
        ("{shoeType: {in: []}}", []),
        ('{shoeType: {nin: ["boot", "clog"]}}', ["Sandal", "sneaker", ODD]),
        ("{shoeType: {nin: []}}", ["boot", "clog", "Sandal", "sneaker", ODD]),
        ('{shoeType: {startsWith: "s"}}', ["sneaker"]),
        ('{shoeType: {starts_with: "S"}}', ["Sandal"]),
        ('{shoeType: {endsWith: "g"}}', ["clog"]),
        ('{shoeType: {ends_with: "\\\\"}}', [ODD]),
        ('{shoeType: {matches: "%"}}', [ODD]),
        ('{shoeType: {matches: "_"}}', [ODD]),
        ('{shoeType: {doesNotMatch: "o"}}', ["Sandal", "sneaker"]),
        ('{shoeType: {does_not_match: "o"}}', ["Sandal", "sneaker"]),
        ('{shoeType: {regex: "^[a-z]+g$"}}', ["clog"]),
        ("{price: {eq: 35.5}}", ["clog"]),
        ('{price: {eq: "35.50"}}', ["clog"]),
        ("{price: {eq: 0.1}}", [ODD]),
        ("{price: {gt: 35.5}}", ["boot", "sneaker"]),
        ("{price: {gteq: 35.5}}", ["boot", "clog", "sneaker"]),
        ("{price: {lt: 35.5}}", ["Sandal", ODD]),
        ("{price: {lteq: 35.5, gt: 1}}", ["clog", "Sandal"]),
        ("{price: {in: [35.50, 79]}}", ["clog", "sneaker"]),
        ("{price: {nin: [35.50, 79]}}", ["boot", "Sandal", ODD]),
        ("{id: {eq: 2}}", ["clog"]),
        ("{id: {in: [5, 1]}}", ["boot", ODD]),
        ("{id: {exists: true}}", ["boot", "clog", "Sandal", "sneaker", ODD]),
        ("{id: {doesNotExist: true}}", []),
        ('{createdAt: {lt: "2020-01-01T00:00:00Z"}}', []),
        ('{created_at: {gt: "2020-01-01T00:00:00+01:00"}}', None),
        ("{reviews: {stars: {eq: 4}}}", ["boot", "Sandal"]),
        ("{reviews: {text: {exists: true}}}", ["boot", "clog", "Sandal"]),
        ("{reviews: {text: {does_not_exist: true}}}", ["boot"]),
        ('{_or: [{shoeType: {eq: "boot"}}, {price: {lt: 1}}]}', ["boot", ODD]),
        ("{_and: [{price: {gt: 20}}, {_or: [{id: {eq: 2}}, {id: {eq: 3}}]}]}", ["clog"]),
        ("{_or: []}", []),
        ("{_and: []}", ["boot", "clog", "Sandal", "sneaker", ODD]),
        ("{}", ["boot", "clog", "Sandal", "sneaker", ODD]),
    ],
)
def test_where(shoes: Caller, where: str, expected: list[str] | None) -> None:
    if expected is None:
        assert shoes.code(f"{{ allShoe(where: {where}) {{ totalCount }} }}") == "GRAPHQL_VALIDATION_FAILED"
        return
    assert types(shoes, f"where: {where}, sort: {{field: id}}") == expected
    counted = shoes.ask(f"{{ allShoe(where: {where}) {{ totalCount }} }}")
    assert counted == {"allShoe": {"totalCount": len(expected)}}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("{field: price}", [ODD, "Sandal", "clog", "sneaker", "boot"]),
        ("{field: price, order: DESC}", ["boot", "sneaker", "clog", "Sandal", ODD]),
        ("[{field: createdAt}, {field: price, order: ASC}]", [ODD, "Sandal", "clog", "sneaker", "boot"]),
        ("{field: shoeType}", [ODD, "Sandal", "boot", "clog", "sneaker"]),
        ("{field: id, order: DESC}", [ODD, "sneaker", "Sandal", "clog", "boot"]),
        ("[]", ["boot", "clog", "Sandal", "sneaker", ODD]),
    ],
)
def test_sort(shoes: Caller, sort: str, expected: list[str]) -> None:
    assert types(shoes, f"sort: {sort}") == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("take: 2", ["boot", "clog"]),
        ("skip: 3", ["sneaker", ODD]),
        ("skip: 1, take: 2", ["clog", "Sandal"]),
        ("skip: 100", []),
        ("take: 0", []),
        ("skip: null, take: null", ["boot", "clog", "Sandal", "sneaker", ODD]),
    ],
)
def test_page_and_the_number_on_all_pages(shoes: Caller, page: str, expected: list[str]) -> None:
    found = shoes.ask(f"{{ allShoe({page}) {{ totalCount results {{ shoeType }} }} }}")["allShoe"]
    assert found == {"totalCount": 5, "results": [{"shoeType": name} for name in expected]}


def test_filter_and_order_as_variables(shoes: Caller) -> None:
    query = """query ($where: ShoeWhere, $sort: [ShoeSort!], $take: Int) {
      allShoe(where: $where, sort: $sort, take: $take) { results { shoeType } totalCount } }"""
    for most, expected in (("36", ["clog", "Sandal"]), ("100", ["sneaker", "clog"])):
        variables = {
            "where": {"price": {"lt": most}},
            "sort": [{"field": "price", "order": "DESC"}],
            "take": 2,
        }
        results = shoes.ask(query, variables)["allShoe"]["results"]
        assert [shoe["shoeType"] for shoe in results] == expected


def test_price_is_exact_and_times_have_their_zone(shoes: Caller) -> None:
    answer = shoes.send("{ oneShoe(where: {id: {eq: 1}}) { id price createdAt updatedAt } }")
    shoe = json.loads(answer.text, parse_float=Decimal)["data"]["oneShoe"]
    assert shoe["price"] == Decimal("120.00")
    assert shoe["createdAt"].endswith("+00:00")
    assert datetime.fromisoformat(shoe["createdAt"]) == datetime.fromisoformat(shoe["updatedAt"])


def test_one_is_a_record_or_null(shoes: Caller) -> None:
    query = "{ oneShoe(where: {id: {eq: $id}}) { id } }"
    assert [shoes.ask(query, {"id": id})["oneShoe"] for id in (2, 2000)] == [{"id": 2}, None]
    assert shoes.ask("{ oneShoe { id } }") == {"oneShoe": {"id": 1}}


def test_relations_have_arguments_of_their_own(shoes: Caller) -> None:
    query = """{ allShoe(where: {id: {lteq: 4}}) { results {
      id
      best: reviews(sort: {field: stars, order: DESC}, take: 1) { stars shoe { id shoeType reviews { id } } }
      wordless: reviews(where: {text: {doesNotExist: true}}) { stars }
      second: reviews(skip: 1, take: 1) { stars }
    } } }"""
    boot, clog, sandal, sneaker = shoes.ask(query)["allShoe"]["results"]
    family = {"id": 1, "shoeType": "boot", "reviews": [{"id": 1}, {"id": 2}, {"id": 5}]}
    assert boot["best"] == [{"stars": 5, "shoe": family}]
    assert (boot["wordless"], boot["second"]) == ([{"stars": 2}], [{"stars": 2}])
    assert [clog["best"][0]["stars"], sandal["best"][0]["stars"], sneaker["best"]] == [3, 4, []]


def test_order_by_a_related_record(shoes: Caller) -> None:
    query = "{ allReview(sort: [{relation: {shoe: {price: DESC}}}, {field: stars}]) { results { id } } }"
    assert [review["id"] for review in shoes.ask(query)["allReview"]["results"]] == [2, 5, 1, 3, 4]


def test_filter_through_a_relation(shoes: Caller) -> None:
    query = '{ allReview(where: {shoe: {shoeType: {eq: "boot"}, reviews: {stars: {eq: 5}}}}) { totalCount } }'
    assert shoes.ask(query) == {"allReview": {"totalCount": 3}}


def test_aliases_fragments_and_directives(shoes: Caller) -> None:
    query = """query ($not: Boolean!, $yes: Boolean!) {
      __typename
      dear: oneShoe(where: {price: {gt: 100}}) { ...names kind: __typename price @skip(if: $not) }
      cheap: oneShoe(where: {price: {lt: 1}}) { ... on Shoe { ...names } reviews @include(if: $yes) { id } }
      nothing: oneShoe @skip(if: true) { id }
      page: allShoe(take: 1) { __typename number: totalCount first: results { id } second: results { shoeType } }
    }
    fragment names on Shoe { id, what: shoeType }"""
    assert shoes.ask(query, {"not": True, "yes": True}) == {
        "__typename": "Query",
        "dear": {"id": 1, "what": "boot", "kind": "Shoe"},
        "cheap": {"id": 5, "what": ODD, "reviews": []},
        "page": {
            "__typename": "ShoePage",
            "number": 5,
            "first": [{"id": 1}],
            "second": [{"shoeType": "boot"}],
        },
    }
    other = shoes.ask(query, {"not": False, "yes": False})
    assert (other["dear"]["price"], "reviews" in other["cheap"]) == (120.0, False)


def test_one_selection_twice_is_merged(shoes: Caller) -> None:
    query = "{ oneShoe { id reviews(take: 1) { id } } oneShoe { shoeType reviews(take: 1) { stars } } }"
    assert shoes.ask(query) == {"oneShoe": {"id": 1, "reviews": [{"id": 1, "stars": 5}], "shoeType": "boot"}}


def test_named_operation_of_several_is_run(shoes: Caller) -> None:
    query = "query A { oneShoe { id } } query B { allShoe { totalCount } }"
    answer = shoes.send(query, operationName="B")
    assert answer.json() == {"data": {"allShoe": {"totalCount": 5}}}


def test_models_without_grants_do_not_exist(shoes: Caller) -> None:
    names = {
        field["name"]
        for field in shoes.ask("{ __schema { queryType { fields { name } } } }")["__schema"]["queryType"][
            "fields"
        ]
    }
    assert names == {"allReview", "allShoe", "meMember", "oneReview", "oneShoe", "run", "runs"}
    written = shoes.ask("{ __schema { mutationType { fields { name } } } }")["__schema"]["mutationType"][
        "fields"
    ]
    assert {field["name"] for field in written} == {
        "action",
        "answerRun",
        "cancelRun",
        "generateFileUploadRequest",
        "login",
        "refreshToken",
        "revokeRefreshToken",
        "startAction",
    }


def test_me_wants_a_login(shoes: Caller) -> None:
    assert shoes.code("{ meMember { id } }") == "UNAUTHENTICATED"


@pytest.mark.parametrize("regex", ["(a+)+$", "(", "[", "a{99999}", "(?<=a)b", "\\1"])
def test_hostile_regular_expression_is_refused_or_quick(shoes: Caller, regex: str) -> None:
    query = "{ allShoe(where: {shoeType: {regex: $regex}}) { totalCount } }"
    answer = shoes.send(query, {"regex": regex})
    assert answer.elapsed.total_seconds() < 10
    for error in answer.json().get("errors", ()):
        assert error["extensions"]["code"] in ("BAD_USER_INPUT", "TIMED_OUT")


def test_roles_are_read_by_whom_the_definition_lets(shared: Shared, sam: Caller, bea: Caller) -> None:
    market, where = shared.application("market"), '{name: {eq: "sam"}, roles: {name: {eq: "seller"}}}'
    told = replace(sam, url=market.url).ask(
        f"{{ allSeller(where: {where}) {{ results {{ roles {{ name }} }} }} }}"
    )
    assert told == {"allSeller": {"results": [{"roles": [{"name": "seller"}]}]}}
    refusals = [one.code("{ allRole { totalCount } }") for one in (market, replace(bea, url=market.url))]
    assert refusals == ["UNAUTHENTICATED", "FORBIDDEN"]
