"""What a mistyped name was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean 'Media'?`, or nothing when no known name is near."""
    near = get_close_matches(name, list(known), n=1) or [k for k in known if k.lower() == name.lower()]
    return f" Did you mean {near[0]!r}?" if near else ""
