"""The definition that is made of a database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.definition.document import read_document
from app.intake.taking import Wanted, take_over
from tests.intake.taking import take
from tests.intake.trade import run_postgresql


def written(url: str, *schemas: str) -> str:
    """The definition of a database, which is checked when it is made."""
    return take_over(Wanted(url, schemas=schemas), None, None).text


def models(text: str) -> Any:
    """What a definition says of its models."""
    node, problems = read_document("x.yaml", text)
    assert node is not None and not problems
    return node.data()["models"]


def of_sqlite(folder: Path, script: str) -> str:
    """The definition of a new SQLite database."""
    with closing(sqlite3.connect(folder / "made.db")) as connection:
        connection.executescript(script)
    return written(str(folder / "made.db"))


def of_postgresql(url: str, script: str, *schemas: str) -> str:
    """The definition of a new PostgreSQL database."""
    run_postgresql(url, [script])
    return written(url, *schemas)


def test_tables_become_models(trade: str) -> None:
    found = models(written(trade))
    assert [*found] == [
        "Administrator",
        *("Category", "Customer", "Department", "Employee", "OrderDetail", "Order", "Product"),
        *("ReturnRecord", "Supplier", "Territory"),
    ]
    assert found["Product"] == {
        "properties": {
            "product_name": {"kind": "text", "required": True, "unique": True, "length": 40},
            "unit_price": {"kind": "price", "required": True, "default": 0, "minimum": 0},
            "units_in_stock": {"kind": "number", "minimum": 0, "maximum": 9999},
            "weight": {"kind": "decimal"},
            "barcode": {"kind": "decimal", "scale": 0},
            "discontinued": {"kind": "boolean", "required": True, "default": False},
        },
        "relations": {
            "supplier": {"belongs_to": "Supplier", "on_delete": "clear"},
            "category": {"belongs_to": "Category", "required": True},
            "order_details": {"has_many": "OrderDetail"},
        },
        "index": [["category", "product_name"]],
        "read": {"admin": "all"},
        "write": {"admin": "all"},
    }
    assert found["Customer"]["properties"]["status"] == {
        "kind": "list",
        "required": True,
        "default": "new",
        "options": ["new", "good", "it's over"],
    }
    assert found["Customer"]["properties"]["customer_id"]["unique"] is True
    assert "created_at" not in found["Customer"]["properties"]


def test_foreign_keys_become_relations_with_both_sides(trade: str) -> None:
    found = models(written(trade))
    assert found["Employee"]["relations"] == {
        "reports_to": {"belongs_to": "Employee"},
        "department": {"belongs_to": "Department"},
        "department2": {"has_one": "Department"},
        "employees": {"has_many": "Employee"},
        "orders": {"has_many": "Order", "inverse": "employee"},
        "seller_orders": {"has_many": "Order", "inverse": "seller"},
        "territories": {"has_and_belongs_to_many": "Territory"},
    }
    assert found["Territory"]["relations"] == {
        "employees": {"has_and_belongs_to_many": "Employee", "inverse": "territories"}
    }
    assert found["OrderDetail"]["unique"] == [["order", "product"]]
    assert found["ReturnRecord"]["relations"] == {"order_detail": {"belongs_to": "OrderDetail"}}
    assert found["Order"]["relations"]["customer"] == {"belongs_to": "Customer", "on_delete": "cascade"}


def test_what_could_not_be_taken_stands_in_comments(trade: str) -> None:
    text = written(trade)
    type_ = "BLOB" if trade.startswith("sqlite") else "BYTEA"
    assert f"    # picture: left out, since it is {type_} and holds bytes, which stand in files here" in text
    assert "# the view dear_products is left out" in text
    assert "# a check is left out: length" in text
    assert "  # The table customers; its key is customer_id, the ids are new" in text
    assert "  # The table return" in text and "it has no key, the ids are new" in text


def test_every_import_has_a_uuid_of_its_own(trade: str) -> None:
    def uuid() -> UUID:
        node, _ = read_document("x.yaml", written(trade))
        assert node is not None
        return UUID(node.data()["uuid"])

    assert uuid() != uuid()


def test_names_that_are_taken_or_reserved_are_changed(tmp_path: Path) -> None:
    text = of_sqlite(
        tmp_path,
        """
        CREATE TABLE "class" (
          id TEXT PRIMARY KEY, "from" INT, "2nd" TEXT, "größe" TEXT, "日本" TEXT, "a b" TEXT, "a-b" TEXT);
        CREATE TABLE "Role" (id INTEGER PRIMARY KEY, "first name" TEXT, firstName TEXT, updated_at TEXT);
        CREATE TABLE "file" (id INTEGER PRIMARY KEY, "x""; DROP" TEXT DEFAULT 'a''b: #{} ', y TEXT DEFAULT '
      read: {public: all}');
        CREATE TABLE items (id INTEGER PRIMARY KEY); CREATE TABLE item (id INTEGER PRIMARY KEY);
        CREATE TABLE "item page" (id INTEGER PRIMARY KEY); CREATE TABLE administrators (id INTEGER PRIMARY KEY);
        CREATE TABLE "🎉" (id INTEGER PRIMARY KEY, status TEXT, status_id INTEGER REFERENCES items);
        """,
    )
    found = models(text)
    assert [*found] == [
        *("Administrator2", "RoleRecord", "Administrator", "ClassRecord", "FileRecord"),
        *("Item", "ItemPage2", "Item2", "Table"),
    ]
    assert [*found["ClassRecord"]["properties"]] == [
        "former_id",
        "from_value",
        "n2nd",
        "grosse",
        "column",
        "a_b",
        "a_b2",
    ]
    assert [*found["RoleRecord"]["properties"]] == ["first_name", "first_name2", "former_updated_at"]
    assert found["FileRecord"]["properties"]["x_drop"]["default"] == "a'b: #{} "
    assert found["FileRecord"]["read"] == {"admin": "all"}
    assert ([*found["Table"]["properties"]], [*found["Table"]["relations"]]) == (["status"], ["status2"])


def test_rows_that_are_pairs_of_one_table_are_a_relation_with_two_sides(tmp_path: Path) -> None:
    found = models(
        of_sqlite(
            tmp_path,
            """
            CREATE TABLE users (id INTEGER PRIMARY KEY);
            CREATE TABLE follows (follower_id INT REFERENCES users, followed_id INT REFERENCES users,
              PRIMARY KEY (follower_id, followed_id));
            CREATE TABLE likes (a_id INT REFERENCES users, b_id INT REFERENCES users);
            """,
        )
    )
    assert found["User"]["relations"]["followeds"] == {"has_and_belongs_to_many": "User"}
    assert found["User"]["relations"]["followers"] == {
        "has_and_belongs_to_many": "User",
        "inverse": "followeds",
    }
    # Here a pair may stand twice.
    assert [*found["Like"]["relations"]] == ["a", "b"]


def test_types_of_postgresql_have_their_kinds(postgres_database: str) -> None:
    text = of_postgresql(
        postgres_database,
        """
        CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
        CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
        CREATE TABLE things (
          key uuid PRIMARY KEY DEFAULT gen_random_uuid(), mood mood DEFAULT 'sad', moods mood[], tags text[],
          at timestamptz DEFAULT now(), address inet, size positive, rate numeric, precise numeric(30, 20),
          span interval, place point, full_text tsvector GENERATED ALWAYS AS (to_tsvector('simple', 'x')) STORED,
          twice integer GENERATED ALWAYS AS (2 * 2) STORED, number serial,
          age integer CHECK (age > 0 AND age < 130), CHECK (age <> 13)
        );
        CREATE UNIQUE INDEX ON things (lower(tags[1])); CREATE INDEX ON things (age) WHERE age > 5;
        """,
    )
    found = models(text)["Thing"]
    assert found["properties"] == {
        "key": {"kind": "text", "required": True, "unique": True, "default": "=uuid()", "length": 36},
        "mood": {"kind": "list", "default": "sad", "options": ["sad", "it's ok"]},
        "moods": {"kind": "multi_list", "options": ["sad", "it's ok"]},
        "tags": {"kind": "json"},
        "at": {"kind": "date_time", "default": "=now"},
        "address": {"kind": "text"},
        "size": {"kind": "number"},
        "rate": {"kind": "decimal"},
        "precise": {"kind": "decimal", "scale": 12},
        "number": {"kind": "number", "required": True},
        "age": {"kind": "number", "minimum": 1, "maximum": 129},
    }
    for note in (
        "span: left out, since it is INTERVAL, which has no kind here",
        "full_text: left out, since it is computed by the database",
        "twice: left out, since it is computed by the database ((2 * 2))",
        "a check is left out: age <> 13",
        "the index things_lower_idx is of expressions or of some rows",
        "the index things_age_idx is of expressions or of some rows",
        "its default was nextval(",
    ):
        assert note in text
    assert "place: left out" in text


def test_schemas_are_taken_all_or_some(postgres_database: str) -> None:
    script = """
    CREATE TABLE customers (id serial PRIMARY KEY);
    CREATE SCHEMA shop; CREATE TABLE shop.customers (id serial PRIMARY KEY, other int REFERENCES public.customers);
    CREATE SCHEMA actionql_x; CREATE TABLE actionql_x.jobs (id int); CREATE TABLE actionql_run (id int);
    CREATE TABLE logs (at date) PARTITION BY RANGE (at);
    CREATE TABLE logs_2026 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    """
    found = models(of_postgresql(postgres_database, script))
    assert [*found] == ["Administrator", "Customer", "Log", "Customer2"]
    assert found["Customer2"]["relations"] == {"other": {"belongs_to": "Customer"}}
    text = written(postgres_database, "shop")
    assert [*models(text)] == ["Administrator", "Customer"]
    assert "# other: the table customers, which it refers to, is not taken" in text


def test_two_hundred_tables_are_one_definition(tmp_path: Path) -> None:
    script = "".join(
        f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, name TEXT, t_id INTEGER REFERENCES t{(n + 1) % 200});"
        for n in range(200)
    )
    assert len(models(of_sqlite(tmp_path, script))) == 201


def test_tables_and_columns_are_left_out_as_wanted(trade: str, tmp_path: Path) -> None:
    done = take(
        *(
            trade,
            "--without",
            "suppliers",
            "--without",
            "products.weight",
            "--without",
            "employee_territories",
        ),
        *("--kind", "categories.description=text", "--kind", "products.barcode=text"),
    )
    assert done.exit_code == 0, done.output
    found = models(done.stdout)
    assert "Supplier" not in found and "weight" not in found["Product"]["properties"]
    assert found["Product"]["properties"]["supplier_id"] == {"kind": "number"}
    assert found["Category"]["properties"]["description"] == {"kind": "text"}
    assert found["Product"]["properties"]["barcode"] == {"kind": "text"}
    assert "# weight: left out, as you asked" in done.stdout
    assert "# the table suppliers is left out, as you asked" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--without", "prodcts"], "there is no table or column 'prodcts'. Did you mean 'products'?"),
        (["--kind", "products.weight=decimel"], "there is no kind 'decimel'. Did you mean 'decimal'?"),
        (["--kind", "products.nothing=text"], "there is no column 'products.nothing'"),
        (["--kind", "products.weight=list"], "needs options"),
        (["--kind", "products.weight=count"], "no column can become a property of the kind count"),
    ],
)
def test_wishes_that_mean_nothing_are_refused(trade: str, arguments: list[str], words: str) -> None:
    done = take(trade, *arguments)
    assert done.exit_code == 1
    assert words in str(done.exception)
