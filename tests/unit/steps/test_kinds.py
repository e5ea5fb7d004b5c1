"""What holds for every step kind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.steps
from app.definition.document import read_document
from app.definition.steps import STEP_WORDS, Step
from app.errors import DefinitionError
from app.steps import KINDS
from tests.unit.steps.world import actions, definition

FOLDER = Path(app.steps.__file__).parent
SHARED = {"__init__", "base", "filter", "record", "request"}
OPTIONS = {name: kind.options for name, kind in KINDS.items()}


def files() -> Iterator[str]:
    return (path.stem for path in FOLDER.glob("*.py"))


def test_every_file_declares_the_kind_that_it_is_named_after() -> None:
    assert {name.rstrip("_") for name in files() if name not in SHARED} == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_its_tests(name: str) -> None:
    assert (Path(__file__).parent / f"test_{name}.py").is_file()


@pytest.mark.parametrize("name", KINDS)
def test_kind_is_described_by_a_sentence_and_an_example_that_loads(name: str) -> None:
    kind = KINDS[name]
    assert kind.description.endswith(".")
    node, problems = read_document(f"{name}.yaml", kind.example)
    assert node is not None
    assert problems == []
    step = Step.model_validate(node.data(), context={"steps": OPTIONS})
    assert step.kind == name
    assert isinstance(step.options, kind.options)


@pytest.mark.parametrize("name", KINDS)
def test_wrong_option_of_any_kind_is_told_with_its_place(tmp_path: Path, name: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        definition(tmp_path, actions(f"- {name}: {{no such: 1}}"))
    told = [problem.path for problem in caught.value.problems]
    assert [path for path in told if not path.startswith(f"actions.Attempt.steps[0].{name}")] == []
    assert "no such" in caught.value.message


REQUIRED = [
    (name, option.alias or key)
    for name, kind in KINDS.items()
    for key, option in kind.options.model_fields.items()
    if option.is_required() and name != "assign"
]
"""The options that must be given; assign takes any names."""


@pytest.mark.parametrize(("name", "option"), REQUIRED)
def test_missing_option_of_any_kind_is_told_with_its_place(tmp_path: Path, name: str, option: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        definition(tmp_path, actions(f"- {name}: {{}}"))
    assert f"actions.Attempt.steps[0].{name}: missing key {option!r}" in caught.value.message


def test_start_loads_no_library_that_only_some_steps_need() -> None:
    code = "import sys, app.main; print(*sorted(name.partition('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"aiosmtplib", "croniter", "defusedxml", "fpdf", "PIL", "fontTools", "jsonpath"}
    assert heavy & set(done.stdout.split()) == set()


@pytest.mark.parametrize("name", KINDS)
def test_kind_takes_no_unknown_option_and_hides_no_word_of_steps(name: str) -> None:
    keys = {field.alias or key for key, field in KINDS[name].options.model_fields.items()}
    assert KINDS[name].options.model_config.get("extra") == "forbid"
    assert not keys & STEP_WORDS
