"""`actionql audit`, and what other commands leave in the trail, on a data folder of the test's own."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.resolvers import audit_check
from tests.audit.desk import DEFINITION

HEAD = ["ENTRY", "AT", "APPLICATION", "ACTOR", "DOOR", "ADDRESS", "OPERATION", "SUBJECT", "IDS", "RESULT"]
DROPS = [
    f"DROP TRIGGER {table}__append_only__{verb}"
    for table in ("actionql_audit", "actionql_audit_seal")
    for verb in ("update", "delete")
]
EDITED = "UPDATE actionql_audit SET actor = 'user:1' WHERE sequence = 2"
REMOVED = "DELETE FROM actionql_audit WHERE sequence = 2"
CUT = "DELETE FROM actionql_audit WHERE sequence > 1"
CUT_WITH_SEALS = (CUT, "DELETE FROM actionql_audit_seal WHERE number > 1")


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs commands on a data folder, and gets at its database past them."""

    data: Path
    run: Callable[..., tuple[int, str, str]]

    def done(self, *arguments: str) -> str:
        """What a command that works prints."""
        status, out, error = self.run(*arguments)
        assert (status, error) == (0, "")
        return out

    def listed(self, *arguments: str) -> list[dict[str, Any]]:
        """Entries, the oldest first."""
        return [json.loads(line) for line in self.done("audit", "list", "--json", *arguments).splitlines()][
            ::-1
        ]

    def tamper(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.data / "actionql.sqlite")) as database:
            for statement in (*DROPS, *statements):
                database.execute(statement)
            database.commit()


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Commands:
    monkeypatch.setattr(audit_check, "PATIENCE", 0.0)
    monkeypatch.setenv("ACTIONQL_ARGON2_MEMORY_KIB", "8")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        plain = arguments[0] in ("migrate", "runs") or arguments[1] == "verify"
        given = [] if plain else ["--definition", str(DEFINITION)]
        monkeypatch.setattr(sys, "argv", ["actionql", *arguments, *given, "--data", str(tmp_path / "data")])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return Commands(tmp_path / "data", run)


def told(commands: Commands) -> str:
    """Three entries, each in a seal of its own; the MAC of the last."""
    for name in ("ada", "bob", "cleo"):
        commands.done("users", "add", f"{name}@example.org", "--role", "guest")
    out = commands.done("audit", "verify")
    found = re.fullmatch(
        r"3 entries are as they were, up to entry 3 in seal 3 of [\d-]+ [\d:]+ UTC \(([\w-]{43})\); "
        r"0 wait for the next\.\n",
        out,
    )
    assert found, out
    return found[1]


def test_trail_of_a_folder_without_a_database_is_not_called_whole(commands: Commands) -> None:
    code, out, err = commands.run("audit", "verify")
    assert (code, out) == (1, "")
    assert "name the folder of the server with --data" in err
    assert not commands.data.exists()


def test_verify_of_an_empty_trail(commands: Commands) -> None:
    commands.done("users", "list")
    assert commands.done("audit", "verify") == "No seal yet; 0 entries wait for one.\n"


@pytest.mark.parametrize(
    ("tampering", "problem"),
    [
        ([EDITED], "entry 2 was changed"),
        ([REMOVED], "entry 2 is missing"),
        ([CUT], "entry 2 is missing\nentry 3 is missing"),
        (["UPDATE actionql_audit_seal SET digests = '' WHERE number = 3"], "seal 3 was changed"),
    ],
)
def test_verify_says_what_was_changed_and_fails(
    commands: Commands, tampering: list[str], problem: str
) -> None:
    told(commands)
    commands.tamper(*tampering)
    status, out, error = commands.run("audit", "verify")
    assert status == 1
    assert out.startswith(problem)
    assert "problem(s)" in error


def test_verify_of_a_trail_cut_off_with_its_seals(commands: Commands) -> None:
    seal = told(commands)
    assert commands.run("audit", "verify", "--seal", seal)[0] == 0
    commands.tamper(*CUT_WITH_SEALS)
    assert commands.run("audit", "verify")[0] == 0
    status, out, _ = commands.run("audit", "verify", "--seal", seal)
    assert (status, out.splitlines()[0]) == (
        1,
        f"the seal {seal} is not in the chain: the end of the trail was cut off",
    )


def test_verify_with_another_keystore(commands: Commands) -> None:
    told(commands)
    (commands.data / "keystore.json").unlink()
    status, out, error = commands.run("audit", "verify")
    strange = [f"seal {number} was changed, or made with another keystore" for number in (1, 2, 3)]
    assert (status, out.splitlines()[:3], error) == (1, strange, "3 problem(s)\n")


def test_list_finds_entries(commands: Commands) -> None:
    told(commands)
    commands.done("users", "disable", "bob@example.org")
    head, *lines = commands.done("audit", "list").splitlines()
    assert head.split() == HEAD
    assert [line.split()[0] for line in lines] == ["4", "3", "2", "1"]
    assert "desk" in lines[0] and "operator  command" in lines[0] and lines[0].endswith("ok")
    (disabled,) = commands.listed("--operation", "user_disable")
    assert commands.listed("--subject", disabled["subject"])[1:] == [disabled]
    assert commands.listed("--actor", "system") == commands.listed("--result", "FORBIDDEN") == []
    assert len(commands.listed("--since", "1h", "--limit", "2", "--application", "desk")) == 2


@pytest.mark.parametrize(
    ("option", "error"),
    [
        (("--since", "yesterday"), "--since: "),
        (("--since", "0s"), "--since: should be some time."),
        (("--application", "disk"), "There is no application 'disk'. Did you mean 'desk'?"),
    ],
)
def test_list_refuses_what_it_does_not_understand(
    commands: Commands, option: tuple[str, str], error: str
) -> None:
    commands.done("users", "list")
    status, out, said = commands.run("audit", "list", *option)
    assert (status, out) == (1, "")
    assert error in said


def test_commands_are_told_as_the_operators(commands: Commands) -> None:
    commands.done("migrate", str(DEFINITION))
    commands.done("users", "add", "ada@example.org", "--role", "guest")
    key = commands.done("keys", "create", "--user", "ada@example.org").strip()
    id = commands.listed("--operation", "key_create")[0]["subject"].removeprefix("key:")
    commands.done("keys", "revoke", id)
    commands.done("users", "disable", "ada@example.org")
    commands.done("users", "enable", "ada@example.org")
    commands.done("users", "remove", "ada@example.org")
    # What fails is not told.
    assert commands.run("users", "remove", "ada@example.org")[0] == 1
    assert commands.run("keys", "revoke", id)[0] == 1
    entries = commands.listed()
    assert [one["operation"] for one in entries] == [
        "migrate", "user_add", "key_create", "key_revoke", "user_disable", "user_enable", "user_remove"
    ]  # fmt: skip
    assert {(one["actor"], one["door"], one["result"]) for one in entries} == {("operator", "command", "ok")}
    assert any("desk__note" in change for change in entries[0]["ids"])
    assert key not in json.dumps(entries)
    assert commands.run("audit", "verify")[0] == 0


def test_runs_ended_by_command_are_told(commands: Commands) -> None:
    commands.done("migrate", str(DEFINITION))
    run = (
        "INSERT INTO actionql_run (id, application, action, action_name, door, run_as, state, cursor, epoch,"
        " created) VALUES ('{}', '5d5d5d5d6e6e4e6e8f8f9a9a9a9a9a9a', 'a', 'Later', 'graphql', 'application',"
        " '{}', 'x', 0, '2026-01-01 00:00:00')"
    )
    commands.tamper(run.format("r-1", "running"), run.format("r-2", "fatal_errored"))
    assert commands.run("runs", "cancel", "r-1")[:2] == (0, "r-1 cancelled\n")
    assert commands.run("runs", "cancel", "r-1")[0] == 1
    assert commands.run("runs", "retry", "r-2")[0] == 0
    assert commands.run("runs", "retry", "r-2")[0] == 1
    told = [(one["operation"], one["subject"], one["run_id"]) for one in commands.listed()[1:]]
    assert told == [("cancel", "Later", "r-1"), ("retry", "Later", "r-2")]
