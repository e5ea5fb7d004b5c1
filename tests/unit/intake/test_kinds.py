"""What checks and defaults of columns say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.intake.kinds import default_of, limits_of


@pytest.mark.parametrize(
    ("check", "limits"),
    [
        ("status IN ('a', 'b')", ("status", {"options": ["a", "b"]})),
        (
            "((status)::text = ANY ((ARRAY['a'::character varying, 'it''s'::character varying])::text[]))",
            ("status", {"options": ["a", "it's"]}),
        ),
        ("(price >= (0)::numeric)", ("price", {"minimum": 0})),
        ('"price" <= 9.50', ("price", {"maximum": Decimal("9.50")})),
        ("((age > 0) AND (age < 130))", ("age", {"minimum": 1, "maximum": 129})),
        ("age BETWEEN 1 AND 5", ("age", {"minimum": 1, "maximum": 5})),
        ("price > 0", None),
        ("a > b", None),
        ("age > 0 AND size > 0", None),
        ("status IN ('a') OR age > 2", None),
        ("length(name) > 3", None),
        ("name <> ''", None),
    ],
)
def test_check_says_what_options_say_or_nothing(check: str, limits: Any) -> None:
    assert limits_of(check, {"age": "number", "size": "number", "price": "decimal"}) == limits


@pytest.mark.parametrize(
    ("sql", "kind", "default"),
    [
        ("'x'::character varying", "text", "x"),
        ("'it''s'", "multi_line_text", "it's"),
        ("'=now'", "text", None),
        ("now()", "date_time", "=now"),
        ("CURRENT_TIMESTAMP", "date_time", "=now"),
        ("CURRENT_DATE", "date", "=today"),
        ("'2020-01-01'::date", "date", "2020-01-01"),
        ("(-1)", "number", -1),
        ("'0.50'::numeric", "decimal", Decimal("0.50")),
        ("true", "boolean", True),
        ("0", "boolean", False),
        ("gen_random_uuid()", "text", "=uuid()"),
        ("nextval('a_seq'::regclass)", "number", None),
        ("'{}'::jsonb", "json", None),
        ("upper('x')", "text", None),
    ],
)
def test_default_says_the_same_or_nothing(sql: str, kind: str, default: Any) -> None:
    assert default_of(sql, kind) == default
