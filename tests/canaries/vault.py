"""A server with a canary in every secret, callers who go through every door, and hands that look everywhere after."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from tests.support.files import FileServer, send_head
from tests.support.server import ROOT, Server, running_server

DEFINITION = Path(__file__).parent / "application.yaml"
FUNCTIONS = """
async def explode(step, what: str) -> str:
    raise RuntimeError(f"{what} burst")
"""
CLERK = "clerk@example.org"
PASSWORD = "canary-password-7Qm2"
WRONG_PASSWORD = "canary-wrong-password-4Zt8"
CONSOLE_PASSWORD = "canary-console-password-9Lk3"
RUN_PASSWORD = "canary-run-password-1Xb6"
ASKED_PASSWORD = "canary-asked-password-5Vw0"
CONFIG = "canary-config-token-8Hd4"
SMTP = "canary-smtp-password-2Jc7"
SIGNATURE = "canary-webhook-signature-6Rn1"
BAD_TOKEN = "canary-bad-token-3Fy9"
MODULE = "5e5e5e5e6f6f4f6f8a8a9b9b9b9b9b9b"
APPLICATION = "3c3c3c3c4d4d4d4d8e8e9f9f9f9f9f9f"
ACTION = "mutation ($id: ID!, $input: JSON) { action(id: $id, input: $input) }"
START = "mutation ($id: ID!, $input: JSON) { startAction(id: $id, input: $input) { runId } }"
LOGIN = """
    mutation ($profile: String!, $name: String, $password: String) {
      login(authProfileUuid: $profile, username: $name, password: $password) { jwtToken refreshToken }
    }
"""
UPLOAD = """
    mutation { generateFileUploadRequest(
      contentType: "text/plain", fileName: "a.txt", modelName: "Paper", propertyName: "scan"
    ) { url fields reference } }
"""


@dataclass
class Vault:
    """The server, its database, and what was said so far."""

    server: Server
    definition: Path
    data: Path
    database_url: str
    env: Mapping[str, str]
    canaries: dict[str, str] = field(default_factory=dict)
    """Every secret by what it is."""
    metrics: str = ""
    answers: list[str] = field(default_factory=list)
    """What callers were told when something was wrong."""

    @contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """A client whose answers are kept where they are errors."""

        def keep(response: httpx.Response) -> None:
            response.read()
            if response.status_code >= 400 or '"errors"' in response.text:
                self.answers.append(f"{response.request.url.path}: {response.text}")

        with httpx.Client(base_url=self.server.url, timeout=30, event_hooks={"response": [keep]}) as client:
            yield client

    def ask(self, client: httpx.Client, query: str, token: str | None = None, /, **variables: Any) -> Any:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        body = {"query": query, "variables": variables}
        return client.post("/graphql", json=body, headers=headers).json().get("data")

    def command(self, *arguments: str) -> str:
        """What a command prints."""
        done = subprocess.run(
            [sys.executable, "-m", "app", *arguments, "--data", str(self.data)],
            env={**self.env, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def key(self, *options: str) -> str:
        return self.command("keys", "create", *options, "--definition", str(self.definition))

    def stored(self) -> str:
        """All that the database and the data folder hold but the keystore, as text."""
        files = [one for one in self.data.rglob("*") if one.is_file() and one.name != "keystore.json"]
        found = [f"{one.name}: {one.read_bytes().decode('latin-1')}" for one in files]
        if self.database_url:
            found.append(asyncio.run(_rows(self.database_url)))
        return "\n".join(found)


async def _rows(url: str) -> str:
    """Every row of every table of PostgreSQL as text."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        found = []
        for (table,) in tables:
            found += [row[0] for row in await connection.fetch(f"SELECT one::text FROM {table} AS one")]
        return "\n".join(found)
    finally:
        await connection.close()


@contextmanager
def opened(database_url: str, folder: Path, bank: FileServer) -> Iterator[Vault]:
    """The vault, driven through every door; it has stopped when this ends."""
    data = folder / "data"
    url = "" if database_url.startswith("sqlite") else database_url
    env = {
        "VAULT_TOKEN": CONFIG,
        "VAULT_BANK": bank.url.removeprefix("http://"),
        "VAULT_PASSWORD": PASSWORD,
        "ACTIONQL_SMTP_URL": f"smtp://post:{SMTP}@127.0.0.1:9",
        "ACTIONQL_ARGON2_MEMORY_KIB": "8",
        "ACTIONQL_LOGIN_PER_ACCOUNT_MINUTE": "1000",
        "ACTIONQL_LOGIN_PER_ADDRESS_MINUTE": "1000",
        **({"DATABASE_URL": url} if url else {}),
    }
    bank.route("/pay", _echo)
    definition = folder / "vault"
    definition.mkdir()
    (definition / "application.yaml").write_text(DEFINITION.read_text())
    (definition / "functions.py").write_text(FUNCTIONS)
    with running_server(definition, data=data, env=env) as server:
        vault = Vault(server, definition, data, url, env)
        vault.canaries |= {
            "password": PASSWORD,
            "wrong password": WRONG_PASSWORD,
            "console password": CONSOLE_PASSWORD,
            "password of a run": RUN_PASSWORD,
            "password that was asked": ASKED_PASSWORD,
            "secret of the definition": CONFIG,
            "SMTP password": SMTP,
            "webhook signature": SIGNATURE,
            "bad token": BAD_TOKEN,
        }
        keystore = json.loads((data / "keystore.json").read_text())
        vault.canaries |= {f"keystore {name}": str(value) for name, value in keystore.items()}
        yield vault


def _echo(request: BaseHTTPRequestHandler) -> None:
    """Answers what it was sent, secrets and all."""
    body = f"{request.headers['authorization']} {request.rfile.read(int(request.headers['content-length'] or 0))!r}"
    send_head(request, 200, {"Content-Type": "text/plain", "Content-Length": str(len(body))})
    request.wfile.write(body.encode())


def drive(vault: Vault) -> None:
    """Goes through every door, also where it is shut."""
    with vault.browser() as client:
        token = _tokens(vault, client)
        _actions(vault, client, token)
        _files(vault, client, token)
        _keys(vault, client)
        _session(vault, client)
        _endpoints(vault, client)
        _console(vault, client)
        vault.metrics = client.get("/metrics").text


def _tokens(vault: Vault, client: httpx.Client) -> str:
    profile = "Staff"
    pair = vault.ask(client, LOGIN, profile=profile, name=CLERK, password=PASSWORD)["login"]
    vault.ask(client, LOGIN, profile=profile, name=CLERK, password=WRONG_PASSWORD)
    vault.ask(client, LOGIN, profile=profile, name=WRONG_PASSWORD, password=WRONG_PASSWORD)
    vault.ask(client, f'mutation {{ login(authProfileUuid: "Staff", password: "{WRONG_PASSWORD}" }}')
    renew = "mutation ($token: String!) { refreshToken(token: $token) { jwtToken refreshToken } }"
    second = vault.ask(client, renew, token=pair["refreshToken"])["refreshToken"]
    third = vault.ask(client, renew, token=second["refreshToken"])["refreshToken"]
    for name, made in (("first", pair), ("second", second), ("third", third)):
        vault.canaries |= {f"{name} {kind}": made[kind] for kind in ("jwtToken", "refreshToken")}
    # The first one again ends the session.
    vault.ask(client, renew, token=pair["refreshToken"])
    vault.ask(client, "{ allMember { totalCount } }", third["jwtToken"])
    vault.ask(client, "{ allMember { totalCount } }", BAD_TOKEN)
    again = vault.ask(client, LOGIN, profile=profile, name=CLERK, password=PASSWORD)["login"]
    vault.canaries |= {f"last {kind}": again[kind] for kind in ("jwtToken", "refreshToken")}
    token: str = again["jwtToken"]
    return token


def _actions(vault: Vault, client: httpx.Client, token: str) -> None:
    for name in ("Pay", "Whisper", "Tell", "Burst", "Write home", "Change password"):
        vault.ask(
            client, ACTION, token, id=name, input={"password": RUN_PASSWORD} if "Change" in name else {}
        )
        vault.ask(client, START, token, id=name, input={"password": RUN_PASSWORD} if "Change" in name else {})
    vault.ask(client, START, token, id="Change it later", input={"password": RUN_PASSWORD})
    vault.ask(client, ACTION, token, id="Change password", input={"password": {"a": RUN_PASSWORD}})
    vault.ask(client, ACTION, token, id="Change password", input={"passwort": RUN_PASSWORD})
    create = "mutation ($input: MemberCreateInput!) { createMember(input: $input) { id } }"
    vault.ask(client, create, token, input={"email": CLERK, "password": RUN_PASSWORD})
    vault.ask(client, create, token, input={"email": RUN_PASSWORD, "password": RUN_PASSWORD})
    headers = {
        "authorization": f"Bearer {token}",
        "x-signature": SIGNATURE,
        "cookie": f"actionql-{APPLICATION}={token}~x; signature={SIGNATURE}",
    }
    hook = f"/api/runtime/{APPLICATION}/action"
    client.post(f"{hook}/Hook?signature={SIGNATURE}", headers=headers, content=b"x")
    client.post(f"{hook}/Nothing?signature={SIGNATURE}", headers=headers, content=b"x")
    take = f"/phixflow/api/1/action/vault/Take/trigger?signature={SIGNATURE}"
    client.post(take, headers={**headers, "authorization": BAD_TOKEN}, content=b"x")


def _files(vault: Vault, client: httpx.Client, token: str) -> None:
    form = vault.ask(client, UPLOAD, token)["generateFileUploadRequest"]
    vault.canaries["signature of an upload"] = form["fields"]["signature"]
    file = {"file": ("a.txt", b"words", "text/plain")}
    for _ in range(2):
        client.post(form["url"], data=form["fields"], files=file)
    made = vault.ask(
        client,
        "mutation ($file: String!) { createPaper(input: {scan: $file}) { scan { url } } }",
        token,
        file=form["reference"],
    )
    address = made["createPaper"]["scan"]["url"]
    signature = address.partition("signature=")[2]
    vault.canaries["signature of a download"] = signature
    client.get(address)
    client.get(address.replace("a.txt", "b.txt"))


def _keys(vault: Vault, client: httpx.Client) -> None:
    vault.command("users", "add", CLERK, "--role", "clerk", "--definition", str(vault.definition))
    rest, incoming = vault.key("--user", CLERK), vault.key("--user", CLERK, "--kind", "incoming")
    vault.canaries |= {
        "key for REST": rest,
        "key for the incoming API": incoming,
        "bare incoming key": incoming.split(".")[2],
    }
    for name, password in ((CLERK, rest), (CLERK, PASSWORD), (rest, CLERK), (CLERK, rest[:-1] + "x")):
        sent = base64.b64encode(f"{name}:{password}".encode()).decode()
        headers = {"authorization": f"Basic {sent}"}
        if password == rest:
            vault.canaries["Basic credentials"] = sent
        client.get("/api/models/member/records", headers=headers)
        client.post(
            "/api/models/member/records", headers=headers, json={"record": {"password": RUN_PASSWORD}}
        )
    trigger = "/phixflow/api/1/action/vault/Change password/trigger"
    for sent in (incoming, f"Bearer {incoming}", incoming[:-1] + "x", rest):
        client.post(trigger, headers={"authorization": sent}, params={"password": RUN_PASSWORD})


def _session(vault: Vault, client: httpx.Client) -> None:
    key = vault.key("--module", "vault/Ask for it")
    vault.canaries["key of a module"] = key
    path = f"/api/execution/{MODULE}/sessions"
    for sent in (key, key[:-1] + "x", BAD_TOKEN):
        client.post(path, headers={"authorization": f"Bearer {sent}"}, json={"password": 5})
        started = client.post(
            path, headers={"authorization": f"Bearer {sent}"}, json={"password": RUN_PASSWORD}
        )
        if sent == key:
            page = started.json()["links"]["browser"]
    until = time.monotonic() + 60
    while 'type="password"' not in (shown := client.get(page).text):
        assert time.monotonic() < until
        time.sleep(0.05)
    form = dict(re.findall(r'name="(token|form)" value="([^"]+)"', shown))
    vault.canaries["token of a form"] = form["form"]
    client.post(page, data={**form, "form": "x", "password": ASKED_PASSWORD})
    client.post(page, data={**form, "password": ASKED_PASSWORD})
    client.post(page, data={**form, "password": ASKED_PASSWORD})


def _endpoints(vault: Vault, client: httpx.Client) -> None:
    with vault.browser() as other:
        for password in (WRONG_PASSWORD, PASSWORD):
            other.post("/v1/login", json={"username": CLERK, "password": password})
        (cookie,) = (one for name, one in other.cookies.items() if APPLICATION in name)
        vault.canaries |= {
            "token of a cookie": cookie.split("~")[0],
            "renewal of a cookie": cookie.split("~")[1],
        }
        other.post("/v1/members", json={"email": "x", "password": RUN_PASSWORD})
        other.post(f"/api/runtime/{APPLICATION}/action/Hook")
        other.post("/v1/logout")
        other.post("/v1/login", json={"username": CLERK, "password": [PASSWORD]})


def _console(vault: Vault, client: httpx.Client) -> None:
    with vault.browser() as other:

        def send(path: str, on: str, **values: str) -> httpx.Response:
            page = other.get(f"/console/vault/{on}").text
            (form,) = {*re.findall(r'name="form" value="([^"]+)"', page)}
            return other.post(f"/console/vault/{path}", data={"form": form, **values})

        send("login", "login", name=CLERK, password=WRONG_PASSWORD)
        send("login", "login", name=CLERK, password=PASSWORD)
        vault.canaries |= {
            f"cookie {name}": value for name, value in other.cookies.items() if "console" in name
        }
        send("access/add", "access", email="new@example.org", roles="clerk", password=CONSOLE_PASSWORD)
        made = send("access/key", "access", email="new@example.org", kind="rest").text
        vault.canaries["key that the console made"] = re.findall(r">\s*([\w-]{43})\s*<", made)[0]
        other.post("/console/vault/access/add", data={"email": "x@example.org", "password": CONSOLE_PASSWORD})
