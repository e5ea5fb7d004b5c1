"""An application whose definition changes, for the tests of migrations."""

from __future__ import annotations

from typing import Any

import pytest

from app.storage.migrate import MigrationRefused, migrate
from app.storage.system import SYSTEM
from app.storage.tables import Tables
from tests.unit.storage.definitions import tables

HABTM = "has_and_belongs_to_many"
KEPT = {"keep_table", "keep_column"}


def shoes(properties: dict[str, Any], **more: Any) -> Tables:
    """An application of shoes and their brands."""
    shoe = {"properties": properties, "relations": {"brand": {"belongs_to": "Brand"}}, **more}
    return tables({"Shoe": shoe, "Brand": {"properties": {"name": {"kind": "text"}}}})


async def bring(url: str, built: Tables, **options: Any) -> list[str]:
    """Migrates, and tells what was done; a second time there is nothing left to do."""
    changes = await migrate(url, [SYSTEM, built.metadata], **options)
    again = await migrate(url, [SYSTEM, built.metadata])
    assert [change.text for change in again if change.kind not in KEPT] == []
    return [change.kind for change in changes]


async def refusal(url: str, built: Tables, **options: Any) -> str:
    """Why a migration is refused."""
    with pytest.raises(MigrationRefused) as caught:
        await migrate(url, [SYSTEM, built.metadata], **options)
    (reason,) = caught.value.refusals
    assert reason in str(caught.value)
    return reason
