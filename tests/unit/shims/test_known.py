"""What doors keep of lists stays bounded, whatever callers send."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from starlette.requests import Request

from app.resolvers.listing import Listing, Prepared
from app.shims.endpoints.generated import GeneratedRecords
from app.shims.records.known import MOST_BYTES, MOST_LISTS, FoundList, KnownLists
from app.shims.records.parameters import Asked
from app.storage.selection import Selection, Source
from tests.unit.shims.test_lists import COLUMNS

SELECTION = Selection(Source("Shoe", frozenset({"id"}), None), ())
FOUND = FoundList(Asked(Listing("Shoe"), (), False), Prepared(SELECTION, (), None))
CONTEXT: Any = SimpleNamespace(server=SimpleNamespace(settings=SimpleNamespace(take=50, take_most=200)))


def query(text: str) -> Request:
    return Request({"type": "http", "query_string": text.encode()})


def test_known_list_is_found_for_its_model_query_and_roles_alone() -> None:
    known = KnownLists()
    known.keep(("Shoe", b"limit=1", frozenset({"clerk"})), FOUND)
    assert known.get(("Shoe", b"limit=1", frozenset({"clerk"}))) is FOUND
    assert known.get(("Sock", b"limit=1", frozenset({"clerk"}))) is None
    assert known.get(("Shoe", b"limit=2", frozenset({"clerk"}))) is None
    assert known.get(("Shoe", b"limit=1", frozenset())) is None


def test_known_lists_stay_bounded_in_number_and_length() -> None:
    known = KnownLists()
    for number in range(3 * MOST_LISTS):
        known.keep(("Shoe", b"offset=%d" % number, frozenset()), FOUND)
        assert len(known) <= MOST_LISTS
    long = ("Shoe", b"x" * (MOST_BYTES + 1), frozenset[str]())
    known.keep(long, FOUND)
    assert known.get(long) is None


def test_queries_of_generated_lists_stay_bounded_in_number_and_length() -> None:
    records = GeneratedRecords()
    for number in range(1, 1_500):
        assert records.asked(CONTEXT, COLUMNS, query(f"page={number}")).page == number
        assert len(records) <= 500
    kept = len(records)
    assert records.asked(CONTEXT, COLUMNS, query("page=1499")) is records.asked(
        CONTEXT, COLUMNS, query("page=1499")
    )
    records.asked(CONTEXT, COLUMNS, query(f"name={'x' * 2_000}"))
    assert len(records) == kept
