"""Where seed records get their values from, and what definitions may take from `.env`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.checks import load_checked
from app.definition.load import Loaded
from app.errors import BadInput
from app.main import open_applications
from app.server.opening import close_server, open_server
from app.settings import SettingsError, definition_environment, load
from app.steps import KINDS
from tests.end_to_end.caller import Caller
from tests.end_to_end.databases import run_sql
from tests.support.server import running_server

DEFINITION = """
application: seeds
uuid: 6a1f3b5c7d9e4f20a2b4c6d8e0f1a3b5
roles: {clerk: {}}
authentication_profiles:
  Clerks: {kind: username_password, model: Clerk, username: name, password: password, roles: roles}
models:
  Clerk:
    properties:
      name: {kind: text, required: true, unique: true}
      password: {kind: password}
      age: {kind: number}
      since: {kind: date}
      until: {kind: date_time}
    relations:
      roles: {has_and_belongs_to_many: Role}
    read: {clerk: all}
records:
  Clerk:
"""
ALL = """
    - name: {env: FIRST_CLERK}
      password: {secret: FIRST_PASSWORD}
      age: {env: FIRST_AGE}
      since: =today
      until: =now + days(2)
      roles: [clerk]
    - {name: ='=' + 'second', password: {env: SECOND_PASSWORD}}
"""
GIVEN = {
    "FIRST_CLERK": "ada=ann",
    "FIRST_PASSWORD": "canary-first",
    "FIRST_AGE": "41",
    "SECOND_PASSWORD": "canary-second",
}


def definition(folder: Path, records: str = ALL) -> Loaded:
    file = folder / "seeds.yaml"
    file.write_text(DEFINITION + records)
    return load_checked(file, steps=KINDS)


async def opened(url: str, folder: Path, loaded: Loaded, environment: Mapping[str, str]) -> None:
    """Makes the records as a start does."""
    settings = load(env_file=None, database_url=url, data=folder / "data", argon2_memory_kib=8)
    server = await open_server(settings)
    try:
        await open_applications(server, [loaded.application], environment)
    finally:
        await close_server(server)


async def clerks(url: str, *columns: str) -> Sequence[tuple[Any, ...]]:
    return await run_sql(url, f"SELECT {', '.join(columns)} FROM seeds__clerk ORDER BY id")


async def test_values_are_filled_in_from_the_environment_and_by_expressions(
    database_url: str, tmp_path: Path
) -> None:
    before = datetime.now(UTC).date()
    await opened(database_url, tmp_path, definition(tmp_path), GIVEN)
    (first, second) = await clerks(database_url, "name", "age", "since", "until", "password")
    assert (first[:2], second[:2]) == (("ada=ann", 41), ("=second", None))
    since, until = (str(value)[:10] for value in first[2:4])
    assert since in (str(before), str(datetime.now(UTC).date()))
    assert (datetime.fromisoformat(until) - datetime.fromisoformat(since)).days == 2
    for row in (first, second):
        assert row[4].startswith("$argon2") and "canary" not in row[4]


async def test_records_that_are_made_need_no_variables_any_more(database_url: str, tmp_path: Path) -> None:
    loaded = definition(tmp_path, "    - {name: {env: FIRST_CLERK}}")
    await opened(database_url, tmp_path, loaded, GIVEN)
    await opened(database_url, tmp_path, loaded, {"FIRST_CLERK": "other"})
    await opened(database_url, tmp_path, loaded, {})
    assert await clerks(database_url, "name") == [("ada=ann",)]


@pytest.mark.parametrize(
    ("records", "failure", "reason"),
    [
        (
            "    - {name: {env: NOWHERE}, age: {env: EMPTY}, since: =today}",
            SettingsError,
            "Set EMPTY, NOWHERE: the seed records of seeds take it from the environment.",
        ),
        ("    - {name: a}\n    - {name: b, age: {env: FIRST_CLERK}}", BadInput, "records.Clerk[1]: age "),
        ("    - {name: a, age: =1 / 0}", BadInput, "records.Clerk[0].age: "),
        ("    - {name: =null}", BadInput, "records.Clerk[0]: name "),
    ],
)
async def test_what_cannot_be_filled_in_is_told_with_its_place(
    database_url: str, tmp_path: Path, records: str, failure: type[Exception], reason: str
) -> None:
    with pytest.raises(failure) as raised:
        await opened(database_url, tmp_path, definition(tmp_path, records), {**GIVEN, "EMPTY": ""})
    assert str(raised.value).startswith(reason)
    assert "ada=ann" not in str(raised.value)
    assert await clerks(database_url, "name") == []


def test_secrets_and_variables_are_read_from_the_file_of_settings(tmp_path: Path) -> None:
    definition(tmp_path)
    lines = [f"{name}={value}" for name, value in GIVEN.items()]
    tmp_path.joinpath(".env").write_text("\n".join([*lines, "ACTIONQL_ARGON2_MEMORY_KIB=64", ""]))
    given = {"FIRST_PASSWORD": "canary-environment", "FIRST_CLERK": ""}
    with (
        running_server("seeds.yaml", data=tmp_path / "data", env=given) as server,
        httpx.Client(trust_env=False) as client,
    ):
        anybody = Caller(client, f"{server.url}/graphql")
        assert anybody.login("Clerks", "ada=ann", "canary-environment").token
        assert anybody.login("Clerks", "=second", "canary-second").token
        assert "canary" not in server.log.read_text()
    assert not tmp_path.joinpath("data", "development.env").exists(), "nothing had to be invented"


def test_environment_comes_before_the_file_unless_it_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text("A=file\nB=file\nC='x # y'\nNOTHING\n")
    monkeypatch.setenv("A", "environment")
    monkeypatch.setenv("B", "")
    monkeypatch.setenv("D", "")
    found = definition_environment(file)
    assert [found[name] for name in "ABCD"] == ["environment", "file", "x # y", ""]
    assert "NOTHING" not in found
    assert definition_environment(tmp_path / "none")["A"] == "environment"
