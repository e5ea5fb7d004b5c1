"""The records that a definition starts with: its roles always, its `records` once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.auth.passwords import Passwords
from app.definition.conditions import ALWAYS
from app.definition.model import ROLE_MODEL, Application
from app.errors import BadInput
from app.expressions import EvaluationError, Expression
from app.expressions.expression import SIGN
from app.permissions import Permissions, Verb
from app.settings import SettingsError
from app.storage.audit import AuditRows, Entry
from app.storage.records import Records, Unhashed, Write
from app.storage.seeds import Seeds
from app.storage.selection import Leaf, Selection, Values, granted
from app.storage.work import Database, Work

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a definition takes from elsewhere: variables of the environment, and secrets by their variables."""

    environment: Mapping[str, str]
    secrets: Mapping[str, str]


async def seed(
    database: Database,
    application: Application,
    permissions: Permissions,
    records: Records,
    passwords: Passwords,
    taken: Taken,
    told: Entry,
) -> None:
    """Makes missing roles, and the seed records unless that has been done before; all or nothing.

    `told` goes into the audit trail with how many records of which models were made, if any were.
    Raises SettingsError for variables that are missing, `BadInput` for a record that its model does not take.
    """
    seeds, audit = Seeds(database.dialect), AuditRows(database.dialect)
    hashes: dict[str, str] = {}
    now = datetime.now(UTC)
    wanted: Rows = {}
    if not await database.read(lambda: seeds.done(application.uuid.hex)):
        wanted = _filled(application, taken, now)
        # Before the transaction: one that is started again uses up ids, which records here refer to each other by.
        for password in _passwords(application, wanted):
            hashes[password] = await passwords.hash(password)

    def work() -> Work[None]:
        write = Write(now, hashes)
        roles, missing = yield from _make_roles(application, permissions, records, write)
        made = {ROLE_MODEL: missing}
        if not (yield from seeds.done(application.uuid.hex)):
            for model, rows in wanted.items():
                grant = permissions.of_application(Verb.CREATE, model)
                made[model] = made.get(model, 0) + len(rows)
                for index, row in enumerate(rows):
                    values = _with_roles(application, model, row, roles)
                    with _placed(f"records.{model}[{index}]"):
                        yield from records.create(grant, values, write)
            yield from seeds.mark(application.uuid.hex, write.now)
        counts = tuple(f"{count} {model}" for model, count in made.items() if count)
        if counts:
            yield from audit.insert(told._replace(ids=counts))

    while True:
        try:
            await database.write(work)
            return
        except Unhashed as missing:
            hashes[missing.text] = await passwords.hash(missing.text)


def _filled(application: Application, taken: Taken, now: datetime) -> Rows:
    """The seed records with what the definition takes from elsewhere: variables, secrets and expressions."""
    _check_variables(application, taken)
    scope = {"now": now, "today": now.date()}

    def value(given: Any, place: str) -> Any:
        if isinstance(given, Mapping) and given.keys() == {"secret"}:
            return taken.secrets[given["secret"]]
        if isinstance(given, Mapping) and given.keys() == {"env"}:
            return taken.environment[given["env"]]
        if isinstance(given, str) and given.startswith(SIGN):
            try:
                return Expression.read(given).evaluate(scope)
            except EvaluationError as error:
                raise BadInput(f"{place}: {error.message}") from error
        return given

    return {
        model: [
            {name: value(given, f"records.{model}[{index}].{name}") for name, given in row.items()}
            for index, row in enumerate(rows)
        ]
        for model, rows in application.records.items()
    }


def _check_variables(application: Application, taken: Taken) -> None:
    wanted = {
        str(value["env"])
        for rows in application.records.values()
        for row in rows
        for value in row.values()
        if isinstance(value, Mapping) and value.keys() == {"env"}
    }
    if missing := sorted(name for name in wanted if not taken.environment.get(name)):
        raise SettingsError(
            f"Set {', '.join(missing)}: the seed records of {application.name} take it from the environment."
        )


def _passwords(application: Application, wanted: Rows) -> list[str]:
    return [
        value
        for model, rows in wanted.items()
        for name, property in application.models[model].properties.items()
        if property.kind == "password"
        for row in rows
        if isinstance(value := row.get(name), str)
    ]


@contextmanager
def _placed(place: str) -> Iterator[None]:
    """Says which record it is that its model does not take."""
    try:
        yield
    except BadInput as error:
        raise BadInput(f"{place}: {error.message}", error.fields) from error


def _make_roles(
    application: Application, permissions: Permissions, records: Records, write: Write
) -> Work[tuple[dict[str, int], int]]:
    """The ids of all roles by name, and how many were missing."""
    values = Values()
    shown = granted(permissions.of_application(Verb.READ, ROLE_MODEL), values)
    selection = Selection(shown, (Leaf("id", "id"), Leaf("name", "name")), ALWAYS)
    page = yield from records.select(selection, values.done(), "python")
    roles = {record["name"]: record["id"] for record in page.records}
    grant = permissions.of_application(Verb.CREATE, ROLE_MODEL)
    missing = [name for name in application.roles if name not in roles]
    for name in missing:
        roles[name] = yield from records.create(grant, {"name": name}, write)
    return roles, len(missing)


def _with_roles(
    application: Application, model: str, row: Mapping[str, Any], roles: Mapping[str, int]
) -> dict[str, Any]:
    """A seed record's values, with roles found by name."""
    relations = application.models[model].relations
    values: dict[str, Any] = {}
    for name, value in row.items():
        if name in relations and relations[name].model == ROLE_MODEL:
            values[name] = [roles[role] for role in ([value] if isinstance(value, str) else value)]
        else:
            values[name] = value
    return values
