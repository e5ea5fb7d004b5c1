"""The routes of this door, made of its table of operations."""

from __future__ import annotations

from starlette.routing import Route

from app.edge import Edge
from app.edge.doors import Door, counted
from app.shims.records.door import Handle, Records, Resource
from app.shims.records.operations import OPERATIONS

BASE = "/api"


def record_routes(edge: Edge) -> list[Route]:
    """A route for each path, with and without a slash at its end: clients send both."""
    door, told = Records(edge), counted(edge.server.metrics.requests, "rest")
    paths: dict[str, dict[str, Handle]] = {}
    for operation in sorted(OPERATIONS, key=lambda one: "{id}" in one.path):
        paths.setdefault(operation.path, {})[operation.method] = getattr(door, operation.name)
    return [
        Route(f"{BASE}{path}{end}", Door(Resource(door, methods).answer, told))
        for path, methods in paths.items()
        for end in ("", "/")
    ]
