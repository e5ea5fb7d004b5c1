"""Places for boxes that are joined by lines."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from app.pages.drawings.layers import GAP, laid_out


def test_lines_lead_from_left_to_right() -> None:
    layout = laid_out(dict.fromkeys("abc", (100, 50)), [("a", "b"), ("b", "c"), ("a", "c")])
    x = {name: place[0] for name, place in layout.places.items()}
    assert x["a"] < x["b"] < x["c"]
    assert len(layout.passed["a", "c"]) == 2 and layout.passed["a", "b"] == []
    assert (layout.width, layout.height) == (x["c"] + 100, max(y for _, y in layout.places.values()) + 50)


def test_circles_and_lines_to_oneself_are_drawn_too() -> None:
    layout = laid_out(dict.fromkeys("abc", (10, 10)), [("a", "b"), ("b", "c"), ("c", "a"), ("b", "b")])
    assert len({x for x, _ in layout.places.values()}) == 3


def test_columns_are_put_in_order_so_that_lines_do_not_cross() -> None:
    layout = laid_out(dict.fromkeys("abcdxyz", (10, 10)), [("a", "z"), ("b", "y"), ("c", "x")])
    heights = {name: layout.places[name][1] for name in "abcxyz"}
    order = sorted("abc", key=lambda name: heights[name])
    assert [dict(zip("abc", "zyx", strict=True))[name] for name in order] == sorted(
        "xyz", key=lambda name: heights[name]
    )


@pytest.mark.parametrize("seed", range(8))
def test_boxes_never_overlap(seed: int) -> None:
    random = Random(seed)
    names = [f"n{number}" for number in range(40)]
    sizes = {name: (random.randint(100, 300), random.randint(30, 400)) for name in names}
    lines = [(random.choice(names), random.choice(names)) for _ in range(60)]
    places = laid_out(sizes, lines).places
    for one, other in combinations(names, 2):
        (x, y), (to, down) = places[one], places[other]
        beside = x + sizes[one][0] <= to or to + sizes[other][0] <= x
        assert beside or y + sizes[one][1] + GAP - 0.01 <= down or down + sizes[other][1] + GAP - 0.01 <= y


def test_nothing_takes_no_room() -> None:
    assert laid_out({}, []).width == 0
