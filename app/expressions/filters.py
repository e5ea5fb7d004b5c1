"""The filters of templates.

They are Liquid's own for text and lists, and ours where numbers and dates must be exact or a standard one
could be made to hang.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from liquid import Markup
from liquid.builtin.filters import string as standard
from liquid.context import RenderContext
from liquid.filter import with_context
from liquid.undefined import is_undefined

from app.expressions import operators
from app.expressions.date_format import formatted
from app.expressions.errors import OperandError
from app.expressions.functions.lists import distinct, sort_by
from app.expressions.functions.numbers import number, rounded
from app.expressions.functions.times import date_time
from app.expressions.kinds import Kind, kind_of
from app.expressions.limits import MAX_TEXT
from app.expressions.values import TEXTS, Budget, plain, text_of, whole, write_json

TAGS = re.compile(r"<[^<>]*>")
CLOSINGS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style")}
SCRIPTS = re.compile(r"<(script|style)\b", re.IGNORECASE)


def written(value: Any) -> str:
    """A value as a template prints it: null as nothing, a list as its elements, an object as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return "".join(_pieces(value, Budget()))
    if value is None or is_undefined(value):
        return ""
    if kind_of(plain(value)) in TEXTS:
        return text_of(value)
    return write_json(value) if isinstance(value, Mapping) else ""


def _pieces(elements: list[Any] | tuple[Any, ...], budget: Budget) -> list[str]:
    pieces: list[str] = []
    for element in elements:
        budget.spend()
        if isinstance(element, list | tuple):
            pieces += _pieces(element, budget)
            continue
        pieces.append(written(element))
        budget.spend(len(pieces[-1]))
    return pieces


def amount(value: Any) -> int | Decimal:
    """A number, or the one that a text writes; nothing counts as 0."""
    value = plain(value)
    if value is None or is_undefined(value) or value == "":
        return 0
    if isinstance(value, str):
        found = number.call(value)
        return found if isinstance(found, int) else Decimal(found)
    if kind_of(value) is not Kind.NUMBER:
        raise OperandError("the value is no number")
    return Decimal(value) if isinstance(value, Decimal) else int(value)


def abs_(value: Any) -> Any:
    found = amount(value)
    return operators.negative(found) if found < 0 else found


def at_least(value: Any, least: Any) -> Any:
    return max(amount(value), amount(least))


def at_most(value: Any, most: Any) -> Any:
    return min(amount(value), amount(most))


def ceil(value: Any) -> Any:
    return rounded(amount(value), 0, "ROUND_CEILING")


def floor(value: Any) -> Any:
    return rounded(amount(value), 0, "ROUND_FLOOR")


def round_(value: Any, digits: Any = 0) -> Any:
    return rounded(amount(value), whole(amount(digits), "the number of digits"), "ROUND_HALF_UP")


def plus(value: Any, other: Any) -> Any:
    return operators.add(amount(value), amount(other))


def minus(value: Any, other: Any) -> Any:
    return operators.subtract(amount(value), amount(other))


def times(value: Any, other: Any) -> Any:
    return operators.multiply(amount(value), amount(other))


def modulo(value: Any, other: Any) -> Any:
    return operators.remainder(amount(value), amount(other))


def divided_by(value: Any, other: Any) -> Any:
    """Two whole numbers give a whole one, rounded down, as Liquid has it."""
    left, right = amount(value), amount(other)
    if isinstance(left, int) and isinstance(right, int) and right:
        return left // right
    return operators.divide(left, right)


def sum_(values: Any, key: Any = None) -> Any:
    total: Any = 0
    for value in _elements(values):
        total = operators.add(total, amount(_part(value, key)))
    return total


def sort(values: Any, key: Any = None) -> Any:
    return sort_by.call(_elements(values), key)


def uniq(values: Any, key: Any = None) -> Any:
    return distinct.call(_elements(values), key)


def join(values: Any, separator: Any = " ") -> str:
    elements = [written(value) for value in _elements(values)]
    between = written(separator)
    if sum(map(len, elements)) + len(between) * len(elements) > MAX_TEXT:
        raise too_long()
    return between.join(elements)


def replace(value: str, old: Any, new: Any = "") -> str:
    before, after = written(old), written(new)
    if not before:
        return value
    if len(value) + value.count(before) * max(len(after) - len(before), 0) > MAX_TEXT:
        raise too_long()
    return value.replace(before, after)


def remove(value: str, old: Any) -> str:
    return replace(value, old, "")


def strip_html(value: str) -> str:
    """The text without its tags, and without what stands in scripts and styles."""
    kept = []
    place = 0
    while opening := SCRIPTS.search(value, place):
        kept.append(value[place : opening.start()])
        closing = CLOSINGS[opening.group(1).lower()].search(value, opening.end())
        place = closing.start() if closing else len(value)
    kept.append(value[place:])
    return TAGS.sub("", "".join(kept))


@with_context
def date_(value: Any, pattern: Any, *, context: RenderContext) -> Any:
    """A date, or a text that writes one, by a pattern; `now` and `today` are those of the run."""
    if value in ("now", "today"):
        value = context.resolve(str(value), default=None)
    if value is None or is_undefined(value) or value == "":
        return ""
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        value = date_time.call(plain(value))
    if not isinstance(value, date | datetime):
        raise OperandError("the value is no date")
    return formatted(value, written(pattern))


def json(value: Any) -> str:
    return write_json(None if is_undefined(value) else value)


def too_long() -> OperandError:
    """The OperandError of a text over the limit."""
    return OperandError(f"the text would have more than {MAX_TEXT:,} characters")


def _elements(values: Any) -> list[Any]:
    if isinstance(values, list | tuple):
        return list(values)
    return [] if values is None or is_undefined(values) else [values]


def _part(value: Any, key: Any) -> Any:
    if key is None or is_undefined(key):
        return value
    return value.get(key) if isinstance(value, Mapping) else None


def _on_text(call: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that gets its value, and dates and decimals among its options, as a template prints them."""

    def filtered(value: Any, *options: Any, **named: Any) -> Any:
        return call(written(value), *map(_option, options), **named)

    for mark in ("with_environment", "with_context"):
        if hasattr(call, mark):
            setattr(filtered, mark, True)
    return filtered


def _option(value: Any) -> Any:
    return (
        written(value)
        if isinstance(value, date | Decimal | list | Mapping) and not is_undefined(value)
        else value
    )


def _slice(value: Any, start: Any, length: Any = 1) -> Any:
    return standard.slice_(value if isinstance(value, list | tuple) else written(value), start, length)


OF_TEXT: tuple[Callable[..., Any], ...] = (
    *(standard.append, standard.prepend, standard.split, standard.squish, standard.strip_newlines),
    *(standard.base64_decode, standard.base64_encode),
    *(standard.base64_url_safe_decode, standard.base64_url_safe_encode),
    *(standard.capitalize, standard.downcase, standard.upcase),
    *(standard.escape, standard.escape_once, standard.newline_to_br),
    *(standard.lstrip, standard.rstrip, standard.strip),
    *(standard.remove_first, standard.remove_last, standard.replace_first, standard.replace_last),
    *(standard.truncate, standard.truncatewords, standard.url_decode, standard.url_encode),
)

FILTERS: Mapping[str, Callable[..., Any]] = {
    **{call.__name__: _on_text(call) for call in OF_TEXT},
    "remove": _on_text(remove),
    "replace": _on_text(replace),
    "strip_html": _on_text(strip_html),
    "safe": lambda value: Markup(written(value)),
    "slice": _slice,
    "abs": abs_,
    "at_least": at_least,
    "at_most": at_most,
    "ceil": ceil,
    "date": date_,
    "divided_by": divided_by,
    "floor": floor,
    "join": join,
    "json": json,
    "minus": minus,
    "modulo": modulo,
    "plus": plus,
    "round": round_,
    "sort": sort,
    "sum": sum_,
    "times": times,
    "uniq": uniq,
}
"""What replaces or adds to the filters of python-liquid, by name."""
