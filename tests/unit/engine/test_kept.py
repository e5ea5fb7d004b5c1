"""Values of a run come back from their JSON as they were."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.definition.record import Record
from app.engine.kept import Keeper, restored
from app.errors import StepFailed
from app.expressions.dates import CalendarDuration

ZONES = st.sampled_from(
    [UTC, ZoneInfo("Europe/Amsterdam"), ZoneInfo("America/New_York"), timezone(timedelta(hours=5))]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(st.characters())
    | st.binary(max_size=50)
    | st.dates()
    | st.times().map(lambda value: value.replace(fold=0))
    | st.datetimes()
    | st.datetimes(timezones=ZONES)
    | st.timedeltas()
    | st.uuids()
    | st.builds(CalendarDuration, st.integers(-999, 999))
)


def _within(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    objects = st.dictionaries(st.text() | st.integers() | st.booleans() | st.none(), inner, max_size=4)
    records = st.builds(Record, st.text(), st.dictionaries(st.text(), inner, max_size=4))
    return st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | objects | records


def _exactly(value: Any) -> Any:
    """The value with its types, so that 1, true and 1.0 differ, and 1.0 and 1.00."""
    if isinstance(value, dict):
        return (
            type(value),
            getattr(value, "model", None),
            [(_exactly(k), _exactly(v)) for k, v in value.items()],
        )
    if isinstance(value, list | tuple):
        return type(value), [_exactly(item) for item in value]
    zone = value.tzinfo if isinstance(value, datetime) else None
    return type(value), repr(value), str(zone)


def _round(value: Any) -> Any:
    return restored(json.loads(json.dumps(Keeper(10_000_000).keep(value))))


@given(st.recursive(SCALARS, _within, max_leaves=20))
def test_value_comes_back_with_its_type(value: Any) -> None:
    assert _exactly(_round(value)) == _exactly(value)


def test_second_of_two_equal_hours_comes_back() -> None:
    moment = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Amsterdam"), fold=1)
    back = _round(moment)
    assert (back.fold, back.utcoffset()) == (1, timedelta(hours=1))


@pytest.mark.parametrize(
    "value", ["x" * 1_001, ["x"] * 400, {"a": "x" * 999}, Decimal("1" * 1_001), b"x" * 900, UUID(int=0)]
)
def test_value_over_the_limit_is_refused(value: Any) -> None:
    keeper = Keeper(1_000)
    with pytest.raises(StepFailed, match="larger than 1,000 bytes"):
        for _ in range(40):
            keeper.keep(value)


def test_list_shared_a_thousand_times_over_ends_at_the_limit() -> None:
    shared: list[Any] = ["x"]
    for _ in range(100):
        shared = [shared, shared]
    with pytest.raises(StepFailed, match="larger than"):
        Keeper(100_000).keep(shared)


def test_value_of_another_kind_is_refused_by_its_type_alone() -> None:
    with pytest.raises(StepFailed, match="cannot be kept") as refused:
        Keeper(1_000).keep({"a": {1, 2}})
    assert refused.value.reason == "it is a set"


def test_value_that_nests_too_deep_is_refused() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    with pytest.raises(StepFailed, match="200 deep"):
        Keeper(1_000_000).keep(deep)
