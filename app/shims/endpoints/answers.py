"""What an endpoint answers with: JSON, CSV that leaves row by row, or HTML of a template."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.edge import to_json
from app.errors import StepFailed
from app.expressions import EvaluationError, to_plain
from app.json_text import write_json
from app.resolvers.context import Context
from app.shims.endpoints.operations import Operation, UseRecords

ROWS = 500
"""Of a CSV, written at once."""
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
# A referrer policy that hides the origin would have browsers send forms of the page with `Origin: null`.
_PAGE_HEADERS = {
    **_HEADERS,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
}
_FORMULA = re.compile(r"[=+\-@\t\r]")
_UNSAFE_NAME = re.compile(r"[^A-Za-z0-9._-]")


def answer(context: Context, operation: Operation, request: Request, result: Any) -> Response:
    """The answer in the operation's form; raises `StepFailed` for a result that has none."""
    try:
        if operation.response == "csv":
            return _csv(request.url.path, result, operation.columns)
        if operation.response == "html":
            return _page(context, operation, result)
        # Records that were read for a caller are what JSON takes already.
        ready = result if isinstance(operation.does, UseRecords) else to_plain(result)
        return Response(to_json(ready), media_type="application/json", headers=_HEADERS)
    except (EvaluationError, TypeError) as error:
        raise StepFailed("The answer could not be written.", str(error)) from error


def csv_lines(rows: Sequence[Any], columns: Sequence[str] = ()) -> Iterator[str]:
    """A line for the names, then one for each row; objects give the columns, anything else is one column.

    `columns` are the names where there are no rows. Texts that a spreadsheet would take for a formula begin with
    an apostrophe.
    """
    names = list(dict.fromkeys(name for row in rows if isinstance(row, Mapping) for name in row))
    plain = not names and bool(rows)
    yield _line(["value"] if plain else names or columns)
    for row in rows:
        fields = row if isinstance(row, Mapping) else {}
        yield _line([row] if plain else [fields.get(name) for name in names])


def _csv(path: str, result: Any, columns: Sequence[str]) -> Response:
    rows = list(result) if isinstance(result, tuple) else result
    if rows is None or not isinstance(rows, list):
        rows = [] if rows is None else [rows]
    lines = csv_lines(rows, columns)
    first = "".join(islice(lines, ROWS))
    name = _UNSAFE_NAME.sub("_", path.rpartition("/")[2]) or "list"
    name = name if name.endswith(".csv") else f"{name}.csv"
    headers = {**_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces(first, lines), media_type="text/csv; charset=utf-8", headers=headers)


async def _pieces(first: str, lines: Iterator[str]) -> AsyncIterator[bytes]:
    piece = first
    while piece:
        yield piece.encode()
        piece = "".join(islice(lines, ROWS))


def _line(values: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([_cell(to_plain(value)) for value in values])
    return text.getvalue()


def _cell(value: Any) -> str:
    """One value as text; what has parts is JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    text = value if isinstance(value, str) else write_json(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _page(context: Context, operation: Operation, result: Any) -> Response:
    assert operation.template is not None
    text = operation.template.render({"result": result, "me": context.principal.record})
    return Response(text, media_type="text/html; charset=utf-8", headers=_PAGE_HEADERS)
