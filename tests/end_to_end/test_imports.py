"""What a server does not load: memory and a start are for what its definition uses."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from tests.support.server import running_server

NOTES = """\
application: notes
uuid: 0c0c0c0c0d0d4e0e8f0f101010101010
models:
  Note:
    properties:
      text: {kind: text, required: true}
    read: {public: all}
actions:
  Keep:
    allow: [public]
    input: {text: {kind: text}}
    steps:
      - debug: kept
      - create: {model: Note, values: {text: =text}}
        as: note
    result: =note.id
"""
KEEP = 'mutation { keep(text: "milk") { result } }'
COUNT = "{ allNote { totalCount } }"
NEEDLESS = """
    alembic.operations asyncpg.connection babel.dates fpdf.fpdf httpx._client jinja2.environment liquid.template
    PIL.Image procrastinate.app psycopg.connection rich.console rich.pretty sqlalchemy.dialects.postgresql.base
    app.cli.tables app.storage.differences app.storage.postgres
"""


def loaded_by(text: str, folder: Path) -> set[str]:
    """The modules of a server that has made its tables, run an action and answered a query."""
    definition = folder / "notes.yaml"
    definition.write_text(text)
    with running_server(definition, data=folder / "data", env={"PYTHONPROFILEIMPORTTIME": "1"}) as server:
        for query, answer in ((KEEP, {"keep": {"result": 1}}), (COUNT, {"allNote": {"totalCount": 1}})):
            assert httpx.post(f"{server.url}/graphql", json={"query": query}).json() == {"data": answer}
        return set(re.findall(r"^import time:.*\| +(\S+)$", server.log.read_text(), re.MULTILINE))


def test_server_on_sqlite_does_not_load_what_it_does_not_use(tmp_path: Path) -> None:
    loaded = loaded_by(NOTES, tmp_path)
    assert {"app.serving", "app.storage.migrate", "sqlalchemy.dialects.sqlite"} <= loaded
    assert not loaded & set(NEEDLESS.split())


def test_server_loads_liquid_for_a_template(tmp_path: Path) -> None:
    loaded = loaded_by(NOTES.replace("debug: kept", "debug: kept {{ text }}"), tmp_path)
    assert "liquid.template" in loaded
