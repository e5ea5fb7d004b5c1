"""Writes which records a record has, through has_many, has_one and has_and_belongs_to_many."""

from __future__ import annotations

from app.errors import BadInput
from app.storage.record_input import Links
from app.storage.record_statements import RecordStatements
from app.storage.tables import RelationTable
from app.storage.work import Work


class RecordLinks:
    """Sets, adds and takes away; what is there already, or is not, stays so."""

    def __init__(self, statements: RecordStatements) -> None:
        self._statements = statements

    def write(self, name: str, relation: RelationTable, id: int, links: Links) -> Work[None]:
        """Makes the records of one relation as `links` has it; raises `BadInput` for one that is not there."""
        if links.remove:
            yield from self._detach(name, relation, id, links.remove, others=False)
        if links.replace is not None:
            yield from self._detach(name, relation, id, links.wanted, others=True)
        if links.wanted:
            yield from self._attach(name, relation, id, links.wanted)

    def _attach(self, name: str, relation: RelationTable, id: int, ids: list[int]) -> Work[None]:
        values = {"record": id, "records": ids}
        if relation.foreign is None:
            found = yield self._statements.existing(relation.target).statement({"records": ids})
            if len(found) == len(ids):
                yield self._statements.attach_records(relation).statement(values)
        else:
            found = yield self._statements.attach_records(relation).statement(values)
        if len(found) != len(ids):
            raise BadInput(f"{name} has a record that is not there", {name: ["is_invalid"]})

    def _detach(
        self, name: str, relation: RelationTable, id: int, ids: list[int], *, others: bool
    ) -> Work[None]:
        values = {"record": id, "records": ids}
        if relation.foreign is not None and not relation.foreign.nullable:
            if (yield self._statements.held(relation, others=others).statement(values)):
                message = f"{name} has records that can't be without it"
                raise BadInput(message, {name: ["is_invalid"]})
            return
        yield self._statements.detach_records(relation, others=others).statement(values)
