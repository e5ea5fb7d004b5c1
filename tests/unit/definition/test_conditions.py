from __future__ import annotations

from typing import Any

import pytest

from app.definition.conditions import (
    ALWAYS,
    NEVER,
    Compare,
    Condition,
    Every,
    Parameter,
    Related,
    Some,
    both,
    prune,
    shift,
)

A = Compare("a", "eq", Parameter(0))
B = Compare("b", "eq", Parameter(1))
EXISTS = Compare("c", "exists")


def test_shift_moves_every_parameter() -> None:
    condition = Every((A, Some((EXISTS, B)), Related("r", A, B)))
    a, b = Compare("a", "eq", Parameter(5)), Compare("b", "eq", Parameter(6))
    assert shift(condition, 5) == Every((a, Some((EXISTS, b)), Related("r", a, b)))


@pytest.mark.parametrize(
    ("condition", "values", "kept"),
    [
        (A, [None], ALWAYS),
        (A, [1], A),
        (EXISTS, [], EXISTS),
        (Every((A, B)), [None, 2], Every((B,))),
        (Some((A, B)), [None, 2], Some((B,))),
        (Some((A, B)), [None, None], ALWAYS),
        (NEVER, [], NEVER),
        (Related("r", A), [None], ALWAYS),
        (Related("r", A), [1], Related("r", A)),
    ],
)
def test_prune_leaves_comparisons_with_null_out(
    condition: Condition, values: list[Any], kept: Condition
) -> None:
    assert prune(condition, values) == kept


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [(None, None, None), (A, None, A), (None, B, B), (A, B, Every((A, B)))],
)
def test_both_joins_what_there_is(
    first: Condition | None, second: Condition | None, joined: Condition | None
) -> None:
    assert both(first, second) == joined
