"""Runs over GraphQL: started, waited for, answered, listed and ended, each by who may."""

from __future__ import annotations

import threading
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.end_to_end.caller import Caller

START = "mutation { startAction(id: $id, input: $input) { runId state } }"
RUN = """query ($id: ID!, $wait: Int) {
  run(id: $id, waitSeconds: $wait) {
    __typename id action state result created started ended
    error { code message detail } waiting { token title text fields } steps
  }
}"""
LIST = (
    "query ($where: RunWhere, $take: Int) { runs(where: $where, take: $take) { results { id } totalCount } }"
)
ANSWER = "mutation { answerRun(id: $id, token: $token, input: $input) { runId state } }"
CANCEL = "mutation { cancelRun(id: $id) { state error { code } } }"


def start(caller: Caller, action: str, input: Any = None) -> str:
    return str(caller.ask(START, {"id": action, "input": input})["startAction"]["runId"])


def seen(caller: Caller, run: str, wait: int = 10) -> dict[str, Any]:
    return dict(caller.ask(RUN, {"id": run, "wait": wait})["run"])


def keyed(caller: Caller, query: str, variables: Any, key: str) -> httpx.Response:
    return caller.post({"query": query, "variables": variables}, **{"Idempotency-Key": key})


def code(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


def test_run_asks_and_goes_on_with_the_answer(desk: Caller) -> None:
    run = start(desk, "Order", {"what": "pens"})
    asking = seen(desk, run)
    assert (asking["__typename"], asking["action"], asking["state"]) == ("Run", "Order", "waiting_for_input")
    assert (asking["result"], asking["error"], asking["ended"], asking["steps"]) == (None, None, None, None)
    question = asking["waiting"]
    assert question["title"] == "How many pens?"
    assert [one["name"] for one in question["fields"]] == ["amount", "colour"]
    sent = {"id": run, "token": question["token"], "input": {"amount": 3}}
    assert desk.ask(ANSWER, sent) == {"answerRun": {"runId": run, "state": "running"}}
    ended = seen(desk, run)
    assert (ended["state"], ended["result"]) == ("completed", {"what": "pens", "amount": 3})
    assert ended["created"] <= ended["started"] <= ended["ended"]
    assert ended["waiting"] is None
    assert desk.code(ANSWER, sent) == "CONFLICT"


def test_wrong_answers_leave_the_run_waiting(desk: Caller) -> None:
    run = start(desk, "Order", {"what": "pens"})
    token = seen(desk, run)["waiting"]["token"]
    wrong = desk.error(ANSWER, {"id": run, "token": token, "input": {"amount": "many", "size": 1}})
    assert wrong["extensions"]["fields"] == {"amount": ["is_invalid"], "size": ["is_unknown"]}
    assert desk.code(ANSWER, {"id": run, "token": "guessed", "input": {"amount": 1}}) == "CONFLICT"
    assert desk.code(ANSWER, {"id": str(uuid4()), "token": token, "input": {"amount": 1}}) == "NOT_FOUND"
    assert seen(desk, run, 0)["state"] == "waiting_for_input"


def test_failed_run_tells_its_error_and_the_operator_more(cleo: Caller, olga: Caller) -> None:
    run = start(cleo, "Fail")
    failed = seen(cleo, run)
    assert (failed["state"], failed["error"]["code"]) == ("fatal_errored", "ACTION_FAILED")
    assert (failed["error"]["message"], failed["error"]["detail"]) == ("No.", None)
    assert failed["steps"] is None
    shown = seen(olga, run)
    assert shown["error"]["detail"]
    assert isinstance(shown["steps"], list)


def test_run_is_for_who_started_it_and_for_operators(
    desk: Caller, cleo: Caller, carl: Caller, olga: Caller
) -> None:
    run = start(cleo, "Order", {"what": "ink"})
    token = seen(cleo, run)["waiting"]["token"]
    for other in (desk, carl):
        assert other.code(RUN, {"id": run, "wait": 0}) == "NOT_FOUND"
        assert other.code(CANCEL, {"id": run}) == "NOT_FOUND"
        assert run not in [one["id"] for one in other.ask(LIST)["runs"]["results"]]
        assert other.code(ANSWER, {"id": run, "token": "guessed", "input": {"amount": 1}}) == "NOT_FOUND"
    assert seen(olga, run, 0)["id"] == run
    for caller in (cleo, olga):
        assert run in [one["id"] for one in caller.ask(LIST, {"take": 200})["runs"]["results"]]
    # Who has the token was asked, whoever it is.
    assert carl.ask(ANSWER, {"id": run, "token": token, "input": {"amount": 1}})["answerRun"]["runId"] == run


def test_run_of_another_application_is_not_there(desk: Caller, tools: Caller) -> None:
    run = start(desk, "Order", {"what": "ink"})
    assert tools.code(RUN, {"id": run, "wait": 0}) == "NOT_FOUND"


def test_runs_are_found_by_state_action_door_and_time(cleo: Caller) -> None:
    failed, counted = start(cleo, "Fail"), start(cleo, "Count", {"text": "listed"})
    for run in (failed, counted):
        seen(cleo, run)

    def found(**where: Any) -> list[str]:
        return [one["id"] for one in cleo.ask(LIST, {"where": where, "take": 200})["runs"]["results"]]

    assert failed in found(state="fatal_errored")
    assert counted not in found(state="fatal_errored")
    assert counted in found(action="Count")
    assert failed not in found(action="Count")
    assert counted in found(door="graphql")
    assert found(door="elsewhere") == []
    begun = seen(cleo, counted)["created"]
    assert {failed, counted} & set(found(createdFrom=begun)) == {counted}
    assert {failed, counted} & set(found(createdBefore=begun)) == {failed}
    assert cleo.code(LIST, {"where": {"createdFrom": "soon"}}) == "BAD_USER_INPUT"
    assert cleo.code(LIST, {"take": 100_000}) == "BAD_USER_INPUT"


def test_total_counts_all_pages(cleo: Caller) -> None:
    for _ in range(2):
        start(cleo, "Count", {"text": "paged"})
    page = cleo.ask(LIST, {"where": {"action": "Count"}, "take": 1})["runs"]
    assert len(page["results"]) == 1
    assert page["totalCount"] >= 2
    assert cleo.ask("{ runs { totalCount } }")["runs"]["totalCount"] >= page["totalCount"]


def test_cancelled_run_is_over(cleo: Caller) -> None:
    run = start(cleo, "Order", {"what": "ink"})
    seen(cleo, run)
    ended = {"state": "fatal_errored", "error": {"code": "CANCELLED"}}
    assert cleo.ask(CANCEL, {"id": run}) == {"cancelRun": ended}
    assert cleo.code(CANCEL, {"id": run}) == "CONFLICT"


@pytest.mark.parametrize("action", ["Private", "No such action", ""])
def test_action_that_is_not_for_callers_is_not_started(cleo: Caller, action: str) -> None:
    assert cleo.code(START, {"id": action, "input": None}) == "NOT_FOUND"


def test_action_is_not_started_by_who_may_not(desk: Caller, olga: Caller) -> None:
    assert desk.code(START, {"id": "Fail", "input": None}) == "UNAUTHENTICATED"
    assert olga.code(START, {"id": "Fail", "input": None}) == "FORBIDDEN"
    assert desk.code(START, {"id": "Order", "input": {"size": 1}}) == "BAD_USER_INPUT"


# Waiting for news


def test_wait_ends_when_the_run_does(cleo: Caller) -> None:
    run = start(cleo, "Pause")
    begun = time.monotonic()
    assert seen(cleo, run, 30)["result"] == "done"
    assert time.monotonic() - begun < 20


def test_wait_ends_when_its_time_is_over(desk: Caller) -> None:
    run = start(desk, "Order", {"what": "ink"})
    seen(desk, run)
    query = "{ run(id: $id, waitSeconds: 1, whileState: waiting_for_input) { state } }"
    begun = time.monotonic()
    assert desk.ask(query, {"id": run}) == {"run": {"state": "waiting_for_input"}}
    assert time.monotonic() - begun >= 1


def test_wait_in_a_state_ends_with_it(desk: Caller) -> None:
    run = start(desk, "Order", {"what": "ink"})
    token = seen(desk, run)["waiting"]["token"]
    answer = {"id": run, "token": token, "input": {"amount": 1}}
    later = threading.Timer(0.3, lambda: desk.ask(ANSWER, answer))
    later.start()
    query = "{ run(id: $id, waitSeconds: 30, whileState: waiting_for_input) { state } }"
    assert desk.ask(query, {"id": run})["run"]["state"] in ("running", "completed")
    later.join()


@pytest.mark.parametrize("seconds", [-1, 31])
def test_wait_is_no_longer_than_half_a_minute(desk: Caller, seconds: int) -> None:
    run = start(desk, "Order", {"what": "ink"})
    assert desk.code(RUN, {"id": run, "wait": seconds}) == "BAD_USER_INPUT"


# Idempotency keys


def test_same_key_starts_once_and_says_so(cleo: Caller) -> None:
    key, variables = str(uuid4()), {"id": "Count", "input": {"text": str(uuid4())}}
    first, again = (keyed(cleo, START, variables, key) for _ in range(2))
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    run = first.json()["data"]["startAction"]["runId"]
    assert again.json()["data"]["startAction"]["runId"] == run
    assert seen(cleo, run)["result"] == 1
    assert keyed(cleo, START, variables, str(uuid4())).json()["data"]["startAction"]["runId"] != run


def test_same_key_with_another_input_is_refused(cleo: Caller) -> None:
    key = str(uuid4())
    keyed(cleo, START, {"id": "Count", "input": {"text": "one"}}, key)
    other = keyed(cleo, START, {"id": "Count", "input": {"text": "two"}}, key)
    assert code(other) == "IDEMPOTENCY_KEY_REUSED"
    assert "idempotency-replayed" not in other.headers


def test_key_is_each_callers_own(cleo: Caller, carl: Caller) -> None:
    key, variables = str(uuid4()), {"id": "Count", "input": {"text": "shared"}}
    mine, other = (keyed(caller, START, variables, key).json()["data"] for caller in (cleo, carl))
    assert mine != other


def test_waiting_form_gives_the_same_result_again(cleo: Caller) -> None:
    query = "mutation { action(id: $id, input: $input) }"
    variables = {"id": "Count", "input": {"text": str(uuid4())}}
    body = {"query": query, "variables": variables, "extensions": {"idempotencyKey": str(uuid4())}}
    first, again = (cleo.post(body) for _ in range(2))
    assert first.json() == {"data": {"action": {"results": 1}}}
    assert again.json() == {**first.json(), "extensions": {"idempotencyReplayed": ["action"]}}
    assert [one.headers.get("idempotency-replayed") for one in (first, again)] == [None, "true"]
    assert cleo.ask(query, variables)["action"]["results"] == 2


def test_answer_with_a_key_is_taken_twice(desk: Caller) -> None:
    key = str(uuid4())
    run = start(desk, "Order", {"what": "ink"})
    token = seen(desk, run)["waiting"]["token"]
    answer = {"id": run, "token": token, "input": {"amount": 2}}
    answers = [keyed(desk, ANSWER, answer, key) for _ in range(2)]
    assert answers[0].json() == {"data": {"answerRun": {"runId": run, "state": "running"}}}
    assert seen(desk, run)["result"]["amount"] == 2


@pytest.mark.parametrize("key", ["", "a b", "é", "k" * 256, 5])
def test_key_is_visible_ascii(desk: Caller, key: Any) -> None:
    body = {"query": START, "variables": {"id": "Order", "input": {"what": "ink"}}}
    refused = desk.post({**body, "extensions": {"idempotencyKey": key}})
    assert code(refused) == "BAD_USER_INPUT"


def test_key_is_refused_where_it_would_not_make_the_request_safe(desk: Caller) -> None:
    login = 'mutation { login(authProfileUuid: "none") { isValid } }'
    refused = desk.post({"query": login, "extensions": {"idempotencyKey": "k"}})
    assert code(refused) == "BAD_USER_INPUT"
    assert "login takes no idempotency key" in refused.json()["errors"][0]["message"]


def test_header_means_nothing_where_no_key_is_taken(desk: Caller) -> None:
    login = 'mutation { login(authProfileUuid: "none") { isValid } }'
    assert code(keyed(desk, login, None, "k")) == "UNAUTHENTICATED"


def test_two_different_keys_are_refused(desk: Caller) -> None:
    body = {"query": START, "variables": {"id": "Order"}, "extensions": {"idempotencyKey": "a"}}
    assert code(desk.post(body, **{"Idempotency-Key": "b"})) == "BAD_USER_INPUT"


def test_query_needs_no_key(desk: Caller) -> None:
    assert keyed(desk, "{ runs { totalCount } }", None, "k").json()["data"]["runs"] == {"totalCount": 0}
