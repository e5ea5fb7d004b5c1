"""What README lists is what the code has."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from app import errors
from app.cli import cli
from app.definition.document import read_document
from app.definition.model import Property
from app.definition.options import COMPUTED, options_of_any_property
from app.definition.steps import Step
from app.properties import KINDS as PROPERTIES
from app.properties.base import Constraints
from app.settings import Settings
from app.steps import KINDS as STEPS
from scripts.tables import TABLES, errors_below, filled
from tests.readme.blocks import TEXT, the
from tests.support.server import ROOT

COMMANDS = the("commands").text.splitlines()


def test_tables_are_what_the_code_makes() -> None:
    assert filled(TEXT) == TEXT, "run .venv/bin/python scripts/tables.py"


def test_every_table_stands_once() -> None:
    assert sorted(re.findall(r"<!-- table: (\w+) -->", TEXT)) == sorted(TABLES)


@pytest.mark.parametrize("text", ["no table", "<!-- table: steps -->\nold\n<!-- end -->\n"])
def test_filling_twice_changes_nothing_more(text: str) -> None:
    assert filled(filled(text)) == filled(text)


def test_steps_of_the_table_have_the_options_that_the_command_shows() -> None:
    shown = json.loads(CliRunner().invoke(cli, ["kinds", "--json"]).output)["steps"]
    for name, options in re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*) \|$", TABLES["steps"](), re.M):
        told = {one["name"] for one in shown.pop(name)["options"]} - {""}
        written = [word for words in re.findall(r"`([^`]+)`", options) for word in words.split()]
        assert {word.rstrip("?") for word in written} == told, name
    assert {*shown} == {"(any)"}


def test_properties_of_the_table_have_the_options_that_the_command_shows() -> None:
    shown = json.loads(CliRunner().invoke(cli, ["kinds", "--json"]).output)["properties"]
    for name, options in re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*) \|", TABLES["properties"](), re.M):
        told = [one["name"] for one in shown.pop(name)["options"]]
        assert options.replace("`", "").split() == told, name
    assert {*shown} == {"(any)"}


def test_examples_are_a_list_of_steps_that_load() -> None:
    document = TABLES["examples"]().removeprefix("```yaml\n").removesuffix("```\n")
    node, problems = read_document("README.md", document)
    assert node is not None
    assert problems == []
    options = {name: kind.options for name, kind in STEPS.items()}
    loaded = [Step.model_validate(step, context={"steps": options}) for step in node.data()]
    assert [step.kind for step in loaded] == [*STEPS]


def test_every_code_of_the_error_tree_is_listed() -> None:
    tree = {
        made.code
        for made in vars(errors).values()
        if getattr(made, "__module__", "") == errors.__name__ and hasattr(made, "code")
    }
    listed = set(re.findall(r"^\| `([A-Z_]+)` \| \d{3} ", TABLES["errors"](), re.M))
    assert listed == tree - {"DEFINITION_ERROR"} | {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}


def test_codes_drawn_over_the_error_tree_are_those_of_its_classes() -> None:
    drawn = re.findall(r"── (\w+) +([A-Z_]+) (\d{3})", errors.__doc__ or "")
    assert [(name, code, int(status)) for name, code, status in drawn] == [
        (made.__name__, made.code, made.status)
        for made in errors_below(errors.ActionQLError)
        if made.__module__ == errors.__name__ and made is not errors.DefinitionError
    ]


def test_options_of_any_property_are_named() -> None:
    found = re.search(r"Any property takes `([a-z ]+)`", TEXT)
    assert found
    assert {*found[1].split()} == {option.name for option in options_of_any_property()}


def test_computed_kinds_have_the_options_that_only_properties_have() -> None:
    assert {*COMPUTED} == {name for name, kind in PROPERTIES.items() if not kind.stored}
    names = {name for names in COMPUTED.values() for name in names}
    assert names <= {*Property.model_fields} - {*Constraints.model_fields}


def test_steps_that_reach_outside_are_named() -> None:
    found = re.search(r"reaches outside\s+\(([^)]*)\)", TEXT)
    assert found
    assert re.findall(r"`(\w+)`", found[1]) == [name for name, kind in STEPS.items() if kind.reaches]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_setting_is_used(name: str) -> None:
    files = [file for file in ROOT.glob("app/**/*.py") if file.name != "settings.py"]
    used = re.compile(rf"\bsettings\.{name}(_file|_place)?\b")
    assert any(used.search(file.read_text()) for file in files)


def help_of(*words: str) -> str:
    """What `actionql WORDS --help` prints, on a wide screen."""
    done = CliRunner().invoke(cli, [*words, "--help"], env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"})
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("line", COMMANDS)
def test_command_line_is_what_its_help_says(line: str) -> None:
    words = re.findall(r"^actionql((?: [a-z]+)+)", line)[0].split()
    told = help_of(*words)
    given = dict(re.findall(r"\[(--[\w-]+)(?: ([^\]]+))?\]", line))
    assert {*re.findall(r"--[\w-]+", told)} - {"--help"} == {*given}
    for option, value in given.items():
        default = re.escape(value)
        assert (
            not value
            or value.isupper()
            or re.search(rf"{option} [^-]*\[default: \(?{default}\)?\]", told, re.S)
        )
    assert ("paths..." in told) is ("PATH .." in line)
    assert ("[required]" in told) is bool(re.search(r" [A-Z]+\b", re.sub(r"\[[^\]]*\]", "", line)))


def test_every_command_is_told() -> None:
    commands = re.findall(r"^│ (\w+) +[A-Z]", help_of(), re.M)
    assert {line.split()[1] for line in COMMANDS} == {*commands}


def test_tests_that_show_a_promise_are_there() -> None:
    shown = re.findall(r"\]\((tests/[^)]+)\)", TEXT)
    assert len(shown) > 20
    assert [file for file in shown if not (ROOT / file).is_file()] == []
