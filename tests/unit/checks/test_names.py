from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.names import check
from tests.unit.checks.findings import findings

ROLE_IS_BUILT_IN = "the model Role is built in and takes `read` alone; name this one otherwise"
NO_NAME = "is no name; write letters, digits and _, a letter first, at most 63 characters"
SAME_NAMES = "it gets the same names in GraphQL or SQL as the model"


def models(*names: str) -> str:
    """A definition of models with these names, the first on line 4."""
    return "models:\n" + "".join(f"  {name}: {{}}\n" for name in names)


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (models("Media", "price list", "JwtToken"), []),
        (models("9Lives"), [f"4 models.9Lives: '9Lives' {NO_NAME}"]),
        (models("Größe"), [f"4 models.Größe: 'Größe' {NO_NAME}"]),
        (models("日本"), [f"4 models.日本: '日本' {NO_NAME}"]),
        (
            models("__Type"),
            ["4 models.__Type: names that begin with __ belong to GraphQL; write another name"],
        ),
        (models("Class"), ["4 models.Class: 'Class' is a reserved word; write another name"]),
        (
            models("Query"),
            ["4 models.Query: 'Query' is a type of the GraphQL schema itself; write another name"],
        ),
        (
            models("text filter"),
            ["4 models.text filter: 'TextFilter' is a type of the GraphQL schema itself; write another name"],
        ),
        (models("Media", "media"), [f"5 models.media: {SAME_NAMES} 'Media'; rename one"]),
        (models("PriceList", "price_list"), [f"5 models.price_list: {SAME_NAMES} 'PriceList'; rename one"]),
        (models("Media", "MediaInput"), [f"5 models.MediaInput: {SAME_NAMES} 'Media'; rename one"]),
        (models("User", "UserGroup", "UserGroupKeys"), []),
        (models("User", "UserAggregate"), [f"5 models.UserAggregate: {SAME_NAMES} 'User'; rename one"]),
        (models("User", "UserGroupKey"), [f"5 models.UserGroupKey: {SAME_NAMES} 'User'; rename one"]),
        (models("ManyMedia", "Media"), [f"5 models.Media: {SAME_NAMES} 'ManyMedia'; rename one"]),
        (models("Role"), [f"4 models.Role: {ROLE_IS_BUILT_IN}"]),
        ("models: {Role: {read: {public: all}}}", []),
        (
            "models: {Role: {read: {public: all}, write: {public: all}}}",
            [f"3 models.Role: {ROLE_IS_BUILT_IN}"],
        ),
        (
            models("A" * 58),
            [
                f"4 models.{'A' * 58}: the table toys__{'a' * 58} has more than 63 characters; shorten the name"
            ],
        ),
        (
            "roles: {public: {}}",
            ["3 roles.public: public is the role that everybody has; give this one another name"],
        ),
        ("roles: {'a b': {}}", []),
        ("roles: {'1': {}}", [f"3 roles.1: '1' {NO_NAME}"]),
        ("actions: {Trigger next-gen upload: {}}", []),
        ("actions: {'!': {}}", [f"3 actions.!: '!' {NO_NAME}"]),
        ("configurations: {a-b: {value: 1}}", [f"3 configurations.a-b: 'a-b' {NO_NAME}"]),
        (
            "actions: {A: {input: {me: {kind: text}, in: {kind: text}, 'a b': {kind: text}}}}",
            [
                f"3 actions.A.input.a b: 'a b' {NO_NAME}",
                "3 actions.A.input.in: 'in' is a word of expressions; write another name",
                "3 actions.A.input.me: me is there in every run; write another name",
            ],
        ),
    ],
)
def test_name_of_a_part(tmp_path: Path, body: str, lines: list[str]) -> None:
    assert findings(check, tmp_path, body) == lines


@pytest.mark.parametrize(
    ("properties", "relations", "lines"),
    [
        ("created_on: {kind: date}", "maker: {belongs_to: M}", []),
        ("id: {kind: number}", "", ["5 models.M.properties.id: the server makes id itself; leave it out"]),
        (
            "created_at: {kind: date}",
            "",
            ["5 models.M.properties.created_at: the server makes created_at itself; leave it out"],
        ),
        (
            "createdAt: {kind: date}",
            "",
            [
                "5 models.M.properties.createdAt: 'created_at' is the field createdAt in GraphQL already;"
                " rename one"
            ],
        ),
        (
            "fooBar: {kind: text}, foo_bar: {kind: text}",
            "",
            ["5 models.M.properties.foo_bar: 'fooBar' is the field fooBar in GraphQL already; rename one"],
        ),
        (
            "maker: {kind: text}",
            "maker: {belongs_to: M}",
            ["6 models.M.relations.maker: 'maker' is the field maker in GraphQL already; rename one"],
        ),
        (
            "parts_aggregate: {kind: text}",
            "parts: {has_and_belongs_to_many: M}",
            [
                "6 models.M.relations.parts: 'parts_aggregate' is the field partsAggregate in GraphQL already;"
                " rename one"
            ],
        ),
        (
            "maker_aggregate: {kind: text}",
            "maker: {belongs_to: M}, parts: {has_and_belongs_to_many: M}",
            [],
        ),
        (
            "",
            "parts: {has_and_belongs_to_many: M}, partsAggregate: {belongs_to: M}",
            [
                "6 models.M.relations.partsAggregate: 'parts' is the field partsAggregate in GraphQL already;"
                " rename one"
            ],
        ),
        (
            "maker_id: {kind: number}",
            "maker: {belongs_to: M}",
            ["6 models.M.relations.maker: its column maker_id is the property 'maker_id'; rename one"],
        ),
        (
            "class: {kind: text}",
            "",
            ["5 models.M.properties.class: 'class' is a reserved word; write another name"],
        ),
        (
            "'null': {kind: text}",
            "",
            ["5 models.M.properties.null: 'null' is a reserved word; write another name"],
        ),
        ("a b: {kind: text}", "", [f"5 models.M.properties.a b: 'a b' {NO_NAME}"]),
        ("_a: {kind: text}", "", [f"5 models.M.properties._a: '_a' {NO_NAME}"]),
        ("'a\"b': {kind: text}", "", [f"5 models.M.properties.a\"b: 'a\"b' {NO_NAME}"]),
        (f"{'a' * 64}: {{kind: text}}", "", [f"5 models.M.properties.{'a' * 64}: '{'a' * 64}' {NO_NAME}"]),
    ],
)
def test_name_within_a_model(tmp_path: Path, properties: str, relations: str, lines: list[str]) -> None:
    body = f"models:\n  M:\n    properties: {{{properties}}}\n    relations: {{{relations}}}\n"
    assert findings(check, tmp_path, body) == lines
