"""Whatever tables and columns are called and declared, a definition is made of them that passes its checks."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from random import Random

from app.intake.taking import Wanted, take_over

NAMES = [
    *(
        "order",
        "orders",
        "Order Details",
        "class",
        "id",
        "ID",
        "created_at",
        "createdAt",
        "updated_at",
        "role",
    ),
    *(
        "Role",
        "users",
        "user_id",
        "userId",
        "x",
        "x_id",
        "x_aggregate",
        "xAggregate",
        "é",
        "1",
        "1a",
        "_",
        "me",
    ),
    *("__typename", "all", "Query", "Int", "File", "product page", "productWhere", "product", "Product Sums"),
    *(
        "and",
        "null",
        "true",
        "config",
        "now",
        "a" * 70,
        "a" * 71,
        "run",
        "RunPage",
        "status",
        "news",
        "email",
    ),
    *(
        "日本",
        "a.b",
        "a'b",
        'a"b',
        "a;b",
        "a\nb",
        "Administrator",
        "public",
        "select",
        "from",
        "import",
        "type",
    ),
]
TYPES = [
    *("INTEGER", "TEXT", "VARCHAR(10)", "VARCHAR(0)", "NUMERIC(10,2)", "DECIMAL(30,20)", "BLOB", "", "DATE"),
    *("DATETIME", "TIME", "BOOLEAN", "REAL", "JSON", "BIGINT", "FOO"),
]
DEFAULTS = ["", "'x'", "5", "-1.5", "CURRENT_TIMESTAMP", "'=now'", "'a: b # c'", "(random())", "NULL", "''"]
CHECKS = ["IN ('a', 'b')", ">= 5", "BETWEEN 1 AND 3", "> 0", "IN ('', 'x')"]


def test_definition_is_made_of_any_schema(tmp_path: Path, long: bool) -> None:
    for seed in range(600 if long else 20):
        file = tmp_path / f"{seed}.db"
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE there (a)")
            for statement in tables(Random(seed)):
                # Some of it is nothing that SQLite takes.
                with suppress(sqlite3.Error):
                    connection.execute(statement)
        take_over(Wanted(str(file)), None, None)


def tables(random: Random) -> list[str]:
    """Statements that make up to twelve tables."""
    names = random.sample(NAMES, random.randint(1, 12))
    return [f"CREATE TABLE {quoted(name)} ({', '.join(parts(random, names))})" for name in names]


def parts(random: Random, tables: Sequence[str]) -> list[str]:
    """The columns of a table, and perhaps its key."""
    names = random.sample(NAMES, random.randint(1, 9))
    made = []
    for name in names:
        words = [quoted(name), random.choice(TYPES), random.choice(["", "NOT NULL", "UNIQUE"])]
        if default := random.choice(DEFAULTS):
            words.append(f"DEFAULT {default}")
        if random.random() < 0.3:
            words.append(f"CHECK ({quoted(name)} {random.choice(CHECKS)})")
        if random.random() < 0.4:
            words.append(f"REFERENCES {quoted(random.choice(tables))}")
        made.append(" ".join(words))
    if random.random() < 0.7:
        key = random.sample(names, random.randint(1, min(2, len(names))))
        made.append(f"PRIMARY KEY ({', '.join(map(quoted, key))})")
    return made


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
