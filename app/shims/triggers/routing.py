"""The routes of this door: with the application in the path, and without."""

from __future__ import annotations

from starlette.routing import Route

from app.edge import Edge
from app.edge.doors import Door, counted
from app.shims.triggers.door import Triggers

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def trigger_routes(edge: Edge) -> list[Route]:
    """A route for each form of the two paths."""
    door, told = Triggers(edge), counted(edge.server.metrics.requests, "incoming")
    base = f"/{edge.server.settings.incoming_instance}/api/1/action"
    routes = []
    for action in ("{action}", "{application}/{action}"):
        routes.append(Route(f"{base}/{action}/trigger", Door(door.trigger, told), methods=_METHODS))
        routes.append(Route(f"{base}/{action}/poll/{{process}}", Door(door.poll, told), methods=_METHODS))
    return routes
