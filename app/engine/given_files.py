"""The files in an answer: whether each was stored, and is a picture where one is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.assets.library import Library
from app.definition.model import Input
from app.errors import BadInput, NotFound
from app.properties.base import Invalid, in_words

_KINDS = ("file", "image", "multi_file")


async def check_files(library: Library, fields: Mapping[str, Input], values: Mapping[str, Any]) -> None:
    """Raises one `BadInput` that names every field with a file which is not there or is of another kind."""
    wrong: dict[str, Invalid] = {}
    for name, field in fields.items():
        if field.kind in _KINDS and values[name] is not None:
            given = values[name] if field.kind == "multi_file" else [values[name]]
            for reference in given:
                if (problem := await _problem(library, reference, image=field.kind == "image")) is not None:
                    wrong.setdefault(name, problem)
    if wrong:
        codes = {name: [problem.code] for name, problem in wrong.items()}
        raise BadInput(in_words(wrong), codes, {name: str(problem) for name, problem in wrong.items()})


async def _problem(library: Library, reference: str, *, image: bool) -> Invalid | None:
    try:
        row = await library.find(reference.partition("/")[0])
    except NotFound:
        return Invalid("is_invalid", "is no file that was stored")
    if f"{row.id}/{row.name}" != reference:
        return Invalid("is_invalid", "is no file that was stored")
    return (
        Invalid("is_invalid", "is no image") if image and not row.content_type.startswith("image/") else None
    )
