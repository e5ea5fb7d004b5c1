"""Reads and writes records: each function wants a `Grant`, or a selection whose sources were made of grants.

All are works: they belong to the transaction of whoever drives them and raise the errors of the tree, upon which that
transaction is undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.definition.conditions import Compare, Condition, Every, Parameter, shift
from app.errors import Conflict, Forbidden, NotFound
from app.permissions import Grant, Verb
from app.storage.audit import AuditRows, Entry
from app.storage.compile import Plans
from app.storage.compile.cells import Form
from app.storage.prepare import DialectName
from app.storage.record_input import Links, Making, Parsed, Problems, RecordParser, Unhashed, Write
from app.storage.record_links import RecordLinks
from app.storage.record_problems import Taken, check_validations, taken
from app.storage.record_references import RecordReferences
from app.storage.record_rights import RecordRights
from app.storage.record_statements import RecordStatements
from app.storage.selection import Leaf, Query, Selection, Source, whole
from app.storage.shape import Link, Page
from app.storage.tables import ModelTable, Tables
from app.storage.work import ReferenceViolated, Row, Statement, UniqueViolated, Work

__all__ = ["Records", "Taken", "Unhashed", "Wanted", "Write"]


class Wanted(NamedTuple):
    """How a record that was written is answered: `selection` finds it by a list of ids, which is its last operand."""

    selection: Selection
    values: Sequence[Any]
    form: Form
    link: Link | None = None


class Records:
    """The records of one application."""

    def __init__(self, tables: Tables, dialect: DialectName, plans: Plans | None = None) -> None:
        self._tables = tables
        self._audit = AuditRows(dialect)
        self._plans = plans or Plans(tables, dialect)
        self._statements = RecordStatements(tables, dialect)
        self._links = RecordLinks(self._statements)
        self._references = RecordReferences(self._statements, tables.application.uuid.hex)
        self._rights = RecordRights(self.select)
        self._parsers = {name: RecordParser(table) for name, table in tables.models.items()}

    def select(
        self, query: Query, values: Sequence[Any], form: Form = "python", link: Link | None = None
    ) -> Work[Page]:
        """The records of a selection, or what records come to.

        `values` are the operands, `link` makes addresses of files.

        "wire" is JSON-ready with Decimals, "python" has Python's own dates and times.
        """
        return self._plans.plan(query, form).run(values, link)

    def find_ids(
        self, grant: Grant, where: Condition | None, values: Sequence[Any], limit: int
    ) -> Work[list[int]]:
        """The ids of at most `limit` records that the grant and the condition let through."""
        model = self._table(grant).model
        shown = {name for name, property in model.all_properties.items() if not property.hidden}
        rows = None if grant.rows is None else shift(grant.rows, len(values))
        selection = Selection(
            Source(grant.model, grant.names | shown, rows),
            (Leaf("id", "id"),),
            where,
            take=Parameter(len(values) + len(grant.values)),
        )
        page = yield from self.select(selection, (*values, *grant.values, limit))
        return [record["id"] for record in page.records]

    def create(
        self, grant: Grant, values: Mapping[str, Any], write: Write, *, validate: bool = True
    ) -> Work[int]:
        """Makes a record and returns its id. `validate=False` leaves out the model's own validations."""
        made = yield from self._make(grant, values, write, Making(validate))
        assert made is not None
        return int(made[0])

    def create_and_read(
        self,
        grant: Grant,
        values: Mapping[str, Any],
        write: Write,
        wanted: Wanted,
        *,
        validate: bool = True,
        last: bool = False,
        told: Entry | None = None,
    ) -> Work[tuple[int, Any]]:
        """Makes a record; answers its id, and it as `wanted` shows it, None where that hides it.

        Where all that is wanted stands in the record's own row, one statement does it, the `last` if the work has none.
        """
        plan, relations = self._plans.plan(wanted.selection, wanted.form), self._table(grant).relations
        linked = any(relations[name].column is None for name in values if name in relations)
        own = None if linked else plan.own
        made = yield from self._make(
            grant, values, write, Making(validate, own=own or (), last=last and own is not None, told=told)
        )
        assert made is not None
        if own is not None:
            return int(made[0]), plan.shape([made[1:]], wanted.link, ())[0]
        page = yield from plan.run((*wanted.values, [made[0]]), wanted.link)
        return int(made[0]), page.records[0] if page.records else None

    def update(
        self, grant: Grant, id: int, values: Mapping[str, Any], write: Write, *, validate: bool = True
    ) -> Work[None]:
        """Changes a record; `NotFound` where the grant's row filter hides it."""
        table = self._demanded(grant, Verb.UPDATE)
        parsed = self._parsers[grant.model].update(grant, values, write)
        yield from self._before(grant, table, parsed, id)
        if validate and table.model.validations:
            current = yield from self._current(grant, table, id)
            check_validations(table, {**current, **parsed.scope})
        new = parsed.stored
        statement = self._statements.update(grant.model, tuple(sorted(new)), grant.rows)
        prepared = statement.statement({"record": id, **_named(new)}, grant.values)
        found = yield from self._guarded(grant, table, parsed, prepared)
        if not found:
            raise NotFound(f"There is no such {grant.model}.")
        yield from self._after(grant, table, id, parsed)

    def upsert(
        self,
        creating: Grant,
        updating: Grant,
        values: Mapping[str, Any],
        unique_by: Sequence[str],
        write: Write,
        id: int | None = None,
        *,
        validate: bool = True,
    ) -> Work[tuple[int, bool]]:
        """Changes the record `id`, else the first that agrees in `unique_by`, else makes one; whether it was made."""
        found = id if id is not None else (yield from self._agreeing(updating, values, unique_by))
        if found is None:
            made = yield from self._make(creating, values, write, Making(validate, lenient=bool(unique_by)))
            if made is not None:
                return int(made[0]), True
            # Another server was quicker; or another value is taken, which the plain insert will say.
            found = yield from self._agreeing(updating, values, unique_by)
            if found is None:
                return (yield from self.create(creating, values, write, validate=validate)), True
        yield from self.update(updating, found, values, write, validate=validate)
        return found, False

    def delete(self, grant: Grant, id: int) -> Work[None]:
        """Removes a record; `NotFound` where the grant's row filter hides it, `Conflict` while it is referred to."""
        self._demanded(grant, Verb.DELETE)
        statement = self._statements.delete(grant.model, grant.rows)
        try:
            found = yield statement.statement({"record": id}, grant.values)
        except ReferenceViolated:
            raise Conflict(f"The {grant.model} is still referred to.") from None
        if not found:
            raise NotFound(f"There is no such {grant.model}.")

    def _make(self, grant: Grant, values: Mapping[str, Any], write: Write, how: Making) -> Work[Row | None]:
        """Makes a record: its id, and its columns `own`; None if `lenient` and a unique value is taken."""
        table = self._demanded(grant, Verb.CREATE)
        parsed = self._parsers[grant.model].create(grant, values, write)
        if _refers(grant, parsed):
            yield from self._before(grant, table, parsed)
        if how.validate and table.model.validations:
            check_validations(table, parsed.scope)
        made = yield from self._insert(grant, table, parsed, how)
        if made is not None and (parsed.links or grant.rows is not None):
            yield from self._after(grant, table, int(made[0]), parsed)
        return made

    def _table(self, grant: Grant) -> ModelTable:
        table = self._tables.models.get(grant.model)
        if table is None:
            raise NotFound(f"There is no model {grant.model!r}.")
        return table

    def _demanded(self, grant: Grant, verb: Verb) -> ModelTable:
        if grant.verb is not verb:
            raise Forbidden(f"You may not {verb.value} a {grant.model}.")
        return self._table(grant)

    def _before(self, grant: Grant, table: ModelTable, parsed: Parsed, id: int | None = None) -> Work[None]:
        yield from self._rights.check(grant, table.relations, parsed, id)
        yield from self._references.check(table, parsed)

    def _insert(self, grant: Grant, table: ModelTable, parsed: Parsed, how: Making) -> Work[Row | None]:
        lock = self._statements.lock(grant.model)
        if lock is not None:
            yield lock.statement({})
        names, new = tuple(sorted(parsed.stored)), _named(parsed.stored)
        insert = self._statements.insert(grant.model, names, how.own, lenient=how.lenient)
        statement = insert.statement(new, last=how.last and grant.rows is None)
        if not (statement.last or how.lenient or parsed.links or grant.rows is not None):
            ahead = self._statements.ahead(grant.model, names, how.own, new)
            statement = statement._replace(ahead=ahead)
        rows = yield from self._guarded(grant, table, parsed, statement, how.told)
        return rows[0] if rows else None

    def _guarded(
        self, grant: Grant, table: ModelTable, parsed: Parsed, statement: Statement, told: Entry | None = None
    ) -> Work[list[Row]]:
        try:
            return (yield from self._audit.beside_made(statement, told))
        except UniqueViolated as violated:
            raise taken(grant, table, violated) from None
        except ReferenceViolated:
            names = [name for name, id in parsed.references.items() if id is not None]
            problems = Problems()
            for name in names:
                problems.add(name, "is_invalid", "is no record that there is")
            problems.check()
            raise

    def _after(self, grant: Grant, table: ModelTable, id: int, parsed: Parsed) -> Work[None]:
        for name, links in parsed.links.items():
            yield from self._link(grant, table, name, id, links)
        yield from self._rights.check_again(grant, parsed)
        if grant.rows is None:
            return
        checked = yield self._statements.check(grant.model, grant.rows).statement(
            {"record": id}, grant.values
        )
        if not checked:
            raise Forbidden(f"You may not make such a {grant.model}.")

    def _link(self, grant: Grant, table: ModelTable, name: str, id: int, links: Links) -> Work[None]:
        try:
            yield from self._links.write(name, table.relations[name], id, links)
        except UniqueViolated as violated:
            raise taken(grant, table, violated) from None

    def _agreeing(
        self, grant: Grant, values: Mapping[str, Any], unique_by: Sequence[str]
    ) -> Work[int | None]:
        if not unique_by:
            return None
        problems = Problems()
        for name in unique_by:
            if name not in values:
                problems.add(name, "is_required", "is required")
        problems.check()
        parser = self._parsers[self._table(grant).model.name]
        wanted = [parser.parse_one(grant, name, values[name]) for name in unique_by]
        if any(value is None for value in wanted):
            return None
        return (yield from self._first(grant, unique_by, wanted))

    def _first(self, grant: Grant, names: Sequence[str], wanted: Sequence[Any]) -> Work[int | None]:
        """Of the records that may be changed: others must not tell by the answer what is in them."""
        statement = self._statements.find(grant.model, tuple(names), grant.rows)
        values = _named(dict(zip(names, wanted, strict=True)))
        rows = yield statement.statement(values, grant.values)
        return int(rows[0][0]) if rows else None

    def _current(self, grant: Grant, table: ModelTable, id: int) -> Work[Mapping[str, Any]]:
        model = table.model
        everything = frozenset([*model.all_properties, *model.relations])
        mine = Compare("id", "eq", Parameter(len(grant.values)))
        selection = Selection(
            Source(grant.model, everything, grant.rows), whole(model, everything), Every((mine,))
        )
        page = yield from self.select(selection, (*grant.values, id))
        if not page.records:
            raise NotFound(f"There is no such {grant.model}.")
        record: Mapping[str, Any] = page.records[0]
        return record


def _refers(grant: Grant, parsed: Parsed) -> bool:
    """Whether there is anything to look up before a record is made; a single reference the insert itself checks."""
    references = len(parsed.references) > (1 if grant.related is None else 0)
    return bool(references or parsed.links or parsed.files)


def _named(new: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in new.items()}
