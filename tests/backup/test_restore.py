"""What a restore does to what is there: nothing, unless that is said; all or nothing, whatever happens."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import psycopg
import pytest

from app.assets.local import LocalStore
from app.backup.swap import Swap
from app.disk import private_folder
from tests.backup.conftest import NewPlace
from tests.backup.files import PICTURE, fill, members
from tests.backup.places import DEFINITION, Place
from tests.support.disk import small_disk, small_files, ways
from tests.support.server import ROOT

ADD = """INSERT INTO archive__entry ("key", created_at, updated_at)
  VALUES ('later', '2026-11-22T00:00:00.000000+00:00', '2026-11-22T00:00:00.000000+00:00')"""
LITTLE = 16_384
CUT_SHORT = "was cut short, and what is there is partly old and partly new"


@pytest.fixture
def file(old: Place, tmp_path: Path) -> Path:
    """The backup of a place that has gone on since: an entry is new."""
    fill(old)
    file = tmp_path / "a.tar"
    old.run("backup", file, "--definition", DEFINITION)
    old.sql(ADD)
    return file


def entries(place: Place) -> int:
    return len(place.sql("SELECT id FROM archive__entry"))


def assets(place: Place) -> list[bytes]:
    return [path.read_bytes() for path in (place.data / "assets").glob("??/*") if path.is_file()]


def left(place: Place) -> list[str]:
    """What a restore might have left lying in the data folder."""
    return [path.name for path in place.data.iterdir() if path.name.startswith((".", "restore"))]


def test_data_that_is_there_is_told_and_kept_until_it_is_said(old: Place, file: Path) -> None:
    said = old.run("restore", file, status=1)
    assert "a database with" in said and "rows" in said and "say --yes-overwrite" in said
    assert "keystore.json" not in said, "it is the same"
    assert entries(old) == 1
    old.run("restore", file, "--yes-overwrite")
    assert (entries(old), assets(old), left(old)) == (0, [PICTURE], [])
    assert "0 wait for the next" in old.run("audit", "verify")


def test_other_secrets_and_definitions_are_told(new: Place, file: Path) -> None:
    folder = new.data / "definitions" / "archive"
    folder.mkdir(parents=True)
    folder.joinpath("mine.yaml").write_text("mine")
    keystore = new.data / "keystore.json"
    keystore.write_text("{}")
    said = new.run("restore", file, status=1)
    assert (
        f"- {keystore}\n" in said and f"- {folder / 'mine.yaml'}\n" in said and "a database with" not in said
    )
    assert keystore.read_text() == "{}"
    new.run("restore", file, "--yes-overwrite")
    assert [path.name for path in folder.iterdir()] == ["application.yaml"]
    assert keystore.stat().st_mode & 0o777 == 0o600


def test_keystore_is_where_the_settings_say(old: Place, new: Place, file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "secrets" / "keys.json"
    new.run("restore", file, ACTIONQL_ENVIRONMENT="production", ACTIONQL_KEYSTORE=str(elsewhere))
    assert elsewhere.read_bytes() == (old.data / "keystore.json").read_bytes()
    assert not (new.data / "keystore.json").exists()
    again = tmp_path / "b.tar"
    new.run("backup", again, ACTIONQL_ENVIRONMENT="production", ACTIONQL_KEYSTORE=str(elsewhere))
    assert members(again)["keystore.json"] == elsewhere.read_bytes()


def test_other_kind_of_database_is_refused_with_what_to_do(
    file: Path, old: Place, tmp_path: Path, postgres_database: str
) -> None:
    if old.database is None:
        said = Place(tmp_path / "x", postgres_database).run("restore", file, status=1)
        assert "restore it without DATABASE_URL" in said
        return
    assert "set DATABASE_URL to the database" in Place(tmp_path / "x").run("restore", file, status=1)


def test_database_in_use_is_refused(old: Place, file: Path) -> None:
    with connected(old):
        said = old.run("restore", file, "--yes-overwrite", status=1)
    assert "stop it, then restore" in said
    assert (entries(old), left(old)) == (1, [])
    old.run("restore", file, "--yes-overwrite")


@contextmanager
def connected(place: Place) -> Iterator[None]:
    """A connection like a server's, which does nothing."""
    if place.database is not None:
        with psycopg.connect(place.database, application_name="actionql"):
            yield
        return
    with closing(sqlite3.connect(place.data / "actionql.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode=WAL").fetchall()
        yield


def test_files_are_put_back_when_one_cannot_be_written(new: Place, file: Path) -> None:
    new.data.mkdir()
    keystore = new.data / "keystore.json"
    keystore.write_text("{}")
    make = Swap.make

    def failing(self: Swap) -> None:
        make(self)
        assert keystore.read_text() != "{}"
        raise PermissionError(13, "Permission denied", "/some/file")

    with patch.object(Swap, "make", failing):
        said = new.run("restore", file, "--yes-overwrite", status=1)
    assert "/some/file: Permission denied. Nothing was restored." in said
    assert keystore.read_text() == "{}"
    assert (assets(new), left(new)) == ([], [])
    if new.database is None:
        assert not (new.data / "actionql.sqlite").exists()
    else:
        assert new.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []


@pytest.mark.parametrize("point", ["_replace", "Swap.make"])
def test_killed_restore_leaves_the_old_or_a_mark_that_servers_refuse(
    old: Place, file: Path, point: str
) -> None:
    secrets = (old.data / "keystore.json").read_bytes()
    old.data.joinpath("development.env").write_text("X=1\n")
    kill_at(point, old, file)
    if point == "_replace":
        assert (entries(old), (old.data / "keystore.json").read_bytes()) == (1, secrets)
        assert old.data.joinpath("development.env").exists()
        assert "Nothing" not in old.run("users", "list", "--definition", DEFINITION)
    else:
        assert entries(old) == 1
        for command in (["users", "list"], ["serve", DEFINITION], ["migrate", DEFINITION]):
            said = old.run(*command, status=1)
            assert CUT_SHORT in said and "--yes-overwrite" in said
    old.run("restore", file, "--yes-overwrite")
    assert (entries(old), left(old)) == (0, [])
    assert not old.data.joinpath("development.env").exists()


def kill_at(point: str, place: Place, file: Path) -> None:
    """Runs a restore that is killed with SIGKILL when it comes to the point, a function that has done its work."""
    code = f"""
import os, signal, sys
from app.backup import restore
from app.cli import main
make = restore.Swap.make
def die(self, *_):
    if {point!r} == "Swap.make":
        make(self)
    os.kill(os.getpid(), signal.SIGKILL)
restore.{point} = die
sys.argv = ["actionql", "restore", {str(file)!r}, "--data", {str(place.data)!r}, "--yes-overwrite"]
main()
"""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **place.environment}
    done = subprocess.run([sys.executable, "-c", code], env=env, check=False, cwd=place.data.parent)
    assert done.returncode == -signal.SIGKILL


def test_backup_does_not_write_over_a_file(old: Place, file: Path) -> None:
    content = file.read_bytes()
    assert f"There is a file {file} already" in old.run("backup", file, status=1)
    assert file.read_bytes() == content


def test_backup_of_nothing_makes_nothing(sqlite_database: str, tmp_path: Path) -> None:
    place = Place(tmp_path / "nowhere")
    assert "There is no database at" in place.run("backup", tmp_path / "a.tar", status=1)
    assert list(tmp_path.iterdir()) == []


def test_backup_that_may_not_be_as_large_leaves_nothing(tmp_path: Path) -> None:
    place, target = Place(tmp_path / "data"), tmp_path / "full" / "b.tar"
    fill(place)
    target.parent.mkdir()
    command = f"ulimit -f 100; exec {sys.executable} -m app backup {target} --data {place.data}"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "could not be" in done.stderr and "Traceback" not in done.stderr
    assert list(target.parent.iterdir()) == []


@pytest.fixture(params=ways())
def tight(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 16 KB; or on one that says it has no more, and files cannot grow beyond SQLite's least."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with ExitStack() as stack:
        if request.param == "disk":
            stack.enter_context(small_disk(folder, LITTLE))
        else:
            full = SimpleNamespace(free=LITTLE)
            stack.enter_context(patch("app.backup.verify.shutil.disk_usage", return_value=full))
            stack.enter_context(small_files(40_000))
        yield folder


def test_full_disk_leaves_no_half_file_and_no_half_restore(
    old: Place, file: Path, new_place: NewPlace, tight: Path
) -> None:
    said = old.run("backup", tight / "a.tar", status=1)
    assert "could not" in said
    assert list(tight.iterdir()) == []
    place = Place(tight / "data", old.database and new_place("tight").database)
    assert "There is not enough room" in place.run("restore", file, status=1)
    assert list(tight.iterdir()) == []


def test_two_backups_of_one_name_do_not_meet(old: Place, file: Path, tmp_path: Path) -> None:
    left_by_a_killed_one = tmp_path / ".b.tar.part"
    with private_folder(left_by_a_killed_one):
        assert "Another backup of this name is being made" in old.run("backup", tmp_path / "b.tar", status=1)
    left_by_a_killed_one.mkdir()
    left_by_a_killed_one.joinpath("archive").write_text("half")
    old.run("backup", tmp_path / "b.tar")
    assert sorted(path.name for path in tmp_path.iterdir() if "b.tar" in path.name) == ["b.tar"]


def test_backup_does_not_use_a_folder_of_somebody_else(old: Place, file: Path, tmp_path: Path) -> None:
    laid = tmp_path / ".b.tar.part"
    laid.mkdir()
    with patch("app.disk.os.geteuid", return_value=laid.stat().st_uid + 1):
        said = old.run("backup", tmp_path / "b.tar", status=1)
    assert "The folder is somebody else's" in said
    assert list(laid.iterdir()) == []
    laid.rmdir()
    tmp_path.joinpath("elsewhere").mkdir()
    laid.symlink_to(tmp_path / "elsewhere")
    old.run("backup", tmp_path / "b.tar", status=1)
    assert not (tmp_path / "b.tar").exists()


def test_definition_that_was_never_served_is_told(old: Place, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("application: other\nuuid: 9e1d5c772f0a4c388b526a4de0f3c1b7\n")
    said = old.run("backup", tmp_path / "b.tar", "--definition", DEFINITION, "--definition", other)
    assert "applications: archive\n" in said
    assert "other: it is not in the backup, since no server has served it on this database" in said


@pytest.mark.parametrize("attached", [False, True])
def test_file_that_goes_while_it_is_backed_up_is_told_if_a_record_refers_to_it(
    old: Place, file: Path, tmp_path: Path, attached: bool
) -> None:
    if attached:
        old.sql("UPDATE actionql_asset SET state = 'attached'")
    stat = LocalStore.stat

    async def swept(self: LocalStore, id: str) -> int | None:
        size = await stat(self, id)
        await self.delete(id)
        return size

    with patch.object(LocalStore, "stat", swept):
        said = old.run("backup", tmp_path / "b.tar", "--definition", DEFINITION)
    assert ("is lost or damaged in the store" in said) is attached
    assert [name for name in members(tmp_path / "b.tar") if name.startswith("assets/")] == []


def test_damaged_file_in_the_store_is_mended_by_a_restore(old: Place, file: Path) -> None:
    (asset,) = (path for path in (old.data / "assets").glob("??/*") if path.is_file())
    asset.write_bytes(b"damaged")
    old.run("restore", file, "--yes-overwrite")
    assert assets(old) == [PICTURE]
