"""Runs that have not ended and began with an earlier definition: what they would miss of the data."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from app.definition.earlier import missed_by
from app.definition.load import Loaded, from_text
from app.definition.model import Application
from app.functions import kinds_with
from app.storage.revisions import RevisionRows, Unfinished
from app.storage.work import Database, Work


async def missed_by_runs(database: Database, loaded: Loaded) -> list[str]:
    """A sentence for each action of which runs go on that use what the definition no longer has."""
    rows, application = RevisionRows(database.dialect), loaded.application

    def work() -> Work[tuple[list[Unfinished], Mapping[str, str | None]]]:
        found = yield from rows.unfinished(application.uuid.hex)
        texts = {}
        for revision in {one.revision for one in found}:
            texts[revision] = yield from rows.definition(application.uuid.hex, revision)
        return found, texts

    found, texts = await database.read(work)
    kinds, _ = kinds_with(loaded.source.functions)
    began: dict[str, Application] = {}
    for revision, text in texts.items():
        try:
            if text is not None:
                began[revision] = from_text(text, steps=kinds)
        except ValidationError:
            # They cannot go on in any case, and end with words of their own.
            continue
    return [
        _sentence(one, missed)
        for one in found
        if one.revision in began
        and one.action in began[one.revision].actions
        and (missed := missed_by(began[one.revision], one.action, application))
    ]


def _sentence(one: Unfinished, missed: list[str]) -> str:
    runs = f"1 run of {one.action!r}" if one.count == 1 else f"{one.count:,} runs of {one.action!r}"
    such = "" if one.count == 1 else "such as "
    return f"{runs} ({such}{one.example}) may still use {', '.join(missed)}"
