"""The description of the application of this folder, and ways of looking at it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.functions import load_application
from app.permissions import Permissions
from app.server.descriptions import describe

DEFINITION = Path(__file__).parent / "application.yaml"


def described(path: Path = DEFINITION, *roles: str, server: str = "", unprefixed: bool = True) -> Any:
    """The document that callers with these roles get."""
    application = load_application(path).application
    permissions = Permissions(application)
    return json.loads(describe(application, permissions, server, frozenset(roles), unprefixed=unprefixed))


def schema(document: Any, name: str) -> Any:
    """A component."""
    return document["components"]["schemas"][name]


def paths(document: Any) -> set[str]:
    """Every operation, as `GET /path`."""
    return {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}


def operations(document: Any) -> list[Any]:
    """Every operation."""
    return [operation for item in document["paths"].values() for operation in item.values()]
