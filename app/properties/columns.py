"""How values stand in both databases, so that both compare, sort and answer alike.

On SQLite a column's declared type names what is in it, though the values are texts and integers: it is by
these names that a migration sees a change of kind. Texts compare by their bytes on both: SQLite's BINARY is
the order of PostgreSQL's collation "C", whatever locale the server was made with.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import DATE, NUMERIC, TIME, TIMESTAMP, BigInteger, Dialect, Integer, Text
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine, UserDefinedType

from app.json_text import read_json, write_json
from app.properties.instants import date_time_text, time_text

LARGEST = 2**63 - 1
"""The largest scaled value of a decimal: what 64 bits hold."""
DIGITS = 19


def collated_text() -> TypeEngine[str]:
    """Text of any length that compares by its bytes."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def identifier() -> TypeEngine[int]:
    """Ids and references to them: SQLite's row id wants the very name INTEGER."""
    return BigInteger().with_variant(Integer(), "sqlite")


class Declared(UserDefinedType[Any]):
    """A SQLite column declared as it says, whose values reach the driver untouched."""

    cache_ok = True

    def __init__(self, declared: str) -> None:
        self.declared = declared

    def get_col_spec(self, **options: Any) -> str:
        return self.declared

    def literal_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        return _quoted


def _quoted(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with microseconds. SQLite holds the text of the answer itself, which also sorts by time."""

    impl = TIMESTAMP
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Declared("DATETIME") if dialect.name == "sqlite" else TIMESTAMP(timezone=True)

    def binder(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """What makes the driver's value of a moment or of None; quicker than asking what the database is each time."""
        return _moment_text if dialect.name == "sqlite" else _moment_in_utc

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return self.binder(dialect)(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


def _moment_text(value: datetime | None) -> str | None:
    return None if value is None else date_time_text(_zoned(value))


def _moment_in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else _zoned(value).astimezone(UTC)


def _zoned(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return value


class IsoDate(TypeDecorator[date]):
    """A day: `2026-11-22` on SQLite."""

    impl = DATE
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Declared("DATE") if dialect.name == "sqlite" else DATE()

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return date.fromisoformat(value) if isinstance(value, str) else value


class IsoTime(TypeDecorator[time]):
    """A time of day: `13:05:00` on SQLite."""

    impl = TIME
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Declared("TIME") if dialect.name == "sqlite" else TIME()

    def process_bind_param(self, value: time | None, dialect: Dialect) -> Any:
        return time_text(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> time | None:
        return time.fromisoformat(value) if isinstance(value, str) else value


class ScaledDecimal(TypeDecorator[Decimal]):
    """An exact number with `scale` digits after the point; SQLite holds it times 10 ** scale, an integer."""

    impl = NUMERIC
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__(DIGITS, scale)
        self.scale = scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return Declared(f"NUMERIC({DIGITS}, {self.scale})")
        return NUMERIC(DIGITS, self.scale)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        scaled = value.scaleb(self.scale)
        if scaled != int(scaled) or abs(scaled) > LARGEST:
            raise ValueError(f"{value} does not fit {DIGITS} digits, {self.scale} of them after the point")
        return int(scaled)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return Decimal(value).scaleb(-self.scale) if isinstance(value, int) else value


class Json(TypeDecorator[Any]):
    """Any JSON value, its numbers exact; None is SQL's NULL.

    SQLite knows no JSON type whose texts it leaves alone, so the column has a name that no other kind uses.
    On PostgreSQL an engine needs `json_serializer=write_json, json_deserializer=read_json`.
    """

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return Declared("NVARCHAR")
        # Servers on SQLite never load this dialect.
        from sqlalchemy.dialects.postgresql import JSONB

        return JSONB(none_as_null=True)

    @staticmethod
    def text(value: Any) -> str | None:
        """What SQLite's driver gets."""
        return None if value is None else write_json(value)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return self.text(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return read_json(value) if value is not None and dialect.name == "sqlite" else value

    def literal_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        return lambda value: _quoted(write_json(value))
