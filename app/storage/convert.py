"""What a stored value is as a value of another type: exactly the same thing, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, types
from sqlalchemy.types import TypeEngine

from app.json_text import write_json
from app.properties.columns import DIGITS, IsoDate, IsoTime, Json, ScaledDecimal, UtcDateTime
from app.properties.instants import date_time_text, in_utc, time_text
from app.properties.numbers import exact

_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class Inconvertible(ValueError):
    """The value is none of the other type."""


def stored_type(found: TypeEngine[Any]) -> TypeEngine[Any] | None:
    """How the values of a column are read whose type is what a database says; None for a type not ours."""
    for known, make in _STORED:
        if isinstance(found, known):
            return make(found)
    return None


def converted(value: Any, wanted: TypeEngine[Any]) -> Any:
    """The value (never None) as one of the type `wanted`; raises `Inconvertible`."""
    convert = next((convert for known, convert in _CONVERTERS if isinstance(wanted, known)), None)
    if convert is None:
        raise Inconvertible
    try:
        return convert(value, wanted)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise Inconvertible from error


def _moment(value: Any, wanted: TypeEngine[Any]) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return in_utc(datetime.fromisoformat(value))


def _day(value: Any, wanted: TypeEngine[Any]) -> date:
    if isinstance(value, datetime):
        moment = in_utc(value)
        if moment.time() != time():
            raise Inconvertible
        return moment.date()
    return date.fromisoformat(value)


def _time(value: Any, wanted: TypeEngine[Any]) -> time:
    return time.fromisoformat(value)


def _decimal(value: Any, wanted: TypeEngine[Any]) -> Decimal:
    assert isinstance(wanted, ScaledDecimal)
    number = exact(value)
    scaled = number.scaleb(wanted.scale)
    if scaled != int(scaled) or abs(scaled) >= 10**DIGITS:
        raise Inconvertible
    return number


def _whole(value: Any, bits: int) -> int:
    number = Decimal(value) if isinstance(value, bool) else exact(value)
    if number != int(number) or not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise Inconvertible
    return int(number)


def _truth(value: Any, wanted: TypeEngine[Any]) -> bool:
    if isinstance(value, bool | int | Decimal | str) and str(value).lower() in _TRUTHS:
        return _TRUTHS[str(value).lower()]
    raise Inconvertible


def _text(value: Any, wanted: TypeEngine[Any]) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return date_time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return time_text(value)
    return format(value, "f") if isinstance(value, Decimal) else write_json(value)


def _json(value: Any, wanted: TypeEngine[Any]) -> Any:
    return _text(value, wanted) if isinstance(value, date | time) else value


# More special types come before those that they are kinds of.
_CONVERTERS: Sequence[tuple[type[TypeEngine[Any]], Callable[[Any, TypeEngine[Any]], Any]]] = (
    (UtcDateTime, _moment),
    (IsoDate, _day),
    (IsoTime, _time),
    (ScaledDecimal, _decimal),
    (Json, _json),
    (Boolean, _truth),
    (BigInteger, lambda value, _: _whole(value, 64)),
    (Integer, lambda value, _: _whole(value, 32)),
    (types.Text, _text),
)
_STORED: Sequence[tuple[tuple[type[TypeEngine[Any]], ...], Callable[[Any], TypeEngine[Any]]]] = (
    ((types.DateTime,), lambda _: UtcDateTime()),
    ((types.Date,), lambda _: IsoDate()),
    ((types.Time,), lambda _: IsoTime()),
    ((types.JSON, types.NVARCHAR), lambda _: Json()),
    ((types.Boolean,), lambda _: types.Boolean()),
    ((types.Integer,), lambda _: types.BigInteger()),
    ((types.Numeric,), lambda found: ScaledDecimal(found.scale or 0)),
    ((types.String,), lambda _: types.Text()),
)
