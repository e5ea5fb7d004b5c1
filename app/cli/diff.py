"""`actionql diff`: what a changed definition does to data and to callers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from app import settings as settings_module
from app.cli.base import DataOption, JsonOption, PathsArgument
from app.definition.diff import differences
from app.definition.load import Loaded, from_text
from app.definition.model import Application
from app.functions import kinds_with
from app.main import load_definitions
from app.permissions import Permissions, telling_roles
from app.resolvers.unfinished import missed_by_runs
from app.schema.build import build_schema
from app.schema.drift import breaking_changes
from app.server.opening import database_url, open_database
from app.settings import Settings
from app.storage.migrate import plan_migration
from app.storage.revisions import RevisionRows
from app.storage.system import SYSTEM
from app.storage.tables import build_tables
from app.storage.work import Database

if TYPE_CHECKING:
    from app.storage.plan import Outcome

_NEVER = "no server has served it yet"
_UNREADABLE = "what was served last was made for another release"


@dataclass(frozen=True, slots=True)
class Compared:
    """What is otherwise for the callers of one application; `unknown` says why it cannot be told."""

    application: str
    unknown: str | None
    callers: Sequence[str]
    graphql: Sequence[str]
    runs: Sequence[str] = ()
    """Those under way that may use what is gone."""


def diff(
    paths: PathsArgument = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tells what the definitions would do to the data that is there, and to callers of what was served last."""
    settings, definitions = settings_module.load(data=data), load_definitions(paths or [])
    outcome, compared = asyncio.run(_compare(settings, definitions))
    if as_json:
        print(json.dumps(_plain(outcome, compared), indent=2, ensure_ascii=False))
        return
    for line in _lines(outcome, compared):
        print(line)


async def _compare(settings: Settings, definitions: Sequence[Loaded]) -> tuple[Outcome, list[Compared]]:
    settings.data.mkdir(parents=True, exist_ok=True)
    metadatas = [build_tables(one.application).metadata for one in definitions]
    outcome = await plan_migration(database_url(settings), [SYSTEM, *metadatas])
    if any(change.table == "actionql_revision" for change in outcome.changes):
        return outcome, [_compared(one, None, ()) for one in definitions]
    database = open_database(settings)
    try:
        return outcome, [await _beside_served(database, one) for one in definitions]
    finally:
        await database.close()


async def _beside_served(database: Database, loaded: Loaded) -> Compared:
    """The definition beside what was served last."""
    rows, id = RevisionRows(database.dialect), loaded.application.uuid.hex
    served = await database.read(lambda: rows.last_served(id))
    return _compared(loaded, served, await missed_by_runs(database, loaded))


def _compared(loaded: Loaded, served: str | None, runs: Sequence[str]) -> Compared:
    new = loaded.application
    if served is None:
        return Compared(new.name, _NEVER, (), ())
    kinds, _ = kinds_with(loaded.source.functions)
    try:
        old = from_text(served, steps=kinds)
    except ValidationError:
        return Compared(new.name, _UNREADABLE, (), (), runs)
    breaking = breaking_changes(_sdl(old), _sdl(new))
    return Compared(new.name, None, [*map(str, differences(old, new))], breaking, runs)


def _sdl(application: Application) -> str:
    """The schema with all that any role sees."""
    return build_schema(application, Permissions(application), telling_roles(application)).sdl()


def _lines(outcome: Outcome, compared: Sequence[Compared]) -> Iterator[str]:
    yield from _part("Data", [*map(str, outcome.changes), *(f"REFUSED: {one}" for one in outcome.refusals)])
    for one in compared:
        yield from _part(f"Callers of {one.application}", [one.unknown] if one.unknown else one.callers)
        if one.unknown is None:
            yield from _part(f"GraphQL of {one.application}", one.graphql)
        if one.runs:
            yield from _part(f"Runs of {one.application} that are under way", one.runs)


def _part(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"{title}:"
    yield from (f"  {line}" for line in lines or ["nothing changes"])


def _plain(outcome: Outcome, compared: Sequence[Compared]) -> dict[str, Any]:
    return {
        "data": [asdict(change) for change in outcome.changes],
        "refused": list(outcome.refusals),
        "applications": [asdict(one) for one in compared],
    }
