"""Step kinds, one a file, found by their names."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from app.registry import Kinds
from app.steps.base import StepKind

KINDS: Mapping[str, StepKind[Any]] = Kinds(sys.modules[__name__])
"""Every step kind by the word that definitions use; there are forty, and an application has few of them."""

__all__ = ["KINDS"]
