"""A hidden field does not exist: what is said of it is, byte for byte, what is said of a name nobody uses."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from tests.permissions.serving import Serving, definition, serving, settings

pytestmark = pytest.mark.asyncio(loop_scope="package")
HIDDEN = [
    # model, name, who asks, whether it is hidden from writes too
    ("Person", "badge", "eve", True),
    ("Person", "badge", "max", True),
    ("Person", "salary", "eve", True),
    ("Person", "salary", None, True),
    ("Person", "password", "eve", False),
    ("Note", "mark", "max", True),
    ("Note", "scan", "ada", True),
    ("Note", "vault", "eve", True),
]


@pytest_asyncio.fixture(loop_scope="package", scope="module")
async def live(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """A live application, whose errors suggest nothing."""
    folder = tmp_path_factory.mktemp("hidden")
    chosen = settings(f"sqlite:///{folder / 'x.sqlite'}", folder)
    async with serving(chosen, definition(status="live")) as running:
        for name in ("ada", "eve", "max"):
            pair = await running.pair("Staff", f"{name}@example.org", f"{name} password")
            running.tokens[name] = pair["jwtToken"]
        yield running


def reads(model: str, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield f"{{ all{model} {{ results {{ {name} }} }} }}", {}
    yield f"{{ one{model} {{ id again: {name} }} }}", {}
    yield f"{{ one{model} {{ ... on {model} {{ {name} }} }} }}", {}
    yield f"{{ one{model} {{ {name} {{ id }} }} }}", {}
    yield "{ mePerson { " + name + " } }", {}
    yield f"{{ all{model}(where: {{{name}: {{exists: true}}}}) {{ totalCount }} }}", {}
    yield f"{{ all{model}(where: {{_and: [{{{name}: {{eq: 1}}}}]}}) {{ totalCount }} }}", {}
    yield f"query ($w: JSON) {{ all{model}(where: $w) {{ totalCount }} }}", {"w": {name: {"exists": True}}}
    yield (
        f"query ($w: JSON) {{ all{model}(where: $w) {{ totalCount }} }}",
        {"w": {"_or": [{name: {"eq": 1}}]}},
    )
    yield f"{{ all{model}(sort: {{field: {name}}}) {{ totalCount }} }}", {}
    yield f"query ($s: JSON) {{ all{model}(sort: $s) {{ totalCount }} }}", {"s": [{"field": name}]}
    for figure in ("sum", "avg", "min", "max"):
        yield f"{{ all{model} {{ aggregate {{ {figure} {{ {name} }} }} }} }}", {}
    yield f"{{ all{model} {{ groupBy(by: [{name}]) {{ aggregate {{ count }} }} }} }}", {}
    yield (
        f"query ($b: JSON) {{ all{model} {{ groupBy(by: $b) {{ aggregate {{ count }} }} }} }}",
        {"b": [name]},
    )
    yield f"{{ all{model} {{ groupBy(by: [id]) {{ key {{ {name} }} }} }} }}", {}
    yield f"{{ allTeam {{ results {{ peopleAggregate {{ max {{ {name} }} }} }} }} }}", {}
    yield (
        f"{{ allTeam {{ results {{ peopleAggregate(where: {{{name}: {{exists: true}}}}) {{ count }} }} }} }}",
        {},
    )
    yield f"{{ allNote(where: {{owner: {{{name}: {{exists: true}}}}}}) {{ totalCount }} }}", {}
    yield f"{{ allNote(sort: {{relation: {{owner: {{{name}: ASC}}}}}}) {{ totalCount }} }}", {}
    yield f"{{ allNote {{ results {{ owner {{ {name} }} }} }} }}", {}
    yield f"mutation {{ update{model}(id: 1, input: {{}}) {{ {name} }} }}", {}


def writes(model: str, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for value in ('"x"', "1", "null", "{id: 1}"):
        yield f"mutation {{ create{model}(input: {{{name}: {value}}}) {{ id }} }}", {}
    for given in ("x", 1, None, {"id": 1}):
        yield f"mutation ($i: JSON) {{ create{model}(input: $i) {{ id }} }}", {"i": {name: given}}
        yield f"mutation ($i: JSON) {{ update{model}(id: 1, input: $i) {{ id }} }}", {"i": {name: given}}
        yield f"mutation ($i: JSON) {{ createMany{model}(input: [$i]) {{ id }} }}", {"i": {name: given}}
    yield f'mutation {{ upsert{model}(input: {{}}, uniqueBy: ["{name}"]) {{ id }} }}', {}
    yield f"mutation {{ updateMany{model}(where: {{{name}: {{eq: 1}}}}, input: {{}}) {{ id }} }}", {}
    yield f"mutation {{ deleteMany{model}(where: {{{name}: {{exists: true}}}}) {{ id }} }}", {}
    yield _upload(model, name), {}


def _upload(model: str, name: str) -> str:
    return (
        'mutation { generateFileUploadRequest(contentType: "a/b", fileName: "f", '
        f'modelName: "{model}", propertyName: "{name}") {{ url }} }}'
    )


@pytest.mark.parametrize(("model", "name", "caller", "unwritable"), HIDDEN)
async def test_hidden_name_is_answered_like_an_unknown_one(
    live: Serving, model: str, name: str, caller: str | None, unwritable: bool
) -> None:
    unknown = "z" * len(name)
    token = live.tokens[caller] if caller else None
    pairs = list(zip(reads(model, name), reads(model, unknown), strict=True))
    if unwritable:
        pairs += zip(writes(model, name), writes(model, unknown), strict=True)
    for mine, others in pairs:
        answers = [await _bytes(live, query, variables, token) for query, variables in (mine, others)]
        assert answers[0].replace(name, unknown) == answers[1], mine
        assert '"errors"' in answers[0], mine


async def _bytes(served: Serving, query: str, variables: dict[str, Any], token: str | None) -> str:
    """The whole answer, under a request id that is the same for all."""
    answer = await served.ask(query, variables, token, headers={"x-request-id": "same-for-all"})
    return f"{answer.status} {json.dumps(answer.body)}"


async def test_model_without_grants_is_answered_like_an_unknown_one(live: Serving) -> None:
    for token in (None, live.tokens["eve"]):
        for query in (
            "{{ all{0} {{ totalCount }} }}",
            "{{ one{0} {{ id }} }}",
            "{{ me{0} {{ id }} }}",
            "{{ allNote {{ results {{ ... on {0} {{ id }} }} }} }}",
            "mutation {{ create{0}(input: {{}}) {{ id }} }}",
            "mutation {{ delete{0}(id: 1) {{ id }} }}",
            _upload("{0}", "paper").replace("{ ", "{{ ").replace(" }", " }}"),
        ):
            answers = [await _bytes(live, query.format(name), {}, token) for name in ("Vault", "Zzzzz")]
            assert answers[0].replace("Vault", "Zzzzz") == answers[1]
            assert '"errors"' in answers[0]


async def test_upload_form_of_a_hidden_property_is_for_who_sees_and_writes_it(live: Serving) -> None:
    refusals = [
        (await live.ask(_upload("Note", "scan"), token=live.tokens.get(name))).code
        for name in ("", "ada", "eve")
    ]
    # Eve sees it and may not write notes.
    assert refusals == ["BAD_USER_INPUT", "BAD_USER_INPUT", "FORBIDDEN"]


async def test_suggestions_for_names_like_a_hidden_one_do_not_name_it(alone: Serving) -> None:
    eve = (await alone.pair("Staff", "eve@example.org", "eve password"))["jwtToken"]
    for near, hidden in (("badgee", "badge"), ("salarry", "salary"), ("passwor", "password")):
        for query, variables in reads("Person", near):
            answer = await alone.ask(query, variables, eve)
            assert answer.codes
            assert hidden not in json.dumps(answer.body).replace(near, "")


INTROSPECTION = """
    { __schema { types { name fields { name } inputFields { name } enumValues { name } } } }
"""


async def _names(served: Serving, token: str | None) -> dict[str, set[str]]:
    """The names in each type of the schema as a caller gets it."""
    answer = await served.ask(INTROSPECTION, token=token)
    assert answer.code is None
    return {
        one["name"]: {
            each["name"] for kind in ("fields", "inputFields", "enumValues") for each in one[kind] or ()
        }
        for one in answer.data["__schema"]["types"]
    }


async def test_introspection_lists_a_hidden_name_for_those_who_see_it_alone(alone: Serving) -> None:
    max_ = (await alone.pair("Staff", "max@example.org", "max password"))["jwtToken"]
    for token, seen in ((None, False), (max_, True)):
        names = await _names(alone, token)
        for type_ in (
            "Person",
            "PersonWhere",
            "PersonInput",
            "PersonSortField",
            "PersonGroupField",
            "PersonGroupKey",
            "PersonSums",
            "PersonExtremes",
        ):
            assert ("salary" in names.get(type_, ())) is seen, (type_, seen)
        assert "badge" not in set().union(*names.values())
        assert "secret" not in names["Client"]
        assert not {"Vault", "VaultWhere", "Role"} & set(names)
        assert "password" not in names["Person"] | names["PersonWhere"] | names["PersonSortField"]


async def test_hidden_name_works_for_a_role_that_is_excepted(trial: Serving) -> None:
    query = "{ allPerson(where: {salary: {gt: 1000}}, sort: {field: salary, order: DESC}) { results { id salary } } }"
    answer = await trial.ask(query, token=trial.tokens["max"])
    assert answer.data == {"allPerson": {"results": [{"id": 6, "salary": 6000}, {"id": 3, "salary": 3000}]}}
    change = "mutation { updatePerson(id: 1, input: {salary: 1}) { salary } }"
    assert (await trial.ask(change, token=trial.tokens["max"])).data == {"updatePerson": {"salary": 1}}
