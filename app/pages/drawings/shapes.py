"""What drawings are made of: boxes with lines of text, lines between them, and words beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from unicodedata import combining, east_asian_width

BOLD = 1.15
"""How much wider bold letters are."""
_WIDTHS = (
    (13.5, "mMwW@%…—"),
    (11.0, "=<>+~#&"),
    (4.8, "ijlI.,:;'|!()[]{} -\"/"),
    (9.6, "ABCDEFGHJKLNOPQRSTUVXYZ"),
)
_WIDE, _USUAL = 13.5, 8.3
_PIXELS = {character: width for width, characters in _WIDTHS for character in characters}
"""What characters take at the size of drawings; browsers choose the font, so it is rather too much than too little."""


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; `look` says which part it plays, `x` is where it begins, or ends with `end`."""

    x: float
    y: float
    text: str
    look: str = ""
    end: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A box; its texts stand in it, and what is too long for it is cut off. `told` is the whole of it in words."""

    x: float
    y: float
    width: float
    height: float
    look: str
    texts: Sequence[Text] = ()
    told: str = ""
    link: str | None = None
    """Where it leads, as a path of the console within the application."""
    rules: Sequence[float] = ()
    """Heights in it at which a line parts it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points; a bent one has two points to be drawn to between each two that it goes through."""

    points: Sequence[tuple[float, float]]
    look: str = ""
    arrow: bool = False
    bent: bool = False

    @property
    def path(self) -> str:
        """The line as SVG writes it."""
        (x, y), *rest = self.points
        if self.bent:
            curves = (rest[at : at + 3] for at in range(0, len(rest), 3))
            return f"M{x:g} {y:g}" + "".join(f"C{_places(curve)}" for curve in curves)
        return f"M{x:g} {y:g}L{_places(rest)}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole picture, or a part of one; frames stand behind everything else."""

    width: float = 0
    height: float = 0
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    texts: tuple[Text, ...] = ()
    frames: tuple[Box, ...] = field(default=())

    def moved(self, x: float, y: float) -> Drawing:
        """The same elsewhere."""
        return replace(
            self,
            boxes=tuple(replace(box, x=box.x + x, y=box.y + y) for box in self.boxes),
            frames=tuple(replace(box, x=box.x + x, y=box.y + y) for box in self.frames),
            lines=tuple(
                replace(line, points=tuple((at + x, down + y) for at, down in line.points))
                for line in self.lines
            ),
            texts=tuple(replace(text, x=text.x + x, y=text.y + y) for text in self.texts),
        )


def together(width: float, height: float, parts: Iterable[Drawing]) -> Drawing:
    """One drawing of several that have been moved to their places."""
    found = list(parts)
    return Drawing(
        width,
        height,
        tuple(box for part in found for box in part.boxes),
        tuple(line for part in found for line in part.lines),
        tuple(text for part in found for text in part.texts),
        tuple(box for part in found for box in part.frames),
    )


def fitted(text: str, width: float) -> str:
    """A text as one line that is no wider than so many pixels, its end left out where it is too long."""
    line = " ".join(text.split())
    if width_of(line) <= width:
        return line
    left, kept = width - width_of("…"), ""
    for character in line:
        left -= width_of(character)
        if left < 0:
            break
        kept += character
    return f"{kept.rstrip()}…"


def width_of(text: str) -> float:
    """How wide a text is at most, in pixels."""
    return sum(_PIXELS.get(one) or _width(one) for one in text)


def _width(character: str) -> float:
    if combining(character):
        return 0
    return _WIDE if east_asian_width(character) in "WF" else _USUAL


def _places(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g} {y:g}" for x, y in points)
