"""What to do about the differences of one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from alembic.operations import ops
from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Table,
    literal,
    literal_column,
    table,
    update,
)
from sqlalchemy import column as sql_column
from sqlalchemy.types import TypeEngine

from app.storage.compare_indexes import IndexComparison
from app.storage.conversion import Conversion
from app.storage.convert import stored_type
from app.storage.facts import Facts
from app.storage.kinds import Becoming
from app.storage.plan import Plan, counted
from app.storage.table_change import TableChange


class TableComparison:
    """Adds to `plan` what the differences between a table and its definition come to."""

    def __init__(
        self,
        table: Table,
        facts: Facts,
        plan: Plan,
        dialect: Dialect,
        destroy: bool,
        kinds: Mapping[Column[Any], str],
    ) -> None:
        self._change = TableChange(table, facts, plan, dialect)
        self._table = table
        self._kinds = kinds
        self._name = table.name
        self._facts = facts
        self._found = facts.columns(table.name)
        self._plan = plan
        self._dialect = dialect
        self._destroy = destroy
        self._indexes = IndexComparison(self._change, self._found)

    def judge(self, differences: Sequence[ops.MigrateOperation]) -> None:
        """Decides about each difference that alembic found."""
        decide: dict[type[ops.MigrateOperation], Callable[[Any], None]] = {
            ops.AddColumnOp: lambda op: self._add_column(op.column),
            ops.DropColumnOp: lambda op: self._surplus_column(op.column_name),
            ops.AlterColumnOp: self._alter_column,
            ops.CreateIndexOp: lambda op: self._indexes.create(op.to_index()),
            ops.DropIndexOp: lambda op: self._indexes.drop(str(op.index_name)),
            ops.CreateForeignKeyOp: lambda op: self._add_reference(op.to_constraint()),
            ops.DropConstraintOp: lambda op: self._drop_reference(op.to_constraint()),
        }
        for op in differences:
            if type(op) in decide:
                decide[type(op)](op)
        altered = {
            op.column_name for op in differences if isinstance(op, ops.AlterColumnOp) and op.modify_type
        }
        for column in self._table.columns:
            if column.name in self._found and column.name not in altered:
                self._change_kind(column)

    def _add_column(self, column: Column[Any]) -> None:
        words, rows = self._change.words(column.name), self._facts.rows(self._name)
        default = None
        if not column.nullable and rows:
            if "default" not in column.info:
                self._change.refuses(
                    f"{words} is required, but {counted(rows, 'record')} would have no value for it: "
                    "give it a default, or let it be optional until all have one"
                )
                return
            default = _constant(column.info["default"], column.type, self._dialect)
        made = _copied(column, default)
        self._plan.before.append(lambda do: do.add_column(self._name, made, inline_references=True))
        self._change.does("add_column", f"adds {words}")

    def _surplus_column(self, name: str) -> None:
        found, words = self._found[name], f"the column {name} of {self._name}"
        filled = self._facts.filled(self._name, name)
        values = counted(filled, "value")
        needed = not found["nullable"] and found["default"] is None
        if self._destroy or (needed and not self._facts.rows(self._name)):
            for index in self._facts.indexes_on(self._name, name):
                self._indexes.drop(index, forced=True)
            self._change.rebuilds(lambda batch: batch.drop_column(name))
            self._change.does("drop_column", f"drops {words} with its {values}", filled)
            return
        if needed:
            self._change.refuses(
                f"{words} is no longer in the definition, but every record must have a value there: keep it "
                f"with `required: false`, or drop it with its {values} by `actionql migrate --yes-destroy`"
            )
            return
        text = f"leaves {words} with its {values}, which the definition no longer has"
        self._change.does("keep_column", text, filled)

    def _alter_column(self, op: ops.AlterColumnOp) -> None:
        words, name = self._change.words(op.column_name), op.column_name
        changes: dict[str, Any] = {
            "existing_type": op.existing_type,
            "existing_nullable": op.existing_nullable,
        }
        blank = self._facts.blank(self._name, name) if op.modify_nullable is False else 0
        if blank and (op.modify_type is not None or not self._fill(name)):
            self._change.refuses(
                f"{words} is required now, but has no value in {counted(blank, 'record')}: "
                "give each one, or let it be optional"
            )
            return
        if op.modify_nullable is not None:
            changes["nullable"] = op.modify_nullable
        if op.modify_type is not None and not self._change_type(op, changes):
            return
        if changes.keys() <= {"existing_type", "existing_nullable"}:
            return
        self._change.rebuilds(lambda batch: batch.alter_column(name, **changes))
        filled = f"; {counted(blank, 'record')} without a value get the default" if blank else ""
        self._change.does("alter_column", f"changes {words}{_how(op)}{filled}")

    def _fill(self, name: str) -> bool:
        """Gives the default to records without a value; False where there is none, or it would stand twice."""
        column = self._table.c[name]
        unique = any(index.unique and name in index.columns for index in self._table.indexes)
        if unique or "default" not in column.info:
            return False
        target = table(self._name, sql_column(name, column.type))
        blank = target.c[name].is_(None)
        fill = update(target).where(blank).values({target.c[name]: column.info["default"]})
        self._plan.before.append(lambda do: do.execute(fill))
        return True

    def _change_kind(self, column: Column[Any]) -> None:
        """Looks at the values of a column that stays, while its property gets another kind."""
        becoming = Becoming(column, self._kinds.get(column))
        if not becoming.changes or not self._facts.filled(self._name, column.name):
            return
        if self._convert(Conversion(self._name, column.name, column.type, becoming)):
            self._change.does(
                "alter_column", f"changes {self._change.words(column.name)} to the kind {becoming.kind}"
            )

    def _change_type(self, op: ops.AlterColumnOp, changes: dict[str, Any]) -> bool:
        """Adds the change of a column's type to `changes`, and what keeps its values; False when it is refused."""
        name, wanted = op.column_name, self._table.c[op.column_name].type
        changes["type_"] = op.modify_type
        if self._found[name]["default"] is not None:
            # A default of the old type is none of the new; PostgreSQL wants it gone before.
            self._change.rebuilds(lambda batch: batch.alter_column(name, server_default=None))
        if self._dialect.name == "postgresql":
            changes["postgresql_using"] = f"NULL::{self._change.type_name(wanted)}"
        if not self._facts.filled(self._name, name):
            return True
        stored = stored_type(self._found[name]["type"]) if "id" in self._found else None
        if stored is None:
            self._change.refuses(
                f"{self._change.words(name)} has values that cannot be kept as {self._change.type_name(wanted)}"
            )
            return False
        column = self._table.c[name]
        if not self._convert(Conversion(self._name, name, stored, Becoming(column, self._kinds.get(column)))):
            return False
        if self._dialect.name == "postgresql" and not self._table.c[name].nullable:
            # Until it gets its values the column has none.
            changes.pop("nullable", None)
            self._plan.before.append(lambda do: do.alter_column(self._name, name, nullable=True))
            self._plan.after.insert(1, lambda do: do.alter_column(self._name, name, nullable=False))
        return True

    def _convert(self, conversion: Conversion) -> bool:
        """Has the values converted, while indexes of them stand aside; False when it is refused."""
        indexes = [index for index in self._table.indexes if conversion.column in index.columns]
        alone = any(index.unique and len(index.columns) == 1 for index in indexes)
        if not self._convertible(conversion, unique=alone):
            return False
        for index in indexes:
            self._indexes.make_anew(index)
        self._plan.before.append(conversion.keep)
        self._plan.after.insert(0, conversion.put)
        return True

    def _convertible(self, conversion: Conversion, *, unique: bool) -> bool:
        verdict = self._facts.judge(conversion, unique=unique)
        words, column = self._change.words(conversion.column), self._table.c[conversion.column]
        wanted = conversion.becoming.kind or self._change.type_name(column.type)
        if verdict.wrong:
            self._change.refuses(
                f"{words} becomes {wanted}, but {counted(verdict.wrong, 'value')} cannot: see the records with id "
                f"{_listed(verdict.first, verdict.wrong)}; change them, or add a property under a new name"
            )
        elif verdict.clash:
            self._change.refuses(
                f"{words} becomes {wanted}, but is unique, and different values would become the same"
            )
        return not (verdict.wrong or verdict.clash)

    def _add_reference(self, key: ForeignKeyConstraint) -> None:
        name, target = key.column_keys[0], key.elements[0].target_fullname.rpartition(".")[0]
        if name not in self._found:
            return
        words = self._change.words(name)
        stray = self._facts.stray(self._name, name, target) if target in self._facts.tables else None
        if stray is None:
            stray = self._facts.filled(self._name, name)
        if stray:
            self._change.refuses(
                f"{words} leads to {target} now, but to nothing there in {counted(stray, 'record')}"
            )
            return
        self._change.rebuilds(
            lambda batch: batch.create_foreign_key(
                str(key.name), target, [name], ["id"], ondelete=key.ondelete
            )
        )
        self._change.does("add_reference", f"lets {words} refer to {target}{_on_delete(key)}")

    def _drop_reference(self, key: ForeignKeyConstraint) -> None:
        name = key.column_keys[0]
        column = self._table.c.get(name)
        if column is None:
            # The column stays, if it does, with what it refers to.
            return
        words, target = self._change.words(name), key.elements[0].target_fullname.rpartition(".")[0]
        elsewhere = all(target != each.target_fullname.rpartition(".")[0] for each in column.foreign_keys)
        values = self._facts.filled(self._name, name)
        if elsewhere and values:
            self._change.refuses(
                f"{words} no longer leads to {target}, but does in {counted(values, 'record')}"
            )
            return
        self._change.rebuilds(lambda batch: batch.drop_constraint(str(key.name), type_="foreignkey"))
        self._change.does("drop_reference", f"lets {words} no longer refer to {target}{_on_delete(key)}")


def _copied(column: Column[Any], default: ColumnElement[Any] | None) -> Column[Any]:
    keys = [
        ForeignKey(key.target_fullname, name=key.name, ondelete=key.ondelete) for key in column.foreign_keys
    ]
    return Column(column.name, column.type, *keys, nullable=column.nullable, server_default=default)


def _constant(value: Any, kind: TypeEngine[Any], dialect: Dialect) -> ColumnElement[Any]:
    """A value as SQL, since definitions of columns take no parameters."""
    written = literal(value, kind).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return literal_column(str(written))


def _how(op: ops.AlterColumnOp) -> str:
    parts = [] if op.modify_type is None else [f" to the type {op.modify_type}"]
    if op.modify_nullable is not None:
        parts.append(" to be optional" if op.modify_nullable else " to be required")
    return " and".join(parts)


def _listed(ids: Sequence[int], number: int) -> str:
    more = number - len(ids)
    return ", ".join(map(str, ids)) + (f" and {more:,} more" if more else "")


def _on_delete(key: ForeignKeyConstraint) -> str:
    return f" (on delete {key.ondelete.lower()})" if key.ondelete else ""
