"""The floor on PostgreSQL: asyncpg with its prepared statements and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import asyncpg
from starlette.applications import Starlette

from scripts.benchmark.floor.app import make_app, orders_too_many, serve

CONNECTIONS = 10
LIST = """
    SELECT id, name, city, price::float8, stock FROM benchmark__product
    WHERE city = $1 AND price >= $2 ORDER BY benchmark__product.price, id LIMIT $3
"""
NESTED = """
    SELECT product.id, product.name, product.price::float8, person.id, person.name
    FROM benchmark__product AS product JOIN benchmark__person AS person ON person.id = product.owner_id
    WHERE product.city = $1 AND product.price >= $2 ORDER BY product.price, product.id LIMIT $3
"""
COMMENTS = """
    SELECT product_id, id, body FROM benchmark__comment
    WHERE product_id = ANY($1::bigint[]) ORDER BY product_id, id
"""
GET = "SELECT id, name, city, price::float8, stock FROM benchmark__product WHERE id = $1"
CREATE = """
    INSERT INTO benchmark__product (name, city, price, stock, owner_id, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id, name
"""
ACTION = """
    INSERT INTO benchmark__order (product_id, amount, created_at, updated_at)
    VALUES ($1, $2, $3, $3) RETURNING id
"""

Given = Mapping[str, Any]
Answer = dict[str, Any]


class Floor:
    """The works; the pool comes with the start of the server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: Any = None

    async def open(self) -> None:
        """Connects."""
        self._pool = await asyncpg.create_pool(
            self._url, min_size=CONNECTIONS, max_size=CONNECTIONS, reset=_keep
        )

    async def close(self) -> None:
        """Ends the connections."""
        await self._pool.close()

    async def list(self, given: Given) -> Answer:
        """100 products of one city."""
        rows = await self._pool.fetch(LIST, given["city"], _decimal(given["price"]), given["take"])
        return {"data": {"allProduct": {"results": [_product(row) for row in rows]}}}

    async def nested(self, given: Given) -> Answer:
        """The same with owners and comments, both from one connection."""
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(NESTED, given["city"], _decimal(given["price"]), given["take"])
            comments: dict[int, list[Answer]] = {row[0]: [] for row in rows}
            for product, id, body in await connection.fetch(COMMENTS, [*comments]):
                comments[product].append({"id": id, "body": body})
        results = [
            {
                "id": id,
                "name": name,
                "price": price,
                "owner": {"id": owner_id, "name": owner},
                "comments": comments[id],
            }
            for id, name, price, owner_id, owner in rows
        ]
        return {"data": {"allProduct": {"results": results}}}

    async def get(self, given: Given) -> Answer:
        """One product by id."""
        row = await self._pool.fetchrow(GET, given["id"])
        return {"data": {"oneProduct": None if row is None else _product(row)}}

    async def create(self, given: Given) -> Answer:
        """A product, on disk when it is answered."""
        price, now = _decimal(given["price"]), datetime.now(UTC)
        row = await self._pool.fetchrow(
            CREATE, given["name"], given["city"], price, given["stock"], given["owner"], now
        )
        return {"data": {"createProduct": {"id": row[0], "name": row[1]}}}

    async def action(self, given: Given) -> Answer:
        """An order, unless it is for too many."""
        if orders_too_many(given):
            return {"errors": [{"message": "An order is for 1 to 100 pieces."}]}
        id = await self._pool.fetchval(ACTION, given["product"], given["amount"], datetime.now(UTC))
        return {"data": {"action": {"results": id}}}


def make(url: str) -> Starlette:
    """The server for this database."""
    floor = Floor(url)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await floor.open()
        yield
        await floor.close()

    works = {
        "list": floor.list,
        "nested": floor.nested,
        "get": floor.get,
        "create": floor.create,
        "action": floor.action,
    }
    return make_app(works, lifespan)


async def _keep(connection: Any) -> None:
    """Nothing here sets session state, so a connection goes back as it is, without a round trip."""


def _product(row: Any) -> Answer:
    id, name, city, price, stock = row
    return {"id": id, "name": name, "city": city, "price": price, "stock": stock}


def _decimal(price: float) -> Decimal:
    return Decimal(str(price))


if __name__ == "__main__":
    serve(make)
