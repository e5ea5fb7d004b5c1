"""The records that a definition starts with: its roles always, its `records` once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.auth.passwords import Passwords
from app.definition.conditions import ALWAYS
from app.definition.model import ROLE_MODEL, Application
from app.permissions import Permissions, Verb
from app.storage.records import Records, Unhashed, Write
from app.storage.seeds import Seeds
from app.storage.selection import Leaf, Selection, Values, granted
from app.storage.work import Database, Work


async def seed(
    database: Database,
    application: Application,
    permissions: Permissions,
    records: Records,
    passwords: Passwords,
    secrets: Mapping[str, str],
) -> None:
    """Makes missing roles, and the seed records unless that has been done before; all or nothing."""
    seeds = Seeds(database.dialect)
    hashes: dict[str, str] = {}
    if not await database.read(lambda: seeds.done(application.uuid.hex)):
        # Before the transaction: one that is started again uses up ids, which records here refer to each other by.
        for password in _passwords(application, secrets):
            hashes[password] = await passwords.hash(password)

    def work() -> Work[None]:
        write = Write(datetime.now(UTC), hashes)
        roles = yield from _make_roles(application, permissions, records, write)
        if (yield from seeds.done(application.uuid.hex)):
            return
        for model, rows in application.records.items():
            grant = permissions.of_application(Verb.CREATE, model)
            for row in rows:
                values = _values(application, model, row, roles, secrets)
                yield from records.create(grant, values, write)
        yield from seeds.mark(application.uuid.hex, write.now)

    while True:
        try:
            await database.write(work)
            return
        except Unhashed as missing:
            hashes[missing.text] = await passwords.hash(missing.text)


def _passwords(application: Application, secrets: Mapping[str, str]) -> list[str]:
    return [
        secrets[value["secret"]] if isinstance(value, Mapping) else value
        for model, rows in application.records.items()
        for name, property in application.models[model].properties.items()
        if property.kind == "password"
        for row in rows
        if (value := row.get(name)) is not None
    ]


def _make_roles(
    application: Application, permissions: Permissions, records: Records, write: Write
) -> Work[dict[str, int]]:
    values = Values()
    shown = granted(permissions.of_application(Verb.READ, ROLE_MODEL), values)
    selection = Selection(shown, (Leaf("id", "id"), Leaf("name", "name")), ALWAYS)
    page = yield from records.select(selection, values.done(), "python")
    roles = {record["name"]: record["id"] for record in page.records}
    grant = permissions.of_application(Verb.CREATE, ROLE_MODEL)
    for name in application.roles:
        if name not in roles:
            roles[name] = yield from records.create(grant, {"name": name}, write)
    return roles


def _values(
    application: Application,
    model: str,
    row: Mapping[str, Any],
    roles: Mapping[str, int],
    secrets: Mapping[str, str],
) -> dict[str, Any]:
    """A seed record's values, with secrets filled in and roles found by name."""
    relations = application.models[model].relations
    values: dict[str, Any] = {}
    for name, value in row.items():
        if name in relations and relations[name].model == ROLE_MODEL:
            values[name] = [roles[role] for role in ([value] if isinstance(value, str) else value)]
        elif isinstance(value, Mapping) and "secret" in value:
            values[name] = secrets[value["secret"]]
        else:
            values[name] = value
    return values
