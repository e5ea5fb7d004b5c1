"""What is committed together, what is undone, and what happens once although it is begun twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest

from app.errors import ActionFailed, BadInput, StepFailed
from app.storage.work import Database, Work
from tests.support.files import FileServer, send_head
from tests.unit.steps.conftest import Open
from tests.unit.steps.world import actions, shoes

T = TypeVar("T")
MAKE = "- create: {model: Shoe, values: {name: NAME}}\n"


def make(name: str) -> str:
    return MAKE.replace("NAME", name)


def names(world: Any) -> list[str]:
    return [name for name, _ in shoes(world)]


class Restarting:
    """A database that undoes every work at its end and starts it anew, as after a serialisation failure."""

    dialect: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.restarts = 0

    async def read(self, work: Callable[[], Work[T]]) -> T:
        return await self._inner.read(work)

    def version(self) -> int | None:
        return self._inner.version()

    async def write(self, work: Callable[[], Work[T]]) -> T:
        def undone() -> Work[T]:
            yield from work()
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            await self._inner.write(undone)
        self.restarts += 1
        return await self._inner.write(work)

    async def close(self) -> None:
        await self._inner.close()


async def test_steps_that_follow_each_other_happen_whole_or_not_at_all(open_world: Open) -> None:
    world = await open_world(actions(make("a") + make("b") + "- create: {model: Shoe, values: {}}"))
    with pytest.raises(BadInput):
        await world.run()
    assert names(world) == []


async def test_called_action_belongs_to_the_transaction_of_its_caller(open_world: Open) -> None:
    world = await open_world(
        f"""
Inner:
  steps:
    {make("inner")}
Attempt:
  steps:
    - call: {{action: Inner}}
    - error: No.
"""
    )
    with pytest.raises(ActionFailed):
        await world.run()
    assert names(world) == []


async def test_what_came_before_a_reaching_step_is_committed_when_it_runs(
    open_world: Open, file_server: FileServer, tmp_path: Path
) -> None:
    seen: list[Any] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        with sqlite3.connect(tmp_path / "toys.sqlite") as connection:
            seen.extend(connection.execute("SELECT name FROM toys__shoe").fetchall())
            seen.extend(connection.execute("SELECT state FROM actionql_run").fetchall())
        connection.close()
        send_head(request, 200, {"Content-Length": "0"})

    file_server.route("/", answer)
    steps = (
        make("before") + f'- http_request: {{url: "{file_server.url}/"}}\n' + make("after") + "- error: No."
    )
    world = await open_world(actions(steps))
    with pytest.raises(ActionFailed):
        await world.run()
    assert seen == [("before",), ("running",)]
    assert names(world) == ["before"]
    assert [run["state"] for run in world.runs_recorded()] == ["fatal_errored"]


async def test_reaching_steps_in_a_loop_each_end_a_transaction(
    open_world: Open, file_server: FileServer
) -> None:
    steps = f"""
    - loop: =[1, 2, 3]
      each: n
      do:
        - create: {{model: Shoe, values: {{name: "=text(n)"}}}}
        - http_request: {{url: "{file_server.url}/{{{{ n }}}}"}}
          as: answer
    - error: No.
    """
    world = await open_world(actions(steps))
    with pytest.raises(ActionFailed):
        await world.run()
    assert names(world) == ["1", "2", "3"]
    assert [request.path for request in file_server.requests] == ["/1", "/2", "/3"]


async def test_transaction_that_is_started_anew_happens_once(
    open_world: Open, file_server: FileServer
) -> None:
    steps = f"""
    - assign: {{seen: []}}
    - loop: =[1, 2]
      each: n
      do:
        - append: {{list: seen, value: =n}}
        - create: {{model: Shoe, values: {{name: "=text(n)"}}}}
        - debug: "{{{{ n }}}}"
    - http_request: {{url: "{file_server.url}/"}}
    - append: {{list: seen, value: done}}
    """
    world = await open_world(actions(steps, "=seen"))
    database = Restarting(world.database)
    assert await world.on(database).run() == [1, 2, "done"]
    assert database.restarts == 2
    assert names(world) == ["1", "2"]
    assert world.said() == [("debug", "1"), ("debug", "2")]
    assert len(file_server.requests) == 1
    assert [run["state"] for run in world.runs_recorded()] == ["completed"]


async def test_password_is_hashed_outside_and_the_transaction_happens_once(open_world: Open) -> None:
    steps = make("a") + (
        "- debug: once\n"
        "- create: {model: Member, values: {email: a@b.nl, password: =one}}\n"
        "- create: {model: Member, values: {email: c@d.nl, password: =other}}\n"
    )
    world = await open_world(actions(steps, inputs=["one", "other"]))
    await world.run(one="correct horse", other="battery staple")
    hashes = [hash for (hash,) in world.rows("SELECT password FROM toys__member ORDER BY id")]
    assert names(world) == ["a"]
    assert world.said() == [("debug", "once")]
    assert await world.passwords.verify(hashes[0], "correct horse")
    assert await world.passwords.verify(hashes[1], "battery staple")


async def test_runs_at_the_same_time_share_nothing(open_world: Open, file_server: FileServer) -> None:
    file_server.serve("/", b"1")
    steps = f"""
    - append: {{list: seen, value: =n}}
    - http_request: {{url: "{file_server.url}/"}}
    - append: {{list: seen, value: =n * 10}}
    """
    world = await open_world(actions(steps, "=seen", ["n", "seen"]))
    seen: list[int] = []
    results = await asyncio.gather(*(world.run(n=n, seen=seen) for n in range(8)))
    assert results == [[n, n * 10] for n in range(8)]
    assert seen == []


async def test_run_whose_failure_cannot_be_recorded_still_tells_why(
    open_world: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await open_world(actions("- loop: =1\n  do: [{debug: x}]"))

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("app.engine.runs.RunRows.record", broken)
    with pytest.raises(StepFailed, match="over a list"):
        await world.run()
