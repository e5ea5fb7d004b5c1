"""What the command prints, and with which status it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from graphql import build_schema, validate_schema

from app.cli import main
from app.properties import KINDS as PROPERTIES
from app.steps import KINDS as STEPS
from tests.end_to_end.caller import ROOT
from tests.end_to_end.conftest import APPLICATIONS, EXAMPLES

Run = Callable[..., "Done"]
BROKEN = """\
application: broken
uuid: 0c0c0c0c0d0d4e0e8f0f101010101010
colour: red
roles: {admin: {privileges: [fly]}}
models:
  Order:
    properties:
      amount: {kind: nummer}
      total: {kind: number, minimum: 9, maximum: 1}
      total: {kind: number}
    relations:
      customer: {belongs_to: Custmer}
    read: {admn: all}
  Customer:
    properties:
      name: {kind: text}
actions:
  Count orders:
    allow: [admin]
    steps:
      - fnd: {model: Order}
      - assign: {double: =found *}
    result: =double
  Count others:
    steps:
      - count: {model: Ordr}
"""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command with arguments, in a folder."""

    def run(*arguments: str | Path, cwd: Path = ROOT) -> Done:
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["actionql", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0, *capsys.readouterr())

    return run


def test_command_is_a_process_with_a_status(tmp_path: Path) -> None:
    tmp_path.joinpath("broken.yaml").write_text(BROKEN)
    done = subprocess.run(
        [sys.executable, "-m", "app", "check", "broken.yaml"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("broken.yaml:3 unknown key 'colour'.\n")


def test_check_tells_every_problem_with_its_line(run: Run, tmp_path: Path) -> None:
    tmp_path.joinpath("broken.yaml").write_text(BROKEN)
    done = run("check", "broken.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    *problems, count = done.stderr.splitlines()
    assert count == f"{len(problems)} problem(s)"
    assert "Traceback" not in done.stderr
    for line, word in (
        (3, "colour"),
        (4, "privileges"),
        (8, "Did you mean 'number'?"),
        (9, "minimum"),
        (10, "total"),
        (12, "Did you mean 'Customer'?"),
        (13, "Did you mean 'admin'?"),
        (21, "Did you mean 'find'?"),
        (22, "ends too early"),
        (26, "Did you mean 'Order'?"),
    ):
        assert [
            problem for problem in problems if problem.startswith(f"broken.yaml:{line} ") and word in problem
        ], (
            line,
            done.stderr,
        )


def test_check_of_what_is_right_says_so(run: Run) -> None:
    served = [EXAMPLES / f"{name}.yaml" for name in ("taskings", "shoes", "crm", "onboarding")]
    done = run("check", *served, APPLICATIONS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "no problems\n", "")


def test_check_of_what_is_no_definition(run: Run, tmp_path: Path) -> None:
    files = {
        "a.yaml": b"",
        "b.yaml": b"- a\n",
        "c.yaml": b"application: [",
        "d.yaml": b"\xff",
        "e.yaml": b"a: &a [*a]\n",
    }
    for name, content in files.items():
        tmp_path.joinpath(name).write_bytes(content)
    done = run("check", *files, "missing.yaml", "/etc/shadow/none", cwd=tmp_path)
    assert done.returncode == 1
    told = {line.partition(":")[0] for line in done.stderr.splitlines()}
    assert told >= {*files, "missing.yaml", "/etc/shadow/none"}
    assert "Traceback" not in done.stderr


def test_schema_of_the_example_is_the_one_in_the_repository(run: Run) -> None:
    done = run("schema", "graphql", "--check", "schema.graphql")
    assert (done.returncode, done.stderr) == (0, "")


def test_schema_that_drifts_is_told_with_what_breaks(run: Run, tmp_path: Path) -> None:
    kept = ROOT.joinpath("schema.graphql").read_text().replace("  oneMedia(", "  onlyMedia(")
    tmp_path.joinpath("schema.graphql").write_text(kept)
    done = run("schema", "graphql", "--check", "schema.graphql", cwd=tmp_path)
    assert done.returncode == 1
    assert "breaking: Field Query.onlyMedia was removed." in done.stderr


def test_schema_of_any_definition_is_good_sdl(run: Run) -> None:
    done = run("schema", "graphql", APPLICATIONS / "library.yaml")
    schema = build_schema(done.stdout)
    assert validate_schema(schema) == []
    assert "A book, of which there is one copy." in done.stdout
    assert "purchasePrice" not in done.stdout


def test_schema_of_definitions_is_json_schema(run: Run) -> None:
    done = run("schema", "definition")
    schema = json.loads(done.stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"Application", "Model", "Action"} <= set(schema["$defs"])


def test_kinds_lists_every_kind(run: Run) -> None:
    words = run("kinds").stdout.split()
    assert [name for name in (*PROPERTIES, *STEPS) if name not in words] == []


def test_kinds_shows_those_that_are_named_with_their_options(run: Run) -> None:
    shown = run("kinds", "json_path").stdout
    assert re.search(r"│ path \* +│ text, at most 500 long +│ +│ A JSONPath", shown)
    assert re.search(r"│ first +│ true or false +│ false +│", shown)
    assert "send_email" not in shown
    assert "Property" not in shown


def test_kinds_are_json_for_programs(run: Run) -> None:
    found = json.loads(run("kinds", "log", "--json").stdout)
    assert {*found["properties"]} == {"(any)"}
    (level,) = [one for one in found["steps"]["log"]["options"] if one["name"] == "level"]
    assert level["type"] == "debug info warning error"
    assert level["default"] == "info"


def test_unknown_kind_is_told_with_what_was_meant(run: Run) -> None:
    done = run("kinds", "fnd")
    assert done.returncode == 1
    assert done.stderr == "There is no kind 'fnd'. Did you mean 'find'?\n"


@pytest.mark.parametrize("arguments", [["check"], ["serve", "--port", "many"]])
def test_wrong_arguments_end_with_two(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
