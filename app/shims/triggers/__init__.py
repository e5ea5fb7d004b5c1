"""PhixFlow's incoming API, WIRE section 4.

`addresses` finds the action that a path names, `requests` reads what was sent, `door` calls the resolvers, `answers`
writes what they give, `operations` says what an application serves, for descriptions of it.
"""

from app.shims.triggers.routing import trigger_routes

__all__ = ["trigger_routes"]
