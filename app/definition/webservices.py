"""Webservices: the other servers that actions call."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.definition.part import Named
from app.expressions import Structure, Template


class WebserviceEndpoint(Named):
    """One call of a webservice."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "GET"
    path: Template = Field(default_factory=lambda: Template.parse("/"))
    variables: tuple[str, ...] = ()
    headers: dict[str, Template] = {}
    query: dict[str, Template] = {}
    body: Structure | None = None


class Webservice(Named):
    """Another server that actions call; its host is trusted."""

    protocol: Literal["http", "https"] = "https"
    host: Template
    content_type: str = "application/json"
    variables: tuple[str, ...] = ()
    headers: dict[str, Template] = {}
    endpoints: dict[str, WebserviceEndpoint]
