"""Which parts of a name's value a text reads: `config.host` of `{{ config.host }}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.expressions import Expression, Structure, Template, Value

Text = Expression | Template | Value | Structure
"""What reads names of a scope."""


def paths_read(text: Text) -> frozenset[tuple[str, ...]]:
    """The dotted paths that a text reads, each up to its first part that is not constant."""
    if isinstance(text, Expression | Template):
        return text.paths
    return frozenset(path for part in _parts(text.raw, isinstance(text, Value)) for path in paths_read(part))


def _parts(raw: Any, expressions: bool) -> Iterator[Expression | Template]:
    if isinstance(raw, Mapping):
        raw = list(raw.values())
    if isinstance(raw, list | tuple):
        for item in raw:
            yield from _parts(item, expressions)
    elif isinstance(raw, str) and expressions:
        if raw.startswith("="):
            yield Expression.parse(raw[1:])
    elif isinstance(raw, str):
        yield Template.parse(raw)
