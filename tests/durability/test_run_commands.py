"""`actionql runs` and what it does to runs, over both databases."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import app as examples
from app.cli import main
from app.resolvers.runs import start_action
from tests.durability.desk import DEFINITION, desk

Command = Callable[..., str]
ESCAPE = "\x1b[31m"


@pytest.fixture
def command(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs `actionql runs` beside the desk; gives what it prints, errors after the word `failed`."""

    def command(*arguments: str) -> str:
        given = ["--data", str(tmp_path / "data")]
        monkeypatch.setattr(sys, "argv", ["actionql", "runs", *arguments, *given])
        monkeypatch.setenv("DATABASE_URL", database_url)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return printed.out + (f"failed {printed.err}" if ended.value.code else "")

    return command


async def _make(folder: Path, database_url: str, *starts: tuple[str, dict[str, Any], str]) -> list[str]:
    async with desk(folder, database_url) as one:
        ids = []
        for action, input, state in starts:
            ids.append((await start_action(one.context, action, input)).id)
            await one.until(ids[-1], state)
        return ids


def test_runs_are_listed_the_newest_first(tmp_path: Path, database_url: str, command: Command) -> None:
    three, ask, fail = asyncio.run(
        _make(
            tmp_path,
            database_url,
            ("Three", {"n": 1}, "completed"),
            ("Ask", {"name": f"Ada {ESCAPE}[bold]"}, "waiting_for_input"),
            ("Fail", {"n": 7}, "fatal_errored"),
        )
    )
    printed = command("list")
    assert printed.index(fail) < printed.index(ask) < printed.index(three)
    assert "asks: Question 1 for Ada \ufffd[31m[bold], for " in printed
    assert ("ACTION_FAILED: No 7." in printed, ESCAPE in printed) == (True, False)
    assert command("list", "--state", "completed").count("\u2502 Three") == 1
    (listed,) = json.loads(command("list", "--action", "Ask", "--json"))
    assert (listed["id"], listed["application"], listed["caller"]) == (ask, "runs", None)
    assert listed["waiting"].keys() == {"title", "since", "until"}
    (newest,) = json.loads(command("list", "--limit", "1", "--application", "runs", "--json"))
    assert newest["error"] == {"code": "ACTION_FAILED", "message": "No 7.", "detail": "No 7."}
    assert "failed A state is one of created" in command("list", "--state", "complete")
    assert command("list", "--action", "Thre") == "failed There is no action 'Thre'. Did you mean 'Three'?\n"


def test_runs_of_a_definition_that_is_named_are_listed(
    tmp_path: Path, database_url: str, command: Command
) -> None:
    asyncio.run(_make(tmp_path, database_url, ("Three", {"n": 1}, "completed")))
    assert command("list", "--definition", str(DEFINITION)).count("Three") == 1
    other = Path(examples.__file__).parent / "examples" / "shoes.yaml"
    assert "Three" not in command("list", "--definition", str(other))


@pytest.mark.parametrize("arguments", [("list",), ("show", "x"), ("cancel", "x"), ("retry", "x")])
def test_folder_without_a_database_is_refused_and_none_is_made(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    missing = tmp_path / "typo"
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(sys, "argv", ["actionql", "runs", *arguments, "--data", str(missing)])
    with pytest.raises(SystemExit):
        main()
    assert "name the folder of the server with --data" in capsys.readouterr().err
    assert not missing.exists()


def test_run_is_shown_with_its_steps(tmp_path: Path, database_url: str, command: Command) -> None:
    starts = (
        ("Three", {"n": 4}, "completed"),
        ("Ask", {"name": "x", "secret": "canary-word"}, "waiting_for_input"),
    )
    three, ask = asyncio.run(_make(tmp_path, database_url, *starts))
    printed = command("show", three)
    for said in ("completed", "anybody, door tests", '{"n":4}', "steps[1]", "assign"):
        assert said in printed
    shown = json.loads(command("show", three, "--json"))
    assert (shown["result"], [step["kind"] for step in shown["steps"]]) == (8, ["create", "assign", "create"])
    for printed in (command("show", ask), command("show", ask, "--json")):
        assert ("Question 1 for x" in printed, "canary" in printed) == (True, False)
        assert '"token"' not in printed
    assert command("show", "nothing") == "failed There is no run nothing.\n"


def test_run_is_cancelled_beside_the_server(tmp_path: Path, database_url: str, command: Command) -> None:
    starts = ("Ask", {"name": "x"}, "waiting_for_input"), ("Three", {"n": 1}, "completed")
    ask, three = asyncio.run(_make(tmp_path, database_url, *starts))
    assert command("cancel", ask) == f"{ask} cancelled\n"
    assert "CANCELLED: The run was cancelled." in command("show", ask)
    assert command("cancel", ask) == f"failed The run {ask} has ended.\n"
    assert command("retry", three).startswith(f"failed The run {three} is completed;")


def test_runs_behind_one_that_cannot_be_cancelled_are(
    tmp_path: Path, database_url: str, command: Command
) -> None:
    starts = [("Ask", {"name": "x"}, "waiting_for_input")] * 2
    one, two = asyncio.run(_make(tmp_path, database_url, *starts))
    assert command("cancel", one, one, "nothing", two) == (
        f"{one} cancelled\n{two} cancelled\nfailed The run {one} has ended.\nThere is no run nothing.\n"
    )


def test_failed_run_is_tried_again_by_the_next_server(
    tmp_path: Path, database_url: str, command: Command
) -> None:
    start = ("Reach", {"url": "http://127.0.0.1:1/"}, "fatal_errored")
    (reach,) = asyncio.run(_make(tmp_path, database_url, start))
    assert command("retry", reach) == f"{reach} goes on\n"
    assert json.loads(command("show", reach, "--json"))["state"] == "running"

    async def again() -> list[str]:
        async with desk(tmp_path, database_url) as one:
            await one.until(reach, "fatal_errored")
            return await one.marks(reach)

    assert asyncio.run(again()) == ["before"]
