"""The closed table of functions, one file a family."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.expressions.functions import data, lists, logic, numbers, text, times
from app.expressions.functions.declaration import Function, Parameter

FAMILIES = (logic, text, numbers, times, lists, data)

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        declared.name: declared
        for family in FAMILIES
        for declared in vars(family).values()
        if isinstance(declared, Function)
    }
)
"""Every function by its name."""

__all__ = ["FUNCTIONS", "Function", "Parameter"]
