"""Reads one YAML document into nodes that know their lines. Limits keep a hostile file from costing much."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from app.definition.source import Node, Path, Place, Scalar, path_text
from app.errors import Problem

MAXIMUM_DEPTH = 50
"""Mappings and lists inside one another."""
MAXIMUM_NODES = 100_000
"""Values of a definition, counted after every alias is replaced by what it stands for."""
MAXIMUM_DIGITS = 300

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one of libyaml, where PyYAML was built with it."""
_NODES = frozenset({"AliasEvent", "ScalarEvent", "MappingStartEvent", "SequenceStartEvent"})
_ENDS = frozenset({"MappingEndEvent", "SequenceEndEvent"})
_NULL = re.compile(r"|~|null|Null|NULL")
_BOOLEAN = re.compile(r"(?P<true>true|True|TRUE)|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class UnreadableError(Exception):
    """The file cannot be read on; the problem says why."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(place.file, place.line, "", message)


def read_document(file: str, text: str) -> tuple[Node | None, list[Problem]]:
    """The document of a YAML 1.2 text and every problem found; no node where it could not be read to its end.

    An empty document is an empty mapping.
    """
    try:
        return _read(file, yaml.parse(text, _LOADER))
    except yaml.YAMLError:
        # Wrong, or right by YAML 1.2 alone: what can tell reads ten times as slowly, and takes time to start.
        from app.definition.exact import exact_events

        return _read(file, exact_events(file, text))


def _read(file: str, events: Iterable[Any]) -> tuple[Node | None, list[Problem]]:
    reader = _Reader(file)
    try:
        reader.read(events)
    except UnreadableError as refused:
        return None, [*reader.problems, refused.problem]
    return reader.root, reader.problems


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read."""

    node: Node
    anchor: str | None
    before: int
    """How many values had been read before it."""
    depth: int = 1
    """How deep it nests, itself counted."""
    key: str = ""
    key_place: Place | None = None
    """None while the next scalar is a key."""

    def position(self) -> str | int:
        """The key or place of the child that is being read."""
        return len(self.node.value) if isinstance(self.node.value, list) else self.key


@dataclass(slots=True)
class _Reader:
    """Builds nodes from the events of a parser, without recursion."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    root: Node | None = None
    count: int = 0
    _open: list[_Open] = field(default_factory=list)
    _anchors: dict[str, tuple[Node, int, int]] = field(default_factory=dict)
    """What an anchor stands for, how many values it holds and how deep they nest."""
    _documents: int = 0

    def read(self, events: Iterable[Any]) -> None:
        """Takes every event of a stream."""
        for event in events:
            # Both parsers name their events alike, but share no classes.
            name = type(event).__name__
            if name in _NODES:
                self._node(event, name)
            elif name in _ENDS:
                self._close()
            elif name == "DocumentStartEvent":
                self._document(event)
        if self.root is None or self.root.value is None:
            self.root = Node(Place(self.file, 1), {})

    def _place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1)

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise UnreadableError(
                self._place(event), "a second document; write one document a file, without ---"
            )
        if event.version is not None and tuple(event.version) != (1, 2):
            raise UnreadableError(self._place(event), "definitions are YAML 1.2; leave out the %YAML line")

    def _node(self, event: Any, name: str) -> None:
        place = self._place(event)
        if name == "AliasEvent":
            self._alias(event.anchor, place)
            return
        if event.tag is not None:
            raise UnreadableError(
                place, f"the tag {event.tag!r}; definitions have no tags, write a plain value"
            )
        self._spend(1, place)
        if name == "ScalarEvent":
            self._scalar(event, place)
            return
        if self._awaits_key():
            raise UnreadableError(place, "a mapping or list as a key; keys are texts")
        value: Any = {} if name == "MappingStartEvent" else []
        self._go_deeper(1, place)
        self._open.append(_Open(Node(place, value), event.anchor, self.count - 1))

    def _scalar(self, event: Any, place: Place) -> None:
        if self._awaits_key():
            self._key(event.value, place)
            return
        plain = bool(event.implicit[0]) and not event.style
        node = Node(place, self._resolved(event.value, place) if plain else event.value)
        if event.anchor:
            self._anchors[event.anchor] = (node, 1, 0)
        self._add(node, 0)

    def _alias(self, name: str, place: Place) -> None:
        if self._awaits_key():
            raise UnreadableError(place, f"the alias *{name} as a key; write the key out")
        if name not in self._anchors:
            raise UnreadableError(place, f"the alias *{name} stands for nothing before it")
        node, count, depth = self._anchors[name]
        self._spend(count, place)
        self._go_deeper(depth, place)
        self._add(Node(place, node.value), depth)

    def _resolved(self, text: str, place: Place) -> Scalar:
        try:
            return resolve_scalar(text)
        except ValueError as error:
            self.problems.append(Problem(place.file, place.line, path_text(self._path()), str(error)))
            return None

    def _awaits_key(self) -> bool:
        return (
            bool(self._open) and isinstance(self._open[-1].node.value, dict) and not self._open[-1].key_place
        )

    def _key(self, key: str, place: Place) -> None:
        top = self._open[-1]
        if _CONTROL.search(key):
            raise UnreadableError(place, "a control character in a key")
        if key == "<<":
            raise UnreadableError(place, "<< is not part of YAML 1.2; write the keys out")
        top.key, top.key_place = key, place

    def _add(self, node: Node, depth: int) -> None:
        if not self._open:
            self.root = node
            return
        top = self._open[-1]
        top.depth = max(top.depth, depth + 1)
        if isinstance(top.node.value, list):
            top.node.value.append(node)
            return
        assert isinstance(top.node.value, dict) and top.key_place is not None
        first = top.node.value.get(top.key)
        if first is None:
            top.node.value[top.key] = Node(top.key_place, node.value)
        else:
            self.problems.append(key_twice(self._path(), top.key_place, first.place))
        top.key_place = None

    def _close(self) -> None:
        closed = self._open.pop()
        if closed.anchor:
            self._anchors[closed.anchor] = (closed.node, self.count - closed.before, closed.depth)
        self._add(closed.node, closed.depth)

    def _path(self) -> Path:
        return tuple(collection.position() for collection in self._open)

    def _go_deeper(self, by: int, place: Place) -> None:
        if len(self._open) + by > MAXIMUM_DEPTH:
            raise UnreadableError(place, f"nested deeper than {MAXIMUM_DEPTH}")

    def _spend(self, count: int, place: Place) -> None:
        self.count += count
        if self.count > MAXIMUM_NODES:
            raise UnreadableError(place, f"more than {MAXIMUM_NODES:,} values, with every alias written out")


def key_twice(path: Path, place: Place, first: Place) -> Problem:
    """The problem of a key that stands in two places."""
    message = f"the key {path[-1]!r} stands here and at {first.file}:{first.line}; keep one of them"
    return Problem(place.file, place.line, path_text(path[:-1]), message)


def resolve_scalar(text: str) -> Scalar:
    """The value of a plain scalar by YAML 1.2's core schema; numbers with a point are Decimal.

    Raises ValueError for numbers that are not finite or very long.
    """
    if _NULL.fullmatch(text):
        return None
    if boolean := _BOOLEAN.fullmatch(text):
        return bool(boolean["true"])
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is no finite number; write a number, or a text in quotes")
    if len(text) > MAXIMUM_DIGITS:
        if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text) or _OTHER_BASE.fullmatch(text):
            raise ValueError(f"a number of more than {MAXIMUM_DIGITS} digits; write a text in quotes")
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    return Decimal(text) if _FLOAT.fullmatch(text) else text
