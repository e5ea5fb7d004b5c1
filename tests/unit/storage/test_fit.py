from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.storage import fit
from app.storage.fit import fits
from app.storage.migrate import MigrationRefused, migrate, plan_migration
from app.storage.system import SYSTEM
from app.storage.tables import Tables
from tests.unit.storage.migrations import shoes

SIZED = {"size": {"kind": "number"}}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'fit.sqlite'}"


def execute(url: str, *statements: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def fit_of(url: str, built: Tables) -> bool:
    return fits(url, [SYSTEM, built.metadata])


async def test_file_fits_after_its_migration_and_after_writing(url: str) -> None:
    await migrate(url, [SYSTEM, shoes(SIZED).metadata])
    execute(url, "INSERT INTO shop__brand (name, created_at, updated_at) VALUES ('a', '', '')", "VACUUM")
    assert fit_of(url, shoes(SIZED))


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE shop__shoe",
        "DROP TABLE actionql_run",
        "DROP INDEX ix__shop__shoe__brand_id",
        "ALTER TABLE shop__shoe DROP COLUMN size",
        "ALTER TABLE shop__shoe ADD COLUMN width INTEGER",
        "CREATE TABLE other (id INTEGER)",
        "PRAGMA user_version = 0",
    ],
)
async def test_file_changed_by_hand_is_compared_and_mended(url: str, statement: str) -> None:
    built = shoes(SIZED)
    await migrate(url, [SYSTEM, built.metadata])
    execute(url, statement)
    assert not fit_of(url, built)
    await migrate(url, [SYSTEM, built.metadata])
    assert fit_of(url, built)
    execute(url, "SELECT size, brand_id FROM shop__shoe", "SELECT id FROM actionql_run")


@pytest.mark.parametrize(
    "changed",
    [
        {"size": {"kind": "decimal"}},
        {"size": {"kind": "number", "required": True}},
        {"size": {"kind": "number", "required": True, "default": 4}},
        {"size": {"kind": "number", "unique": True}},
        {"size": {"kind": "number", "was": "length"}},
        {"size": {"kind": "number"}, "width": {"kind": "number"}},
        {},
    ],
)
async def test_other_definition_is_compared(url: str, changed: dict[str, object]) -> None:
    await migrate(url, [SYSTEM, shoes(SIZED).metadata])
    assert not fit_of(url, shoes(changed))


async def test_refused_and_planned_migrations_note_nothing(url: str) -> None:
    await migrate(url, [SYSTEM, shoes(SIZED).metadata])
    execute(url, "INSERT INTO shop__shoe (size, created_at, updated_at) VALUES (NULL, '', '')")
    needed = shoes({"size": {"kind": "number", "required": True}})
    with pytest.raises(MigrationRefused):
        await migrate(url, [SYSTEM, needed.metadata])
    await plan_migration(url, [SYSTEM, needed.metadata])
    assert not fit_of(url, needed)
    assert fit_of(url, shoes(SIZED))


async def test_release_that_compares_otherwise_compares(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def later() -> Iterator[str]:
        yield "another comparison"

    await migrate(url, [SYSTEM, shoes(SIZED).metadata])
    monkeypatch.setattr(fit, "_comparing", later)
    assert not fit_of(url, shoes(SIZED))


def test_missing_or_foreign_file_does_not_fit_and_is_not_made(url: str, tmp_path: Path) -> None:
    assert not fit_of(url, shoes(SIZED))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "fit.sqlite").write_text("no database, but long enough to be read as one " * 100)
    assert not fit_of(url, shoes(SIZED))
    assert not fits("postgresql://ada@127.0.0.1:1/nowhere", [SYSTEM])
