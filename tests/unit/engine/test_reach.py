"""Steps that leave the process: tried again, forgiven, or the end of the run."""

from __future__ import annotations

import asyncio
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from app.errors import StepFailed, TimedOut
from app.outbound import OutboundRefused
from tests.support.files import FileServer, send_head
from tests.unit.steps.conftest import Open
from tests.unit.steps.world import World, actions, shoes


def failing(files: FileServer, times: int) -> None:
    """Breaks the connection this many times before it answers."""
    left = [times]

    def answer(request: BaseHTTPRequestHandler) -> None:
        left[0] -= 1
        if left[0] >= 0:
            request.connection.close()
            request.close_connection = True
            raise BrokenPipeError
        send_head(request, 200, {"Content-Length": "0"})

    files.route("/", answer)


async def calling(open_world: Open, url: str, more: str = "", **options: Any) -> World:
    steps = f"""
    - http_request: {{url: "{url}/", method: POST}}
      as: answer
{more}
    - create: {{model: Shoe, values: {{name: after}}}}
    """
    return await open_world(actions(steps, "=answer.status"), **options)


async def test_step_without_retry_is_tried_once(open_world: Open, file_server: FileServer) -> None:
    failing(file_server, 1)
    world = await calling(open_world, file_server.url)
    with pytest.raises(StepFailed):
        await world.run()
    assert file_server.count("/") == 1
    assert shoes(world) == []


@pytest.mark.parametrize(("failures", "requests"), [(0, 1), (1, 2), (2, 3)])
async def test_step_is_tried_again_with_the_same_key(
    open_world: Open, file_server: FileServer, failures: int, requests: int
) -> None:
    failing(file_server, failures)
    world = await calling(open_world, file_server.url, "      retry: {times: 2, wait: 1ms}")
    assert await world.run() == 200
    keys = [request.headers["idempotency-key"] for request in file_server.requests]
    assert len(keys) == requests
    assert len(set(keys)) == 1
    assert len(shoes(world)) == 1
    errors = [entry.get("error") for entry in world.journal() if entry["kind"] == "http_request"]
    assert [error is None for error in errors] == [False] * failures + [True]


@pytest.mark.parametrize(("status", "tries"), [(400, 3), (409, 3), (200, 3), (202, 1)])
async def test_step_is_tried_again_while_the_other_server_is_busy_with_it(
    open_world: Open, file_server: FileServer, status: int, tries: int
) -> None:
    file_server.serve("/", b"", status=status, headers={"Retry-After": "1"})
    world = await calling(open_world, file_server.url, "      retry: {times: 2, wait: 1ms}")
    assert await world.run() == status
    assert file_server.count("/") == tries


async def test_step_that_fails_each_time_ends_the_run(open_world: Open, file_server: FileServer) -> None:
    failing(file_server, 9)
    world = await calling(open_world, file_server.url, "      retry: {times: 2, wait: 1ms}")
    with pytest.raises(StepFailed, match="could not be"):
        await world.run()
    assert file_server.count("/") == 3
    (run,) = world.runs_recorded()
    assert (run["state"], run["reason"]) == ("fatal_errored", "STEP_FAILED")


@pytest.mark.parametrize(("status", "requests"), [(503, 3), (429, 3), (404, 1), (501, 1)])
async def test_answer_that_may_be_another_in_a_moment_is_asked_for_again(
    open_world: Open, file_server: FileServer, status: int, requests: int
) -> None:
    file_server.route("/", lambda request: send_head(request, status, {"Content-Length": "0"}))
    world = await calling(open_world, file_server.url, "      retry: {times: 2, wait: 1ms}")
    assert await world.run() == status, "the last answer is the step's result"
    assert file_server.count("/") == requests


async def test_waits_grow(open_world: Open, file_server: FileServer) -> None:
    failing(file_server, 2)
    world = await calling(open_world, file_server.url, "      retry: {times: 2, wait: 20ms, backoff: 3}")
    started = time.monotonic()
    await world.run()
    assert time.monotonic() - started >= 0.08


@pytest.mark.parametrize("url", ["http://10.0.0.1", "ftp://example.com"])
async def test_refused_address_is_not_tried_again(open_world: Open, url: str) -> None:
    world = await calling(open_world, url, "      retry: {times: 9, wait: 1h}", allow=())
    with pytest.raises(OutboundRefused):
        await world.run()
    assert len(world.journal()) == 1


async def test_mistake_in_a_template_is_not_tried_again(open_world: Open) -> None:
    steps = """
    - http_request: {url: "http://127.0.0.1:1/{{ 1 | divided_by: zero }}"}
      retry: {times: 9, wait: 1h}
    """
    world = await open_world(actions(steps, inputs=["zero"]))
    with pytest.raises(StepFailed, match=r"steps\[0\] \(http_request\)"):
        await world.run(zero=0)


async def test_on_error_continue_goes_on_with_null(open_world: Open) -> None:
    world = await calling(open_world, "http://127.0.0.1:1", "      on_error: continue")
    assert await world.run() is None
    assert len(shoes(world)) == 1
    first, *_ = world.journal()
    assert first["error"]
    assert [run["state"] for run in world.runs_recorded()] == ["completed"]


async def test_on_error_steps_run_instead(open_world: Open) -> None:
    more = "      on_error: [{assign: {answer: {status: fallback}}}, {debug: failed}]"
    world = await calling(open_world, "http://127.0.0.1:1", more)
    assert await world.run() == "fallback"
    assert world.said() == [("debug", "failed")]
    assert len(shoes(world)) == 1


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:1", "STEP_FAILED The other server could not be"),
        ("{{ 1 | divided_by: zero }}", "STEP_FAILED The step steps[0] (http_request) of 'Attempt' failed."),
    ],
)
async def test_on_error_steps_see_the_error_without_its_reason(
    open_world: Open, url: str, message: str
) -> None:
    steps = f"""
    - http_request: {{url: "{url}"}}
      on_error:
        - assign: {{seen: =error}}
    """
    world = await open_world(actions(steps, "=seen", ["zero"]))
    seen = await world.run(zero=0)
    assert seen.keys() == {"code", "message"}
    assert f"{seen['code']} {seen['message']}".startswith(message)
    assert "divi" not in seen["message"]


async def test_on_error_steps_do_not_run_when_nothing_failed(
    open_world: Open, file_server: FileServer
) -> None:
    world = await calling(open_world, file_server.url, "      on_error: [{debug: failed}]")
    assert await world.run() == 404
    assert world.said() == []


async def test_step_that_outlasts_the_action_is_given_up(open_world: Open, file_server: FileServer) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.5)
        send_head(request, 200, {"Content-Length": "0"})

    file_server.route("/", answer)
    steps = f'- http_request: {{url: "{file_server.url}/"}}\n  on_error: continue'
    world = await open_world(actions(steps).replace("  input", "  timeout: 150ms\n  input"))
    with pytest.raises(TimedOut):
        await world.run()
    (run,) = world.runs_recorded()
    assert (run["state"], run["reason"]) == ("fatal_errored", "TIMED_OUT")


async def test_clock_of_the_run_goes_on_after_a_reaching_step(
    open_world: Open, file_server: FileServer
) -> None:
    steps = f"""
    - assign: {{before: =now, same: =now}}
    - http_request: {{url: "{file_server.url}/"}}
    """
    world = await open_world(actions(steps, "=[before == same, before < now]"))
    assert await world.run() == [True, True]


async def test_run_whose_caller_goes_while_it_is_out_is_recorded_to_its_end(
    open_world: Open, file_server: FileServer
) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.2)
        send_head(request, 200, {"Content-Length": "0"})

    file_server.route("/", answer)
    world = await calling(open_world, file_server.url)
    caller = asyncio.create_task(world.run())
    while not file_server.requests:
        await asyncio.sleep(0.01)
    (due,) = world.rows("SELECT due > created FROM actionql_run")
    caller.cancel()
    await asyncio.wait([caller])
    assert caller.cancelled()
    await world.runs.finish(5)
    assert [run["state"] for run in world.runs_recorded()] == ["completed"]
    assert len(shoes(world)) == 1
    assert (due, world.rows("SELECT due FROM actionql_run")) == ((1,), [(None,)])
