"""The values of a run as JSON that gives back exactly what went in: types, digits, zones, models."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.definition.record import Record
from app.errors import StepFailed
from app.expressions.dates import CalendarDuration

_DEPTH = 200


class Keeper:
    """Turns values into JSON of at most `most` bytes, about; a larger one is a `StepFailed`."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def keep(self, value: Any, depth: int = _DEPTH) -> Any:
        """What JSON can hold: scalars and lists are themselves, all else is an object with one key."""
        self._spend(2)
        if depth == 0:
            raise StepFailed(f"The values of the run are more than {_DEPTH} deep.")
        if value is None or value is True or value is False or type(value) is int:
            return value
        if isinstance(value, str):
            self._spend(len(value))
            return str(value)
        if type(value) is list:
            return [self.keep(item, depth - 1) for item in value]
        if isinstance(value, tuple):
            return {"t": [self.keep(item, depth - 1) for item in value]}
        if isinstance(value, Record):
            return {"r": [value.model, self._entries(value, depth)]}
        if isinstance(value, Mapping):
            return {"o": self._entries(value, depth)}
        return self._scalar(value)

    def _entries(self, value: Mapping[Any, Any], depth: int) -> list[Any]:
        return [part for key, item in value.items() for part in (self.keep(key), self.keep(item, depth - 1))]

    def _scalar(self, value: Any) -> Any:
        for type_, (word, write, _) in _SCALARS.items():
            if isinstance(value, type_):
                written = write(value)
                self._spend(len(str(written)))
                return {word: written}
        raise StepFailed("A value of the run cannot be kept.", f"it is a {type(value).__name__}")

    def _spend(self, bytes: int) -> None:
        self._left -= bytes
        if self._left < 0:
            raise StepFailed(
                f"The values of the run are larger than {self._most:,} bytes, which is too much to keep."
            )


def restored(kept: Any) -> Any:
    """The value that `Keeper.keep` was given."""
    if isinstance(kept, list):
        return [restored(item) for item in kept]
    if not isinstance(kept, dict):
        return kept
    ((word, value),) = kept.items()
    if word == "t":
        return tuple(restored(item) for item in value)
    if word == "o":
        return _object(value)
    if word == "r":
        return Record(value[0], _object(value[1]))
    return _READERS[word](value)


def _object(entries: list[Any]) -> dict[Any, Any]:
    parts = iter(entries)
    return {restored(key): restored(item) for key, item in zip(parts, parts, strict=True)}


def _moment(value: datetime) -> list[Any]:
    zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
    written = value.replace(tzinfo=None) if zone else value
    return [written.isoformat(), zone, value.fold]


def _read_moment(kept: list[Any]) -> datetime:
    text, zone, fold = kept
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=ZoneInfo(zone) if zone else read.tzinfo, fold=fold)


_SCALARS: Mapping[type, tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = {
    Decimal: ("n", str, Decimal),
    # A moment is a date too, so it comes first.
    datetime: ("m", _moment, _read_moment),
    date: ("d", date.isoformat, date.fromisoformat),
    time: ("c", time.isoformat, time.fromisoformat),
    timedelta: (
        "s",
        lambda value: [value.days, value.seconds, value.microseconds],
        lambda kept: timedelta(*kept),
    ),
    CalendarDuration: ("p", lambda value: value.months, CalendarDuration),
    bytes: ("b", lambda value: b64encode(value).decode(), b64decode),
    UUID: ("u", str, UUID),
    float: ("f", float.hex, float.fromhex),
    int: ("i", int, int),
}
_READERS = {word: read for word, _, read in _SCALARS.values()}
