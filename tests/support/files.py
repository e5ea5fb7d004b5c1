"""A small web server in a thread: what tests let the product fetch, and what they let it call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Answer = Callable[[BaseHTTPRequestHandler], None]
EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived; header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class FileServer:
    """Answers every method at the paths it was told of, and 404 elsewhere; `requests` holds all that came."""

    url: str
    requests: list[Received] = field(default_factory=list)
    _answers: dict[str, Answer] = field(default_factory=dict)

    def everywhere(self, body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Answer with these bytes wherever nothing else is served."""
        self.serve(EVERYWHERE, body, status=status, headers=headers)

    def serve(
        self, path: str, body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> str:
        """Answer `path` with these bytes; gives its URL. A Content-Length in `headers` may lie."""
        sent = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(len(body)),
            **(headers or {}),
        }

        def answer(request: BaseHTTPRequestHandler) -> None:
            send_head(request, status, sent)
            request.wfile.write(body)

        return self.route(path, answer)

    def redirect(self, path: str, to: str, *, status: int = 302) -> str:
        """Answer `path` with a redirect; gives its URL."""
        return self.serve(path, b"", status=status, headers={"Location": to})

    def endless(self, path: str, chunk: bytes = bytes(65536), *, content_type: str = "image/png") -> str:
        """Answer `path` with `chunk` again and again, for as long as somebody reads; gives its URL."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            send_head(request, 200, {"Content-Type": content_type})
            while True:
                request.wfile.write(chunk)

        return self.route(path, answer)

    def route(self, path: str, answer: Answer) -> str:
        """Let `answer` write what `path` sends; gives its URL."""
        self._answers[path] = answer
        return f"{self.url}{path}"

    def count(self, path: str) -> int:
        """How often `path` was asked for."""
        return sum(request.path == path for request in self.requests)

    def receive(self, request: BaseHTTPRequestHandler) -> None:
        """Note the request, then answer it. The connection closes after each answer."""
        place = urlsplit(request.path)
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append(Received(request.command, place.path, place.query, headers, body))
        answer = self._answers.get(place.path) or self._answers.get(EVERYWHERE)
        try:
            if answer is None:
                send_head(request, 404, {"Content-Length": "0"})
            else:
                answer(request)
        except (BrokenPipeError, ConnectionResetError):
            # The product has read enough.
            request.close_connection = True


def send_head(request: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str]) -> None:
    """Write the status line and the headers of an answer."""
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name, value)
    request.end_headers()


@contextmanager
def running_file_server() -> Iterator[FileServer]:
    """A `FileServer` on a free loopback port."""

    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            files.receive(self)

        do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Tests read `requests` instead."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Request) as listener:
        listener.daemon_threads = True
        files = FileServer(f"http://127.0.0.1:{listener.server_port}")
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield files
        finally:
            listener.shutdown()
            thread.join()
