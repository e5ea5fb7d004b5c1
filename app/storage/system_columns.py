"""What the server's own tables are made of: their columns and indexes, alike on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, text

from app.storage.columns import Json, UtcDateTime, collated_text


def key_column(name: str) -> Column[Any]:
    """Part of the primary key, a text."""
    return Column(name, collated_text(), primary_key=True)


def text_column(name: str) -> Column[Any]:
    """A text."""
    return Column(name, collated_text(), nullable=False)


def maybe_text_column(name: str) -> Column[Any]:
    """A text or null."""
    return Column(name, collated_text())


def moment_column(name: str) -> Column[Any]:
    """A moment in UTC."""
    return Column(name, UtcDateTime(), nullable=False)


def maybe_moment_column(name: str) -> Column[Any]:
    """A moment in UTC, or null."""
    return Column(name, UtcDateTime())


def json_column(name: str) -> Column[Any]:
    """JSON or null."""
    return Column(name, Json())


def number_column(name: str) -> Column[Any]:
    """A whole number of 64 bits."""
    return Column(name, BigInteger(), nullable=False)


def maybe_number_column(name: str) -> Column[Any]:
    """A whole number of 64 bits, or null."""
    return Column(name, BigInteger())


def index_of_rows(name: str, *columns: str, where: str) -> Index:
    """An index of some rows alone: the others cost it nothing.

    Saying so for PostgreSQL too would load its dialect; `migrate_postgres` does it there.
    """
    return Index(name, *columns, sqlite_where=text(where))


def index_where_set(name: str, *columns: str) -> Index:
    """An index of the rows alone that have a value in the last column."""
    return index_of_rows(name, *columns, where=f"{columns[-1]} IS NOT NULL")
