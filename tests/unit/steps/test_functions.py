from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from app.engine.compile import compile_actions
from app.errors import DefinitionError, StepFailed
from app.functions import load_application, rebuild_application
from app.steps.base import Scope, Services
from app.storage.records import Write
from tests.unit.steps.conftest import Open
from tests.unit.steps.world import NOON, actions

HEAD = "application: toys\nuuid: 00000000-0000-4000-8000-000000000001\nactions:\n  A:\n    steps:\n"
FUNCTIONS = '''
"""What things cost."""
from datetime import date
from decimal import Decimal

VAT = Decimal("0.21")


async def price_of(step, article: str, amount: int = 1, on: date | None = None) -> Decimal:
    """The price of an article.

    With tax.
    """
    step.log(f"asked for {article}")
    return (1 + VAT) * amount + (on.year if on else 0)


def shout(step, words: list[str], loud: bool = True):
    return {"said": tuple(words), "half": 0.5, "key": step.key}


async def call(step_, url: str):
    return (await step_.request("GET", url, trusted=True)).status


def breaks(step):
    raise KeyError("secret")


def strange(step):
    return object()
'''


def folder(path: Path, functions: str, steps: str) -> Path:
    """A folder application; its functions begin on line 1, its steps on line 6."""
    (path / "functions.py").write_text(
        dedent(functions).strip("\n").replace("async def call(", "async def called(")
    )
    (path / "toys.yaml").write_text(HEAD + f"      - {steps}\n")
    return path


async def performed(services: Services, path: Path, steps: str) -> tuple[Any, list[str]]:
    """What the only step gives, and what it said."""
    loaded = load_application(folder(path, FUNCTIONS, steps))
    (step,) = compile_actions(rebuild_application(loaded.source).application)["A"].steps
    assert step.mode == "reach"
    scope = Scope({"n": "two"}, services, NOON, Write(NOON, {}), "run:1", lambda verb, model: NotImplemented)
    outcome: Any = await step.run(scope)  # type: ignore[misc]
    return outcome.value, [message.text for message in scope.messages]


@pytest.fixture
async def services(open_world: Open) -> Services:
    world = await open_world(actions("- debug: x"), allow=())
    return world.services


@pytest.mark.parametrize(
    ("step", "value"),
    [
        ("price_of: {article: a}", "1.21"),
        ("price_of: {article: a, amount: =1 + 1}", "2.42"),
        ('price_of: {article: =null ? 1 : "a", amount: 1.0, on: 2026-03-01}', "2027.21"),
        ("shout: {words: [a, b]}", "{'said': ['a', 'b'], 'half': Decimal('0.5'), 'key': 'run:1'}"),
    ],
)
async def test_function_is_a_step_with_its_options(
    services: Services, tmp_path: Path, step: str, value: str
) -> None:
    step = step.replace('article: =null ? 1 : "a"', "article: '=null ? 1 : \"a\"'")
    found, said = await performed(services, tmp_path, step)
    assert str(found) == value
    assert said == (["asked for a"] if "price_of" in step else [])


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("price_of: {article: a, amount: =today}", "The step price_of cannot take its 'amount'."),
        ("breaks: {}", "The function breaks failed."),
        ("strange: {}", "The function strange returned what no expression can use."),
        ("called: {url: 'http://127.0.0.1:1/'}", "This address may not be called"),
    ],
)
async def test_function_that_fails_fails_the_step_without_telling_why(
    services: Services, tmp_path: Path, step: str, message: str
) -> None:
    with pytest.raises(StepFailed) as caught:
        await performed(services, tmp_path, step)
    if not step.startswith("called"):
        assert caught.value.message == message
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("price_of: {}", "toys.yaml:6 actions.A.steps[0].price_of: missing key 'article'"),
        ("price_of: {article: a, amount: many}", "price_of.amount: write a whole number"),
        ("price_of: {article: 5}", "price_of.article: write a text"),
        ("price_of: {article: a, amont: 1}", "unknown key 'amont'. Did you mean 'amount'?"),
        ("price_off: {article: a}", "unknown step 'price_off'. Did you mean 'price_of'?"),
        ("price_of: {article: =who}", "price_of.article: unknown name 'who'"),
    ],
)
def test_wrong_option_of_a_function_is_told_with_its_place(tmp_path: Path, step: str, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_application(folder(tmp_path, FUNCTIONS, step))
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("functions", "message"),
    [
        ("x = 1\ndef f(step, a): pass", "2 f: 'a' wants a type: str, int, Decimal"),
        ("def f(step, a: float): pass", "1 f: 'a' wants a type"),
        ("def f(step, a: Unknown): pass", "1: NameError"),
        ("def f(): pass", "1 f: its first parameter is the step"),
        ("def f(step, *a: int): pass", "1 f: 'a' is no option"),
        ("def f(step, retry: int): pass", "1 f: an option cannot be called 'retry'"),
        ("def f(step, json: str): pass", "1 f: an option cannot be called 'json'"),
        ("import os\n\ndef create(step): pass", "3 create: 'create' is a step or a word of steps already"),
        ("def retry(step): pass", "1 retry: 'retry' is a step or a word of steps already"),
        ("def _f(step): pass", "1: every function is a step, so '_f' cannot be private"),
        ("x = 1\nprint(x)", "2: write only imports, constants and functions"),
        ("class A: pass", "1: write only imports, constants and functions"),
        ("def f(step:", "1: this is no Python"),
        ("x = 1\ny = 1 / 0", "2: ZeroDivisionError"),
        ("import no_such_module", "1: ModuleNotFoundError"),
    ],
)
def test_wrong_function_is_told_with_file_and_line(tmp_path: Path, functions: str, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_application(folder(tmp_path, functions, "debug: x"))
    (problem,) = caught.value.problems
    written = f"{problem.line} {problem.path}: {problem.message}".replace(" :", ":")
    assert problem.file == str(tmp_path / "functions.py")
    assert written.startswith(message)


def test_functions_beside_a_definition_that_is_no_folder_are_not_read(tmp_path: Path) -> None:
    folder(tmp_path, "1 / 0", "debug: x")
    assert load_application(tmp_path / "toys.yaml").source.functions == ()


def test_changed_function_changes_the_revision(tmp_path: Path) -> None:
    revisions = {
        load_application(folder(tmp_path, f"def f(step): return {number}", "f: {}")).source.revision
        for number in (1, 2, 2)
    }
    assert len(revisions) == 2
