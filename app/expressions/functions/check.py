"""What can be known of a call before it is evaluated."""

from __future__ import annotations

from collections.abc import Sequence

from app.expressions.errors import ExpressionError
from app.expressions.functions.declaration import Function
from app.expressions.kinds import Kind, described


def check_call(function: Function, arguments: Sequence[tuple[Kind, int]], position: int) -> None:
    """Raise ExpressionError for a wrong number of arguments, or one of a kind that can never do.

    Each argument comes with the kinds it can have and its position.
    """
    _check_count(function, len(arguments), position)
    for index, (kinds, place) in enumerate(arguments):
        if not function.accepts(index, kinds):
            parameter = function.parameter(index)
            raise ExpressionError(
                f"'{function.name}' takes {described(parameter.kinds)} as {parameter.name}, "
                f"not {described(kinds)}, at {place}. Write {function.signature}",
                place,
            )


def _check_count(function: Function, count: int, position: int) -> None:
    most = function.most
    if count >= function.least and (most is None or count <= most) and not (function.pairs and count % 2):
        return
    remedy = f"Write {function.signature}"
    raise ExpressionError(
        f"'{function.name}' does not take {count} arguments at {position}. {remedy}", position
    )
