"""The database's clock, which is the same for all processes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float, Text, bindparam, func, literal_column

from app.storage.prepare import DialectName


def clock(dialect: DialectName, seconds: str | None = None) -> ColumnElement[Any]:
    """The database's clock, plus the parameter `seconds`, in the form of the column; null for null."""
    if dialect == "sqlite":
        modifiers = [] if seconds is None else [bindparam(seconds, type_=Text())]
        moment = func.strftime("%Y-%m-%dT%H:%M:%f", "now", *modifiers, type_=Text())
        return moment.concat("000+00:00")
    moment = func.clock_timestamp()
    if seconds is None:
        return moment
    zeros: list[Any] = [literal_column("0")] * 6
    return moment.op("+")(func.make_interval(*zeros, bindparam(seconds, type_=Float())))
