from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.definition.document import read_document
from app.definition.load import Steps
from app.definition.schema import json_schema
from app.properties import KINDS
from app.steps import KINDS as STEP_KINDS
from tests.unit.definition.toys import STEPS, written

EXAMPLES = sorted((Path(__file__).parents[3] / "app" / "examples").glob("*.yaml"))
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, Decimal),
    "boolean": (bool,),
    "null": (type(None),),
}


class Checker:
    """The part of JSON Schema that the definition's schema uses; any other word fails."""

    ANNOTATIONS = frozenset({"title", "description", "default", "examples", "format", "$schema", "$defs"})

    def __init__(self, steps: Steps = STEPS) -> None:
        self.schema = json_schema(steps)

    def faults(self, value: Any) -> list[str]:
        return list(self._faults(value, self.schema, ""))

    def _faults(self, value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
        for word, said in schema.items():
            if word not in self.ANNOTATIONS:
                yield from getattr(self, "_" + word.strip("$"))(value, said, schema, path)

    def _ref(self, value: Any, said: str, schema: Any, path: str) -> Iterator[str]:
        yield from self._faults(value, self.schema["$defs"][said.removeprefix("#/$defs/")], path)

    def _type(self, value: Any, said: str | list[str], schema: Any, path: str) -> Iterator[str]:
        wanted = [said] if isinstance(said, str) else said
        if not any(
            isinstance(value, TYPES[one]) and (one == "boolean" or not isinstance(value, bool))
            for one in wanted
        ):
            yield f"{path}: not {said}"

    def _any(self, value: Any, said: list[Any], schema: Any, path: str) -> Iterator[str]:
        if not any(not list(self._faults(value, one, path)) for one in said):
            yield f"{path}: fits no form"

    _anyOf = _oneOf = _any  # noqa: N815

    def _properties(self, value: Any, said: dict[str, Any], schema: Any, path: str) -> Iterator[str]:
        for key in value if isinstance(value, dict) else ():
            if key in said:
                yield from self._faults(value[key], said[key], f"{path}.{key}")

    def _additionalProperties(self, value: Any, said: Any, schema: Any, path: str) -> Iterator[str]:  # noqa: N802
        for key in value if isinstance(value, dict) else ():
            if key in schema.get("properties", {}) or said is True:
                continue
            if said is False:
                yield f"{path}.{key}: unknown"
            else:
                yield from self._faults(value[key], said, f"{path}.{key}")

    def _required(self, value: Any, said: list[str], schema: Any, path: str) -> Iterator[str]:
        yield from (f"{path}.{key}: missing" for key in said if isinstance(value, dict) and key not in value)

    def _items(self, value: Any, said: Any, schema: Any, path: str) -> Iterator[str]:
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from self._faults(item, said, f"{path}[{index}]")

    def _enum(self, value: Any, said: list[Any], schema: Any, path: str) -> Iterator[str]:
        if value not in said:
            yield f"{path}: none of {said}"

    def _const(self, value: Any, said: Any, schema: Any, path: str) -> Iterator[str]:
        if value != said:
            yield f"{path}: not {said}"

    def _pattern(self, value: Any, said: str, schema: Any, path: str) -> Iterator[str]:
        if isinstance(value, str) and not re.search(said, value):
            yield f"{path}: not like {said}"

    def _size(self, value: Any, said: int, schema: Any, path: str) -> Iterator[str]:
        if isinstance(value, dict | list | str) and len(value) < said:
            yield f"{path}: fewer than {said}"

    _minProperties = _minItems = _minLength = _size  # noqa: N815

    def _minimum(self, value: Any, said: int, schema: Any, path: str) -> Iterator[str]:
        if isinstance(value, int | Decimal) and value < said:
            yield f"{path}: below {said}"

    def _maximum(self, value: Any, said: int, schema: Any, path: str) -> Iterator[str]:
        if isinstance(value, int | Decimal) and value > said:
            yield f"{path}: above {said}"


def data(text: str) -> Any:
    """What a YAML text holds."""
    root, problems = read_document("x.yaml", text)
    assert root is not None
    assert problems == []
    return root.data()


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_example_fits_the_schema(file: Path) -> None:
    assert Checker(STEP_KINDS).faults(data(file.read_text())) == []


@pytest.mark.parametrize(
    "body",
    [
        "titel: x",
        "models: {A: {properties: {p: {kind: txt}}}}",
        "models: {A: {properties: {p: {}}}}",
        "models: {A: {read: {public: some}}}",
        "models: {A: {unique: 5}}",
        "actions: {A: {steps: [{fnd: {model: A}}]}}",
        "actions: {A: {steps: [{find: {}}]}}",
        "actions: {A: {steps: [{find: {model: A}, als: x}]}}",
        "actions: {A: {steps: [{find: {model: A}, then: []}]}}",
        "actions: {A: {steps: [{loop: =x, do: [{debug: []}]}]}}",
        "actions: {A: {input: {a: {kind: nope}}}}",
        "roles: {a: {name: b}}",
    ],
)
def test_mistake_does_not_fit_the_schema(tmp_path: Path, body: str) -> None:
    assert Checker().faults(data(written(tmp_path, body).read_text())) != []


@pytest.mark.parametrize(
    "body",
    [
        "actions: {A: {allow: public, steps: [{finish: null}, {finish: =x}, {finish: {result: 1}}]}}",
        "actions: {A: {steps: [{http_request: null, on_error: continue, retry: {times: 2, wait: 5s}}]}}",
        "models: {A: {unique: [a, [a, b]], read: {public: {a: {eq: 1}}}}}",
        "models: {A: {properties: {p: {kind: text, hidden: {except: admin}, minimum: 0.5}}}}",
    ],
)
def test_short_forms_fit_the_schema(tmp_path: Path, body: str) -> None:
    assert Checker().faults(data(written(tmp_path, body).read_text())) == []


def test_schema_lists_every_property_kind() -> None:
    definitions = json_schema(STEPS)["$defs"]
    for name in ("Property", "Input"):
        assert definitions[name]["properties"]["kind"]["enum"] == sorted(KINDS)


def test_schema_is_json_and_hides_what_no_author_writes() -> None:
    text = json.dumps(json_schema(STEP_KINDS))
    assert "\\u0000" not in text
    assert "00000000-0000-0000-0000-000000000000" not in text
    assert '"options": {"$ref"' not in text
    assert "app__" not in text


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    schema = json_schema(STEP_KINDS)
    names = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema)))
    assert names == set(schema["$defs"])
