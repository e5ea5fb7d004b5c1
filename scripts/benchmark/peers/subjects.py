"""The peers that are compared, and how they are started on databases that hold the same as ours."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg

from scripts.benchmark.calls import make_call
from scripts.benchmark.cluster import Cluster, running_cluster
from scripts.benchmark.peers.by_hand import GRAPHQL_GO, MERCURIUS, YOGA
from scripts.benchmark.peers.directus import DIRECTUS
from scripts.benchmark.peers.peer import FOLDER, Peer
from scripts.benchmark.peers.postgraphile import POSTGRAPHILE
from scripts.benchmark.rows import Size
from scripts.benchmark.seeding import PLAIN_POSTGRES, seed_postgres
from scripts.benchmark.servers import running
from scripts.benchmark.subjects import Subject, running_on

PEERS = {peer.name: peer for peer in (POSTGRAPHILE, DIRECTUS, MERCURIUS, YOGA, GRAPHQL_GO)}
OURS = "actionql"
PEER_WORKS = ("list", "nested", "get", "create")
"""What all of them do."""
TEMPLATE = "peers"


def installed() -> tuple[str, ...]:
    """Our server and the peers that are on this machine."""
    return OURS, *(name for name, peer in PEERS.items() if Path(peer.command[0]).exists())


@contextmanager
def running_peers(names: Sequence[str], size: Size, folder: Path) -> Iterator[list[Subject]]:
    """These servers, ours and peers, on databases of one PostgreSQL cluster; all state is in `folder`."""
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster(folder / "postgres"))
        subjects = []
        if OURS in names:
            subjects += stack.enter_context(running_on(cluster, [OURS], size, folder))
        asyncio.run(fill(cluster.create(TEMPLATE), size))
        for peer in (PEERS[name] for name in names if name != OURS):
            subjects.append(_started(stack, peer, cluster, folder))
        yield subjects


async def fill(url: str, size: Size) -> None:
    """Makes the tables of the peers in an empty database, with the same rows as ours."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute((FOLDER / "tables.sql").read_text())
    finally:
        await connection.close()
    await seed_postgres(url, PLAIN_POSTGRES, size)


def _started(stack: ExitStack, peer: Peer, cluster: Cluster, folder: Path) -> Subject:
    own, secret = folder / peer.name, secrets.token_urlsafe(48)
    own.mkdir()
    url = cluster.create(peer.name, TEMPLATE)
    environment = {"NODE_ENV": "production", **peer.environment(url, secret)}
    peer.prepare(environment, own)
    server = stack.enter_context(running(peer.name, peer.command, own, environment, peer.probe))
    authorization = peer.authorization(server, secret)
    calls = {
        work: make_call(work, question, authorization, peer.alike)
        for work, question in peer.questions.items()
    }
    return Subject(server, calls, (server.pid, cluster.pid))
