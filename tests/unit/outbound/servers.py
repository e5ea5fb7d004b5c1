"""Servers on loopback and networks that lead there, for tests of what goes out."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpcore

PUBLIC = "93.184.215.14"
OTHER_PUBLIC = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(
    body: bytes = b"", status: str = "200 OK", headers: Sequence[tuple[str, str]] = (), *, sized: bool = True
) -> Answer:
    """An answer with its length, or one whose body ends with the connection."""

    async def write(writer: asyncio.StreamWriter) -> None:
        fields = [*headers, ("Content-Length", str(len(body)))] if sized else list(headers)
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        writer.write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)
        await writer.drain()
        if not sized:
            writer.close()

    return write


def redirect(location: str, status: str = "302 Found") -> Answer:
    return answer(status=status, headers=[("Location", location)])


@dataclass
class Server:
    """A little HTTP server that answers each path by its table and remembers what it was asked."""

    answers: Mapping[str, Answer]
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = self.connections
        try:
            while not writer.is_closing():
                seen = await _read(reader, connection)
                self.seen.append(seen)
                await self.answers.get(seen.target, answer(b"nothing", "404 Not Found"))(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader, connection: int) -> Seen:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.split(":", 1) for line in lines if line)
    headers = {name.lower(): value.strip() for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Seen(method, target, headers, body, connection)


@asynccontextmanager
async def running(answers: Mapping[str, Answer], tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(answers)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


@dataclass
class Network(httpcore.AsyncNetworkBackend):
    """Remembers what it was asked to connect to; `routes` leads some addresses to a port on loopback."""

    routes: Mapping[str, int] = field(default_factory=dict)
    connected: list[tuple[str, int]] = field(default_factory=list)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connected.append((host, port))
        if host not in self.routes:
            raise httpcore.ConnectError("no route")
        return await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", self.routes[host])


@dataclass
class Lookups:
    """A resolver that gives its answers one after the other, the last one for ever."""

    answers: list[list[str]]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
