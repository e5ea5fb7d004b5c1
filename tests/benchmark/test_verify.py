"""Nothing is timed unless all servers answer the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scripts.benchmark.calls import Call
from scripts.benchmark.errors import BenchmarkError
from scripts.benchmark.rows import Size
from scripts.benchmark.servers import Server
from scripts.benchmark.subjects import Subject
from scripts.benchmark.verify import verify, verify_closed


@pytest.mark.parametrize(
    ("first", "second"),
    [(b'{"data":{"price":1.50}}', b'{"data":{"price":1.5}}'), (b'{"data":7}', b'{"data":7}')],
)
def test_verify_equal_answers_says_nothing(first: bytes, second: bytes) -> None:
    with _subject("actionql", first) as one, _subject("floor", second) as other:
        verify([one, other], ["get"], Size())


@pytest.mark.parametrize(
    ("work", "answer", "told"),
    [
        ("get", b'{"data":8}', "actionql and floor answer differently"),
        ("get", b'{"data":null}', "get answered nothing"),
        ("get", b'{"data":7,"errors":[]}', "floor: get: 200"),
        ("get", b"<html>", "floor: get: 200"),
        ("list", b'{"data":[1]}', "answered 1 records, not 100"),
    ],
)
def test_verify_other_answer_is_an_error(work: str, answer: bytes, told: str) -> None:
    right = b'{"data":[%s]}' % b",".join([b"1"] * 100) if work == "list" else b'{"data":7}'
    with (
        _subject("actionql", right, work) as one,
        _subject("floor", answer, work) as other,
        pytest.raises(BenchmarkError, match=told),
    ):
        verify([one, other], [work], Size())


def test_verify_closed_wants_errors_for_who_has_no_token() -> None:
    with _subject("actionql", b'{"errors":[{"message":"Not for you."}]}') as one:
        verify_closed([one], "get")
    with (
        _subject("floor", b'{"data":7}') as other,
        pytest.raises(BenchmarkError, match="floor answers get to anybody"),
    ):
        verify_closed([other], "get")


@contextmanager
def _subject(name: str, answer: bytes, work: str = "get") -> Iterator[Subject]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        call = Call(work, "/", {}, "[", "]", "id", ("data",))
        try:
            yield Subject(Server(name, url, 0, 0.0), {work: call}, ())
        finally:
            server.shutdown()
            thread.join()
