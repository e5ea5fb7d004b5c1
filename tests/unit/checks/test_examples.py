"""The built-in examples are the contract of the language: they load, and nothing is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.checks import load_checked
from app.steps import KINDS

EXAMPLES = Path(__file__).parents[3] / "app" / "examples"


@pytest.mark.parametrize("name", ["crm", "onboarding", "shoes", "taskings"])
def test_example_is_without_problems(name: str) -> None:
    loaded = load_checked(EXAMPLES / f"{name}.yaml", KINDS)
    assert loaded.source.files == (str(EXAMPLES / f"{name}.yaml"),)
    assert len(loaded.application.models) > 1
    assert all(action.steps for action in loaded.application.actions.values())
