"""The kinds of values that expressions know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import IntFlag
from typing import Any

from app.expressions.dates import CalendarDuration


class Kind(IntFlag):
    """One kind of value, or several of which any will do."""

    NULL = 1
    BOOLEAN = 2
    NUMBER = 4
    TEXT = 8
    DATE = 16
    DATE_TIME = 32
    TIME = 64
    DURATION = 128
    CALENDAR_DURATION = 256
    LIST = 512
    OBJECT = 1024
    BYTES = 2048
    UNKNOWN = 4096

    INSTANT = DATE | DATE_TIME
    SCALAR = BOOLEAN | NUMBER | TEXT | DATE | DATE_TIME | TIME
    ANY = 8191

    __hash__ = int.__hash__


KINDS: Mapping[type, Kind] = {
    type(None): Kind.NULL,
    bool: Kind.BOOLEAN,
    int: Kind.NUMBER,
    Decimal: Kind.NUMBER,
    str: Kind.TEXT,
    date: Kind.DATE,
    datetime: Kind.DATE_TIME,
    time: Kind.TIME,
    timedelta: Kind.DURATION,
    CalendarDuration: Kind.CALENDAR_DURATION,
    list: Kind.LIST,
    tuple: Kind.LIST,
    dict: Kind.OBJECT,
    bytes: Kind.BYTES,
}

WORDS: Mapping[Kind, str] = {
    Kind.NULL: "null",
    Kind.BOOLEAN: "true or false",
    Kind.NUMBER: "a number",
    Kind.TEXT: "a text",
    Kind.DATE: "a date",
    Kind.DATE_TIME: "a date and time",
    Kind.TIME: "a time",
    Kind.DURATION: "a duration",
    Kind.CALENDAR_DURATION: "a number of months",
    Kind.LIST: "a list",
    Kind.OBJECT: "an object",
    Kind.BYTES: "bytes",
    Kind.UNKNOWN: "a value of no known kind",
}


def kind_of(value: Any) -> Kind:
    """The kind of a value; whatever expressions can't work with is UNKNOWN."""
    known = KINDS.get(type(value))
    if known is not None:
        return known
    if isinstance(value, Mapping):
        return Kind.OBJECT
    if isinstance(value, list | tuple):
        return Kind.LIST
    return Kind.UNKNOWN


def described(kinds: Kind) -> str:
    """`a text`, `a number or null`, `anything`."""
    if kinds == Kind.ANY:
        return "anything"
    return " or ".join(WORDS[kind] for kind in Kind(kinds))


def kind_word(value: Any) -> str:
    """`a text`, for messages."""
    return WORDS[kind_of(value)]
