"""JSON as expressions and templates read and write it: numbers exactly, nesting and size bounded."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

import orjson

from app.expressions.errors import EvaluationError, OperandError
from app.expressions.limits import MAX_DIGITS, MAX_JSON_DEPTH, MAX_TEXT
from app.expressions.values import checked_decimal, number_text, to_plain, too_many_digits

BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
NATIVE_INTEGER = 2**53


def read_json(text: str | bytes) -> Any:
    """What a JSON text stands for, its numbers int or Decimal; raises OperandError if it is none."""
    if len(text) > MAX_TEXT:
        raise OperandError(f"the JSON text has more than {MAX_TEXT:,} characters")
    if isinstance(text, bytes):
        text = _decoded(text)
    _check_depth(text)
    try:
        return json.loads(text, parse_float=_decimal, parse_int=_integer, parse_constant=_refused)
    except json.JSONDecodeError as error:
        raise OperandError(f"the text is not JSON at line {error.lineno} column {error.colno}") from None


def write_json(value: Any) -> str:
    """A value as compact JSON text, numbers exact; raises OperandError for what it cannot hold."""
    try:
        return orjson.dumps(_writable(to_plain(value))).decode()
    except EvaluationError as error:
        raise OperandError(error.message) from None
    except orjson.JSONEncodeError:
        raise OperandError("the value cannot be written as JSON") from None


def _writable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _writable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_writable(part) for part in value]
    if isinstance(value, Decimal) or (
        isinstance(value, int) and not -NATIVE_INTEGER < value < NATIVE_INTEGER
    ):
        return orjson.Fragment(number_text(value))
    return value


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise OperandError("the JSON text is not UTF-8") from None


def _check_depth(text: str) -> None:
    depth = 0
    for match in BRACKETS.finditer(text):
        bracket = match.group()
        if bracket in "[{":
            depth += 1
            if depth > MAX_JSON_DEPTH:
                raise OperandError(f"the JSON is more than {MAX_JSON_DEPTH} deep")
        elif bracket in "]}":
            depth -= 1


def _decimal(text: str) -> Decimal:
    if len(text) > MAX_DIGITS:
        raise too_many_digits()
    return checked_decimal(Decimal(text))


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise too_many_digits()
    return int(text)


def _refused(word: str) -> NoReturn:
    raise OperandError(f"the text is not JSON: {word} is no number")
