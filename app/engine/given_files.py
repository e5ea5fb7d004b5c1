"""The files in an answer: whether each was stored, and is a picture where one is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from app.assets.library import Library
from app.definition.model import Input
from app.errors import BadInput, NotFound
from app.properties.assets import check_stored
from app.properties.base import Invalid, in_words

_KINDS = ("file", "image", "multi_file")


async def check_files(library: Library, fields: Mapping[str, Input], values: Mapping[str, Any]) -> None:
    """Raises one `BadInput` that names every field with a file which is not there or is of another kind."""
    wrong: dict[str, Invalid] = {}
    for name, field in fields.items():
        if field.kind in _KINDS and values[name] is not None:
            given = values[name] if field.kind == "multi_file" else [values[name]]
            try:
                check_stored(given, await _known(library, given), image=field.kind == "image")
            except Invalid as problem:
                wrong[name] = problem
    if wrong:
        codes = {name: [problem.code] for name, problem in wrong.items()}
        raise BadInput(in_words(wrong), codes, {name: str(problem) for name, problem in wrong.items()})


async def _known(library: Library, references: Iterable[str]) -> Mapping[str, str]:
    """The files that there are under the ids of these references, with their content types."""
    known = {}
    for one in references:
        with suppress(NotFound):
            row = await library.find(one.partition("/")[0])
            known[f"{row.id}/{row.name}"] = row.content_type
    return known
