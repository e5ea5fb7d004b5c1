"""Columns of a record's own row, as a plan reads them and an insert answers them."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, cast


class Own(NamedTuple):
    """A column by its name; `text` where its text is read in place of its value."""

    name: str
    text: bool = False


def as_text(column: ColumnElement[Any]) -> ColumnElement[str]:
    """The column's value as the database writes it."""
    return cast(column, Text())
