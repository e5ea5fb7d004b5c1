"""What a property may hold: one kind a file, found by its name."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from app.properties.base import PropertyKind
from app.registry import kinds_in

KINDS: Mapping[str, PropertyKind] = kinds_in(sys.modules[__name__])
"""Every property kind by the name that definitions use."""

__all__ = ["KINDS"]
