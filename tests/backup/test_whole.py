"""A backup made while writers write, and the server that it becomes elsewhere."""

from __future__ import annotations

import json
import tarfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.backup.places import CREATE, DEFINITION, ENTRIES, Place, Serving
from tests.end_to_end.pictures import png

WRITERS = 8
START = 'mutation { startAction(id: "Approve") { runId } }'
RUN = "query ($id: ID!) { run(id: $id, waitSeconds: 20) { state result waiting { token } } }"
ANSWER = "mutation { answerRun(id: $id, token: $token, input: {good: true}) { state } }"


class Writers:
    """Threads that make entries; `acknowledged` are the keys of those that the server has answered."""

    def __init__(self, serving: Serving, token: str) -> None:
        self.acknowledged: set[str] = set()
        self._done = threading.Event()
        caller = serving.anybody.bearing(token)
        self._threads = [threading.Thread(target=self._write, args=(caller, one)) for one in range(WRITERS)]

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _write(self, caller: Any, writer: int) -> None:
        number = 0
        while not self._done.is_set():
            key = f"{writer} {number}"
            caller.ask(CREATE, {"key": key})
            self.acknowledged.add(key)
            number += 1
            time.sleep(0.02)


def test_copy_has_all_that_was_acknowledged_and_answers_the_same(
    old: Place, new: Place, tmp_path: Path
) -> None:
    file = tmp_path / "archive.tar.gz"
    with old.serving() as serving:
        ada = serving.ada()
        for shade in (10, 200):
            serving.add(ada, f"picture {shade}", shade)
        old.run("users", "add", "rob@example.org", "--role", "clerk", "--definition", DEFINITION)
        key = old.run("keys", "create", "--user", "rob@example.org", "--definition", DEFINITION).strip()
        run = ada.ask(START)["startAction"]["runId"]
        asked = ada.ask(RUN, {"id": run})["run"]
        with Writers(serving, str(ada.token)) as writers:
            while len(writers.acknowledged) < 20:
                time.sleep(0.02)
            before = set(writers.acknowledged)
            said = old.run("backup", file, "--definition", DEFINITION)
            during = len(writers.acknowledged) - len(before)
    assert "applications: archive" in said and "keep it as you keep passwords" in said
    assert during > 0, "nobody wrote meanwhile"
    assert file.stat().st_mode & 0o777 == 0o600

    assert "restored" in new.run("restore", file)
    definition = new.data / "definitions" / "archive"
    assert (definition / "application.yaml").read_bytes() == DEFINITION.read_bytes()
    assert "0 wait for the next" in new.run("audit", "verify")
    if new.database is None:
        assert new.sql("PRAGMA integrity_check") == [("ok",)]
        assert new.sql("PRAGMA foreign_key_check") == []
    keys = {key for (key,) in new.sql('SELECT "key" FROM archive__entry')}
    assert before <= keys <= writers.acknowledged | {"picture 10", "picture 200"} | _last(keys)
    with new.serving(definition) as serving:
        again = serving.anybody.bearing(str(ada.token))
        assert again.ask(ENTRIES)["allEntry"]["totalCount"] == len(keys)
        assert serving.pictures(again) == {"picture 10": png(shade=10), "picture 200": png(shade=200)}
        assert serving.ada().ask(ENTRIES)["allEntry"]["totalCount"] == len(keys)
        assert serving.status("rob@example.org", key) == 200
        assert serving.status("rob@example.org", key[::-1]) == 401
        answered = again.ask(ANSWER, {"id": run, "token": asked["waiting"]["token"]})
        assert answered["answerRun"]["state"] == "running"
        ended = again.ask(RUN, {"id": run})["run"]
        assert (ended["state"], ended["result"]) == ("completed", True)
        again.ask(CREATE, {"key": "new here"})
    assert "0 wait for the next" in new.run("audit", "verify")


def _last(keys: set[str]) -> set[str]:
    """The last key of each writer, which may be written and not answered yet."""
    latest = dict.fromkeys(range(WRITERS), -1)
    for key in keys:
        writer, _, number = key.partition(" ")
        if writer.isdigit():
            latest[int(writer)] = max(latest[int(writer)], int(number))
    return {f"{writer} {number}" for writer, number in latest.items()}


def test_backup_and_restore_stand_in_the_audit_trail(old: Place, new: Place, tmp_path: Path) -> None:
    with old.serving():
        old.run("backup", tmp_path / "a.tar")
    new.run("restore", tmp_path / "a.tar")
    found = new.sql("SELECT actor, door, operation, subject FROM actionql_audit ORDER BY sequence")
    assert found[-2:] == [
        ("operator", "command", "backup", "a.tar"),
        ("operator", "command", "restore", "a.tar"),
    ]
    assert "a.tar" in old.run("audit", "list", "--operation", "backup")


def test_backup_without_definitions_has_what_was_served_last(old: Place, new: Place, tmp_path: Path) -> None:
    with old.serving() as serving:
        serving.add(serving.ada(), "one", 10)
        said = old.run("backup", tmp_path / "a.tar")
    assert (
        "archive: its definition is there as it was served last; --definition PATH adds its own files" in said
    )
    said = new.run("restore", tmp_path / "a.tar")
    served = new.data / "definitions" / "archive"
    assert f"actionql serve {served}" in said
    assert [path.name for path in served.iterdir()] == ["definition.yaml"]
    with new.serving(served) as serving:
        assert serving.pictures(serving.ada()) == {"one": png(shade=10)}


def test_backup_has_the_functions_beside_a_definition(old: Place, new: Place, tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    folder.joinpath("main.yaml").write_bytes(DEFINITION.read_bytes())
    folder.joinpath("functions.py").write_text("async def nothing(step):\n    return 1\n")
    with old.serving(folder):
        old.run("backup", tmp_path / "a.tar", "--definition", folder)
    new.run("restore", tmp_path / "a.tar")
    found = sorted(path.name for path in (new.data / "definitions" / "archive").iterdir())
    assert found == ["functions.py", "main.yaml"]
    with tarfile.open(tmp_path / "a.tar") as archive:
        manifest = json.load(archive.extractfile("actionql-backup-1/manifest.json"))  # type: ignore[arg-type]
    (application,) = manifest["applications"]
    assert (application["name"], len(application["revision"])) == ("archive", 64)


def stored(place: Place) -> list[Path]:
    """The files in the store."""
    return sorted(path for path in (place.data / "assets").glob("??/*") if path.is_file())


def test_file_that_the_store_has_lost_is_told_and_the_rest_is_backed_up(
    old: Place, new: Place, tmp_path: Path
) -> None:
    with old.serving() as serving:
        for shade in (10, 20, 30):
            serving.add(serving.ada(), f"{shade}", shade)
    lost, damaged, whole = stored(old)
    lost.unlink()
    damaged.write_bytes(bytes(damaged.stat().st_size))
    said = old.run("backup", tmp_path / "a.tar", "--definition", DEFINITION)
    for one in (lost, damaged):
        assert f"the file {one.name} is lost or damaged in the store" in said
    said = new.run("restore", tmp_path / "a.tar")
    assert f"the file {lost.name} was lost or damaged already" in said
    assert [path.name for path in stored(new)] == [damaged.name, whole.name]


def test_file_that_no_record_came_to_refer_to_may_be_gone(old: Place, tmp_path: Path) -> None:
    with old.serving() as serving:
        serving.upload(serving.ada(), 10)
    (pending,) = stored(old)
    pending.unlink()
    assert "lost" not in old.run("backup", tmp_path / "a.tar", "--definition", DEFINITION)
