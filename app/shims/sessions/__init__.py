"""The Execution API: starts sessions of modules and tells how they stand.

BRYTER's callers know it; WIRE section 3.
"""

from app.shims.sessions.door import session_routes

__all__ = ["session_routes"]
