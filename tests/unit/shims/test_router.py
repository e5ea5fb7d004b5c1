"""Which operation a path leads to."""

from __future__ import annotations

import pytest

from app.permissions import Rule
from app.shims.endpoints.operations import LogOut, Operation
from app.shims.endpoints.router import Router

ROUTER = Router(
    Operation(f"{method} {path}", method, path, "", Rule(), LogOut("Staff"))
    for method, path in (
        ("GET", "/shoes"),
        ("POST", "/shoes"),
        ("GET", "/shoes/{id}"),
        ("DELETE", "/shoes/{shoe}"),
        ("GET", "/shoes/new"),
        ("GET", "/shoes/{id}/reviews/{review}"),
        ("GET", "/shoes/new/last"),
    )
)


@pytest.mark.parametrize(
    ("path", "method", "name", "variables"),
    [
        ("/shoes", "POST", "POST /shoes", {}),
        ("/shoes/7", "GET", "GET /shoes/{id}", {"id": "7"}),
        ("/shoes/7", "DELETE", "DELETE /shoes/{shoe}", {"shoe": "7"}),
        ("/shoes/new", "GET", "GET /shoes/new", {}),
        ("/shoes/new/reviews/2", "GET", "GET /shoes/{id}/reviews/{review}", {"id": "new", "review": "2"}),
        ("/shoes/new/last", "GET", "GET /shoes/new/last", {}),
    ],
)
def test_path_leads_to_its_operation(path: str, method: str, name: str, variables: dict[str, str]) -> None:
    found = ROUTER.find(path)
    assert found is not None
    operation = found.methods[method]
    assert (operation.name, found.variables(operation)) == (name, variables)


@pytest.mark.parametrize(
    "path", ["/", "", "/shoe", "/shoes/", "//shoes", "/shoes/7/reviews", "/shoes/7/reviews/", "/shoes/7/x/2"]
)
def test_path_that_nothing_serves(path: str) -> None:
    assert ROUTER.find(path) is None


def test_methods_of_a_path_are_told_with_head() -> None:
    found = ROUTER.find("/shoes")
    assert found is not None
    assert found.allowed == "GET, HEAD, POST"
