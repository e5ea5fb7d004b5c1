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
from app.steps import KINDS

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
