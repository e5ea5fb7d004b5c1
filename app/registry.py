"""Finds kinds: each module of a package declares one `KIND`, named like its file."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType
from typing import Any


def kinds_in(package: ModuleType) -> Mapping[str, Any]:
    """The `KIND` of every module of `package`, by name; a module without one is skipped."""
    found = {}
    for info in sorted(iter_modules(package.__path__), key=lambda info: info.name):
        kind = getattr(import_module(f"{package.__name__}.{info.name}"), "KIND", None)
        if kind is None:
            continue
        if kind.name != info.name.rstrip("_"):
            raise TypeError(f"{package.__name__}.{info.name} declares the kind {kind.name!r}")
        found[kind.name] = kind
    return MappingProxyType(found)
