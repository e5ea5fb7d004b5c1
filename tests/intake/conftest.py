"""Databases to take over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.intake.trade import make_postgresql, make_sqlite
from tests.support.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def trade(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of the trading company's database; the test runs once for each kind."""
    if request.param == "sqlite":
        yield make_sqlite(tmp_path / "trade.db")
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as url:
        yield make_postgresql(url)
