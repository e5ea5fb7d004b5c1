"""Finds kinds: each module of a package declares one `KIND`, named like its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType
from typing import Any


class Kinds(Mapping[str, Any]):
    """The `KIND` of every module of a package by name, loaded when it is asked for; a module without one is skipped.

    Whoever goes through all of them loads all of them.
    """

    def __init__(self, package: ModuleType) -> None:
        self._package = package.__name__
        self._files = {
            name.rstrip("_"): name for name in sorted(each.name for each in iter_modules(package.__path__))
        }
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._found:
            self._found[name] = self._load(name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._files if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _load(self, name: str) -> Any:
        module = f"{self._package}.{self._files[name]}"
        kind = getattr(import_module(module), "KIND", None)
        if kind is None:
            raise KeyError(name)
        if kind.name != name:
            raise TypeError(f"{module} declares the kind {kind.name!r}")
        return kind


def kinds_in(package: ModuleType) -> Mapping[str, Any]:
    """The `KIND` of every module of `package`, by name; a module without one is skipped."""
    return MappingProxyType(dict(Kinds(package)))
