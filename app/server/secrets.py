"""The configurations of an application with their values: from the definition, the environment, or invented.

Secrets come from the environment only. In development those that are missing are invented and kept in
`development.env` in the data folder, so that the examples run with nothing configured.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.definition.model import Application
from app.settings import SettingsError

FILE = "development.env"


def secret_names(application: Application) -> set[str]:
    """The environment variables that hold the application's secrets."""
    configured = {one.secret for one in application.configurations.values() if one.secret}
    return configured | set(_in_records(application.records))


def read_secrets(
    applications: list[Application], environment: Mapping[str, str], data: Path, invent: bool
) -> dict[str, str]:
    """Every secret by its variable; where one is missing, `invent` makes it up, else `SettingsError` names it."""
    wanted = sorted(set().union(*(secret_names(application) for application in applications)))
    kept = _read(data / FILE) if invent else {}
    found = {name: environment.get(name) or kept.get(name) for name in wanted}
    missing = [name for name, value in found.items() if not value]
    if missing and not invent:
        raise SettingsError(
            f"Set {', '.join(missing)}: the definition takes these secrets from the environment."
        )
    made = {name: secrets.token_urlsafe(12) for name in missing}
    if made:
        _write(data / FILE, kept | made)
    return {name: value or made[name] for name, value in found.items()}


def configuration(
    application: Application, environment: Mapping[str, str], known: Mapping[str, str]
) -> dict[str, Any]:
    """The application's configurations by name, as `config` in expressions and templates."""
    values = {}
    for name, one in application.configurations.items():
        if one.secret is not None:
            values[name] = known[one.secret]
        else:
            values[name] = environment.get(one.env, one.value) if one.env else one.value
    return values


def _in_records(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if set(value) == {"secret"} and isinstance(value["secret"], str):
            yield value["secret"]
            return
        for item in value.values():
            yield from _in_records(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _in_records(item)


def _read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _write(path: Path, values: Mapping[str, str]) -> None:
    text = "".join(f"{name}={value}\n" for name, value in sorted(values.items()))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("# Invented for development; used where the environment does not say otherwise.\n" + text)
    temporary.rename(path)
