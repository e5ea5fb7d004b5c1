"""Rows that cannot become records: told by table, row and column, and nothing is copied."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.intake.taking import take, taken
from tests.intake.trade import make_sqlite, run_postgresql

LOOSE = """
CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(5) NOT NULL, born DATE, rank INTEGER, paid NUMERIC(6, 2));
CREATE TABLE pets (owner INTEGER REFERENCES people, chip TEXT, data JSON, good BOOLEAN, PRIMARY KEY (owner, chip));
CREATE TABLE notes (words VARCHAR(20), at DATETIME);
INSERT INTO people VALUES (1, 'Ann', '1990-01-01', 3, 1.25), (2, 'Bartholomew', '90-1-1', 3000000000, 1.255);
INSERT INTO people VALUES (-3, x'00ff', NULL, 'high', 'much');
INSERT INTO pets VALUES (1, 'a', '{"x": 1}', 1), (9, 'b', '{', 2), (NULL, 'c', NULL, NULL);
INSERT INTO notes VALUES ('fine', '2020-01-01'), ('two' || char(10) || 'lines', 'yesterday');
"""


def made(folder: Path, script: str) -> Path:
    """A new SQLite file."""
    with closing(sqlite3.connect(folder / "loose.db")) as connection:
        connection.executescript(script)
    return folder / "loose.db"


def test_every_misfit_is_told_by_table_row_and_column(tmp_path: Path) -> None:
    done = take(made(tmp_path, LOOSE), "-o", tmp_path / "x.yaml", "--with-data", "--data", tmp_path / "data")
    told = str(done.exception).splitlines()
    assert done.exit_code == 1
    places = [line[2:].partition(":")[0] for line in told if line.startswith("- ")]
    assert places == [
        "notes, row number 2, column at",
        "people, row id=-3, column id",
        "people, row id=-3, column name",
        "people, row id=-3, column rank",
        "people, row id=-3, column paid",
        "people, row id=2, column name",
        "people, row id=2, column born",
        "people, row id=2, column rank",
        "pets, row owner=9, chip=b, column data",
        "pets, row owner=9, chip=b, column good",
        "pets, row owner=9, chip=b, column owner",
    ]
    assert told[0] == "Nothing was copied, because 11 value(s) do not fit:"
    assert "(--kind notes.at=multi_line_text)" in told[-1] and "--without notes.at" in told[-1]
    assert not (tmp_path / "x.yaml").exists()


def test_nothing_is_left_of_a_refused_import(tmp_path: Path, database_url: str) -> None:
    done = take(made(tmp_path, LOOSE), "--with-data", "--data", tmp_path / "data", target=database_url)
    assert done.exit_code == 1
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == []
        return
    with psycopg.connect(database_url) as server:
        assert server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == []


def test_misfits_are_taken_by_another_kind_or_left_out(tmp_path: Path) -> None:
    file = made(tmp_path, LOOSE + "DELETE FROM people WHERE id = -3; DELETE FROM pets WHERE owner = 9;")
    wishes = ["notes.at=text", "people.name=text", "people.rank=decimal"]
    told = taken(
        str(file),
        tmp_path / "x.yaml",
        "",
        *(word for wish in wishes for word in ("--kind", wish)),
        *("--without", "people.born"),
    )
    assert "Person: 2 record(s)" in told
    with closing(sqlite3.connect(tmp_path / "data" / "actionql.sqlite")) as connection:
        assert connection.execute("SELECT name, rank, paid FROM x__person ORDER BY id").fetchall() == [
            ("Ann", 3 * 10**8, 125),
            ("Bartholomew", 3_000_000_000 * 10**8, 126),
        ]


def test_ids_that_cannot_stay_are_made_anew_where_they_are_left_out(tmp_path: Path) -> None:
    script = """
    CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE people (id INTEGER PRIMARY KEY, town_id INTEGER REFERENCES towns);
    INSERT INTO towns VALUES (0, 'Null'), (-7, 'Minus'); INSERT INTO people VALUES (1, 0), (2, -7);
    """
    taken(str(made(tmp_path, script)), tmp_path / "x.yaml", "", "--without", "towns.id")
    with closing(sqlite3.connect(tmp_path / "data" / "actionql.sqlite")) as connection:
        towns = "SELECT p.id, t.id, t.name FROM x__person p JOIN x__town t ON t.id = town_id ORDER BY p.id"
        assert connection.execute(towns).fetchall() == [(1, 2, "Null"), (2, 1, "Minus")]


def test_hundred_misfits_are_enough(tmp_path: Path) -> None:
    script = "CREATE TABLE t (n INTEGER); " + "INSERT INTO t VALUES ('x');" * 150
    done = take(made(tmp_path, script), "--with-data", "--data", tmp_path / "data")
    assert str(done.exception).startswith(
        "Nothing was copied, because 100 value(s) do not fit (there may be more):"
    )


def test_values_of_postgresql_that_do_not_fit_are_told(postgres_database: str, tmp_path: Path) -> None:
    run_postgresql(
        postgres_database,
        [
            "CREATE TABLE rates (code text PRIMARY KEY, rate numeric, at time)",
            "INSERT INTO rates VALUES ('a', 1.5, '10:00:00.5'), ('b', 'NaN', NULL), ('c', 1e-9, NULL)",
        ],
    )
    done = take(postgres_database, "--with-data", "--data", tmp_path / "data")
    assert [line for line in str(done.exception).splitlines() if line.startswith("-")] == [
        "- rates, row code=b, column rate: is no finite number",
        "- rates, row code=c, column rate: has more than 8 digits after the point",
    ]


def test_second_import_into_the_same_application_is_refused(tmp_path: Path) -> None:
    source, target = make_sqlite(tmp_path / "trade.db"), f"sqlite:///{tmp_path / 'target.sqlite'}"
    taken(source, tmp_path / "trade.yaml", target)
    (tmp_path / "trade.yaml").unlink()
    done = take(source, "-o", tmp_path / "trade.yaml", "--with-data", target=target)
    assert "are those of another application" in str(done.exception)
    assert not (tmp_path / "trade.yaml").exists()


def test_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    source, file = make_sqlite(tmp_path / "trade.db"), tmp_path / "trade.yaml"
    file.write_text("mine")
    assert take(source, "-o", file, "--with-data", "--data", tmp_path / "data").exit_code == 1
    assert file.read_text() == "mine" and not (tmp_path / "data").exists()


def test_source_stays_as_it_is(tmp_path: Path) -> None:
    source = make_sqlite(tmp_path / "trade.db")
    before = (tmp_path / "trade.db").read_bytes()
    taken(source, tmp_path / "x.yaml", "")
    assert (tmp_path / "trade.db").read_bytes() == before


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nothing.db", "There is no file nothing.db."),
        ("mysql://root:secret@host/x", "The URL should begin with postgresql:// or sqlite:///"),
        ("postgresql://user:secret@127.0.0.1:1/x", "The database could not be read"),
        (
            "postgresql://user:secret@host:a b/x",
            "The URL should be postgresql://user:password@host/database.",
        ),
        ("README.md", "file is not a database"),
    ],
)
def test_what_is_no_database_is_refused_without_its_password(url: str, words: str) -> None:
    done = take(url)
    assert done.exit_code == 1
    assert words in str(done.exception)
    assert "secret" not in str(done.exception)


def test_import_says_how_to_serve_what_it_has_copied(tmp_path: Path) -> None:
    source, data = made(tmp_path, "CREATE TABLE t (n INTEGER)"), tmp_path / "my data"
    copied = take(source, "-o", tmp_path / "a.yaml", "--with-data", "--data", data)
    assert copied.stdout.endswith(f"  actionql serve {tmp_path / 'a.yaml'} --data '{data}'\n")
    alone = take(source, "-o", tmp_path / "b.yaml", "--data", data)
    assert alone.stdout.endswith(f"  actionql serve {tmp_path / 'b.yaml'}\n")
