"""Places for boxes that are joined by lines: in columns, so that lines lead from left to right and cross seldom.

The way of Sugiyama: circles are broken, each box gets a column, long lines get a place in every column that they
pass, columns are put in order by their neighbours, and boxes are moved towards what they are joined with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

GAP, BETWEEN = 22.0, 92.0
"""Pixels between boxes of one column, and between columns."""
_SWEEPS = 8
_MOVES = 12

Joined = Mapping[str, list[str]]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the boxes are, by their upper left corner, and the points that a line passes between its two ends."""

    places: Mapping[str, Point]
    passed: Mapping[tuple[str, str], Sequence[Point]]
    """By the two ends, the left one first."""
    width: float
    height: float


def laid_out(sizes: Mapping[str, tuple[float, float]], lines: Iterable[tuple[str, str]]) -> Layout:
    """Places for boxes of these sizes with these lines between them, which go to the right as far as they can."""
    straight = _without_circles(list(sizes), list(dict.fromkeys(lines)))
    column = _columns(list(sizes), straight)
    heights = {name: height for name, (_, height) in sizes.items()}
    steps, passing = _stepwise(straight, column, heights)
    right, left = _neighbours(steps)
    columns: list[list[str]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for name, at in column.items():
        columns[at].append(name)
    columns = _ordered(columns, left, right)
    tops = _tops(columns, heights, left, right)
    widths = [max((sizes[name][0] for name in names if name in sizes), default=0.0) for names in columns]
    begins = [sum(widths[:at]) + BETWEEN * at for at in range(len(columns))]

    def across(name: str) -> tuple[Point, Point]:
        begin = begins[column[name]]
        return (begin, tops[name]), (begin + widths[column[name]], tops[name])

    return Layout(
        {name: (begins[column[name]], tops[name]) for name in sizes},
        {ends: [point for name in names for point in across(name)] for ends, names in passing.items()},
        begins[-1] + widths[-1] if columns else 0.0,
        max((tops[name] + heights[name] for name in sizes), default=0.0),
    )


def _without_circles(names: Sequence[str], lines: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The lines with those turned round that lead back to where one comes from."""
    onward = defaultdict(list)
    for begin, end in lines:
        onward[begin].append(end)
    seen: dict[str, str] = {}
    found = []
    for first in names:
        if first in seen:
            continue
        seen[first] = "open"
        way = [(first, iter(onward[first]))]
        while way:
            name, rest = way[-1]
            following = next(rest, None)
            if following is None:
                seen[name] = "done"
                way.pop()
                continue
            found.append((following, name) if seen.get(following) == "open" else (name, following))
            if following not in seen:
                seen[following] = "open"
                way.append((following, iter(onward[following])))
    return list(dict.fromkeys(pair for pair in found if pair[0] != pair[1]))


def _columns(names: Sequence[str], lines: Sequence[tuple[str, str]]) -> dict[str, int]:
    """A column for each, to the right of all that lead to it, and no farther left of what it leads to than needed."""
    right, left = _neighbours(lines)
    column: dict[str, int] = {}
    waiting = {name: len(left[name]) for name in names}
    ready = [name for name in names if not waiting[name]]
    for name in ready:
        column[name] = max((column[one] + 1 for one in left[name]), default=0)
        for one in right[name]:
            waiting[one] -= 1
            if not waiting[one]:
                ready.append(one)
    for name in reversed(ready):
        if right[name] and not left[name]:
            column[name] = min(column[one] for one in right[name]) - 1
    return column


def _stepwise(
    lines: Iterable[tuple[str, str]], column: dict[str, int], heights: dict[str, float]
) -> tuple[list[tuple[str, str]], dict[tuple[str, str], list[str]]]:
    """Lines that each go one column on: longer ones pass through places of their own, which are added."""
    steps: list[tuple[str, str]] = []
    passing = {}
    for begin, end in lines:
        names = [f"{begin}\n{end}\n{at}" for at in range(column[begin] + 1, column[end])]
        for at, name in enumerate(names, column[begin] + 1):
            column[name], heights[name] = at, 0.0
        passing[begin, end] = names
        way = [begin, *names, end]
        steps.extend(pairwise(way))
    return steps, passing


def _neighbours(lines: Iterable[tuple[str, str]]) -> tuple[Joined, Joined]:
    """What each leads to, and what leads to each."""
    right, left = defaultdict(list), defaultdict(list)
    for begin, end in lines:
        right[begin].append(end)
        left[end].append(begin)
    return right, left


def _ordered(columns: list[list[str]], left: Joined, right: Joined) -> list[list[str]]:
    """The columns, each in an order in which few lines cross."""
    best, fewest = columns, _crossings(columns, right)
    for sweep in range(_SWEEPS):
        columns = [list(names) for names in columns]
        forward = sweep % 2 == 0
        order = range(1, len(columns)) if forward else range(len(columns) - 2, -1, -1)
        for at in order:
            beside = columns[at - 1 if forward else at + 1]
            _sort(columns[at], {name: place for place, name in enumerate(beside)}, left if forward else right)
        if (crossings := _crossings(columns, right)) < fewest:
            best, fewest = columns, crossings
    return best


def _sort(names: list[str], places: Mapping[str, int], joined: Joined) -> None:
    own = {name: place for place, name in enumerate(names)}

    def middle(name: str) -> float:
        beside = [places[one] for one in joined[name] if one in places]
        return sum(beside) / len(beside) if beside else own[name]

    names.sort(key=middle)


def _crossings(columns: Sequence[Sequence[str]], right: Joined) -> int:
    """How many pairs of lines cross."""
    count = 0
    for names, following in pairwise(columns):
        places = {name: place for place, name in enumerate(following)}
        ends = [sorted(places[one] for one in right[name]) for name in names]
        for at, one in enumerate(ends):
            count += sum(1 for later in ends[at + 1 :] for end in later for other in one if other > end)
    return count


def _tops(
    columns: Sequence[Sequence[str]], heights: Mapping[str, float], left: Joined, right: Joined
) -> dict[str, float]:
    """How far down each begins: as near to the middle of its neighbours as there is room."""
    tops: dict[str, float] = {}
    for names in columns:
        y = 0.0
        for name in names:
            tops[name] = y
            y += heights[name] + GAP
    for _ in range(_MOVES):
        for names in columns:
            wanted = [_beside(name, tops, heights, [*left[name], *right[name]]) for name in names]
            tops |= dict(zip(names, _spread(wanted, [heights[name] + GAP for name in names]), strict=True))
    highest = min(tops.values(), default=0.0)
    return {name: top - highest for name, top in tops.items()}


def _beside(name: str, tops: Mapping[str, float], heights: Mapping[str, float], beside: list[str]) -> float:
    if not beside:
        return tops[name]
    middle = sum(tops[one] + heights[one] / 2 for one in beside) / len(beside)
    return middle - heights[name] / 2


def _spread(wanted: Sequence[float], rooms: Sequence[float]) -> list[float]:
    """The wanted places moved apart, in their order, so that each has its room: as far up as down."""
    down, up = list(wanted), list(wanted)
    for at in range(1, len(wanted)):
        down[at] = max(down[at], down[at - 1] + rooms[at - 1])
    for at in range(len(wanted) - 2, -1, -1):
        up[at] = min(up[at], up[at + 1] - rooms[at])
    return [(one + other) / 2 for one, other in zip(down, up, strict=True)]
