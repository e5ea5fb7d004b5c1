"""What a request, a run and its statements leave as spans, and what is in none of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.settings import SettingsError, load
from app.traces.opening import open_tracing
from tests.support.files import FileServer, send_head
from tests.support.server import running_server

DEFINITION = """
application: shop
uuid: 6a1f0c3e5b7d4f2a9c8e0d1b3a5c7e9f
models:
  Secret: {properties: {words: {kind: text}}, read: {public: all}}
actions:
  Keep:
    allow: [public]
    input: {words: {kind: text, required: true}}
    steps:
      - create: {model: Secret, values: {words: =words}}
      - wait: 10ms
  Store:
    allow: [public]
    input: {words: {kind: text, required: true}}
    steps:
      - create: {model: Secret, values: {words: =words}}
    result: =words
"""
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CANARY = "canary-in-a-value"


def spans(files: FileServer, folder: Path, database_url: str) -> Any:
    """The spans that a server sends while it is asked, by name, and all that it sent as text."""
    url = files.route("/v1/traces", lambda request: send_head(request, 200, {"Content-Length": "0"}))
    url = url.removesuffix("/v1/traces")
    file = folder / "shop.yaml"
    file.write_text(DEFINITION)
    env = {"ACTIONQL_TRACES_URL": url, "DATABASE_URL": database_url}
    with running_server(file, data=folder / "data", env=env) as server:
        ask = f'mutation {{ action(id: "Store", input: {{words: "{CANARY}"}}) }}'
        headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Request-Id": "request-of-mine"}
        answer = httpx.post(f"{server.url}/graphql", json={"query": ask}, headers=headers).json()
        assert answer == {"data": {"action": {"results": CANARY}}}
        httpx.post(f"{server.url}/graphql", json={"query": "{ allSecret { results { words } } }"})
    found, bodies = [], [one.body for one in files.requests]
    for body in bodies:
        request = ExportTraceServiceRequest()
        request.ParseFromString(body)
        found += [span for one in request.resource_spans for scope in one.scope_spans for span in scope.spans]
    return found, b"".join(bodies)


def test_request_is_told_down_to_its_statements(
    file_server: FileServer, tmp_path: Path, database_url: str
) -> None:
    found, text = spans(file_server, tmp_path, database_url)
    mine = [span for span in found if span.trace_id.hex() == TRACE]
    names = {span.span_id: span.name for span in mine}
    (request,) = [span for span in mine if span.name == "POST /graphql"]
    told = {one.key: one.value.string_value or one.value.int_value for one in request.attributes}
    assert told == {
        "http.route": "/graphql",
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "actionql.request_id": "request-of-mine",
    }
    parents = {span.name: names.get(span.parent_span_id, "caller") for span in mine}
    assert parents["POST /graphql"] == "caller"
    assert parents["run Store"] == "POST /graphql"
    assert parents["write"] == "run Store" and parents["statement"] == "write"
    statements = {
        one.value.string_value for span in mine if span.name == "statement" for one in span.attributes
    }
    assert any(sql.startswith("INSERT INTO shop__secret") for sql in statements)
    assert any(span.trace_id.hex() != TRACE and span.name == "POST /graphql" for span in found)
    assert CANARY.encode() not in text


def test_without_the_setting_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    script = (
        "import sys, asyncio\nfrom pathlib import Path\nfrom app.main import create_app, load_definitions\n"
        "from app.settings import load\n"
        f"settings = load(env_file=None, data=Path({str(tmp_path)!r}))\n"
        "async def main():\n"
        "    app = create_app(settings, load_definitions([]), {})\n"
        "    async with app.router.lifespan_context(app): pass\n"
        "asyncio.run(main())\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'prometheus_client'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_setting_without_its_packages_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    settings = load(env_file=None, traces_url="http://127.0.0.1:4318")
    with pytest.raises(SettingsError, match=r"pip install 'actionql\[traces\]'"):
        open_tracing(settings)
