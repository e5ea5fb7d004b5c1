"""The plain server: Strawberry and SQLModel as their documentation shows them, with a JWT and eager loading.

It is what the works look like when they are written with these libraries and nothing is done about speed but
the obvious: WAL on SQLite, a pool of connections, relations loaded by `selectinload` where they are selected.
"""

# No postponed annotations: SQLModel reads the relations' own.
import argparse
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
import uvicorn
from jose import JWTError, jwt
from sqlalchemy import Index, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import selectinload
from sqlmodel import Field, Relationship, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.permission import BasePermission
from strawberry.types import Info

from scripts.benchmark.credentials import ALGORITHM, AUDIENCE, PLAIN_KEY, ROLE

MOST_PIECES = 100


def _now() -> datetime:
    return datetime.now(UTC)


class Timed(SQLModel):
    created_at: datetime = Field(default_factory=_now)
    updated_at: datetime = Field(default_factory=_now)


class Person(Timed, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    email: str = Field(unique=True)
    products: list["Product"] = Relationship(back_populates="owner")


class Product(Timed, table=True):
    __table_args__ = (Index("ix_product_city_price", "city", "price"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    city: str
    price: Decimal = Field(max_digits=12, decimal_places=2)
    stock: int
    owner_id: int = Field(foreign_key="person.id", index=True)
    owner: Person = Relationship(back_populates="products")
    comments: list["Comment"] = Relationship(
        back_populates="product", sa_relationship_kwargs={"order_by": "Comment.id"}
    )


class Comment(Timed, table=True):
    id: int | None = Field(default=None, primary_key=True)
    body: str
    product_id: int = Field(foreign_key="product.id", index=True)
    product: Product = Relationship(back_populates="comments")


class Order(Timed, table=True):
    id: int | None = Field(default=None, primary_key=True)
    amount: int
    product_id: int = Field(foreign_key="product.id", index=True)


@strawberry.type(name="Person")
class PersonType:
    id: int
    name: str
    email: str


@strawberry.type(name="Comment")
class CommentType:
    id: int
    body: str


@strawberry.type(name="Product")
class ProductType:
    id: int
    name: str
    city: str
    price: float
    stock: int
    owner: PersonType
    comments: list[CommentType]


@strawberry.input
class TextFilter:
    eq: str | None = None
    starts_with: str | None = None


@strawberry.input
class NumberFilter:
    eq: float | None = None
    gte: float | None = None
    lte: float | None = None


@strawberry.input
class ProductWhere:
    name: TextFilter | None = None
    city: TextFilter | None = None
    price: NumberFilter | None = None
    stock: NumberFilter | None = None


@strawberry.enum
class ProductField(Enum):
    ID = "id"
    NAME = "name"
    CITY = "city"
    PRICE = "price"
    STOCK = "stock"


@strawberry.enum
class Direction(Enum):
    ASC = "asc"
    DESC = "desc"


@strawberry.input
class ProductSort:
    field: ProductField
    order: Direction = Direction.ASC


@strawberry.input
class ProductInput:
    name: str
    city: str
    price: float
    stock: int
    owner_id: int


class IsSeller(BasePermission):
    """A bearer token with the role."""

    message = "Unauthenticated"

    def has_permission(self, source: Any, info: Info[Any, Any], **arguments: Any) -> bool:
        _, _, token = info.context["request"].headers.get("authorization", "").partition(" ")
        try:
            claims = jwt.decode(token, os.environ[PLAIN_KEY], algorithms=[ALGORITHM], audience=AUDIENCE)
        except JWTError:
            return False
        return ROLE in claims["roles"]


@strawberry.type
class Query:
    @strawberry.field(permission_classes=[IsSeller])  # type: ignore[untyped-decorator]
    async def products(
        self,
        info: Info[Any, Any],
        where: ProductWhere | None = None,
        sort: list[ProductSort] | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[ProductType]:
        query = _filtered(select(Product), where)
        for one in sort or []:
            column = getattr(Product, one.field.value)
            query = query.order_by(column.desc() if one.order is Direction.DESC else column.asc())
        query = query.options(*_loaded(info)).limit(limit).offset(offset)
        async with AsyncSession(info.context["engine"]) as session:
            found: Any = (await session.exec(query)).all()
        return list(found)

    @strawberry.field(permission_classes=[IsSeller])  # type: ignore[untyped-decorator]
    async def product(self, info: Info[Any, Any], id: int) -> ProductType | None:
        query = select(Product).where(Product.id == id).options(*_loaded(info))
        async with AsyncSession(info.context["engine"]) as session:
            found: Any = (await session.exec(query)).first()
        return found  # type: ignore[no-any-return]


@strawberry.type
class Mutation:
    @strawberry.mutation(permission_classes=[IsSeller])  # type: ignore[untyped-decorator]
    async def create_product(self, info: Info[Any, Any], input: ProductInput) -> ProductType:
        product: Any = Product(
            name=input.name,
            city=input.city,
            price=Decimal(str(input.price)),
            stock=input.stock,
            owner_id=input.owner_id,
        )
        await _save(info, product)
        return product  # type: ignore[no-any-return]

    @strawberry.mutation(permission_classes=[IsSeller])  # type: ignore[untyped-decorator]
    async def buy(self, info: Info[Any, Any], product: int, amount: int) -> int:
        if not 1 <= amount <= MOST_PIECES:
            raise ValueError("An order is for 1 to 100 pieces.")
        order = Order(product_id=product, amount=amount)
        await _save(info, order)
        assert order.id is not None
        return order.id


async def _save(info: Info[Any, Any], record: SQLModel) -> None:
    async with AsyncSession(info.context["engine"]) as session:
        session.add(record)
        await session.commit()
        await session.refresh(record)


def _filtered(query: Any, where: ProductWhere | None) -> Any:
    for name in ("name", "city"):
        if (text := getattr(where, name, None)) is not None:
            if text.eq is not None:
                query = query.where(getattr(Product, name) == text.eq)
            if text.starts_with is not None:
                query = query.where(col(getattr(Product, name)).startswith(text.starts_with))
    for name in ("price", "stock"):
        if (number := getattr(where, name, None)) is not None:
            if number.eq is not None:
                query = query.where(getattr(Product, name) == number.eq)
            if number.gte is not None:
                query = query.where(getattr(Product, name) >= number.gte)
            if number.lte is not None:
                query = query.where(getattr(Product, name) <= number.lte)
    return query


def _loaded(info: Info[Any, Any]) -> list[Any]:
    """What to load along with the products."""
    relations: dict[str, Any] = {"owner": Product.owner, "comments": Product.comments}
    selected = {field.name for field in info.selected_fields[0].selections if hasattr(field, "name")}
    return [selectinload(relation) for name, relation in relations.items() if name in selected]


class Endpoint(GraphQL[Any, Any]):
    """Strawberry's own ASGI application, whose context has the engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(strawberry.Schema(query=Query, mutation=Mutation), graphql_ide=None)
        self.engine = engine

    async def get_context(self, request: Any, response: Any) -> Any:
        return {"request": request, "response": response, "engine": self.engine}


def make(url: str) -> Starlette:
    """The server for this database, whose tables it makes."""
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_up)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(SQLModel.metadata.create_all)
        yield
        await engine.dispose()

    return Starlette(routes=[Route("/graphql", Endpoint(engine))], lifespan=lifespan)


def _set_up(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("database")
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    uvicorn.run(make(given.database), port=given.port, access_log=False, log_level="warning")
