"""Actions as mutations of their own: the same as `action`, with types."""

from __future__ import annotations

from tests.end_to_end.caller import Caller
from tests.end_to_end.pictures import png
from tests.support.files import FileServer


def test_action_of_the_example_takes_a_url_and_answers_the_record_s_id(
    system: Caller, files: FileServer
) -> None:
    upload = 'query { __type(name: "Mutation") { fields { name type { name } args { type { ofType { name } } } } } }'
    shown = {one["name"]: one for one in system.ask(upload)["__type"]["fields"]}["uploadFile"]
    assert shown == {
        "name": "uploadFile",
        "type": {"name": "UploadFileResult"},
        "args": [{"type": {"ofType": {"name": "URL"}}}],
    }
    made = system.ask(
        "mutation { uploadFile(file: $file) { result __typename } }",
        {"file": files.serve("/typed.png", png(shade=5))},
    )
    assert made["uploadFile"]["__typename"] == "UploadFileResult"
    id = made["uploadFile"]["result"]
    assert system.ask("mutation { deleteMedia(id: $id) { id } }", {"id": str(id)}) == {
        "deleteMedia": {"id": id}
    }


def test_action_without_a_result_is_null(tools: Caller) -> None:
    assert tools.ask("mutation { nothing }") == {"nothing": None}


def test_rights_are_those_of_the_action(tools: Caller, wim: Caller) -> None:
    assert tools.code("mutation { forWorkers { result } }") == "UNAUTHENTICATED"
    assert wim.ask("mutation { forWorkers { result } }") == {"forWorkers": {"result": "wim"}}
    assert wim.code("mutation { forBosses { result } }") == "FORBIDDEN"


def test_action_for_nobody_has_no_mutation(tools: Caller) -> None:
    assert tools.code("mutation { private }") == "GRAPHQL_VALIDATION_FAILED"


def test_input_that_is_missing_or_wrong_is_named(tools: Caller) -> None:
    assert tools.code("mutation { add { result } }") == "GRAPHQL_VALIDATION_FAILED"
    error = tools.error('mutation { add(amount: 1, on: "2026-02-30") { result } }')
    assert error["extensions"]["fields"] == {"on": ["is_invalid"]}


def test_same_key_counts_once(cleo: Caller) -> None:
    body = {"query": 'mutation { count(text: "typed once") { result } }'}
    first, again = (cleo.post(body, **{"Idempotency-Key": "typed"}) for _ in range(2))
    assert first.json() == {"data": {"count": {"result": 1}}}
    assert again.json() == {**first.json(), "extensions": {"idempotencyReplayed": ["count"]}}
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
