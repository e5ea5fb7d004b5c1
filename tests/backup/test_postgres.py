"""What is PostgreSQL's alone: its programs, its versions, and others who use the same database."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.backup.files import fill, members, with_manifest, written
from tests.backup.places import Place
from tests.support.postgres import Cluster


@pytest.fixture
def place(postgres_database: str, tmp_path: Path) -> Place:
    made = Place(tmp_path / "data", postgres_database)
    fill(made)
    return made


def program(folder: Path, name: str, text: str) -> str:
    """A PATH on which this program comes first."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_tables_of_others_are_neither_copied_nor_touched(
    place: Place, postgres_cluster: Cluster, tmp_path: Path
) -> None:
    place.sql("CREATE TABLE others (note TEXT)")
    place.sql("INSERT INTO others VALUES ('theirs')")
    place.run("backup", tmp_path / "a.tar")
    place.run("restore", tmp_path / "a.tar", "--yes-overwrite")
    assert place.sql("SELECT note FROM others") == [("theirs",)]
    with postgres_cluster.database() as url:
        new = Place(tmp_path / "new", url)
        new.run("restore", tmp_path / "a.tar")
        assert new.sql("SELECT to_regclass('others')::text") == [(None,)]


def test_table_in_the_way_is_told_and_nothing_is_changed(place: Place, tmp_path: Path) -> None:
    place.run("backup", tmp_path / "a.tar")
    place.sql("CREATE VIEW report AS SELECT name FROM archive__clerk")
    said = place.run("restore", tmp_path / "a.tar", "--yes-overwrite", status=1)
    assert "Drop first what depends on the tables: view report depends on table archive__clerk" in said
    assert "SELECT" not in said
    assert place.sql("SELECT name FROM report") == [("ada",)]


def test_ids_go_on_where_they_were_and_the_trail_stays_protected(
    place: Place, postgres_cluster: Cluster, tmp_path: Path
) -> None:
    place.sql("INSERT INTO archive__entry (key, created_at, updated_at) VALUES ('a', now(), now())")
    place.run("backup", tmp_path / "a.tar")
    with postgres_cluster.database() as url:
        new = Place(tmp_path / "new", url)
        new.run("restore", tmp_path / "a.tar")
        add = (
            "INSERT INTO archive__entry (key, created_at, updated_at) VALUES ('b', now(), now()) RETURNING id"
        )
        assert new.sql(add) == [(2,)]
        with pytest.raises(Exception, match="actionql_audit only grows"):
            new.sql("DELETE FROM actionql_audit")


def test_missing_and_older_programs_are_told(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "a.tar"
    said = place.run("backup", file, status=1, PATH="/nowhere")
    assert "There is no pg_dump here: install the client programs of PostgreSQL" in said
    old = program(tmp_path, "pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.1'")
    assert "This pg_dump is of PostgreSQL 9: install" in place.run("backup", file, status=1, PATH=old)
    assert not file.exists()
    place.run("backup", file)
    said = place.run("restore", file, "--yes-overwrite", status=1, PATH="/nowhere")
    assert "There is no pg_restore here" in said
    assert place.sql("SELECT name FROM archive__clerk") == [("ada",)]


def test_older_server_than_the_backups_is_refused(place: Place, tmp_path: Path) -> None:
    with (
        patch("app.storage.postgres_copy._version", return_value=99),
        patch("app.storage.postgres_copy._check_program"),
    ):
        place.run("backup", tmp_path / "a.tar")
    said = place.run("restore", tmp_path / "a.tar", "--yes-overwrite", status=1)
    assert "The backup is of PostgreSQL 99" in said and "or newer" in said
    assert place.sql("SELECT name FROM archive__clerk") == [("ada",)]


def test_password_of_the_database_is_in_no_command_line(place: Place, tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    known = 'if [ "$1" = --version ]; then exec pg_restore --version; fi'
    text = f'{known}; echo "$@" "$PGPASSWORD" > {noted}; exit 1'
    path = program(tmp_path, "pg_dump", text)
    url = str(place.database).replace("postgres@", "postgres:canary@")
    said = Place(place.data, url).run("backup", tmp_path / "a.tar", status=1, PATH=path)
    assert "canary" not in said and "pg_dump could not copy the database" in said
    arguments, _, password = noted.read_text().strip().rpartition(" ")
    assert ("canary" in arguments, password) == (False, "canary")


def test_dump_that_is_none_is_told(place: Place, tmp_path: Path) -> None:
    place.run("backup", tmp_path / "a.tar")
    contents = members(tmp_path / "a.tar")
    contents["database.dump"] = b"no dump"

    def change(manifest: dict[str, dict[str, dict[str, object]]]) -> None:
        manifest["files"]["database.dump"] = {"size": 7, "sha256": hashlib.sha256(b"no dump").hexdigest()}

    file = written(tmp_path / "b.tar", with_manifest(contents, change))
    said = place.run("restore", file, "--yes-overwrite", status=1)
    assert "pg_restore cannot read the backup" in said
    assert place.sql("SELECT name FROM archive__clerk") == [("ada",)]
