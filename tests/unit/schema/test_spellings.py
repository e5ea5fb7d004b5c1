"""The schema for generators of clients."""

from __future__ import annotations

from graphql import build_schema

from app.schema.spellings import plain_sdl
from tests.support.server import ROOT

SDL = '''
"""A filter."""
input TextFilter {
  """Begins."""
  startsWith: String
  starts_with: String
  eq: String
  only_here: String
}

input ShoeWhere {
  name: TextFilter
  _and: [ShoeWhere!]
}

type Query {
  snake_case: Int
}
'''


def test_second_spellings_are_left_out_and_nothing_else() -> None:
    assert plain_sdl(SDL).strip() == SDL.replace("  starts_with: String\n", "").strip()


def test_schema_of_the_example_stays_one() -> None:
    plain = build_schema(plain_sdl((ROOT / "schema.graphql").read_text()))
    fields = plain.type_map["TextFilter"].fields  # type: ignore[attr-defined]
    assert {"startsWith", "in", "exists"} <= {*fields}
    assert not any("_" in name for name in fields)
