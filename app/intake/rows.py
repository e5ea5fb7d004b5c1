"""Reads the rows of somebody's tables as the records that they become, and notes what of them does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, ColumnElement, Connection, Enum, Text, cast, column, select, table

from app.definition.model import SERVER_PROPERTIES
from app.intake.found import FoundReference, FoundTable, TableName
from app.intake.keys import Keys
from app.intake.outline import Outline, PlannedJoin, PlannedModel
from app.intake.place import ImportFailed
from app.intake.values import converter
from app.properties.base import Invalid
from app.storage.tables import Tables

MOST_MISFITS = 100
"""How many values that do not fit are told; then it is enough."""
_BATCH = 1000
_LARGEST_ID = 2**63 - 1
Row = Sequence[Any]
Cell = Callable[[Row], Any]
Values = dict[str, Any]


class Misfit(NamedTuple):
    """A value that does not fit: the row by its key, or by its number where it has none."""

    table: TableName
    row: str
    column: str
    words: str

    def __str__(self) -> str:
        return f"{self.table}, row {self.row}, column {self.column}: {self.words}"


class Rows:
    """The rows of one database, which do not change meanwhile."""

    def __init__(self, source: Connection, outline: Outline, tables: Tables, keys: Keys) -> None:
        self._source = source
        self._outline = outline
        self._models = {model.table.name: model for model in outline.models}
        self._tables = tables
        self._keys = keys
        self._now = datetime.now(UTC)
        self._misfits: list[Misfit] = []

    def check(self) -> None:
        """Raises `ImportFailed` with what did not fit in the rows that have been read."""
        if not self._misfits:
            return
        told = "\n".join(f"- {misfit}" for misfit in self._misfits)
        most = " (there may be more)" if len(self._misfits) == MOST_MISFITS else ""
        place = f"{self._misfits[0].table}.{self._misfits[0].column}"
        raise ImportFailed(
            f"Nothing was copied, because {len(self._misfits)} value(s) do not fit{most}:\n{told}\n"
            f"Change them there, take the column as another kind (--kind {place}=multi_line_text), "
            f"or leave it out (--without {place})."
        )

    def note_keys(self) -> None:
        """Notes which ids the rows get that others refer to."""
        noted = set()
        for reference in self._references():
            place = (reference.to, reference.to_columns)
            if place not in noted and not self._direct(reference):
                noted.add(place)
                rows = self._numbered(self._models[reference.to], reference.to_columns)
                width = len(reference.to_columns)
                self._keys.add(*place, ((row[:width], id) for row, id in rows))

    def records(self, model: PlannedModel) -> Iterator[Values]:
        """The records of a model by the names of their columns; none any more once something did not fit."""
        columns = tuple(model.table.columns)
        cells = [*self._cells(model, columns)]
        label = _label(model.table, columns)
        for number, (row, id) in enumerate(self._numbered(model, columns), 1):
            values: Values = {"id": id}
            if not isinstance(id, int) or not 0 < id <= _LARGEST_ID:
                self._tell(model.table, label(row, number), model.id or "", "is no id, which is above 0")
            for name, where, cell in cells:
                try:
                    values[name] = cell(row)
                except Invalid as invalid:
                    self._tell(model.table, label(row, number), where, str(invalid))
            if not self._misfits:
                yield values

    def pairs(self, join: PlannedJoin) -> Iterator[Values]:
        """The rows of the join table that a table of pairs becomes."""
        relation = self._tables.models[join.owner].relations[join.name]
        assert relation.near is not None and relation.far is not None
        columns = tuple(join.table.columns)
        sides = [
            (side.name, ", ".join(reference.columns), self._reference(reference, columns, needed=True))
            for side, reference in ((relation.near, join.near), (relation.far, join.far))
        ]
        label = _label(join.table, columns)
        for number, row in enumerate(self._read(join.table, columns), 1):
            values: Values = {}
            for name, where, cell in sides:
                try:
                    values[name] = cell(row)
                except Invalid as invalid:
                    self._tell(join.table, label(row, number), where, str(invalid))
            if not self._misfits:
                yield values

    def _tell(self, table: FoundTable, row: str, where: str, words: str) -> None:
        self._misfits.append(Misfit(table.name, row, where, words))
        if len(self._misfits) == MOST_MISFITS:
            self.check()

    def _references(self) -> Iterator[FoundReference]:
        for model in self._outline.models:
            yield from (one.reference for one in model.parents if one.reference)
        for join in self._outline.joins:
            yield from (join.near, join.far)

    def _direct(self, reference: FoundReference) -> bool:
        """Whether what a foreign key holds is the id of a record, which is certainly there."""
        kept = reference.to_columns == (self._models[reference.to].id,)
        # SQLite looks after references only where it is told to.
        return kept and self._source.dialect.name == "postgresql"

    def _cells(self, model: PlannedModel, columns: tuple[str, ...]) -> Iterator[tuple[str, str, Cell]]:
        """The columns of a record but its id, each with the column that it was and what makes its value."""
        made = self._tables.models[model.name]
        for name in ("created_at", "updated_at"):
            moment = model.moments.get(name)
            where = None if moment is None else columns.index(moment)
            yield name, moment or "", self._moment(name, where)
        for planned in model.properties:
            property = made.model.properties[planned.name]
            convert = converter(property, self._source.dialect.name)
            cell = _value(columns.index(planned.column.name), convert, needed=property.required)
            yield made.columns[planned.name].name, planned.column.name, cell
        for relation in model.parents:
            key, reference = made.relations[relation.name].column, relation.reference
            assert key is not None and reference is not None
            needed = "required" in relation.options
            yield key.name, ", ".join(reference.columns), self._reference(reference, columns, needed=needed)

    def _moment(self, name: str, where: int | None) -> Cell:
        now, convert = self._now, converter(SERVER_PROPERTIES[name], self._source.dialect.name)
        if where is None:
            return lambda row: now
        return lambda row: now if row[where] is None else convert(row[where])

    def _reference(self, reference: FoundReference, columns: tuple[str, ...], *, needed: bool) -> Cell:
        places = [columns.index(name) for name in reference.columns]
        to, direct, keys = reference.to, self._direct(reference), self._keys

        def id_of(row: Row) -> Any:
            key = [row[place] for place in places]
            if None in key:
                return _null(needed)
            id = key[0] if direct else keys.find(to, reference.to_columns, key)
            if id is None:
                raise Invalid("is_invalid", f"refers to a row of {to} that is not there")
            return id

        return id_of

    def _numbered(self, model: PlannedModel, columns: tuple[str, ...]) -> Iterable[tuple[Row, Any]]:
        """The rows, each with its id: the same at every reading."""
        if model.id is None:
            return zip(self._read(model.table, columns), count(1))
        return ((row, row[-1]) for row in self._read(model.table, (*columns, model.id)))

    def _read(self, of: FoundTable, names: tuple[str, ...]) -> Iterator[Row]:
        """These columns of all rows, in the order of the key where there is one."""
        key = of.primary_key or next(iter(of.unique), ())
        rows = table(of.name.name, *(column(name) for name in of.columns), schema=of.name.schema)
        query = select(*(_shown(of, rows.c[name]) for name in names)).order_by(
            *(rows.c[name] for name in key)
        )
        found = self._source.execution_options(yield_per=_BATCH).execute(query)
        yield from found


def _shown(of: FoundTable, shown: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as the driver can read it: it knows no lists of the database's own types."""
    type_ = of.columns[str(shown.key)].type
    if isinstance(type_, ARRAY) and isinstance(type_.item_type, Enum):
        return cast(shown, ARRAY(Text))
    return shown


def _value(place: int, convert: Callable[[Any], Any], *, needed: bool) -> Cell:
    def value(row: Row) -> Any:
        found = row[place]
        return _null(needed) if found is None else convert(found)

    return value


def _null(needed: bool) -> None:
    if needed:
        raise Invalid("is_required", "is null, and must not be")


def _label(of: FoundTable, columns: tuple[str, ...]) -> Callable[[Row, int], str]:
    """How a row is told: by its key, or by its number."""
    key = [(name, columns.index(name)) for name in of.primary_key]

    def label(row: Row, number: int) -> str:
        return ", ".join(f"{name}={row[place]}" for name, place in key) or f"number {number}"

    return label
