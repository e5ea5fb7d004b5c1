"""A small trading company's database, as one grows somewhere, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import psycopg

TABLES = """
CREATE TABLE categories (
  category_id INTEGER PRIMARY KEY, category_name VARCHAR(15) NOT NULL, description TEXT, picture {bytes}
);
CREATE TABLE suppliers (
  supplier_id INTEGER PRIMARY KEY, company_name VARCHAR(40) NOT NULL, "class" VARCHAR(5), homepage TEXT
);
CREATE TABLE products (
  product_id INTEGER PRIMARY KEY,
  product_name VARCHAR(40) NOT NULL UNIQUE,
  supplier_id INTEGER REFERENCES suppliers (supplier_id) ON DELETE SET NULL,
  category_id INTEGER NOT NULL REFERENCES categories (category_id),
  unit_price NUMERIC(10, 2) NOT NULL DEFAULT 0 CHECK (unit_price >= 0),
  units_in_stock SMALLINT CHECK (units_in_stock BETWEEN 0 AND 9999),
  weight {float},
  barcode BIGINT,
  discontinued BOOLEAN NOT NULL DEFAULT {no},
  CHECK (length(product_name) > 1)
);
CREATE INDEX products_of ON products (category_id, product_name);
CREATE TABLE customers (
  customer_id CHAR(5) PRIMARY KEY,
  company_name VARCHAR(40) NOT NULL,
  status VARCHAR(10) NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'good', 'it''s over')),
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE employees (
  employee_id INTEGER PRIMARY KEY,
  last_name VARCHAR(20) NOT NULL,
  birth_date DATE,
  starts TIME,
  reports_to INTEGER REFERENCES employees (employee_id),
  department_id INTEGER
);
CREATE TABLE departments (
  department_id INTEGER PRIMARY KEY, name TEXT NOT NULL, head INTEGER UNIQUE REFERENCES employees (employee_id)
);
CREATE TABLE employee_territories (
  employee_id INTEGER NOT NULL REFERENCES employees (employee_id),
  territory_id VARCHAR(20) NOT NULL REFERENCES territories (territory_id),
  PRIMARY KEY (employee_id, territory_id)
);
CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY,
  customer_id CHAR(5) REFERENCES customers (customer_id) ON DELETE CASCADE,
  employee_id INTEGER REFERENCES employees (employee_id),
  seller_id INTEGER REFERENCES employees (employee_id),
  ordered TIMESTAMP NOT NULL,
  notes {json}
);
CREATE TABLE order_details (
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  product_id INTEGER NOT NULL REFERENCES products (product_id),
  quantity SMALLINT NOT NULL DEFAULT 1,
  PRIMARY KEY (order_id, product_id)
);
CREATE TABLE returns (
  reason TEXT, order_id INTEGER, product_id INTEGER,
  FOREIGN KEY (order_id, product_id) REFERENCES order_details (order_id, product_id)
);
CREATE VIEW dear_products AS SELECT * FROM products WHERE unit_price > 100;
"""
TERRITORIES = "CREATE TABLE territories (territory_id VARCHAR(20) PRIMARY KEY, name VARCHAR(50));"
CYCLE = (
    "ALTER TABLE employees ADD FOREIGN KEY (department_id) REFERENCES departments (department_id) NOT VALID;"
)
ROWS = """
INSERT INTO categories VALUES (1, 'Beverages', 'Soft drinks, coffees,
teas', NULL), (4, 'Dairy', NULL, NULL);
INSERT INTO suppliers VALUES (3, 'Größe & Söhne', 'A', NULL);
INSERT INTO products VALUES
  (1, 'Chai', 3, 1, 18.00, 39, 0.1, 4006381333931, {no}), (70, 'Queso', NULL, 4, 121.5, 0, NULL, NULL, {yes});
INSERT INTO customers VALUES
  ('WOLZA', 'Wolski', 'it''s over', '2020-01-02 03:04:05'), ('ALFKI', 'Alfreds', 'new', NULL);
INSERT INTO employees VALUES (1, 'Davolio', '1968-12-08', '08:30:00', 2, NULL), (2, 'Fuller', NULL, NULL, NULL, NULL);
INSERT INTO departments VALUES (1, 'Sales', 2);
UPDATE employees SET department_id = 1;
INSERT INTO territories VALUES ('06897', 'Wilton'), ('01581', 'Westboro');
INSERT INTO employee_territories VALUES (1, '06897'), (1, '01581'), (2, '01581');
INSERT INTO orders VALUES
  (10248, 'WOLZA', 1, 2, '1996-07-04 10:30:00', '{{"gift": true, "paid": 1.10}}'),
  (10249, NULL, NULL, NULL, '1996-07-05 00:00:00', NULL);
INSERT INTO order_details VALUES (10248, 70, 12), (10248, 1, 1), (10249, 1, 5);
INSERT INTO returns VALUES ('broken', 10248, 70), ('late', NULL, NULL), (NULL, 10249, 1);
"""


def make_sqlite(file: Path) -> str:
    """The database in a file; its URL."""
    words = {"bytes": "BLOB", "float": "REAL", "no": "0", "yes": "1", "json": "JSON"}
    with closing(sqlite3.connect(file)) as connection:
        tables = TABLES.replace("department_id INTEGER\n", "department_id INTEGER REFERENCES departments\n")
        connection.executescript(TERRITORIES + tables.format(**words) + ROWS.format(**words))
    return f"sqlite:///{file}"


def make_postgresql(url: str) -> str:
    """The database at this URL, which is empty; its URL."""
    words = {"bytes": "bytea", "float": "double precision", "no": "false", "yes": "true", "json": "jsonb"}
    run_postgresql(url, [TERRITORIES + TABLES.format(**words) + CYCLE + ROWS.format(**words)])
    return url


def run_postgresql(url: str, statements: Iterable[str]) -> None:
    """Runs scripts one after the other."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
