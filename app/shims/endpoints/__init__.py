"""Dittofi's custom endpoints and generated CRUD endpoints, WIRE section 5.

`operations` says what an application serves, `router` finds it, `requests` reads what was sent, `sessions` knows a
browser by its cookie, `custom` and `generated` call the resolvers, `answers` writes JSON, CSV and HTML.
"""

from app.shims.endpoints.door import Endpoints

__all__ = ["Endpoints"]
