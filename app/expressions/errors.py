"""What can be wrong with an expression or template: when it is read, and when it is evaluated.

Messages name kinds of values and places, never the values themselves: those may be secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN_SOURCE = 80


class ExpressionError(ValueError):
    """A text that is no expression or template; the message says what, where and how to mend it.

    `position` is the 1-based column (of a template: the line). `path` leads to the text when it stands inside
    a structure.
    """

    def __init__(self, message: str, position: int = 1, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.path = path

    def inside(self, step: str | int) -> ExpressionError:
        """The same error as seen from the structure that holds the text under `step`."""
        return ExpressionError(self.message, self.position, (step, *self.path))


class EvaluationError(Exception):
    """An expression or template that could not be evaluated with the values at hand.

    `position` is the 1-based column in `source` (of a template: the line, as `unit` says), 0 when not known.
    """

    def __init__(self, message: str, source: str = "", position: int = 0, unit: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.position = position
        self.unit = unit

    def __str__(self) -> str:
        if not self.source:
            return self.message
        place = f" at {self.unit}{self.position}" if self.position else ""
        return f"{self.message}{place} in {shortened(self.source)}"


class OperandError(Exception):
    """What an operator or function has against its values; the place is added by who called it."""


def shortened(source: str) -> str:
    """The source in quotes, cut to what a message can show."""
    return repr(source if len(source) <= SHOWN_SOURCE else source[: SHOWN_SOURCE - 3] + "...")


def suggestion(word: str, known: Iterable[str]) -> str:
    """` Did you mean 'size'?`, or nothing when no known word comes near."""
    near = get_close_matches(word, list(known), n=1)
    return f" Did you mean '{near[0]}'?" if near else ""
