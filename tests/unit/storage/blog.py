"""A definition with every kind of relation, its tables in a database, and records to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from app.definition.conditions import Condition
from app.definition.model import Application
from app.definition.resolve import resolve
from app.permissions import Grant, Verb
from app.storage.compile import Plans
from app.storage.compile.cells import Form
from app.storage.postgres import PostgresDatabase
from app.storage.records import Records, Write
from app.storage.selection import Leaf, Query, Selection, Sort, Source
from app.storage.shape import Link, Page
from app.storage.sqlite import SqliteDatabase
from app.storage.system import SYSTEM
from app.storage.tables import Tables, build_tables
from app.storage.work import Database, Statement, Work

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 3, 7, 1, 123456, tzinfo=UTC)
NOW_TEXT = "2026-11-22T03:07:01.123456+00:00"

DEFINITION: Mapping[str, Any] = {
    "application": "blog",
    "uuid": "4f0c6c1e7a3b4b61a7d1e7d8c1a2f3b4",
    "models": {
        "User": {
            "properties": {
                "name": {"kind": "text", "required": True, "unique": True},
                "email": {"kind": "email"},
                "password": {"kind": "password"},
                "born": {"kind": "date"},
                "active": {"kind": "boolean", "default": True},
                "postCount": {"kind": "count", "relation": "posts"},
                "credit": {"kind": "sum", "relation": "posts", "property": "price"},
            },
            "relations": {
                "posts": {"has_many": "Post", "inverse": "owner"},
                "comments": {"has_many": "Comment"},
                "profile": {"has_one": "Profile"},
                "roles": {"has_and_belongs_to_many": "Role"},
            },
        },
        "Profile": {
            "properties": {"bio": {"kind": "multi_line_text"}},
            "relations": {"user": {"belongs_to": "User", "on_delete": "cascade"}},
        },
        "Post": {
            "properties": {
                "title": {"kind": "text", "required": True, "length": 200},
                "slug": {"kind": "text", "unique": True},
                "price": {"kind": "price", "minimum": 0},
                "votes": {"kind": "number", "default": 0},
                "at": {"kind": "time"},
                "published_at": {"kind": "date_time"},
                "labels": {"kind": "multi_list", "options": ["a", "b", "c"]},
                "extra": {"kind": "json"},
                "cover": {"kind": "image"},
                "files": {"kind": "multi_file"},
                "serial": {"kind": "auto_increment"},
                "double": {"kind": "expression", "expression": "=price * 2"},
                "byline": {"kind": "expression", "expression": '=title + " by " + owner.name'},
                "inverse": {"kind": "expression", "expression": "=1 / votes"},
            },
            "relations": {
                "owner": {"belongs_to": "User"},
                "editor": {"belongs_to": "User"},
                "comments": {"has_many": "Comment"},
                "tags": {"has_and_belongs_to_many": "Tag"},
            },
            "unique": [["title", "owner"]],
            "validations": [
                {
                    "expression": "=votes == null or votes < 1000",
                    "message": "A post has fewer than 1000 votes.",
                }
            ],
        },
        "Comment": {
            "properties": {"text": {"kind": "text", "required": True}, "stars": {"kind": "number"}},
            "relations": {
                "post": {"belongs_to": "Post", "required": True, "on_delete": "cascade"},
                "author": {"belongs_to": "User"},
            },
        },
        "Tag": {
            "properties": {"name": {"kind": "text", "required": True, "unique": True}},
            "relations": {"posts": {"has_and_belongs_to_many": "Post"}},
        },
    },
}


def blog() -> Application:
    """The application, checked and completed."""
    return resolve(Application.model_validate(DEFINITION))


def open_database(url: str) -> Database:
    """The database at the URL."""
    if url.startswith("sqlite"):
        return SqliteDatabase(url.removeprefix("sqlite:///"))
    return PostgresDatabase(url)


async def blog_tables(url: str) -> Tables:
    """The tables of the application, made in an empty database."""
    tables = build_tables(blog())
    if url.startswith("sqlite"):
        engine = create_engine(url)
        SYSTEM.create_all(engine)
        tables.metadata.create_all(engine)
        engine.dispose()
        return tables
    server = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with server.begin() as connection:
        await connection.run_sync(SYSTEM.create_all)
        await connection.run_sync(tables.metadata.create_all)
    await server.dispose()
    return tables


@dataclass
class Blog:
    """The application over one database."""

    tables: Tables
    database: Database
    records: Records
    plans: Plans
    statements: list[Statement] = field(default_factory=list)
    """What the last work has yielded."""

    @classmethod
    async def open(cls, url: str) -> Blog:
        tables, database = await blog_tables(url), open_database(url)
        plans = Plans(tables, database.dialect)
        return cls(tables, database, Records(tables, database.dialect, plans), plans)

    def names(self, model: str) -> frozenset[str]:
        """Every name of a model."""
        found = self.tables.models[model].model
        return frozenset([*found.all_properties, *found.relations])

    def source(self, model: str, rows: Condition | None = None, without: Sequence[str] = ()) -> Source:
        """A model as somebody may read it."""
        return Source(model, self.names(model) - set(without), rows)

    def grant(
        self,
        verb: Verb,
        model: str,
        rows: Condition | None = None,
        values: Sequence[Any] = (),
        without: Sequence[str] = (),
    ) -> Grant:
        """The right of somebody."""
        return Grant(model, verb, self.names(model) - set(without), rows, tuple(values))

    async def page(
        self, query: Query, values: Sequence[Any] = (), form: Form = "wire", link: Link | None = None
    ) -> Page:
        """What a query answers."""
        return await self.database.read(lambda: self._noted(self.records.select(query, values, form, link)))

    async def write(self, work: Callable[[], Work[T]]) -> T:
        """The result of a work that writes."""
        return await self.database.write(lambda: self._noted(work()))

    async def create(self, model: str, values: Mapping[str, Any], grant: Grant | None = None) -> int:
        """A new record's id."""
        right = grant or self.grant(Verb.CREATE, model)
        return await self.write(lambda: self.records.create(right, values, Write(NOW, {})))

    async def create_all(self, model: str, items: Sequence[Mapping[str, Any]]) -> list[int]:
        """The ids of new records, made in one transaction."""
        grant, write = self.grant(Verb.CREATE, model), Write(NOW, {})

        def work() -> Work[list[int]]:
            ids = []
            for values in items:
                ids.append((yield from self.records.create(grant, values, write)))
            return ids

        return await self.write(work)

    async def update(
        self, model: str, id: int, values: Mapping[str, Any], grant: Grant | None = None
    ) -> None:
        """Changes a record."""
        right = grant or self.grant(Verb.UPDATE, model)
        await self.write(lambda: self.records.update(right, id, values, Write(NOW, {})))

    async def delete(self, model: str, id: int, grant: Grant | None = None) -> None:
        """Removes a record."""
        right = grant or self.grant(Verb.DELETE, model)
        await self.write(lambda: self.records.delete(right, id))

    def _noted(self, work: Work[T]) -> Work[T]:
        self.statements.clear()
        try:
            statement = next(work)
            while True:
                self.statements.append(statement)
                try:
                    rows = yield statement
                except Exception as error:
                    statement = work.throw(error)
                else:
                    statement = work.send(rows)
        except StopIteration as end:
            result: T = end.value
            return result


async def ids(blog: Blog, where: Condition | None, *values: Any, sort: tuple[Sort, ...] = ()) -> list[int]:
    """The ids of the posts that a condition finds."""
    page = await blog.page(Selection(blog.source("Post"), (Leaf("id", "id"),), where, sort), values)
    return [record["id"] for record in page.records]
