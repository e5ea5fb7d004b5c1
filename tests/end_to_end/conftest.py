"""One server with eight applications, shared by all facts that leave it as they found it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.caller import ROOT, Caller
from tests.support.buckets import BucketServer
from tests.support.files import FileServer, running_file_server
from tests.support.postgres import Cluster
from tests.support.server import Server, running_server
from tests.support.stores import Kept, KeptInBucket, KeptInFolder

APPLICATIONS = Path(__file__).parent / "applications"
EXAMPLES = ROOT / "app" / "examples"
PASSWORD = "canary-pässword"
SYSTEM = "0d6d2b5c9f6e4d0f8f3f0c1b2a394857"
MEMBERS = "0a0b0c0d0e0f40108020304050607080"
CLERKS = "7d2e8a1b3c4d4e6f9a01b2c3d4e5f607"
STAFF = "8899aabbccdd4eef8011223344556677"

SHOES = """
records:
  Shoe:
    - {shoe_type: boot, price: "120.00"}
    - {shoe_type: clog, price: "35.50"}
    - {shoe_type: Sandal, price: "19.99"}
    - {shoe_type: sneaker, price: "79.00"}
    - {shoe_type: "50% off_\\\\", price: "0.10"}
  Review:
    - {shoe: 1, stars: 5, text: Warm and dry}
    - {shoe: 1, stars: 2}
    - {shoe: 2, stars: 3, text: Wooden}
    - {shoe: 3, stars: 4, text: Airy}
    - {shoe: 1, stars: 4, text: Heavy}
"""

SECRETS = {
    "TASKINGS_DATA_API_PASSWORD": PASSWORD,
    "LIBRARY_PASSWORD": PASSWORD,
    "TOOLS_PASSWORD": PASSWORD,
    "MARKET_PASSWORD": PASSWORD,
    "DESK_PASSWORD": PASSWORD,
}
QUICK = {"ACTIONQL_ARGON2_MEMORY_KIB": "64", "ACTIONQL_ARGON2_TIME_COST": "1"}
UPLOAD_BYTES = 200_000
ORIGIN = "https://shop.example"
"""Of pages that may call the shared server from a browser."""
OFTEN = {"ACTIONQL_LOGIN_PER_ACCOUNT_MINUTE": "1000", "ACTIONQL_LOGIN_PER_ADDRESS_MINUTE": "10000"}


@dataclass(frozen=True, slots=True)
class Shared:
    """The shared server, its state, and the applications on it."""

    server: Server
    database: str
    data: Path
    kept: Kept
    client: httpx.Client

    def application(self, id: str) -> Caller:
        """Anybody who calls the application with this uuid or name."""
        url = f"{self.server.url}/api/runtime/{id}"
        return Caller(self.client, url, secrets=(PASSWORD, str(self.data)))


@pytest.fixture(scope="session")
def files() -> Iterator[FileServer]:
    """A server whose address the product may call."""
    with running_file_server() as files:
        yield files


@pytest.fixture(scope="session")
def inner() -> Iterator[FileServer]:
    """A server whose address the product may not call."""
    with running_file_server() as files:
        yield files


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def outbound(files: FileServer) -> dict[str, str]:
    return {"ACTIONQL_OUTBOUND_ALLOW": files.url.removeprefix("http://")}


NewDatabase = Callable[[], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def new_database_of(
    postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, NewDatabase]:
    """What gives the URL of an empty database, for each kind."""
    return {
        "sqlite": lambda: nullcontext(f"sqlite:///{tmp_path_factory.mktemp('database') / 'x.sqlite'}"),
        "postgresql": postgres_cluster.database,
    }


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, new_database_of: Mapping[str, NewDatabase]) -> NewDatabase:
    """Gives the URL of an empty database; what a server does is tried on both kinds."""
    return new_database_of[request.param]


@pytest.fixture(scope="session")
def shared_on(
    new_database_of: Mapping[str, NewDatabase],
    bucket_server: BucketServer,
    tmp_path_factory: pytest.TempPathFactory,
    client: httpx.Client,
    outbound: dict[str, str],
) -> Iterator[Callable[[str], Shared]]:
    """Gives the shared server on a kind of database, which starts once and runs until the last test has ended.

    Its files are in a folder beside SQLite, in a bucket beside PostgreSQL.
    """
    with ExitStack() as stack:

        @cache
        def start(kind: str) -> Shared:
            url = stack.enter_context(new_database_of[kind]())
            folder = tmp_path_factory.mktemp("shared")
            in_folder = kind == "sqlite"
            kept = KeptInFolder(folder / "assets") if in_folder else KeptInBucket(bucket_server.bucket())
            return stack.enter_context(_serving(url, folder, kept, client, outbound))

        yield start


@contextmanager
def _serving(
    database: str, folder: Path, kept: Kept, client: httpx.Client, outbound: dict[str, str]
) -> Iterator[Shared]:
    shoes = folder / "shoes.yaml"
    shoes.write_text((EXAMPLES / "shoes.yaml").read_text() + SHOES)
    own = [
        APPLICATIONS / f"{name}.yaml" for name in ("library", "tools", "private", "live", "market", "desk")
    ]
    definitions, data = [EXAMPLES / "taskings.yaml", shoes, *own], folder / "data"
    limits = {"ACTIONQL_UPLOAD_BYTES": str(UPLOAD_BYTES), "DATABASE_URL": database}
    places = {**outbound, **kept.environment}
    env = {**SECRETS, **QUICK, **OFTEN, **places, **limits, "ACTIONQL_ALLOWED_ORIGINS": ORIGIN}
    with running_server(*definitions, data=data, env=env) as server:
        yield Shared(server, database, data, kept, client)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, shared_on: Callable[[str], Shared]) -> Shared:
    return shared_on(request.param)


@pytest.fixture(scope="module")
def taskings(shared: Shared) -> Caller:
    """Anybody, at the media library."""
    return shared.application("4f0c6c1e7a3b4b61a7d1e7d8c1a2f3b4")


@pytest.fixture(scope="module")
def system(taskings: Caller) -> Caller:
    """The seeded user of the media library, logged in."""
    return taskings.login(SYSTEM, "system", PASSWORD)


@pytest.fixture(scope="module")
def shoes(shared: Shared) -> Caller:
    """Anybody, at the shoe shop."""
    return shared.application("shoes")


@pytest.fixture(scope="module")
def library(shared: Shared) -> Caller:
    """Anybody, at the library."""
    return shared.application("library")


@pytest.fixture(scope="module")
def ada(library: Caller) -> Caller:
    """A librarian."""
    return library.login(MEMBERS, "ada@example.org", PASSWORD)


@pytest.fixture(scope="module")
def bob(library: Caller) -> Caller:
    """A reader."""
    return library.login(MEMBERS, "bob@example.org", PASSWORD)


@pytest.fixture(scope="module")
def eve(library: Caller) -> Caller:
    """Known, without any role."""
    return library.login(MEMBERS, "eve@example.org", PASSWORD)


@pytest.fixture(scope="module")
def tools(shared: Shared) -> Caller:
    """Anybody, at the tools."""
    return shared.application("tools")


@pytest.fixture(scope="module")
def wim(tools: Caller) -> Caller:
    """A worker."""
    return tools.login(STAFF, "wim", PASSWORD)


@pytest.fixture(scope="module")
def market(shared: Shared) -> Caller:
    """Anybody, at the endpoints of the market."""
    return replace(shared.application("market"), url=shared.server.url)


@pytest.fixture(scope="module")
def sam(shared: Shared, market: Caller) -> Caller:
    """A seller, by token."""
    known = shared.application("market").login("Sellers", "sam", PASSWORD)
    return replace(known, url=market.url)


@pytest.fixture(scope="module")
def bea(shared: Shared, market: Caller) -> Caller:
    """A buyer, by token."""
    known = shared.application("market").login("Buyers", "bea", PASSWORD)
    return replace(known, url=market.url)


@pytest.fixture(scope="module")
def nora(shared: Shared, market: Caller) -> Caller:
    """Of the sellers' profile, without any role."""
    known = shared.application("market").login("Sellers", "nora", PASSWORD)
    return replace(known, url=market.url)


@pytest.fixture(scope="module")
def desk(shared: Shared) -> Caller:
    """Anybody, at the desk."""
    return shared.application("desk")


@pytest.fixture(scope="module")
def cleo(desk: Caller) -> Caller:
    """A clerk."""
    return desk.login(CLERKS, "cleo", PASSWORD)


@pytest.fixture(scope="module")
def carl(desk: Caller) -> Caller:
    """Another clerk."""
    return desk.login(CLERKS, "carl", PASSWORD)


@pytest.fixture(scope="module")
def olga(desk: Caller) -> Caller:
    """An operator, who may read the console."""
    return desk.login(CLERKS, "olga", PASSWORD)
