"""A server that speaks S3, in a process of its own, and empty buckets in it."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx

from tests.support.ports import free_port
from tests.support.server import ROOT

PROGRAM = ROOT / ".venv" / "moto" / "bin" / "moto_server"
START_SECONDS = 30
SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=tests/20260101/us-east-1/s3/aws4_request, "
    "SignedHeaders=host, Signature=0"
}
"""Says which service and region are meant; nobody looks at the signature."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket: `environment` is what leads a client to its server."""

    server: BucketServer
    name: str

    @property
    def url(self) -> str:
        """What the server's setting has, with a prefix."""
        return f"s3://{self.name}/some/files"

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": "canary-of-the-key-id",
            "AWS_SECRET_ACCESS_KEY": "canary-of-the-secret-key",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.server.url,
            "AWS_ALLOW_HTTP": "true",
        }

    def keys(self) -> list[str]:
        """Every object, without the prefix."""
        return [key.removeprefix("some/files/") for key in self._listed("list-type=2", "Key")]

    def parts(self) -> list[str]:
        """Every object of which parts were sent that are neither put together nor taken back."""
        return self._listed("uploads", "Key")

    def read(self, key: str) -> bytes:
        return self._asked("GET", key).content

    def write(self, key: str, content: bytes) -> None:
        self._asked("PUT", key, content)

    def remove(self, key: str) -> None:
        self._asked("DELETE", key)

    def _asked(self, method: str, key: str, content: bytes = b"") -> httpx.Response:
        return self.server.asked(method, f"{self.name}/some/files/{key}", content)

    def _listed(self, query: str, tag: str) -> list[str]:
        return re.findall(f"<{tag}>(.*?)</{tag}>", self.server.asked("GET", f"{self.name}?{query}").text)


@dataclass(frozen=True, slots=True)
class BucketServer:
    """A server that takes every key; its state is gone when it ends."""

    client: httpx.Client
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return str(self.client.base_url).rstrip("/")

    def bucket(self) -> Bucket:
        """A new empty bucket."""
        name = f"bucket-{uuid4().hex}"
        self.asked("PUT", name)
        return Bucket(self, name)

    def asked(self, method: str, path: str, content: bytes = b"") -> httpx.Response:
        """The answer to a request, which has to be a good one."""
        return self.client.request(method, path, content=content).raise_for_status()

    def kill(self) -> None:
        """Ends it at once."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def running_bucket_server(**env: str) -> Iterator[BucketServer]:
    """A server on a free loopback port; fails where it is not installed."""
    if not PROGRAM.exists():
        raise FileNotFoundError("these tests need a server that speaks S3: scripts/test installs it")
    port = free_port()
    process = subprocess.Popen(
        [PROGRAM, "-H", "127.0.0.1", "-p", str(port)],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=SIGNED, trust_env=False) as client:
        server = BucketServer(client, process)
        try:
            _wait_until_ready(server)
            yield server
        finally:
            server.kill()


def _wait_until_ready(server: BucketServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise AssertionError(f"the server left with {server.process.returncode}")
        try:
            server.asked("GET", "moto-api/")
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the server was not ready after {START_SECONDS} s")
