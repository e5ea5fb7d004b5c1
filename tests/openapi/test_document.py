"""The document is valid OpenAPI 3.1 for every application, and its examples are values that it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.main import EXAMPLES
from tests.end_to_end.conftest import APPLICATIONS
from tests.openapi.described import DEFINITION, described, operations, paths

ALL = [
    *sorted(EXAMPLES.glob("*.yaml")),
    *(APPLICATIONS / f"{name}.yaml" for name in ("market", "library", "tools")),
    DEFINITION,
]
of_all = pytest.mark.parametrize("path", ALL, ids=[path.stem for path in ALL])


@of_all
def test_document_is_openapi(path: Path) -> None:
    for unprefixed in (True, False):
        document = described(path, unprefixed=unprefixed)
        assert document["openapi"] == "3.1.0"
        assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


@of_all
def test_examples_are_values_of_their_schemas(path: Path) -> None:
    document = described(path)
    bodies = [
        content
        for operation in operations(document)
        for content in operation.get("requestBody", {}).get("content", {}).values()
    ]
    for content in bodies:
        if "example" in content:
            resolved = {**content["schema"], "components": document["components"]}
            OAS31Validator(resolved).validate(content["example"])
    assert not bodies or any("example" in content for content in bodies)


@of_all
def test_operation_has_an_id_of_its_own_and_a_known_tag(path: Path) -> None:
    document = described(path)
    ids = [operation["operationId"] for operation in operations(document)]
    assert len(set(ids)) == len(ids)
    tags = {tag["name"] for tag in document["tags"]}
    assert {tag for operation in operations(document) for tag in operation["tags"]} == tags


@of_all
def test_operation_names_schemes_that_are_there(path: Path) -> None:
    document = described(path)
    named = {name for operation in operations(document) for one in operation["security"] for name in one}
    assert set(document["components"]["securitySchemes"]) == named


@of_all
def test_variables_of_a_path_are_its_parameters(path: Path) -> None:
    for template, item in described(path)["paths"].items():
        for operation in item.values():
            declared = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"]
            assert sorted(declared) == sorted(part for part in _variables(template))


def test_version_changes_with_what_is_described() -> None:
    one, same, other = described(), described(), described(DEFINITION, "chief")
    assert one["info"]["version"] == same["info"]["version"] != other["info"]["version"]


def test_paths_of_another_application_name_it() -> None:
    named = paths(described(unprefixed=False))
    assert "POST /api/runtime/3c3c3c3c1a1b4c1d8e1f2a2b2c2d2e2f/endpoints/d/count/{start}" in named
    assert not any(path.split()[1].startswith(("/d/", "/api/models")) for path in named)


def _variables(template: str) -> list[Any]:
    return [part.partition("}")[0] for part in template.split("{")[1:]]
