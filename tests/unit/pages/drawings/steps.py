"""Steps and actions from YAML, as a definition has them."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML

from app.definition.model import Action
from app.definition.steps import Step
from app.steps import KINDS

OPTIONS = {"steps": {name: kind.options for name, kind in KINDS.items()}}


def step(text: str) -> Step:
    """One step."""
    return Step.model_validate(_read(text), context=OPTIONS)


def action(text: str) -> Action:
    """An action."""
    return Action.model_validate(_read(text), context=OPTIONS)


def _read(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)
