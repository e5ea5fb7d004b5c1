from __future__ import annotations

import pytest

from app.definition.reads import Text, paths_read
from app.expressions import Expression, Structure, Template, Value


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (Expression.parse("config.a + b"), {("config", "a"), ("b",)}),
        (Expression.parse("config[key]"), {("config",), ("key",)}),
        (Template.parse("{{ config.a }} {{ config['b'].c }} {{ config[key] }}"), {("config", "a"), ("key",)}),
        (Template.parse("no names"), set()),
        (Value.parse({"x": ["=config.a", "config.b", 1]}), {("config", "a")}),
        (Structure.parse({"x": ["=config.a", "{{ config.b }}"]}), {("config", "b")}),
    ],
)
def test_paths_lead_to_what_is_read(text: Text, paths: set[tuple[str, ...]]) -> None:
    assert paths <= paths_read(text)
    assert {path[0] for path in paths_read(text)} == {path[0] for path in paths}


@pytest.mark.parametrize("text", [Expression.parse("size(config)"), Template.parse("{{ config | json }}")])
def test_whole_name_is_a_path_of_one(text: Text) -> None:
    assert paths_read(text) == {("config",)}
