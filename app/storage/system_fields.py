"""What the server's own tables are made of: their columns and indexes, alike on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, text
from sqlmodel import Field

from app.storage.columns import Json, UtcDateTime, collated_text


def key_field() -> Any:
    """Part of the primary key, a text."""
    return Field(sa_column=Column(collated_text(), primary_key=True))


def text_field() -> Any:
    """A text."""
    return Field(sa_column=Column(collated_text(), nullable=False))


def maybe_text_field() -> Any:
    """A text or null."""
    return Field(default=None, sa_column=Column(collated_text()))


def moment_field() -> Any:
    """A moment in UTC."""
    return Field(sa_column=Column(UtcDateTime(), nullable=False))


def maybe_moment_field() -> Any:
    """A moment in UTC, or null."""
    return Field(default=None, sa_column=Column(UtcDateTime()))


def json_field() -> Any:
    """JSON or null."""
    return Field(default=None, sa_column=Column(Json()))


def number_field() -> Any:
    """A whole number of 64 bits."""
    return Field(sa_column=Column(BigInteger(), nullable=False))


def maybe_number_field() -> Any:
    """A whole number of 64 bits, or null."""
    return Field(default=None, sa_column=Column(BigInteger()))


def index_of_rows(name: str, *columns: str, where: str) -> Index:
    """An index of some rows alone: the others cost it nothing.

    Saying so for PostgreSQL too would load its dialect; `migrate_postgres` does it there.
    """
    return Index(name, *columns, sqlite_where=text(where))


def index_where_set(name: str, *columns: str) -> Index:
    """An index of the rows alone that have a value in the last column."""
    return index_of_rows(name, *columns, where=f"{columns[-1]} IS NOT NULL")
