"""A server whose files are in a bucket: how it starts, and what it does while the store is out of reach."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.caller import ROOT, Caller
from tests.end_to_end.conftest import APPLICATIONS, MEMBERS, PASSWORD, QUICK, SECRETS
from tests.end_to_end.databases import scalar
from tests.end_to_end.pictures import png
from tests.end_to_end.test_uploads import CREATE, form, sent
from tests.support.buckets import Bucket, BucketServer, running_bucket_server
from tests.support.server import Server, running_server

LIBRARY = APPLICATIONS / "library.yaml"


@dataclass(frozen=True, slots=True)
class Own:
    """A server of this module's own, and where it keeps its files."""

    server: Server
    bucket: Bucket
    database: str
    ada: Caller


@pytest.fixture
def own(tmp_path: Path, client: httpx.Client) -> Iterator[Own]:
    data = tmp_path / "data"
    with running_bucket_server() as store:
        bucket = store.bucket()
        # As operators do: in the file beside the definitions.
        lines = [f"{name}={value}" for name, value in bucket.environment.items()]
        (tmp_path / ".env").write_text("\n".join([f"ACTIONQL_ASSETS={bucket.url}", *lines]))
        with running_server(LIBRARY, data=data, env={**SECRETS, **QUICK}) as server:
            secrets = (PASSWORD, bucket.server.url, bucket.name, *canaries(bucket))
            caller = Caller(client, f"{server.url}/api/runtime/library", secrets=secrets)
            ada = caller.login(MEMBERS, "ada@example.org", PASSWORD)
            yield Own(server, bucket, f"sqlite:///{data / 'actionql.sqlite'}", ada)
            said = server.log.read_text()
    assert not [secret for secret in canaries(bucket) if secret in said]
    assert "Traceback" not in said and '"exception"' not in said


def canaries(bucket: Bucket) -> list[str]:
    return [value for value in bucket.environment.values() if "canary" in value]


def ready(own: Own) -> tuple[int, Any]:
    answer = own.ada.client.get(f"{own.server.url}/readyz")
    return answer.status_code, answer.json()


async def test_rest_goes_on_while_the_store_is_out_of_reach(own: Own) -> None:
    asked = form(own.ada)
    assert sent(own.ada, asked, png()).status_code == 201
    scan = own.ada.ask(CREATE, {"name": "Kept", "reference": asked["reference"]})["createBook"]["scan"]
    assert own.ada.client.get(scan["url"]).content == png()
    id = asked["reference"].split("/")[0]
    assert own.bucket.keys() == [f"{id[:2]}/{id}"]
    assert ready(own) == (200, {"status": "ready", "files": "ready"})

    own.bucket.server.kill()
    later = form(own.ada)
    for answer in (sent(own.ada, later, png()), own.ada.checked(own.ada.client.get(scan["url"]))):
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "OVERLOADED")
        assert answer.json()["error"]["message"] == "The store of files can't be reached."
        assert answer.headers["retry-after"] == "1"
    assert await scalar(own.database, "SELECT count(*) FROM actionql_asset") == 1
    assert own.ada.code(CREATE, {"name": "None", "reference": later["reference"]}) == "BAD_USER_INPUT"
    assert own.ada.ask("{ allBook(take: 0) { totalCount } }")["allBook"]["totalCount"] >= 1
    assert '"reason": "OutOfReach"' in own.server.log.read_text()


def test_readiness_tells_of_the_store_and_keeps_the_server_in_service(own: Own) -> None:
    own.bucket.server.kill()
    assert ready(own)[0] == 200
    for _ in range(100):
        if ready(own)[1]["files"] == "unavailable":
            break
        # What was found out is told again for a few seconds.
        time.sleep(0.1)
    assert ready(own) == (200, {"status": "ready", "files": "unavailable"})


def refused(folder: Path, command: str, env: Mapping[str, str]) -> str:
    """What a command says when it does not begin."""
    done = subprocess.run(
        [sys.executable, "-m", "app", command, LIBRARY, "--data", folder / "data"],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), **SECRETS, **QUICK, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr and "canary" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_server_does_not_begin_without_its_bucket(
    tmp_path: Path, bucket_server: BucketServer, command: str
) -> None:
    bucket = Bucket(bucket_server, "no-such-bucket")
    said = refused(tmp_path, command, {**bucket.environment, "ACTIONQL_ASSETS": bucket.url})
    assert said.startswith("ACTIONQL_ASSETS: there is no such bucket")
    assert not (tmp_path / "data" / "actionql.sqlite").exists()


def test_server_does_not_begin_with_a_folder_that_it_cannot_write(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_bytes(b"")
    assert refused(tmp_path, "serve", {"ACTIONQL_ASSETS": str(place)}) == (
        f"ACTIONQL_ASSETS: files cannot be kept in {place}.\n"
    )


def test_plain_http_is_refused_unless_it_is_asked_for(tmp_path: Path, bucket: Bucket) -> None:
    env = {**bucket.environment, "ACTIONQL_ASSETS": bucket.url, "AWS_ALLOW_HTTP": ""}
    assert "AWS_ENDPOINT_URL is a plain http:// URL" in refused(tmp_path, "serve", env)
