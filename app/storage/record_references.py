"""Whether there is what a record refers to: files that were stored, and other records."""

from __future__ import annotations

from app.properties.assets import check_stored
from app.properties.base import Invalid
from app.storage.record_input import Parsed, Problems
from app.storage.record_statements import RecordStatements
from app.storage.tables import ModelTable
from app.storage.work import Work


class RecordReferences:
    """Looks up what records refer to, where a write itself could not tell what is missing."""

    def __init__(self, statements: RecordStatements, application: str) -> None:
        self._statements = statements
        self._application = application
        """The uuid of the one whose files records refer to."""

    def check(self, table: ModelTable, parsed: Parsed) -> Work[None]:
        """Attaches the files, and tells each reference that leads nowhere; a single one the write itself checks."""
        problems = Problems()
        if parsed.files:
            yield from self._attach_files(table, parsed, problems)
        given = {name: id for name, id in parsed.references.items() if id is not None}
        if len(given) > 1:
            for name, id in given.items():
                target = self._statements.existing(table.relations[name].target)
                if not (yield target.statement({"records": [id]})):
                    problems.add(name, "is_invalid", "is no record that there is")
        problems.check()

    def _attach_files(self, table: ModelTable, parsed: Parsed, problems: Problems) -> Work[None]:
        ids = sorted({reference.partition("/")[0] for each in parsed.files.values() for reference in each})
        rows = yield self._statements.attach().statement({"of": self._application, "files": ids})
        known = {f"{id}/{name}": str(kind) for id, name, kind in rows}
        for name, references in parsed.files.items():
            image = table.model.properties[name].kind == "image"
            try:
                check_stored(references, known, image=image)
            except Invalid as problem:
                problems.add(name, problem.code, str(problem))
