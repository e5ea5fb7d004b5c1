"""JSON text with exact numbers: ints and Decimals, never floats, written with all their digits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import orjson

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_LONG = re.compile(rb"[0-9][0-9.]{15}")
"""A number with more digits than a float keeps, or a text that looks like one."""
_NATIVE = 2**53
"""Below it whole numbers are written by the library itself."""


class JsonError(ValueError):
    """A text that is no JSON, or more than its limits allow; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a JSON text of others may hold."""

    characters: int
    depth: int
    """Lists and objects inside one another."""
    digits: int
    """Of one number, before and after the point."""


def write_json_bytes(value: Any, other: Callable[[Any], Any] | None = None) -> bytes:
    """The value as compact JSON in UTF-8, moments in ISO 8601.

    `other` gives what stands for a value that JSON has no form for; else that is a TypeError, as are whole numbers
    over 64 bits and texts that are not Unicode.
    """

    def form(value: Any) -> Any:
        if isinstance(value, Decimal) and value.is_finite():
            return orjson.Fragment(str(value))
        if other is None:
            raise TypeError(f"{type(value).__name__} has no JSON")
        return other(value)

    return orjson.dumps(value, default=form)


def write_json(value: Any) -> str:
    """The value as compact JSON; raises TypeError as `write_json_bytes` does."""
    return write_json_bytes(value).decode()


def write_plain_json(value: Any, digits: Callable[[int | Decimal], str]) -> str:
    """A value of dicts, lists, texts and numbers of any size as compact JSON, the numbers written by `digits`."""
    return write_json(_with_numbers(value, digits))


def read_json(text: str | bytes) -> Any:
    """The value of a text that `write_json` wrote."""
    return json.loads(text, parse_float=Decimal)


def read_quick_json(body: bytes) -> Any:
    """The value of anybody's bytes, read as fast as they can be; numbers that a float would cut are exact.

    Shorter ones come as floats, which keep 15 digits. Raises `JsonError` for what is no JSON in UTF-8.
    """
    try:
        value = orjson.loads(body)
        if _LONG.search(body) is None:
            return value
        return json.loads(body, parse_float=Decimal)
    except orjson.JSONDecodeError as error:
        raise JsonError(error.msg) from None
    except (ValueError, ArithmeticError, RecursionError):
        raise JsonError("it has a number that is too long, or nests too deep") from None


def read_foreign_json(text: str | bytes, limits: Limits) -> Any:
    """The value of anybody's text; raises `JsonError` if it is none within the limits."""
    if len(text) > limits.characters:
        raise JsonError(f"the JSON text has more than {limits.characters:,} characters")
    if isinstance(text, bytes):
        text = _decoded(text)
    _check_depth(text, limits.depth)

    def whole(text: str) -> int:
        return int(_short(text, limits.digits))

    def exact(text: str) -> Decimal:
        try:
            number = Decimal(_short(text, limits.digits))
        except InvalidOperation:
            raise _too_long(limits.digits) from None
        if not -limits.digits <= number.adjusted() <= limits.digits:
            raise _too_long(limits.digits)
        return number

    try:
        return json.loads(text, parse_float=exact, parse_int=whole, parse_constant=_refused)
    except json.JSONDecodeError as error:
        raise JsonError(f"the text is not JSON at line {error.lineno} column {error.colno}") from None


def _with_numbers(value: Any, digits: Callable[[int | Decimal], str]) -> Any:
    if isinstance(value, dict):
        return {key: _with_numbers(part, digits) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_numbers(part, digits) for part in value]
    if isinstance(value, Decimal) or (isinstance(value, int) and not -_NATIVE < value < _NATIVE):
        return orjson.Fragment(digits(value))
    return value


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise JsonError("the JSON text is not UTF-8") from None


def _check_depth(text: str, most: int) -> None:
    depth = 0
    for match in _BRACKETS.finditer(text):
        bracket = match.group()
        if bracket in "[{":
            depth += 1
            if depth > most:
                raise JsonError(f"the JSON is more than {most} deep")
        elif bracket in "]}":
            depth -= 1


def _short(text: str, digits: int) -> str:
    if len(text) > digits:
        raise _too_long(digits)
    return text


def _too_long(digits: int) -> JsonError:
    return JsonError(f"the number has more than {digits:,} digits")


def _refused(word: str) -> NoReturn:
    raise JsonError(f"the text is not JSON: {word} is no number")
