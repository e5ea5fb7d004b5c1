"""What `actionql new` writes can be served at once."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
from typer.testing import CliRunner, Result

from app.cli import cli
from app.functions import load_application
from tests.readme.blocks import the
from tests.support.server import running_server


def new(folder: Path) -> Result:
    return CliRunner().invoke(cli, ["new", str(folder)])


def test_new_application_answers_the_query_that_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _, *shown = the("new").text.splitlines()[0].split()
    told = CliRunner().invoke(cli, shown)
    assert told.exit_code == 0, told.output
    query = told.output.rstrip().splitlines()[-1].strip()
    with running_server(tmp_path / "tasks", data=tmp_path / "data") as server:
        answer = httpx.post(f"{server.url}/graphql", json={"query": query}).json()
        opened = httpx.get(f"{server.url}/v1/open-tasks").json()
    task = {"id": 1, "title": "Look into application.yaml", "done": False}
    assert answer == {"data": {"allTask": {"totalCount": 1, "results": [task]}}}
    assert opened[0]["title"] == "Look into application.yaml"


def test_first_edit_is_served_when_it_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = new(tmp_path / "tasks")
    *serve, reload = the("new").text.splitlines()[1].split()
    assert (serve, reload) == (["actionql", "serve", "tasks"], "--reload")
    assert f"actionql serve {tmp_path / 'tasks'} --reload" in told.output
    file, edit, asked = tmp_path / "tasks" / "application.yaml", the("new_edit").text, the("new_asked")
    with running_server("tasks", "--reload", data=tmp_path / "data") as server:
        written = file.read_text()
        before, _ = edit.splitlines()
        assert written.count(before) == 1
        file.write_text(written.replace(f"{before}\n", edit))
        deadline = monotonic() + 60
        while "changed definitions served" not in server.log.read_text():
            assert monotonic() < deadline, server.log.read_text()
            sleep(0.1)
        answer = httpx.post(f"{server.url}/graphql", json={"query": asked.text}).json()
    assert answer == json.loads(asked.answer)


def test_new_applications_have_the_names_of_their_folders_and_uuids_of_their_own(tmp_path: Path) -> None:
    for name in ("first one", "second"):
        assert new(tmp_path / name).exit_code == 0
    first, second = [load_application(tmp_path / name).application for name in ("first one", "second")]
    assert (first.name, second.name) == ("first one", "second")
    assert first.uuid != second.uuid


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    told = new(tmp_path)
    assert told.exit_code == 1
    assert [file.name for file in tmp_path.iterdir()] == ["note.txt"]


@pytest.mark.parametrize("name", ["9lives", "größe", "a:b", "x" * 41])
def test_new_refuses_a_name_that_is_none(tmp_path: Path, name: str) -> None:
    assert new(tmp_path / name).exit_code == 1
    assert not (tmp_path / name).exists()
