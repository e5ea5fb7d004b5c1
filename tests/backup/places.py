"""Where a server keeps its things, the commands that are given these places, and what a server there answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.end_to_end.caller import Caller
from tests.end_to_end.databases import run_sql
from tests.end_to_end.pictures import png
from tests.support.commands import run_command
from tests.support.server import Server, running_server

DEFINITION = Path(__file__).parent / "application.yaml"
PASSWORD = "canary-of-ada"
CREATE = (
    "mutation ($key: String!, $picture: String) { createEntry(input: {key: $key, picture: $picture}) { id } }"
)
ENTRIES = "{ allEntry(take: 200, sort: {field: id}) { totalCount results { key picture { name url } } } }"
FORM = """
mutation {
  generateFileUploadRequest(contentType: "image/png", fileName: "a.png", modelName: "Entry", propertyName: "picture") {
    url fields reference
  }
}
"""
QUICK = {"ACTIONQL_ARGON2_MEMORY_KIB": "64", "ACTIONQL_ARGON2_TIME_COST": "1"}


@dataclass(frozen=True)
class Place:
    """A data folder and a database; for SQLite that is a file in the folder."""

    data: Path
    database: str | None = None

    @property
    def url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'actionql.sqlite'}"

    @property
    def environment(self) -> Mapping[str, str]:
        given = {} if self.database is None else {"DATABASE_URL": self.database}
        return {**QUICK, **given, "ADA_PASSWORD": PASSWORD}

    def run(self, *arguments: str | Path, status: int = 0, **env: str) -> str:
        """What a command prints to both outputs; it must end with this status and tell no secret."""
        words = [*arguments, "--data", self.data]
        ended, *printed = run_command(*words, folder=Path.cwd(), env={**self.environment, **env})
        said = "".join(printed)
        assert ended == status, said
        for leak in ("Traceback", PASSWORD, *self._secrets()):
            assert leak not in said
        return said

    def sql(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement, past everything."""
        return asyncio.run(run_sql(self.url, sql))

    def _secrets(self) -> Iterator[str]:
        keystore = self.data / "keystore.json"
        if keystore.is_file():
            yield from (line.split('"')[3] for line in keystore.read_text().splitlines() if '": "' in line)

    @contextmanager
    def serving(self, *definitions: Path, **env: str) -> Iterator[Serving]:
        """A server on this place."""
        with (
            running_server(
                *(definitions or [DEFINITION]), data=self.data, env={**self.environment, **env}
            ) as server,
            httpx.Client(timeout=30, trust_env=False) as client,
        ):
            yield Serving(server, client)


@dataclass(frozen=True)
class Serving:
    """A server and who calls it."""

    server: Server
    client: httpx.Client

    @property
    def anybody(self) -> Caller:
        return Caller(self.client, f"{self.server.url}/api/runtime/archive")

    def ada(self) -> Caller:
        return self.anybody.login("Clerks", "ada", PASSWORD)

    def upload(self, ada: Caller, shade: int) -> str:
        """Stores a picture, and gives its reference."""
        form = ada.ask(FORM)["generateFileUploadRequest"]
        file = {"file": ("a.png", png(shade=shade), "image/png")}
        assert self.client.post(form["url"], data=form["fields"], files=file).status_code == 201
        return str(form["reference"])

    def add(self, ada: Caller, key: str, shade: int) -> None:
        """Makes an entry with a picture."""
        ada.ask(CREATE, {"key": key, "picture": self.upload(ada, shade)})

    def pictures(self, ada: Caller) -> dict[str, bytes]:
        """What is downloaded for each entry that has a picture."""
        found = ada.ask(ENTRIES)["allEntry"]["results"]
        return {one["key"]: self.client.get(one["picture"]["url"]).content for one in found if one["picture"]}

    def status(self, email: str, key: str) -> int:
        """With which status the REST door answers to an API key."""
        answer = self.client.get(f"{self.server.url}/api/models/Entry/records", auth=(email, key))
        return answer.status_code
