"""Functions of texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.expressions import operators
from app.expressions.errors import OperandError
from app.expressions.functions.declaration import Parameter, function
from app.expressions.kinds import Kind
from app.expressions.limits import MAX_LIST, MAX_TEXT
from app.expressions.patterns import whole_matcher
from app.expressions.values import text_of

VALUE = Parameter("value", Kind.TEXT)
MAYBE = Kind.TEXT | Kind.NULL


@function(
    Parameter("value", Kind.SCALAR | Kind.DURATION | Kind.CALENDAR_DURATION),
    result=Kind.TEXT,
    passes_null=True,
    example="text(12.50)",
    gives='"12.50"',
)
def text(value: Any) -> str:
    """The text form of a value; dates and times in ISO 8601."""
    return text_of(value)


@function(VALUE, result=Kind.TEXT, passes_null=True, example='upper("Ada")', gives='"ADA"')
def upper(value: str) -> str:
    """The text in capitals."""
    return value.upper()


@function(VALUE, result=Kind.TEXT, passes_null=True, example='lower("Ada")', gives='"ada"')
def lower(value: str) -> str:
    """The text in small letters."""
    return value.lower()


@function(
    VALUE, result=Kind.TEXT, passes_null=True, example='capitalize("ada Lovelace")', gives='"Ada Lovelace"'
)
def capitalize(value: str) -> str:
    """The text with its first letter as a capital."""
    return value[:1].upper() + value[1:]


@function(VALUE, result=Kind.TEXT, passes_null=True, example='trim("  Ada ")', gives='"Ada"')
def trim(value: str) -> str:
    """The text without the white space around it."""
    return value.strip()


@function(
    VALUE,
    Parameter("old", Kind.TEXT),
    Parameter("new", Kind.TEXT),
    result=Kind.TEXT,
    passes_null=True,
    example='replace("1-2-3", "-", "/")',
    gives='"1/2/3"',
)
def replace(value: str, old: str, new: str) -> str:
    """The text with every `old` in it replaced by `new`."""
    if not old:
        raise OperandError("the text to replace is empty")
    if len(value) + value.count(old) * (len(new) - len(old)) > MAX_TEXT:
        raise OperandError(f"the text would have more than {MAX_TEXT:,} characters")
    return value.replace(old, new)


@function(
    VALUE,
    Parameter("separator", Kind.TEXT),
    result=Kind.LIST,
    passes_null=True,
    example='split("a,b", ",")',
    gives='["a", "b"]',
)
def split(value: str, separator: str) -> list[str]:
    """The parts of a text between its separators."""
    if not separator:
        raise OperandError("the separator is empty")
    if value.count(separator) >= MAX_LIST:
        raise OperandError(f"the list would have more than {MAX_LIST:,} elements")
    return value.split(separator)


@function(
    Parameter("list", Kind.LIST),
    Parameter("separator", Kind.TEXT, optional=True),
    result=Kind.TEXT,
    passes_null=True,
    example='join(["a", null, 2], ", ")',
    gives='"a, 2"',
)
def join(elements: list[Any], separator: str = "") -> str:
    """The elements of a list as one text, with a separator between them; nulls are left out."""
    texts = []
    size = 0
    for element in elements:
        if element is None:
            continue
        written = text_of(element)
        size += len(written) + len(separator)
        if size - len(separator) > MAX_TEXT:
            raise OperandError(f"the text would have more than {MAX_TEXT:,} characters")
        texts.append(written)
    return separator.join(texts)


@function(
    Parameter("value", Kind.TEXT | Kind.LIST | Kind.OBJECT | Kind.NULL),
    Parameter("part", Kind.ANY),
    result=Kind.BOOLEAN,
    example='contains("media", "med")',
    gives="true",
)
def contains(value: Any, part: Any) -> bool:
    """Whether a text has the part, a list the element or an object the key; `part in value` says the same."""
    return operators.contained(part, value)


@function(
    Parameter("value", MAYBE),
    Parameter("start", Kind.TEXT),
    result=Kind.BOOLEAN,
    example='starts_with("media", "med")',
    gives="true",
)
def starts_with(value: str | None, start: str) -> bool:
    """Whether the text begins with another; null does not."""
    return value is not None and value.startswith(start)


@function(
    Parameter("value", MAYBE),
    Parameter("end", Kind.TEXT),
    result=Kind.BOOLEAN,
    example='ends_with("media", "dia")',
    gives="true",
)
def ends_with(value: str | None, end: str) -> bool:
    """Whether the text ends with another; null does not."""
    return value is not None and value.endswith(end)


def _prepared(constants: Mapping[int, Any]) -> Callable[..., Any] | None:
    if 1 not in constants:
        return None
    is_match = whole_matcher(constants[1])
    return lambda value, _: value is not None and is_match(value)


@function(
    Parameter("value", MAYBE),
    Parameter("pattern", Kind.TEXT),
    result=Kind.BOOLEAN,
    prepare=_prepared,
    example=r'matches("1234 AB", "\d{4} ?[A-Z]{2}")',
    gives="true",
)
def matches(value: str | None, pattern: str) -> bool:
    """Whether the whole text is as a pattern says: a regular expression of characters, classes, groups,
    choices and repetitions. Null is not."""
    return value is not None and whole_matcher(pattern)(value)
