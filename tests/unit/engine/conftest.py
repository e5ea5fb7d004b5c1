"""The fixtures of the tests of steps serve the engine's too."""

from __future__ import annotations

from tests.unit.steps.conftest import open_world, perform

__all__ = ["open_world", "perform"]
