"""What the servers are asked."""

from __future__ import annotations

import orjson
import pytest

from scripts.benchmark.calls import ALIKE, BY_REST, SERVERS, calls, rest_calls

TOKEN = "Bearer x"


@pytest.mark.parametrize("server", SERVERS)
def test_calls_are_there_for_every_work(server: str) -> None:
    made = calls(server, TOKEN)
    assert tuple(made) == ALIKE
    assert all(call.headers["Authorization"] == TOKEN for call in made.values())


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("work", ["get", "create", "action"])
def test_varying_body_has_its_value_once(server: str, work: str) -> None:
    call = calls(server, TOKEN)[work]
    (_, one), (_, other) = call.request(123454321), call.request(7)
    assert orjson.loads(one) != orjson.loads(other)
    assert one.count(b"123454321") == 1


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("work", ["list", "nested"])
def test_other_bodies_are_always_the_same(server: str, work: str) -> None:
    call = calls(server, TOKEN)[work]
    assert call.request(1) == call.request(2)


@pytest.mark.parametrize(
    ("server", "body", "answer"),
    [
        ("actionql", b'{"data":{"allProduct":{"results":[{"price":1.50}]}}}', [{"price": 1.5}]),
        ("floor", b'{"data":{"allProduct":{"results":[{"price":1.5}]}}}', [{"price": 1.5}]),
        ("plain", b'{"data":{"products":[{"price":1.5}]}}', [{"price": 1.5}]),
    ],
)
def test_answers_are_read_alike(server: str, body: bytes, answer: object) -> None:
    assert calls(server, TOKEN)["list"].read(body) == answer


def test_answer_without_data_is_refused() -> None:
    with pytest.raises((KeyError, TypeError)):
        calls("plain", TOKEN)["list"].read(b'{"data":null}')


def test_rest_calls_are_there_for_every_work_of_the_door() -> None:
    made = rest_calls("Basic x")
    assert {*made} == {*BY_REST}
    assert {*BY_REST.values()} <= {*ALIKE}


def test_rest_call_has_its_value_in_the_path() -> None:
    assert rest_calls("Basic x")["rest_get"].request(123) == ("/api/models/Product/records/123", b"")
