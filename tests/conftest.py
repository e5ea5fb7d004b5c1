"""Fixtures that several rooms share: databases, a web server to fetch from, a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.browser import Chromium, running_chromium
from tests.support.buckets import Bucket, BucketServer, running_bucket_server
from tests.support.files import FileServer, running_file_server
from tests.support.postgres import Cluster, running_cluster
from tests.support.stores import Kept, KeptInBucket, KeptInFolder

LONGEST = (
    "durability/test_kill.py",
    "durability/test_repeats.py",
    "readme/test_client.py",
    "differential/test_mutation_plans.py",
    "differential/test_plans.py",
    "openapi/test_schemathesis.py",
    "benchmark/test_bench.py",
    "canaries/test_canaries.py",
    "metrics/test_metrics.py",
    "permissions/test_logins.py",
    "readme/test_readme.py",
    "backup/test_whole.py",
    "durability/test_workers.py",
    "durability/test_schedules.py",
    "durability/test_swaps.py",
)
"""Files that begin first: begun last, one of them would run alone, beside workers with nothing left to do."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="more rounds and examples of what is random; takes many minutes"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    places = {config.rootpath / "tests" / file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether tests of what is random go on for long."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Cluster) -> str:
    """The maintenance database of the tests' PostgreSQL server."""
    return postgres_cluster.url


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    """The URL of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'x.sqlite'}"


@pytest.fixture
def postgres_database(postgres_cluster: Cluster) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    with postgres_cluster.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; the test runs once for each kind."""
    fixture = {"sqlite": "sqlite_database", "postgresql": "postgres_database"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a database that is empty when the first test of a file comes to it, one of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('shared') / 'x.sqlite'}"
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as url:
        yield url


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[BucketServer]:
    with running_bucket_server() as server:
        yield server


@pytest.fixture
def bucket(bucket_server: BucketServer) -> Bucket:
    """An empty bucket of this test's own."""
    return bucket_server.bucket()


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """An empty place for files; the test runs once for each kind."""
    if request.param == "folder":
        return KeptInFolder(tmp_path / "assets")
    bucket: Bucket = request.getfixturevalue("bucket")
    return KeptInBucket(bucket)


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    with running_file_server() as files:
        yield files


@pytest.fixture
async def chromium() -> AsyncIterator[Chromium]:
    async with running_chromium() as browser:
        yield browser
