"""`actionql users` and `actionql keys`, on a data folder of the test's own."""

from __future__ import annotations

import io
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli import main
from tests.keys.depot import DEFINITION

HEAD = "ID                KIND  WHOSE            EXPIRES     LAST USED  STATE"


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    error: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs the command with arguments, about the depot."""
    monkeypatch.setenv("ACTIONQL_ARGON2_MEMORY_KIB", "8")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Done:
        given = ["actionql", *arguments, "--definition", str(DEFINITION), "--data", str(tmp_path / "data")]
        monkeypatch.setattr(sys, "argv", given)
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run


def test_users_are_added_listed_disabled_enabled_and_removed(run: Run) -> None:
    head = "EMAIL            ROLES         STATE\n"
    assert run("users", "add", "ada@example.com", "--role", "clerk", "--role", "reader") == Done(0, "", "")
    assert run("users", "list").out == f"{head}ada@example.com  clerk,reader  enabled\n"
    run("users", "disable", "ADA@example.com")
    assert run("users", "list").out == f"{head}ada@example.com  clerk,reader  disabled\n"
    run("users", "enable", "ada@example.com")
    assert run("users", "list").out == f"{head}ada@example.com  clerk,reader  enabled\n"
    run("users", "remove", "ada@example.com")
    assert run("users", "list").out == "EMAIL  ROLES  STATE\n"


def test_key_is_alone_on_standard_output_and_never_listed(run: Run) -> None:
    run("users", "add", "ada@example.com")
    made = run("keys", "create", "--user", "Ada@example.com")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", made.out)
    listed = run("keys", "list").out
    assert re.fullmatch(
        rf"{HEAD}\n[0-9a-f]{{16}}  rest  ada@example\.com  \d{{4}}-\d\d-\d\d  never      good\n", listed
    )
    assert made.out.strip() not in listed
    id = listed.splitlines()[1].split()[0]
    assert run("keys", "revoke", id) == Done(0, "", "")
    assert run("keys", "list").out.endswith("revoked\n")
    assert run("keys", "revoke", id) == Done(1, "", "There is no key with this id.\n")


def test_keys_of_other_kinds(run: Run) -> None:
    run("users", "add", "ada@example.com")
    assert run("keys", "create", "--user", "ada@example.com", "--kind", "incoming").out.startswith("v1.")
    assert len(run("keys", "create", "--module", "depot/Open gate").out) == 44
    incoming, module = (line.split() for line in run("keys", "list").out.splitlines()[1:])
    assert incoming[1:3] == ["incoming", "ada@example.com"]
    assert module[1:4] == ["module", "Open", "gate"]


def test_password_comes_from_standard_input_and_is_stored_as_a_hash(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("hunter2hunter2\n"))
    assert run("users", "add", "ada@example.com", "--password-stdin") == Done(0, "", "")
    with closing(sqlite3.connect(tmp_path / "data" / "actionql.sqlite")) as database:
        ((stored,),) = database.execute("SELECT password FROM actionql_user")
    assert stored.startswith("$argon2id$")
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    refused = run("users", "add", "bob@example.com", "--password-stdin")
    assert refused == Done(1, "", "There is no password on standard input.\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("users add ada", "The e-mail address is no email such as ada@example.com"),
        ("users add a@example.com --role clark", "Did you mean 'clerk'?"),
        ("users list --application dpot", "There is no application 'dpot'. Did you mean 'depot'?"),
        ("users remove a@example.com", "There is no user a@example.com."),
        ("keys create", "either --user EMAIL or --module APPLICATION/ACTION"),
        ("keys create --user a@example.com --module depot/x", "either --user EMAIL or --module"),
        ("keys create --user a@example.com", "There is no user a@example.com."),
        ("keys create --user a@example.com --expires soon", "--expires: write a duration such as"),
        ("keys create --module depot/Opengate", "depot has no action 'Opengate'. Did you mean 'Open gate'?"),
        ("keys create --module dpot/x", "Did you mean 'depot'?"),
    ],
)
def test_mistakes_are_told_with_the_remedy(run: Run, line: str, message: str) -> None:
    done = run(*line.split())
    assert (done.status, done.out) == (1, "")
    assert message in done.error
    assert "Traceback" not in done.error


def test_module_that_takes_no_keys_gets_none(run: Run) -> None:
    assert (
        "is no module with `access: api_key`" in run("keys", "create", "--module", "depot/Paint gate").error
    )
