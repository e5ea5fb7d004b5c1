"""A database is taken over, served, and answers with the rows that it had."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.intake.taking import taken
from tests.support.server import Server, running_server

QUERY = """{
  allProduct(sort: {field: id}) { results {
    id productName unitPrice unitsInStock weight barcode discontinued
    supplier { id companyName classValue } category { categoryName description }
    orderDetails(sort: {field: quantity}) { quantity order { id } }
  } }
  allCustomer(sort: {field: customerId}) { results { id customerId status createdAt orders { id } } }
  allEmployee(sort: {field: id}) { results {
    id lastName birthDate starts reportsTo { id } employees { id } department { name }
    territories(sort: {field: territoryId}) { territoryId name } sellerOrders { id } orders { id }
  } }
  allDepartment { results { name head { lastName } } }
  allOrder(sort: {field: id}) { results { id ordered notes customer { customerId } employee { id } seller { id } } }
  allReturnRecord(sort: {field: reason}) { results { reason orderDetail { quantity product { id } } } }
}"""
SHOWN: dict[str, list[dict[str, Any]]] = {
    "allProduct": [
        {
            "id": 1,
            "productName": "Chai",
            "unitPrice": 18.00,
            "unitsInStock": 39,
            "weight": 0.1,
            "barcode": 4006381333931,
            "discontinued": False,
            "supplier": {"id": 3, "companyName": "Größe & Söhne", "classValue": "A"},
            "category": {"categoryName": "Beverages", "description": "Soft drinks, coffees,\nteas"},
            "orderDetails": [
                {"quantity": 1, "order": {"id": 10248}},
                {"quantity": 5, "order": {"id": 10249}},
            ],
        },
        {
            "id": 70,
            "productName": "Queso",
            "unitPrice": 121.5,
            "unitsInStock": 0,
            "weight": None,
            "barcode": None,
            "discontinued": True,
            "supplier": None,
            "category": {"categoryName": "Dairy", "description": None},
            "orderDetails": [{"quantity": 12, "order": {"id": 10248}}],
        },
    ],
    "allDepartment": [{"name": "Sales", "head": {"lastName": "Fuller"}}],
    "allEmployee": [
        {
            "id": 1,
            "lastName": "Davolio",
            "birthDate": "1968-12-08",
            "starts": "08:30:00",
            "reportsTo": {"id": 2},
            "employees": [],
            "department": {"name": "Sales"},
            "territories": [
                {"territoryId": "01581", "name": "Westboro"},
                {"territoryId": "06897", "name": "Wilton"},
            ],
            "sellerOrders": [],
            "orders": [{"id": 10248}],
        },
        {
            "id": 2,
            "lastName": "Fuller",
            "birthDate": None,
            "starts": None,
            "reportsTo": None,
            "employees": [{"id": 1}],
            "department": {"name": "Sales"},
            "territories": [{"territoryId": "01581", "name": "Westboro"}],
            "sellerOrders": [{"id": 10248}],
            "orders": [],
        },
    ],
    "allOrder": [
        {
            "id": 10248,
            "ordered": "1996-07-04T10:30:00.000000+00:00",
            "notes": {"gift": True, "paid": 1.10},
            "customer": {"customerId": "WOLZA"},
            "employee": {"id": 1},
            "seller": {"id": 2},
        },
        {
            "id": 10249,
            "ordered": "1996-07-05T00:00:00.000000+00:00",
            "notes": None,
            "customer": None,
            "employee": None,
            "seller": None,
        },
    ],
}


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_rows_are_served_as_they_were(
    trade: str, into: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    target: str = request.getfixturevalue(f"{'postgres' if into == 'postgresql' else into}_database")
    told = taken(trade, tmp_path / "trade.yaml", target)
    assert "Product: 2 record(s)" in told
    env = {"DATABASE_URL": target, "ADMIN_PASSWORD": "a-long-password"}
    with (
        running_server(tmp_path / "trade.yaml", data=tmp_path / "data", env=env) as server,
        asking(server) as ask,
    ):
        stranger = httpx.post(f"{server.url}/graphql", json={"query": "{ allProduct { totalCount } }"})
        assert "errors" in stranger.json()
        found = ask(QUERY)
        customers, returned = found.pop("allCustomer")["results"], found.pop("allReturnRecord")["results"]
        assert {name: page["results"] for name, page in found.items()} == SHOWN
        assert [(one["id"], one["customerId"], one["orders"]) for one in customers] == [
            (1, "ALFKI", []),
            (2, "WOLZA", [{"id": 10248}]),
        ]
        assert customers[1]["createdAt"] == "2020-01-02T03:04:05.000000+00:00"
        assert sorted(returned, key=lambda one: str(one["reason"])) == [
            {"reason": None, "orderDetail": {"quantity": 5, "product": {"id": 1}}},
            {"reason": "broken", "orderDetail": {"quantity": 12, "product": {"id": 70}}},
            {"reason": "late", "orderDetail": None},
        ]
        # New records come behind those that were there.
        made = ask('mutation { createProduct(input: {productName: "Tofu", category: 4}) { id unitPrice } }')
        assert made == {"createProduct": {"id": 71, "unitPrice": 0}}


@contextmanager
def asking(server: Server) -> Iterator[Callable[..., Any]]:
    """What asks as the administrator."""
    login = (
        "mutation { login(authProfileUuid: $profile, username: $username, password: $password) { jwtToken } }"
    )
    profile = re.search(r"profile ([0-9a-f]{32})", server.log.read_text())
    assert profile
    with httpx.Client(base_url=server.url) as client:

        def ask(query: str, **variables: str) -> Any:
            answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
            assert "errors" not in answer, answer
            return answer["data"]

        variables = {"profile": profile[1], "username": "admin@example.org", "password": "a-long-password"}
        client.headers["Authorization"] = f"Bearer {ask(login, **variables)['login']['jwtToken']}"
        yield ask
