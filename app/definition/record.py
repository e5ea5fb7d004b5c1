"""A record as the steps of a run know it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Record(dict[str, Any]):
    """The values of a stored record, which remembers its model; expressions and templates see an object."""

    __slots__ = ("model",)

    def __init__(self, model: str, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.model = model
