"""What `actionql serve` says first in development: the addresses, a login that works and a query to paste."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.definition.model import Application
from app.permissions import Permissions
from app.schema.examples import example_query
from app.settings import Settings


def welcome(applications: Sequence[Application], settings: Settings, invented: Mapping[str, str]) -> str:
    """The text, for people; of passwords it tells those that were made up here and no others."""
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    lines = ["", "ActionQL serves", ""]
    for index, application in enumerate(applications):
        also = f" and {base}/graphql" if index == 0 else ""
        docs = f" and {base}/docs" if index == 0 else ""
        lines.append(f"  {application.title or application.name}")
        own = f"{base}/api/runtime/{application.uuid.hex}"
        lines.append(f"    {own}{also}   (GraphiQL in a browser)")
        lines.append(f"    {own}/docs{docs}   (its REST-like doors)")
        if any("read_console" in role.privileges for role in application.roles.values()):
            lines.append(f"    {base}/console/{application.name}   (the console)")
        lines.extend(f"    {login}" for login in _logins(application, invented))
    first = applications[0]
    query = example_query(first, Permissions(first), invented).rstrip().replace("\n", "\n    ")
    lines += ["", f"  A first query for {first.title or first.name}:", "", f"    {query}", ""]
    return "\n".join(lines)


def _logins(application: Application, invented: Mapping[str, str]) -> list[str]:
    """How to log in as each of the seeded users."""
    logins = []
    for profile in application.authentication_profiles.values():
        for record in application.records.get(profile.model, ()):
            password = record.get(profile.password or "")
            if password is not None:
                user = record.get(profile.username or "")
                known = _told(password, invented)
                logins.append(f"log in as {user!r} with {known} (profile {profile.uuid.hex})")
    return logins


def _told(password: Any, invented: Mapping[str, str]) -> str:
    if not isinstance(password, Mapping):
        return "the password in the definition"
    secret = str(password.get("secret"))
    return f"password {invented[secret]!r}" if secret in invented else f"the password in {secret}"
