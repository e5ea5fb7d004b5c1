"""An action as a picture: its steps from top to bottom, what is chosen between side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.definition.model import Action
from app.definition.steps import Step
from app.engine.compile import blocks_of
from app.functions import kind_of
from app.pages.drawings.shapes import BOLD, Box, Drawing, Line, Text, fitted, together
from app.pages.drawings.step_words import asides_of, words_of
from app.pages.drawings.times import told_seconds

WIDTH = 280
"""Of a step."""
LINE, INSET = 17, 12
GAP, BETWEEN, LABEL, PADDING = 22, 28, 30, 14
MARGIN = 4
_LEAST = 110
"""Width of a way round without a step."""
_LOOKS = {
    "condition": "choice",
    "loop": "loop",
    "error": "stop",
    "finish": "stop",
    "call": "call",
    "ask": "wait",
    "wait": "wait",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run did at one step: how often, for how many milliseconds in all, and how it left it, if it has."""

    count: int
    milliseconds: float
    how: Literal["taken", "failed", "waiting"] = "taken"


@dataclass(frozen=True, slots=True)
class Block:
    """A drawn block: one comes in at the top and leaves at the bottom, at `axis` from the left, unless it ends."""

    drawing: Drawing
    axis: float
    ends: bool = False

    @property
    def right(self) -> float:
        """How far it goes to the right of its axis."""
        return self.drawing.width - self.axis


@dataclass(frozen=True, slots=True)
class Way:
    """One of several ways on: under which words, and what stands in it, if anything."""

    label: str
    block: Block | None
    look: str = ""

    @property
    def least(self) -> float:
        """How much room it needs to the right of its axis."""
        return _LEAST if self.block is None else max(self.block.right, _LEAST)


Link = Callable[[str], str | None]


def draw_action(
    action: Action, taken: Mapping[str, Taken] | None = None, link: Link = lambda _: None
) -> Drawing:
    """The steps of an action; of a run too where it is said what was `taken`, by the places of the steps.

    `link` gives where the picture of an action that is called leads.
    """
    flow = _Flow(taken, link)
    begin = _pill("Start")
    end = _pill(_result_of(action))
    steps = flow.steps(action.steps, "steps")
    whole = _below([begin, end] if steps is None else [begin, steps, end])
    width, height = whole.drawing.width + 2 * MARGIN, whole.drawing.height + 2 * MARGIN
    return replace(whole.drawing.moved(MARGIN, MARGIN), width=width, height=height)


def fits(action: Action, steps: Mapping[str, str]) -> bool:
    """Whether an action has steps of these kinds at these places: an older definition may have had others."""
    kinds = dict(places(action.steps, "steps"))
    return all(kinds.get(place) == kind for place, kind in steps.items())


def places(steps: Sequence[Step], place: str) -> Iterator[tuple[str, str]]:
    """The place and kind of each step of a block and of the blocks in it, as runs note them."""
    for index, step in enumerate(steps):
        here = f"{place}[{index}]"
        yield here, step.kind
        for _, below, block in blocks_of(step):
            yield from places(block, f"{here}.{below}")


@dataclass(frozen=True, slots=True)
class _Flow:
    taken: Mapping[str, Taken] | None
    link: Link

    def steps(self, steps: Sequence[Step], place: str) -> Block | None:
        """The steps of a block one below the other; None where there are none."""
        if not steps:
            return None
        return _below([self._step(step, f"{place}[{index}]") for index, step in enumerate(steps)])

    def _step(self, step: Step, place: str) -> Block:
        box = self._box(step, place)
        if step.kind == "loop":
            return _loop(box, self.steps(step.do, f"{place}.do"))
        if step.kind == "condition":
            return _ways(box, self._choices(step, place))
        if isinstance(step.on_error, tuple):
            trouble = self.steps(step.on_error, f"{place}.on_error")
            return _ways(box, [Way("", None), Way("on error", trouble, "trouble")])
        ends = step.kind in ("error", "finish") and step.if_ is None
        return Block(Drawing(box.width, box.height, (box,)), box.width / 2, ends)

    def _choices(self, step: Step, place: str) -> list[Way]:
        otherwise = self.steps(step.else_, f"{place}.else")
        if not step.cases:
            return [Way("yes", self.steps(step.then, f"{place}.then")), Way("no", otherwise)]
        cases = [
            Way(case.if_.source, self.steps(case.then, f"{place}.cases[{index}].then"))
            for index, case in enumerate(step.cases)
        ]
        return [*cases, Way("otherwise", otherwise)]

    def _box(self, step: Step, place: str) -> Box:
        taken = None if self.taken is None else self.taken.get(place)
        words = words_of(step)
        room = WIDTH - 2 * INSET
        name = fitted(f"→ {step.as_}", room / 2) if step.as_ else ""
        lines = [(words, "words")] if words else []
        lines += [(aside, "aside") for aside in asides_of(step)]
        if taken is not None:
            lines.append((_told(taken), "took"))
        texts = [Text(INSET, LINE + 3, fitted(step.kind, room / 2 / BOLD), "kind")]
        if name:
            texts.append(Text(WIDTH - INSET, LINE + 3, name, "name", end=True))
        for number, (text, look) in enumerate(lines, 2):
            texts.append(Text(INSET, LINE * number + 3, fitted(text, room), look))
        height = LINE * (1 + len(lines)) + INSET
        called = str(step.options.action) if step.kind == "call" else None
        told = "\n".join([f"{place}: {step.kind}", *(text for text, _ in lines)])
        link = None if called is None else self.link(called)
        return Box(0, 0, WIDTH, height, self._look(step, taken), texts, told, link)

    def _look(self, step: Step, taken: Taken | None) -> str:
        look = _LOOKS.get(step.kind) or ("reach" if kind_of(step).mode == "reach" else "plain")
        if self.taken is None:
            return f"step {look}"
        return f"step {look} {'untaken' if taken is None else taken.how}"


def _told(taken: Taken) -> str:
    often = "" if taken.count == 1 else f"{taken.count:,} times, "
    how = "" if taken.how == "taken" else f", {taken.how}"
    return f"{often}{told_seconds(taken.milliseconds / 1000)}{how}"


def _result_of(action: Action) -> str:
    if action.outputs:
        return f"Answers {', '.join(action.outputs)}"
    if action.result is None or action.result.raw is None:
        return "End"
    raw = action.result.raw
    return f"Answers {raw.removeprefix('=') if isinstance(raw, str) else 'a value'}"


def _pill(words: str) -> Block:
    height = 30
    text = Text(INSET + 4, 20, fitted(words, WIDTH - 2 * INSET - 8), "words")
    box = Box(0, 0, WIDTH, height, "pill", (text,), words)
    return Block(Drawing(WIDTH, height, (box,)), WIDTH / 2)


def _below(blocks: Sequence[Block]) -> Block:
    """Blocks one below the other, each led on to the next."""
    axis = max(block.axis for block in blocks)
    parts, y = [], 0.0
    for index, block in enumerate(blocks):
        parts.append(block.drawing.moved(axis - block.axis, y))
        y += block.drawing.height
        if index < len(blocks) - 1:
            if not block.ends:
                parts.append(_line([(axis, y), (axis, y + GAP)], arrow=True))
            y += GAP
    width = axis + max(block.right for block in blocks)
    return Block(together(width, y, parts), axis, blocks[-1].ends)


def _ways(head: Box, ways: Sequence[Way]) -> Block:
    """A step with several ways on: the first straight down, the others to its right; they meet again below."""
    first = ways[0]
    axis = max(head.width / 2, first.block.axis if first.block else 0)
    parts = [Drawing(boxes=(replace(head, x=axis - head.width / 2),))]
    top, right = head.height + LABEL, axis + max(head.width / 2, first.least)
    axes = [axis]
    for way in ways[1:]:
        axes.append(right + BETWEEN + (way.block.axis if way.block else 0))
        right = axes[-1] + way.least
    bottom = top + max((way.block.drawing.height for way in ways if way.block), default=0)
    for way, at in zip(ways, axes, strict=True):
        parts.append(_led(head, axis, way, at))
        if way.block is not None:
            parts.append(way.block.drawing.moved(at - way.block.axis, top))
    open_ways = [(way, at) for way, at in zip(ways, axes, strict=True) if not (way.block and way.block.ends)]
    for way, at in open_ways:
        down = top + (way.block.drawing.height if way.block else 0)
        points = [(at, down), (at, bottom + PADDING), (axis, bottom + PADDING)]
        parts.append(_line(points[:2] if at == axis else points, look=way.look))
    height = bottom + PADDING if open_ways else bottom
    return Block(together(right, height, parts), axis, not open_ways)


def _led(head: Box, axis: float, way: Way, at: float) -> Drawing:
    """The line from a step to one of its ways, with the words on it."""
    top, middle = head.height + LABEL, head.height / 2
    points = [(axis, head.height), (axis, top)]
    if at != axis:
        points = [(axis + head.width / 2, middle), (at, middle), (at, top)]
    line = Line(tuple(points), way.look, arrow=way.block is not None)
    label = Text(at + 8, head.height + 18, fitted(way.label, way.least - 8), f"label {way.look}".strip())
    return Drawing(lines=(line,), texts=(label,) if way.label else ())


def _loop(head: Box, body: Block | None) -> Block:
    """A step whose block is gone through again and again, in a frame of its own."""
    inner = Block(Drawing(head.width, head.height, (head,)), head.width / 2)
    whole = inner if body is None else _below([inner, body])
    left, top = 2 * PADDING, PADDING
    axis = whole.axis + left
    parts = [whole.drawing.moved(left, top)]
    height = whole.drawing.height + 2 * PADDING
    if body is not None and not body.ends:
        low = height - PADDING
        middle = top + head.height / 2
        points = [(axis, low), (axis, low + PADDING / 2), (PADDING, low + PADDING / 2)]
        points += [(PADDING, middle), (axis - head.width / 2, middle)]
        parts.append(_line(points, look="again", arrow=True))
    width = whole.drawing.width + left + PADDING
    frame = Box(0, 0, width, height, "frame")
    return Block(together(width, height, [Drawing(frames=(frame,)), *parts]), axis)


def _line(points: Sequence[tuple[float, float]], *, look: str = "", arrow: bool = False) -> Drawing:
    return Drawing(lines=(Line(tuple(points), look, arrow),))
