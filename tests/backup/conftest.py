from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.backup.places import Place
from tests.support.postgres import Cluster

NewPlace = Callable[[str], Place]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewPlace]:
    """Gives empty places by name, on either kind of database."""
    with ExitStack() as stack:

        def make(name: str) -> Place:
            if request.param == "sqlite":
                return Place(tmp_path / name)
            cluster: Cluster = request.getfixturevalue("postgres_cluster")
            return Place(tmp_path / name, stack.enter_context(cluster.database()))

        yield make


@pytest.fixture
def old(new_place: NewPlace) -> Place:
    """Where the server is that is backed up."""
    return new_place("old")


@pytest.fixture
def new(new_place: NewPlace) -> Place:
    """Where there is nothing yet."""
    return new_place("new")
