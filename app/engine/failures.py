"""What is told of a run that failed: to its caller, to the console, and as a code."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.engine.cursor import UNFIT
from app.engine.journal import Entry
from app.errors import INTERNAL_MESSAGE, ActionQLError, StepFailed
from app.storage.durable_runs import Ending

UNANSWERED = "Nobody answered in time."
EXHAUSTED = "The run was given up: each process that drove it came to an end before it got on."


class Exhausted(ActionQLError):
    """The run brought every process to an end that drove it."""

    code = "ATTEMPTS"


def failed(error: Exception, conceal: Callable[[str], str]) -> Ending:
    """How a run ended with this error."""
    public = error.message if isinstance(error, ActionQLError) else INTERNAL_MESSAGE
    return Ending("fatal_errored", error_code(error), conceal(error_words(error)), conceal(public))


def unfit(error: Exception, journal: Sequence[Entry]) -> StepFailed:
    """The error of a run whose definition is an earlier one; the console sees which step brought it."""
    where = ""
    if journal:
        last = journal[-1]
        where = f"the step {last.place} ({last.kind}) of {last.action!r}: "
    return StepFailed(UNFIT, f"{where}{type(error).__name__}; the definition has changed since the run began")


def error_code(error: Exception) -> str:
    """The stable code of an error; of what nobody expected that of the server's own faults."""
    return error.code if isinstance(error, ActionQLError) else ActionQLError.code


def error_words(error: Exception) -> str:
    """What the console shows; of what nobody expected only the kind, since its text may hold anything."""
    if isinstance(error, ActionQLError):
        return getattr(error, "reason", "") or error.message
    return type(error).__name__
