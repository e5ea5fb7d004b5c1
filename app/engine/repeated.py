"""Runs that came with an idempotency key and do all they do in one transaction: what is kept of their results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.engine.compile import CompiledAction
from app.engine.recorded import recorded
from app.errors import AlreadyDone, StepFailed
from app.expressions import EvaluationError

NOT_KEPT = "This was done before; its result was not kept."
_MOST = 1_000_000
"""Bytes of a result that are kept to be answered again."""


def kept_answer(action: CompiledAction, result: Any, conceal: Callable[[str], str]) -> Mapping[str, Any]:
    """What is kept of a run's result; raises `StepFailed` for one that no answer can be made of."""
    if action.confidential:
        return {}
    try:
        return {"result": recorded(result, conceal, _MOST)}
    except EvaluationError as error:
        raise StepFailed(f"The result of {action.action.name!r} could not be made.", str(error)) from error


def answered_before(kept: Mapping[str, Any]) -> Any:
    """The result that was kept; raises `AlreadyDone` where it was not."""
    if "result" not in kept:
        raise AlreadyDone(NOT_KEPT)
    return kept["result"]
