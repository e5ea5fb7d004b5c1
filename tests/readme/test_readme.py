"""What README tells its readers to type works, and gives what it shows."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.end_to_end.pictures import png
from tests.readme.blocks import Block, marked, the
from tests.support.buckets import BucketServer
from tests.support.files import running_file_server
from tests.support.server import ROOT, Server, running_server

SHOWN = "http://127.0.0.1:8000"
QUICK = {"ACTIONQL_ARGON2_MEMORY_KIB": "64", "ACTIONQL_ARGON2_TIME_COST": "1"}
ANN = "a-password-of-ann"


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell in a folder, whose commands reach the server instead of the address that README shows."""

    server: Server
    folder: Path

    def run(self, command: str, **variables: str) -> str:
        """What a command prints; it must end well."""
        done = subprocess.run(
            ["sh", "-euc", command.replace(SHOWN, self.server.url)],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], **variables},
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
        )
        return done.stdout

    def ask(self, command: str, **variables: str) -> Any:
        """The JSON that a command prints."""
        return json.loads(self.run(command, **variables))

    def graphql(self, query: str, token: str) -> Any:
        """The answer to a query, asked for as README does."""
        login = the("login").text
        head = login[: login.index(" -d '")]
        return self.ask(
            f'{head} -H "Authorization: Bearer $TOKEN" -d "$BODY"',
            TOKEN=token,
            BODY=json.dumps({"query": query}),
        )


def shape(value: Any) -> Any:
    """The same JSON with types for values; of a list the types of its elements, each once."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [one for index, one in enumerate(map(shape, value)) if one not in [*map(shape, value)][:index]]
    return type(value).__name__


def assert_shaped(answer: Any, block: Block) -> None:
    """The answer has the keys of the one that README shows, in their order, and values of its types."""
    shown = shape(json.loads(block.answer))
    assert json.dumps(shape(answer)) == json.dumps(shown), answer


# The built-in examples


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("examples")
    with running_file_server() as files:
        files.serve("/a.png", png())
        folder.joinpath("files").write_text(files.url)
        env = {**QUICK, "ACTIONQL_OUTBOUND_ALLOW": files.url.removeprefix("http://")}
        with running_server(data=folder / "data", env=env) as server:
            yield Shell(server, folder)


@pytest.fixture(scope="module")
def password(examples: Shell) -> str:
    """The password that the start has printed."""
    printed = re.search(r"log in as 'system' with password '([^']+)'", examples.server.log.read_text())
    assert printed
    return printed[1]


@pytest.fixture(scope="module")
def token(examples: Shell, password: str) -> str:
    login = examples.ask(the("login").text, PASSWORD=password)
    return str(login["data"]["login"]["jwtToken"])


def test_start_prints_what_is_shown(examples: Shell, password: str) -> None:
    printed = examples.server.log.read_text()
    shown = re.sub(r"with password '[^']+'", f"with password '{password}'", the("start").text)
    assert shown.replace(SHOWN, examples.server.url).strip() in printed


def test_login_answers_a_pair(examples: Shell, password: str) -> None:
    assert_shaped(examples.ask(the("login").text, PASSWORD=password), the("login"))


def test_login_with_a_wrong_password_is_refused_as_shown(examples: Shell) -> None:
    refused, shown = examples.ask(the("login").text, PASSWORD="wrong"), json.loads(the("refusal").text)
    for answer in (refused, shown):
        assert len(answer["errors"][0]["extensions"].pop("requestId")) == 16
    assert refused == shown


def test_upload_is_read_back(examples: Shell, token: str) -> None:
    file = examples.folder.joinpath("files").read_text() + "/a.png"
    made = examples.ask(the("upload").text, TOKEN=token, FILE=file)
    assert made == json.loads(the("upload").answer)
    typed = examples.ask(the("typed").text, TOKEN=token, FILE=file)
    assert_shaped(typed, the("typed"))
    media = examples.ask(the("read").text, TOKEN=token)
    assert_shaped(media, the("read"))
    record, _ = media["data"]["allMedia"]["results"]
    assert record["file"]["name"] == "a.png"
    examples.run('curl -sf "$URL" -o back.png', URL=record["file"]["url"])
    assert examples.folder.joinpath("back.png").read_bytes() == png()


def test_users_and_keys_are_made_beside_the_server(examples: Shell) -> None:
    commands = the("users").text.replace("actionql", f"{sys.executable} -m app")
    printed = examples.run(f'{commands}\ntest "${{#KEY}}" = 43', PYTHONPATH=str(ROOT))
    unsettled = r"[0-9a-f]{16}|\d{4}-\d\d-\d\d"
    assert re.sub(unsettled, "..", printed) == re.sub(unsettled, "..", the("users").answer)


def test_runs_are_listed_beside_the_server(examples: Shell, token: str) -> None:
    commands = the("runs").text.replace("actionql", f"{sys.executable} -m app")
    printed = examples.run(commands, PYTHONPATH=str(ROOT))
    assert "What is the matter" in printed
    assert isinstance(json.loads(printed[printed.index("[") :]), list)


def test_shoe_is_made_and_listed(examples: Shell) -> None:
    assert_shaped(examples.ask(the("shoe").text), the("shoe"))
    listed, shown = examples.run(the("prices").text).splitlines(), the("prices").answer.splitlines()
    assert listed[0] == shown[0]
    assert [line.split(",")[:3] for line in listed] == [line.split(",")[:3] for line in shown]


def test_request_that_is_sent_again_is_marked_as_shown(examples: Shell) -> None:
    assert examples.run(the("keyed").text).strip() == the("keyed").answer.strip()
    assert '"price":189.50' in (examples.folder / "first.txt").read_text()
    assert examples.run(the("prices").text).count("clog") == 0


@pytest.fixture(scope="module")
def key(examples: Shell) -> str:
    """The API key that README makes beside the server."""
    commands = the("rest_key").text.replace("actionql", f"{sys.executable} -m app")
    return examples.run(f'{commands}\nprintf %s "$KEY"', PYTHONPATH=str(ROOT)).strip()


def test_rest_requests_answer_what_is_shown(examples: Shell, key: str) -> None:
    examples.folder.joinpath("a.png").write_bytes(png())
    made = examples.ask(the("rest_create").text, KEY=key)
    assert_shaped(made, the("rest_create"))
    shown = json.loads(the("rest_list").answer)
    shown["records"][0]["id"] = made["id"]
    assert examples.ask(the("rest_list").text, KEY=key) == shown
    change = the("rest_change").text.replace("/records/1", f"/records/{made['id']}")
    answers = examples.run(change.replace("id=1", f"id={made['id']}"), KEY=key)
    assert answers.endswith('"Renamed"')


def test_triggers_answer_what_is_shown(examples: Shell) -> None:
    for name in ("each", "companies"):
        assert_shaped(examples.ask(the(name).text), the(name))
    commands = the("nightly").text.replace("actionql", f"{sys.executable} -m app")
    answer, shown = examples.ask(commands, PYTHONPATH=str(ROOT)), json.loads(the("nightly").answer)
    assert answer == shown | {"processId": answer["processId"]}


def test_description_has_the_endpoint(examples: Shell) -> None:
    assert examples.run(the("openapi").text).splitlines() == the("openapi").answer.splitlines()


def test_session_is_started_and_followed_to_its_page(examples: Shell) -> None:
    commands = the("module_key").text.replace("actionql keys", f"{sys.executable} -m app keys")
    key = examples.run(f'{commands}\nprintf %s "$KEY"', PYTHONPATH=str(ROOT)).strip()
    started = examples.ask(the("session_start").text, KEY=key)
    assert_shaped(started, the("session_start"))
    shown, id = json.loads(the("session_state").answer), started["data"]["id"]
    deadline = monotonic() + 60
    while True:
        found = examples.ask(the("session_state").text, KEY=key, SESSION=id)
        if found["data"] == shown["data"] or monotonic() > deadline:
            break
    assert (found["data"], found["links"]) == (shown["data"], started["links"])
    assert "Equipment for Ada" in examples.run('curl -sf "$URL"', URL=found["links"]["browser"])


# The reader's own application


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The one setting that chooses the database."""
    if request.param == "sqlite":
        yield {}
        return
    with request.getfixturevalue("postgres_cluster").database() as url:
        yield {"DATABASE_URL": url}


@pytest.fixture(scope="module")
def notes(database: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("own")
    own = "\n".join([the("definition").text, the("endpoints").text])
    definitions = {"notes.yaml": own, "hello.yaml": the("hello").text, "laptops.yaml": the("laptops").text}
    for name, text in definitions.items():
        folder.joinpath(name).write_text(text)
    folder.joinpath("a.png").write_bytes(png())
    env = {**QUICK, **database, "ANN_PASSWORD": ANN}
    with running_server(*definitions, data=folder / "data", env=env) as server:
        yield Shell(server, folder)


@pytest.fixture(scope="module")
def ann(notes: Shell) -> str:
    """The token of Ann, who logs in as README says."""
    return logged_in(notes, ANN)


def logged_in(notes: Shell, password: str) -> str:
    """Ann's token."""
    login = the("login").text.replace('"system"', '"ann@example.org"')
    login = login.replace("0d6d2b5c9f6e4d0f8f3f0c1b2a394857", "Writers")
    return str(notes.ask(login, PASSWORD=password)["data"]["login"]["jwtToken"])


@pytest.mark.parametrize("name", ["definition", "hello", "laptops"])
def test_definition_has_no_mistake(name: str, tmp_path: Path) -> None:
    assert check(the(name).text, tmp_path) == (0, "no problems\n", "")


def test_misspelt_word_is_told_as_shown(tmp_path: Path) -> None:
    shown = the("mistake").text
    found = re.match(r"notes\.yaml:(\d+) .*'(\w+)'\. Did you mean '(\w+)'\?", shown)
    assert found
    lines = the("definition").text.splitlines(keepends=True)
    place = int(found[1]) - 1
    lines[place] = lines[place].replace(found[3], found[2])
    assert check("".join(lines), tmp_path) == (1, "", shown)


def test_changed_definition_is_compared_and_migrated_as_shown(database_url: str, tmp_path: Path) -> None:
    tmp_path.joinpath("notes.yaml").write_text(the("definition").text)
    env = {**QUICK, "DATABASE_URL": database_url, "ANN_PASSWORD": ANN}
    with running_server("notes.yaml", data=tmp_path / "data", env=env) as server:
        shell = Shell(server, tmp_path)
    commands = the("change").text.replace("actionql", f"{sys.executable} -m app")
    assert shell.run(commands, PYTHONPATH=str(ROOT), DATABASE_URL=database_url) == the("change").answer


def test_server_in_production_starts_with_what_is_made_as_shown(tmp_path: Path) -> None:
    tmp_path.joinpath("notes.yaml").write_text(the("definition").text)
    prepare = the("production").text.replace("actionql ", f"{sys.executable} -m app ")
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    subprocess.run(["sh", "-euc", prepare], cwd=tmp_path, env=env, check=True, timeout=60)
    with running_server("notes.yaml", data=tmp_path / "data", env=QUICK) as server:
        shell = Shell(server, tmp_path)
        schema = shell.graphql(
            "{ __schema { queryType { name } } }", logged_in(shell, "a-long-one-of-her-own")
        )
        assert schema["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert "password" not in server.log.read_text()


def test_files_are_in_the_bucket_as_shown(bucket_server: BucketServer, tmp_path: Path) -> None:
    bucket_server.asked("PUT", "acme-notes")
    elsewhere = f"AWS_ENDPOINT_URL={bucket_server.url}\nAWS_ALLOW_HTTP=true\n"
    tmp_path.joinpath(".env").write_text(the("bucket").text + "\n" + elsewhere)
    tmp_path.joinpath("notes.yaml").write_text(the("definition").text)
    env = {**QUICK, "ANN_PASSWORD": ANN}
    with running_server("notes.yaml", data=tmp_path / "data", env=env) as server:
        assert Shell(server, tmp_path).ask(f"curl -s {SHOWN}/readyz") == {"status": "ready", "files": "ready"}
    assert not (tmp_path / "data" / "assets").exists()


def test_backup_is_made_beside_the_server_and_restored_elsewhere(
    notes: Shell, database: dict[str, str], request: pytest.FixtureRequest
) -> None:
    commands = the("backup").text
    if database:
        # A copy beside the server has a database of its own.
        copy = request.getfixturevalue("postgres_database")
        commands = commands.replace("actionql restore", f"export DATABASE_URL={copy}\nactionql restore")
    commands = commands.replace("actionql ", f"{sys.executable} -m app ")
    printed = notes.run(commands, PYTHONPATH=str(ROOT), **database)
    shown = the("backup").answer
    shown = shown.replace("applications: notes", "applications: notes, hello, laptops")
    shown = shown.replace(
        "copy/definitions/notes", "copy/definitions/notes copy/definitions/hello copy/definitions/laptops"
    )
    unsettled = r"\d+|\([\w-]+\)"
    assert re.sub(unsettled, "..", printed) == re.sub(unsettled, "..", shown)


def test_queries_answer_what_is_shown(notes: Shell, ann: str) -> None:
    for block in marked("graphql"):
        assert notes.graphql(block.text, ann) == json.loads(block.answer)
    assert notes.graphql("{ allNote { results { done } } }", ann)["data"]["allNote"]["results"] == [
        {"done": True}
    ]


def test_queries_without_a_token_are_refused(notes: Shell) -> None:
    query, nobody = "{ allNote { totalCount } }", the("login").text.partition(" -d '")[0]
    refused = notes.ask(f'{nobody} -d "$BODY"', BODY=json.dumps({"query": query}))
    assert refused["data"] is None
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_file_is_sent_by_form(notes: Shell, ann: str) -> None:
    answer = notes.graphql(the("form").text, ann)
    assert_shaped(answer, the("form"))
    form = answer["data"]["generateFileUploadRequest"]
    sent = notes.ask(the("send").text, **variables(form))
    assert_shaped(sent, the("send"))
    assert (sent["reference"], sent["contentType"]) == (form["reference"], "image/png")
    create = f'createNote(input: {{title: "A picture", picture: "{form["reference"]}", writer: 1}})'
    made = notes.graphql(f"mutation {{ {create} {{ picture {{ name url }} }} }}", ann)
    picture = made["data"]["createNote"]["picture"]
    assert picture["name"] == "a.png"
    notes.run('curl -sf "$URL" -o back.png', URL=picture["url"])
    assert notes.folder.joinpath("back.png").read_bytes() == png()


def test_form_has_no_field_that_is_not_sent(notes: Shell, ann: str) -> None:
    fields = notes.graphql(the("form").text, ann)["data"]["generateFileUploadRequest"]["fields"]
    assert re.findall(r'-F "([\w-]+)=', the("send").text) == [*fields]


def test_action_answers_http(notes: Shell) -> None:
    assert notes.run(the("greet").text) == the("greet").answer.strip()


def test_run_is_started_waited_for_and_answered(notes: Shell) -> None:
    started = notes.ask(the("start_run").text)
    assert_shaped(started, the("start_run"))
    run = started["data"]["startAction"]["runId"]
    assert notes.ask(the("start_run").text)["data"]["startAction"]["runId"] == run
    asking = notes.ask(the("wait_run").text, RUN=run)
    question = asking["data"]["run"]["waiting"]
    shown = json.loads(the("wait_run").answer)
    shown["data"]["run"]["waiting"]["token"] = question["token"]
    assert asking == shown
    answered = notes.ask(the("answer_run").text, RUN=run, TOKEN=question["token"])
    assert_shaped(answered, the("answer_run"))
    later = the("wait_run").text.replace("waitSeconds: 30", "waitSeconds: 0")
    assert notes.ask(later, RUN=run)["data"]["run"]["waiting"] is None


def test_cookie_opens_the_generated_endpoints(notes: Shell, ann: str) -> None:
    assert_shaped(notes.ask(the("cookie").text, PASSWORD=ANN), the("cookie"))
    assert_shaped(notes.ask(the("note").text), the("note"))
    assert_shaped(notes.ask(the("notes").text), the("notes"))
    nobody = notes.ask(the("notes").text.replace("-b cookies", ""))
    assert nobody["error"]["code"] == "UNAUTHENTICATED"


def variables(form: Mapping[str, Any]) -> dict[str, str]:
    """The variables of the shell that README's command takes from a form."""
    fields = {name.upper(): value for name, value in form["fields"].items() if name.isalpha()}
    return {"URL": form["url"], **fields}


def check(definition: str, folder: Path) -> tuple[int, str, str]:
    """How `actionql check notes.yaml` ends, and what it prints on standard output and error."""
    folder.joinpath("notes.yaml").write_text(definition)
    done = subprocess.run(
        [sys.executable, "-m", "app", "check", "notes.yaml"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


# A database that is there

SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  total NUMERIC(10, 2) NOT NULL CHECK (total >= 0),
  state VARCHAR(10) NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid')),
  placed TIMESTAMP,
  CHECK (length(state) > 2)
);
CREATE INDEX orders_by_state ON orders (state, placed);
INSERT INTO customers VALUES (1, 'Ann'), (2, 'Bob');
INSERT INTO orders VALUES (5, 1, 9.5, 'open', NULL), (6, 1, 0, 'paid', '2026-01-01'), (7, 2, 1, 'paid', NULL);
"""


def test_database_is_taken_over_as_shown(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript(SHOP)
    command = the("import").text.strip().replace("actionql", f"{sys.executable} -m app", 1)
    done = subprocess.run(
        ["sh", "-euc", f"exec 2>&1; {command}"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == the("import").answer
    assert the("imported").text in (tmp_path / "shop.yaml").read_text()
