"""Small applications, written as their authors would, for the tests of tables."""

from __future__ import annotations

from typing import Any

from app.definition.model import Application
from app.definition.resolve import resolve
from app.storage.tables import Tables, build_tables

UUID = "4f0c6c1e-7a3b-4b61-a7d1-e7d8c1a2f3b4"


OTHER_UUID = "9e1d5c77-2f0a-4c38-8b52-6a4de0f3c1b7"


def application(models: dict[str, Any], name: str = "Shop", uuid: str = UUID) -> Application:
    """An application with these models and the built-in Role."""
    return resolve(Application.model_validate({"application": name, "uuid": uuid, "models": models}))


def tables(models: dict[str, Any], name: str = "Shop", uuid: str = UUID) -> Tables:
    """The tables of an application with these models."""
    return build_tables(application(models, name, uuid))
