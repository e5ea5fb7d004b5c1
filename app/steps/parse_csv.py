"""Reads a table of comma-separated values."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any, ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.errors import StepFailed
from app.expressions import Expression
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind

MAXIMUM_CHARACTERS = 5_000_000
MAXIMUM_CELLS = 500_000


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "text"

    text: Expression = Field(description="The CSV text.")
    delimiter: str = Field(
        ",", min_length=1, max_length=1, pattern='[^"\r\n]', description="What stands between two cells."
    )
    header: bool = Field(True, description="The first row names the columns; else rows are lists.")


def compile_parse_csv(options: Options, step: Step, application: Application) -> StepFunction:
    def run(scope: Scope) -> Outcome:
        text = _text(options.text.evaluate(scope.variables))
        try:
            rows = list(
                _rows(csv.reader(StringIO(text, newline=""), delimiter=options.delimiter, strict=True))
            )
        except csv.Error as error:
            raise StepFailed("The text is no CSV.", str(error)) from None
        return Done(list(_named(rows)) if options.header else [row for _, row in rows])

    return run


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if not isinstance(value, str):
        raise StepFailed("CSV is read from a text.")
    if len(value) > MAXIMUM_CHARACTERS:
        raise StepFailed(f"The CSV text has more than {MAXIMUM_CHARACTERS:,} characters.")
    return value.removeprefix("\ufeff")


def _rows(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with its line."""
    cells = 0
    for row in reader:
        cells += len(row)
        if cells > MAXIMUM_CELLS:
            raise StepFailed(f"The CSV text has more than {MAXIMUM_CELLS:,} cells.")
        if row:
            yield reader.line_num, row


def _named(rows: list[tuple[int, list[str]]]) -> Iterator[dict[str, str | None]]:
    if not rows:
        return
    names = [name.strip() for name in rows[0][1]]
    for name in names:
        if names.count(name) > 1 or not name:
            raise StepFailed(
                "The first row of the CSV text does not name its columns.", f"{name!r} is not one"
            )
    for line, row in rows[1:]:
        if len(row) > len(names):
            raise StepFailed(f"Line {line} of the CSV text has more cells than the first one.")
        yield dict(zip(names, [*row, *[None] * (len(names) - len(row))], strict=True))


KIND = StepKind(
    name="parse_csv",
    description="The rows of a CSV text, as objects by the names in its first row; cells that are missing are null.",
    options=Options,
    compile=compile_parse_csv,
    example="""\
parse_csv: {text: =body, delimiter: ";"}
as: rows
""",
)
