from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine
from sqlmodel import Session, SQLModel, select

from tests.unit.storage.definitions import tables

SHOE = {"properties": {"size": {"kind": "number"}}, "relations": {"shop": {"belongs_to": "Store"}}}


def test_table_is_a_class_of_sqlmodel() -> None:
    made = tables({"Shoe": SHOE, "Store": {}})
    shoe = made.records["Shoe"]
    assert issubclass(shoe, SQLModel)
    assert shoe.metadata is made.metadata
    assert shoe(size=43).model_dump(exclude_none=True) == {"size": 43}


def test_class_writes_and_reads_rows_of_the_table() -> None:
    made = tables({"Shoe": SHOE, "Store": {}})
    shoe, moment = made.records["Shoe"], datetime(2026, 1, 2, tzinfo=UTC)
    engine = create_engine("sqlite://")
    made.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(shoe(size=43, created_at=moment, updated_at=moment))
        session.commit()
        (read,) = session.exec(select(shoe)).all()
        assert (read.model_dump()["size"], read.model_dump()["created_at"]) == (43, moment)


@pytest.mark.parametrize(
    "name", ["metadata", "json", "class", "model_config", "model_fields", "copy", "registry"]
)
def test_class_sets_columns_apart_whose_names_python_has_taken(name: str) -> None:
    shoe = tables({"Shoe": {"properties": {name: {"kind": "text"}}}}).records["Shoe"]
    assert getattr(shoe, f"{name}_").expression.name == name
