"""Tables as SQLModel classes, for those who want records as objects."""

from __future__ import annotations

from collections.abc import Mapping
from keyword import iskeyword
from types import MappingProxyType
from typing import Any

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


def record_classes(metadata: MetaData, tables: Mapping[str, Table]) -> Mapping[str, type[SQLModel]]:
    """A class for each table, of this name; an attribute that a class has already gets a line behind its name."""

    class Record(SQLModel, registry=registry(metadata=metadata)):
        model_config = {"protected_namespaces": ()}

    return MappingProxyType({name: _record_class(Record, name, table) for name, table in tables.items()})


def _record_class(base: type[SQLModel], name: str, table: Table) -> type[SQLModel]:
    fields = {
        _attribute(base, column.name): Field(default=None, sa_column=column) for column in table.columns
    }
    namespace = {
        "__module__": __name__,
        "__table__": table,
        "__annotations__": dict.fromkeys(fields, Any),
        **fields,
    }
    metaclass: Any = type(base)
    record: type[SQLModel] = metaclass(name, (base,), namespace, table=True)
    return record


def _attribute(base: type[SQLModel], column: str) -> str:
    """The column's name, set apart from what the class has already."""
    taken = hasattr(base, column) or column == "registry" or iskeyword(column)
    return f"{column}_" if taken else column
