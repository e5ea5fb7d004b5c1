"""The Python client that README has its readers generate is typed, and works against a server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.readme.blocks import the
from tests.support.files import running_file_server
from tests.support.server import ROOT, running_server


def run(folder: Path, command: Sequence[str | Path], **variables: str) -> str:
    """What a command prints that has to end well."""
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", str(folder)), **variables}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the generated client and the program that uses it.

    The generator gets an environment of its own: it wants another graphql-core than the server has.
    """
    folder = tmp_path_factory.mktemp("client")
    (folder / "client.toml").write_text(the("client_settings").text)
    (folder / "queries.graphql").write_text(the("client_queries").text)
    (folder / "upload.py").write_text(the("client_used").text)
    schema, generate = the("client_made").text.splitlines()
    wanted = re.fullmatch(r"pipx run (ariadne-codegen==[0-9.]+) (.*)", generate)
    assert wanted
    run(folder, [sys.executable, "-m", "venv", "generator"])
    index = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    run(folder, ["generator/bin/pip", "install", "--quiet", wanted[1]], **index)
    command = schema.replace("actionql", f"{sys.executable} -m app")
    run(folder, ["sh", "-euc", command], PYTHONPATH=str(ROOT))
    run(folder, ["generator/bin/ariadne-codegen", *wanted[2].split()])
    return folder


@pytest.mark.timeout(300)
def test_client_and_the_program_that_uses_it_are_typed(client: Path) -> None:
    options = ["--strict", "--config-file=", f"--cache-dir={client / 'cache'}"]
    told = run(client, [sys.executable, "-m", "mypy", *options, "upload.py", "taskings"])
    assert told.startswith("Success")
    wrong = (client / "upload.py").read_text().replace("media.created_at.year", "media.created.year")
    (client / "wrong.py").write_text(wrong)
    with pytest.raises(AssertionError, match='has no attribute "created"'):
        run(client, [sys.executable, "-m", "mypy", *options, "wrong.py"])


@pytest.mark.timeout(300)
def test_client_logs_in_runs_an_action_and_reads(client: Path, tmp_path: Path) -> None:
    with running_file_server() as files:
        files.serve("/a.png", png())
        env = {"ACTIONQL_OUTBOUND_ALLOW": files.url.removeprefix("http://")}
        with running_server(data=tmp_path / "data", env=env) as server:
            printed = re.search(r"log in as 'system' with password '([^']+)'", server.log.read_text())
            assert printed
            arguments = [f"{server.url}/graphql", printed[1], f"{files.url}/a.png"]
            told = run(client, [sys.executable, "upload.py", *arguments])
            assert re.fullmatch(r"made 1\n1 20\d\d a\.png\n", told)
            refused = [*arguments[:1], "wrong", *arguments[2:]]
            with pytest.raises(AssertionError, match="Wrong credentials"):
                run(client, [sys.executable, "upload.py", *refused])
