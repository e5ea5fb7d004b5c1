"""The models of an application as a picture: their properties, and lines for their relations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.definition.model import ROLE_MODEL, Application, Model, Relation
from app.definition.relations import inverse_of
from app.pages.drawings.layers import GAP, Layout, Point, laid_out
from app.pages.drawings.shapes import BOLD, Box, Drawing, Line, Text, fitted, together, width_of

ROW, HEAD, INSET = 18, 30, 10
LEAST, MOST = 170, 300
"""Widths of a box."""
BEND = 46
FOOT = 10
MARGIN = 8
_LEAST_ROW = 640


@dataclass(frozen=True, slots=True)
class Edge:
    """Two models that are related: by which row of each box, and whether there may be many at that end."""

    left: str
    right: str
    left_row: str | None
    right_row: str | None
    left_many: bool
    right_many: bool


def draw_models(application: Application, told: Mapping[str, str]) -> Drawing:
    """Every model with its properties and relations; `told` is what is said of one beside its name."""
    edges = list(edges_of(application))
    shown = _shown(application, edges)
    boxes = {name: _box(model, told.get(name, "")) for name, model in shown.items()}
    joined = {name for edge in edges for name in (edge.left, edge.right)}
    sizes = {name: (boxes[name].width, boxes[name].height) for name in shown if name in joined}
    layout = laid_out(sizes, [(edge.left, edge.right) for edge in edges])
    placed = {name: replace(boxes[name], x=x, y=y) for name, (x, y) in layout.places.items()}
    lines = [line for edge in edges for line in _lines(edge, placed, layout, shown)]
    single = [boxes[name] for name in shown if name not in joined]
    width = max(layout.width, _LEAST_ROW if single else 0.0)
    rest, height = _rows(single, width, layout.height + (GAP if placed else 0.0))
    whole = Drawing(boxes=(*placed.values(), *rest), lines=tuple(lines)).moved(MARGIN, MARGIN)
    right = max((box.x + box.width for box in whole.boxes), default=0.0)
    loops = 2 * BEND if any(edge.left == edge.right for edge in edges) else 0
    return together(right + MARGIN + loops, height + 2 * MARGIN, [whole])


def edges_of(application: Application) -> Iterator[Edge]:
    """Each relation once, whether it is written on one side or on both; the one of whom there may be many right."""
    seen = set()
    for model in application.models.values():
        for relation in model.relations.values():
            if (model.name, relation.name) in seen:
                continue
            other = inverse_of(application.models, model.name, relation)
            seen.add((model.name, relation.name))
            if other is not None:
                seen.add((relation.model, other.name))
            yield _edge(model.name, relation, other)


def _edge(model: str, relation: Relation, other: Relation | None) -> Edge:
    back = None if other is None else other.name
    many = relation.kind in ("belongs_to", "has_and_belongs_to_many") and (other is None or other.to_many)
    if relation.kind == "belongs_to":
        return Edge(relation.model, model, back, relation.name, False, many)
    return Edge(model, relation.model, relation.name, back, many, relation.to_many)


def _shown(application: Application, edges: list[Edge]) -> dict[str, Model]:
    """The models; that of roles only where somebody has some."""
    related = {name for edge in edges for name in (edge.left, edge.right)}
    return {
        name: model for name, model in application.models.items() if name != ROLE_MODEL or name in related
    }


def _rows_of(model: Model) -> list[tuple[str, str, str]]:
    """What stands in a model's box: name, kind, and how it looks."""
    rows = [
        (f"{name}{' *' if one.required else ''}", f"{one.kind}{' unique' if one.unique else ''}", "property")
        for name, one in model.properties.items()
    ]
    return rows + [(name, _kind_of(one), "relation") for name, one in model.relations.items()]


def _kind_of(relation: Relation) -> str:
    return f"{'many ' if relation.to_many else ''}{relation.model}"


def _box(model: Model, told: str) -> Box:
    rows = _rows_of(model)
    wanted = max((width_of(name) + width_of(kind) + 16 for name, kind, _ in rows), default=0)
    head = width_of(model.name) * BOLD + width_of(told) + 16
    width = min(MOST, max(LEAST, wanted, head) + 2 * INSET)
    texts = [Text(INSET, 20, fitted(model.name, (width - 2 * INSET) / BOLD), "kind")]
    if told:
        texts.append(Text(width - INSET, 20, told, "open", end=True))
    room = width - 2 * INSET
    for number, (name, kind, look) in enumerate(rows):
        y = HEAD + ROW * number + 14
        first = fitted(name, room * 0.6)
        texts.append(Text(INSET, y, first, look))
        left = max(24.0, room - width_of(first) - 8)
        texts.append(Text(width - INSET, y, fitted(kind, left), "of", end=True))
    height = HEAD + ROW * len(rows) + (6 if rows else 0)
    words = [model.name, *(f"{name}: {kind}" for name, kind, _ in rows)]
    return Box(0, 0, width, height, "model", texts, "\n".join(words), rules=(HEAD - 2,) if rows else ())


def _rows(boxes: list[Box], width: float, top: float) -> tuple[list[Box], float]:
    """Boxes that nothing leads to, side by side in rows; and where the last row ends."""
    placed, x, y, low = [], 0.0, top, 0.0
    for box in boxes:
        if x and x + box.width > width:
            x, y, low = 0.0, y + low + GAP, 0.0
        placed.append(replace(box, x=x, y=y))
        x += box.width + GAP
        low = max(low, box.height)
    return placed, y + low if boxes else top


def _lines(
    edge: Edge, boxes: Mapping[str, Box], layout: Layout, models: Mapping[str, Model]
) -> Iterator[Line]:
    """The line of a relation, and what stands at its ends: a bar for one, a crow's foot for many."""
    if edge.left == edge.right:
        yield from _round(edge, boxes[edge.left], models[edge.left])
        return
    ends = (edge.left, edge.left_row, edge.left_many), (edge.right, edge.right_row, edge.right_many)
    if boxes[edge.left].x > boxes[edge.right].x:
        ends = ends[1], ends[0]
    (left, left_row, left_many), (right, right_row, right_many) = ends
    begin = boxes[left].x + boxes[left].width, boxes[left].y + _height_of(models[left], left_row)
    end = boxes[right].x, boxes[right].y + _height_of(models[right], right_row)
    yield _bent([begin, *layout.passed.get((left, right), ()), end])
    yield from _foot(begin, 1, many=left_many)
    yield from _foot(end, -1, many=right_many)


def _round(edge: Edge, box: Box, model: Model) -> Iterator[Line]:
    """The line of a model that is related to itself."""
    x = box.x + box.width
    begin, end = box.y + _height_of(model, edge.left_row), box.y + _height_of(model, edge.right_row)
    yield Line(((x, begin), (x + BEND, begin), (x + BEND, end), (x, end)), bent=True)
    yield from _foot((x, begin), 1, many=edge.left_many)
    yield from _foot((x, end), 1, many=edge.right_many)


def _height_of(model: Model, relation: str | None) -> float:
    """How far down the row of a relation is in its box; the name of the model where it has none."""
    if relation is None:
        return HEAD / 2
    return HEAD + ROW * (len(model.properties) + list(model.relations).index(relation)) + 9


def _bent(points: Sequence[Point]) -> Line:
    through = [points[0]]
    for (x, y), (to, down) in pairwise(points):
        middle = (x + to) / 2
        through += [(middle, y), (middle, down), (to, down)]
    return Line(tuple(through), bent=True)


def _foot(at: Point, way: int, *, many: bool) -> Iterator[Line]:
    x, y = at
    if not many:
        yield Line(((x + way * 7, y - 5), (x + way * 7, y + 5)), "foot")
        return
    for up in (-5, 5):
        yield Line(((x + way * FOOT, y), (x, y + up)), "foot")
