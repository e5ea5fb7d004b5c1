"""Writes a table of comma-separated values."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any, ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.errors import StepFailed
from app.expressions import Expression
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind

MAXIMUM_CHARACTERS = 5_000_000
_JSON = Expression.parse("to_json(value)")
_TEXT = Expression.parse("text(value)")


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "rows"

    rows: Expression = Field(description="A list of objects, or of lists.")
    columns: tuple[str, ...] = Field(
        (), description="Which parts of the objects, in this order; else the first's."
    )
    delimiter: str = Field(
        ",", min_length=1, max_length=1, pattern='[^"\r\n]', description="What stands between two cells."
    )
    header: bool = Field(True, description="Objects: the first line has the names of the columns.")


def compile_to_csv(options: Options, step: Step, application: Application) -> StepFunction:
    def run(scope: Scope) -> Outcome:
        rows = options.rows.evaluate(scope.variables) or []
        if not isinstance(rows, list | tuple):
            raise StepFailed("CSV is made of a list of objects or lists.")
        return Done(_written(rows, options))

    return run


def _written(rows: Sequence[Any], options: Options) -> str:
    columns = list(options.columns) or (list(rows[0]) if rows and isinstance(rows[0], Mapping) else [])
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=options.delimiter)
    if columns and options.header:
        writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in _cells(row, columns)])
        if text.tell() > MAXIMUM_CHARACTERS:
            raise StepFailed(f"The CSV text would have more than {MAXIMUM_CHARACTERS:,} characters.")
    return text.getvalue()


def _cells(row: Any, columns: Sequence[str]) -> Sequence[Any]:
    if isinstance(row, Mapping):
        return [row.get(name) for name in columns]
    if isinstance(row, list | tuple):
        return row
    raise StepFailed("CSV is made of a list of objects or lists.")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    written = _JSON if isinstance(value, Mapping | list | tuple) else _TEXT
    return str(written.evaluate({"value": value}))


KIND = StepKind(
    name="to_csv",
    description="A list of objects or lists as CSV text, with quotes where they are needed; null is an empty cell.",
    options=Options,
    compile=compile_to_csv,
    example="""\
to_csv: {rows: =shoes, columns: [name, price], delimiter: ";"}
as: table
""",
)
