"""Which records a caller may relate a record to: those it may read, and to make them name the record, may change.

What a caller may not read is as good as not there, so naming it is answered like an id that nobody has; what it may
not touch stays as it is when the records of a relation are replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.definition.conditions import Compare
from app.errors import BadInput, Forbidden
from app.permissions import Grant, Verb
from app.storage.record_input import Links, Parsed, Problems
from app.storage.selection import Field, Leaf, Many, One, Selection, Source, Values
from app.storage.shape import Page
from app.storage.tables import RelationTable
from app.storage.work import Work

Select = Callable[[Selection, Sequence[Any]], Work[Page]]
_ID = Leaf("id", "id")


class RecordRights:
    """Holds what is written to relations against the grant's `related`."""

    def __init__(self, select: Select) -> None:
        self._select = select

    def check(
        self, grant: Grant, relations: Mapping[str, RelationTable], parsed: Parsed, id: int | None
    ) -> Work[None]:
        """Before the record `id` (None: a new one) is written; leaves in `parsed` what the caller may do."""
        if grant.related is None:
            return
        problems = Problems()
        for name, target in parsed.references.items():
            if target is None:
                continue
            right = grant.related(name)
            # Where all rows will do, the write itself tells whether there is such a one.
            if right.rows is not None and not (yield from self._allowed(right, [target])):
                problems.add(name, "is_invalid", "is no record that there is")
        problems.check()
        for name, links in parsed.links.items():
            yield from self._narrow(grant, relations[name], links, id)

    def check_again(self, grant: Grant, parsed: Parsed) -> Work[None]:
        """After it was written: what now names it has to be such as the caller may make."""
        for name, links in parsed.links.items() if grant.related is not None else ():
            assert grant.related is not None
            right = grant.related(name)
            if right.verb is Verb.READ or right.rows is None:
                continue
            if len((yield from self._allowed(right, links.wanted))) < len(links.wanted):
                raise Forbidden(f"You may not make such a {right.model}.")

    def _narrow(self, grant: Grant, relation: RelationTable, links: Links, id: int | None) -> Work[None]:
        assert grant.related is not None
        name, wanted = relation.relation.name, links.wanted
        right = grant.related(name)
        allowed = set((yield from self._allowed(right, [*wanted, *links.remove])))
        if not allowed.issuperset(wanted):
            raise BadInput(f"{name} has a record that is not there", {name: ["is_invalid"]})
        gone = [each for each in links.remove if each in allowed]
        if links.replace is not None and id is not None:
            present = yield from self._present(grant.model, right, relation, id)
            gone += [each for each in present if each not in wanted]
        links.add, links.remove, links.replace = wanted, gone, None

    def _allowed(self, right: Grant, ids: Sequence[int]) -> Work[list[int]]:
        """Those of the ids that are of records which the right lets through."""
        if not ids:
            return []
        values = Values()
        where = Compare("id", "in", values.add(list(ids)))
        page = yield from self._select(Selection(_shown(right, values), (_ID,), where), values.done())
        return [record["id"] for record in page.records]

    def _present(self, model: str, right: Grant, relation: RelationTable, id: int) -> Work[list[int]]:
        """The ids of the records that the record `id` has now, as far as the right goes."""
        values = Values()
        mine = Compare("id", "eq", values.add(id))
        name = relation.relation.name
        behind = Selection(_shown(right, values), (_ID,))
        field: Field = Many(name, name, behind) if relation.relation.to_many else One(name, name, behind)
        source = Source(model, frozenset({"id", name}), None)
        page = yield from self._select(Selection(source, (field,), mine), values.done())
        found = page.records[0][name] if page.records else None
        related = found if isinstance(found, list) else [] if found is None else [found]
        return [record["id"] for record in related]


def _shown(right: Grant, values: Values) -> Source:
    return Source(right.model, frozenset({"id"}), values.extend(right.rows, right.values))
