"""A large file goes through the server in pieces, both ways, wherever it is kept."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import httpx

from tests.end_to_end.caller import Caller
from tests.end_to_end.conftest import APPLICATIONS, MEMBERS, PASSWORD, QUICK, SECRETS
from tests.end_to_end.test_uploads import CREATE, form
from tests.support.server import Server, running_server
from tests.support.stores import Kept

SIZE = 100_000_000
MOST = 40_000_000
"""By how many bytes the memory of a server may grow."""


def peak(server: Server) -> int:
    """The most bytes of memory that the server has had."""
    text = Path(f"/proc/{server.process.pid}/status").read_text()
    (found,) = re.findall(r"VmHWM:\s+([0-9]+) kB", text)
    return int(found) * 1024


def test_large_file_is_never_whole_in_memory(kept: Kept, tmp_path: Path, client: httpx.Client) -> None:
    file, digest = tmp_path / "large", hashlib.sha256(bytes(SIZE))
    with file.open("wb") as made:
        made.truncate(SIZE)
    # On a busy machine so many bytes take their time.
    limits = {"ACTIONQL_UPLOAD_BYTES": str(SIZE), "ACTIONQL_REQUEST_SECONDS": "100"}
    env = {**SECRETS, **QUICK, **kept.environment, **limits}
    with running_server(APPLICATIONS / "library.yaml", data=tmp_path / "data", env=env) as server:
        caller = Caller(client, f"{server.url}/api/runtime/library")
        ada = caller.login(MEMBERS, "ada@example.org", PASSWORD)
        asked, before = form(ada), peak(server)
        with file.open("rb") as opened:
            answer = client.post(asked["url"], data=asked["fields"], files={"file": opened}, timeout=100)
        assert (answer.status_code, answer.json()["size"]) == (201, SIZE)
        assert peak(server) - before < MOST
        scan = ada.ask(CREATE, {"name": "Large", "reference": asked["reference"]})["createBook"]["scan"]
        found = hashlib.sha256()
        with client.stream("GET", scan["url"], timeout=100) as download:
            for chunk in download.iter_bytes():
                found.update(chunk)
        assert found.digest() == digest.digest()
        assert peak(server) - before < MOST
