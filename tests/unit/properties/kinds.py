"""Short ways to ask a kind, for the tests of properties."""

from __future__ import annotations

from typing import Any

import pytest

from app.properties import KINDS
from app.properties.base import Constraints, Invalid


def parsed(kind: str, value: Any, **options: Any) -> Any:
    """What the kind makes of a value."""
    return KINDS[kind].parse(value, Constraints(kind=kind, **options))


def refused(kind: str, value: Any, **options: Any) -> str:
    """The code with which the kind refuses a value."""
    with pytest.raises(Invalid) as caught:
        parsed(kind, value, **options)
    return caught.value.code


def problems(kind: str, **options: Any) -> list[str]:
    """What is wrong with a property's options."""
    return list(KINDS[kind].problems(Constraints(kind=kind, **options)))
