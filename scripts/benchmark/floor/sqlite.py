"""The floor on SQLite: one connection of the standard library's driver, on the event loop."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette

from scripts.benchmark.floor.app import make_app, orders_too_many, serve

LIST = """
    SELECT id, name, city, price, stock FROM benchmark__product
    WHERE city = ? AND price >= ? ORDER BY price, id LIMIT ?
"""
NESTED = """
    SELECT product.id, product.name, product.price, person.id, person.name
    FROM benchmark__product AS product JOIN benchmark__person AS person ON person.id = product.owner_id
    WHERE product.city = ? AND product.price >= ? ORDER BY product.price, product.id LIMIT ?
"""
COMMENTS = (
    "SELECT product_id, id, body FROM benchmark__comment WHERE product_id IN ({}) ORDER BY product_id, id"
)
GET = "SELECT id, name, city, price, stock FROM benchmark__product WHERE id = ?"
CREATE = """
    INSERT INTO benchmark__product (name, city, price, stock, owner_id, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id, name
"""
ACTION = """
    INSERT INTO benchmark__order (product_id, amount, created_at, updated_at)
    VALUES (?, ?, ?, ?) RETURNING id
"""

Given = Mapping[str, Any]
Answer = dict[str, Any]


class Floor:
    """The works; prices stand in cents."""

    def __init__(self, file: str) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, cached_statements=256)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16384"):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        self._execute = self._connection.execute

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    async def list(self, given: Given) -> Answer:
        """100 products of one city."""
        rows = self._execute(LIST, (given["city"], _cents(given["price"]), given["take"])).fetchall()
        return {"data": {"allProduct": {"results": [_product(row) for row in rows]}}}

    async def nested(self, given: Given) -> Answer:
        """The same with owners and comments."""
        rows = self._execute(NESTED, (given["city"], _cents(given["price"]), given["take"])).fetchall()
        comments: dict[int, list[Answer]] = {row[0]: [] for row in rows}
        query = COMMENTS.format(", ".join("?" * len(comments)))
        for product, id, body in self._execute(query, tuple(comments)).fetchall():
            comments[product].append({"id": id, "body": body})
        results = [
            {
                "id": id,
                "name": name,
                "price": price / 100,
                "owner": {"id": owner_id, "name": owner},
                "comments": comments[id],
            }
            for id, name, price, owner_id, owner in rows
        ]
        return {"data": {"allProduct": {"results": results}}}

    async def get(self, given: Given) -> Answer:
        """One product by id."""
        row = self._execute(GET, (given["id"],)).fetchone()
        return {"data": {"oneProduct": None if row is None else _product(row)}}

    async def create(self, given: Given) -> Answer:
        """A product, on disk when it is answered."""
        now = _now()
        values = (
            given["name"],
            given["city"],
            _cents(given["price"]),
            given["stock"],
            given["owner"],
            now,
            now,
        )
        # The commit comes with the last row.
        ((id, name),) = self._execute(CREATE, values).fetchall()
        return {"data": {"createProduct": {"id": id, "name": name}}}

    async def action(self, given: Given) -> Answer:
        """An order, unless it is for too many."""
        if orders_too_many(given):
            return {"errors": [{"message": "An order is for 1 to 100 pieces."}]}
        now = _now()
        ((id,),) = self._execute(ACTION, (given["product"], given["amount"], now, now)).fetchall()
        return {"data": {"action": {"results": id}}}


def make(file: str) -> Starlette:
    """The server for this database."""
    floor = Floor(file)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        floor.close()

    works = {
        "list": floor.list,
        "nested": floor.nested,
        "get": floor.get,
        "create": floor.create,
        "action": floor.action,
    }
    return make_app(works, lifespan)


def _product(row: tuple[int, str, str, int, int]) -> Answer:
    id, name, city, price, stock = row
    return {"id": id, "name": name, "city": city, "price": price / 100, "stock": stock}


def _cents(price: float) -> int:
    return round(price * 100)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


if __name__ == "__main__":
    serve(make)
