"""What a description says of an application, and what it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.main import EXAMPLES
from app.resolvers.runs import STATES
from tests.openapi.described import DEFINITION, described, paths, schema

RUNTIME = "/api/runtime/3c3c3c3c1a1b4c1d8e1f2a2b2c2d2e2f"


@pytest.fixture(scope="module")
def document() -> Any:
    return described(server="http://shop.test")


def test_operations_are_those_that_somebody_has(document: Any) -> None:
    named = {path for path in paths(document) if "/models/worker/" in path or "/d/" in path}
    assert named == {
        "GET /api/models/worker/records",
        "POST /api/models/worker/records",
        "DELETE /api/models/worker/records",
        "POST /api/models/worker/records/new",
        "GET /api/models/worker/records/{id}",
        "PUT /api/models/worker/records/{id}",
        "DELETE /api/models/worker/records/{id}",
        "GET /d/notes",
        "POST /d/notes",
        "GET /d/notes/{id}",
        "PUT /d/notes/{id}",
        "DELETE /d/notes/{id}",
        "POST /d/count/{start}",
        "GET /d/sheet.csv",
        "POST /d/login",
    }
    # Nobody may write teams.
    assert {path for path in paths(document) if "/models/team/records" in path} == {
        "GET /api/models/team/records",
        "GET /api/models/team/records/{id}",
    }


def test_model_that_nobody_may_reach_is_not_told(document: Any) -> None:
    text = json.dumps(document).lower()
    assert "vault" not in text
    assert "nobody knows" not in text
    assert "combination" not in text
    assert "secret" not in text


def test_action_that_nobody_may_call_is_not_told(document: Any) -> None:
    assert "execute_inner" not in json.dumps(document)


def test_hidden_property_is_not_told(document: Any) -> None:
    assert "unsaid" not in json.dumps(described(DEFINITION, "chief"))
    assert "wage" not in json.dumps(document)


def test_property_hidden_from_others_is_told_to_those_who_see_it() -> None:
    seen = described(DEFINITION, "chief")
    assert schema(seen, "Worker")["properties"]["wage"] == {"type": ["number", "null"]}
    assert schema(seen, "WorkerValues")["properties"]["wage"] == {"type": ["number", "null"], "minimum": 0}


def test_password_is_written_and_never_read(document: Any) -> None:
    assert "password" not in schema(document, "Worker")["properties"]
    password = schema(document, "WorkerValues")["properties"]["password"]
    assert password == {"type": "string", "format": "password", "minLength": 8, "maxLength": 1024}


def test_values_have_what_the_server_makes_not(document: Any) -> None:
    values = schema(document, "WorkerValues")
    assert list(values["properties"]) == ["name", "password", "level", "photo", "team"]
    assert values["required"] == ["name", "password", "team"]
    assert values["properties"]["name"] == {
        "type": "string",
        "maxLength": 20,
        "description": "What they are called.",
    }
    assert values["properties"]["level"]["default"] == "low"
    assert "required" not in schema(document, "WorkerChanges")


def test_record_has_its_file_as_address_and_its_parent_as_id(document: Any) -> None:
    record = schema(document, "Worker")
    assert record["description"] == "Who works here."
    assert record["properties"]["photo"]["required"] == ["name", "url"]
    assert record["properties"]["team"]["properties"]["id"]["type"] == "integer"
    assert "roles" not in record["properties"]
    assert record["required"] == ["id", "name", "level", "photo", "created_at", "updated_at"]


def test_names_are_spelled_as_each_door_spells_them(document: Any) -> None:
    assert "start_date" in schema(document, "Team")["properties"]
    assert "startDate" not in schema(document, "Team")["properties"]


def test_form_has_the_values_in_brackets(document: Any) -> None:
    content = document["paths"]["/api/models/worker/records/new"]["post"]["requestBody"]["content"]
    form = content["application/x-www-form-urlencoded"]
    assert form["schema"]["required"] == ["record[name]", "record[password]", "record[team]"]
    assert form["example"]["record[name]"] == "text"
    assert content["application/json"]["schema"]["required"] == ["record"]


def test_list_takes_saved_views_where_there_are_some(document: Any) -> None:
    of_workers = document["paths"]["/api/models/worker/records"]["get"]["parameters"]
    view = next(one for one in of_workers if one["name"] == "view_id")
    assert "`names` (" in view["description"]
    of_teams = document["paths"]["/api/models/team/records"]["get"]["parameters"]
    assert not {"view_id", "filter_id"} & {one["name"] for one in of_teams}


def test_records_door_has_its_statuses_and_no_others(document: Any) -> None:
    made = document["paths"]["/api/models/worker/records/new"]["post"]
    assert list(made["responses"]) == ["201", "400", "401", "404", "413", "415", "429", "502"]
    assert list(made["responses"]["201"]["headers"]) == ["Location"]
    assert made["security"] == [{"basic": []}]
    removed = document["paths"]["/api/models/worker/records/{id}"]["delete"]["responses"]["204"]
    assert "content" not in removed


def test_action_is_described_with_its_input(document: Any) -> None:
    found = next(path for path in document["paths"] if path.startswith("/api/models/team/actions/"))
    action = document["paths"][found]["post"]
    assert (action["operationId"], action["description"]) == ("execute_count", "Counts up.")
    inputs = schema(document, "CountInput")
    assert inputs["properties"]["start"]["minimum"] == 3
    assert inputs["required"] == ["start"]
    assert inputs["additionalProperties"] is False


def test_endpoint_is_described_with_its_variables(document: Any) -> None:
    endpoint = document["paths"]["/d/count/{start}"]["post"]
    assert endpoint["summary"] == "Counts from there."
    assert [(one["in"], one["name"], one["required"]) for one in endpoint["parameters"]] == [
        ("path", "start", True),
        ("query", "size", False),
        ("header", "X-Day", False),
        ("header", "Idempotency-Key", False),
    ]
    assert endpoint["requestBody"]["required"] is True
    assert endpoint["security"] == [{}, {"bearer": []}, {"cookie": []}]


def test_example_leaves_out_what_has_a_form_of_its_own(document: Any) -> None:
    body = document["paths"]["/d/notes"]["post"]["requestBody"]["content"]["application/json"]
    assert body["example"] == {"text": "text"}
    assert schema(document, "NoteValues")["properties"]["place"]["pattern"] == "^(?:[A-Z]{2})$"


def test_protected_endpoint_takes_token_or_cookie(document: Any) -> None:
    sheet = document["paths"]["/d/sheet.csv"]["get"]
    assert sheet["security"] == [{"bearer": []}, {"cookie": []}]
    assert list(sheet["responses"]["200"]["content"]) == ["text/csv"]
    cookie = document["components"]["securitySchemes"]["cookie"]
    assert cookie["name"] == "actionql-3c3c3c3c1a1b4c1d8e1f2a2b2c2d2e2f"
    safe = described(server="https://shop.test")["components"]["securitySchemes"]["cookie"]
    assert safe["name"].startswith("__Host-")


def test_login_is_for_everybody_and_sets_a_cookie(document: Any) -> None:
    login = document["paths"]["/d/login"]["post"]
    assert login["security"] == [{}]
    assert list(login["responses"]["200"]["headers"]) == ["Set-Cookie"]


def test_generated_list_takes_a_parameter_for_each_operator(document: Any) -> None:
    names = [one["name"] for one in document["paths"]["/d/notes"]["get"]["parameters"]]
    assert names[:5] == ["page", "per_page", "sort", "total", "id"]
    assert {"text", "text.starts_with", "text.exists", "created_at.gteq"} <= set(names)
    assert "text.gt" not in names


def test_action_that_takes_requests_is_there_for_each_method(document: Any) -> None:
    found = next(path for path in document["paths"] if path.startswith(f"{RUNTIME}/action/"))
    assert set(document["paths"][found]) == {"get", "post", "put", "patch", "delete"}
    assert document["paths"][found]["get"]["security"] == [{}, {"bearer": []}]
    assert "default" in document["paths"][found]["get"]["responses"]


def test_triggers_are_described_with_their_inputs_and_outputs() -> None:
    told = described(EXAMPLES / "crm.yaml")["paths"]
    waiting = told["/phixflow/api/1/action/MyApp/My%20API/trigger"]
    assert set(waiting) == {"get", "post"}
    assert [one["name"] for one in waiting["get"]["parameters"]] == [
        "onboarded_after",
        "timeout",
        "Idempotency-Key",
    ]
    answer = waiting["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert list(answer["properties"]["data"]["properties"]) == ["Companies"]
    assert waiting["get"]["security"] == [{}, {"incoming_key": []}]
    assert "requestBody" not in waiting["get"]
    polled = told["/phixflow/api/1/action/MyApp/Nightly%20import/poll/{processId}"]["get"]
    assert polled["security"] == [{"incoming_key": []}]
    started = told["/phixflow/api/1/action/MyApp/Nightly%20import/trigger"]["post"]["responses"]["200"]
    assert "data" not in started["content"]["application/json"]["schema"]["properties"]


def test_files_are_described_where_there_are_some(document: Any) -> None:
    assert f"POST {RUNTIME}/uploads" in paths(document)
    assert f"GET {RUNTIME}/assets/{{id}}/{{name}}" in paths(document)


def test_server_is_where_it_was_asked(document: Any) -> None:
    assert document["servers"] == [{"url": "http://shop.test"}]
    assert document["info"]["description"] == "What this is for."


def test_writes_and_no_reads_take_an_idempotency_key(document: Any) -> None:
    taking: set[tuple[str, str, str]] = set()
    others: set[tuple[str, str, str]] = set()
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            keyed = any(given["name"] == "Idempotency-Key" for given in one.get("parameters", ()))
            (taking if keyed else others).add((method, one["tags"][0], path))
    assert {method for method, _, _ in taking} >= {"post", "put", "delete"}
    assert {
        method for method, tag, _ in taking if tag not in ("HTTP actions", "Endpoints", "Incoming API")
    } <= {
        "post",
        "put",
        "delete",
    }
    left = {path for method, tag, path in others if method != "get" and tag != "Endpoints"}
    assert all(path.endswith("/uploads") for path in left)


def test_triggers_tell_their_alias_and_how_each_record_ended() -> None:
    told = described(EXAMPLES / "crm.yaml")["paths"]
    base = "/phixflow/api/1/action/MyApp"
    waiting = told[f"{base}/My%20API/trigger"]["get"]
    assert "/phixflow/api/1/action/companies/trigger" in waiting["description"]
    assert "\n" not in waiting["summary"]
    states = told[f"{base}/Nightly%20import/poll/{{processId}}"]["get"]["responses"]["200"]["content"]
    shape = states["application/json"]["schema"]["properties"]
    assert {"message", "code", "requestId"} < shape.keys()
    assert shape["state"]["enum"] == [*STATES]
    each = told[f"{base}/Import%20one%20by%20one/trigger"]["post"]["responses"]["200"]["content"]
    record = each["application/json"]["schema"]["properties"]["records"]["items"]
    assert record["required"] == ["index", "success"]
