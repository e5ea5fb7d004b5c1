"""What `actionql serve` says first in development: the addresses, a login that works and a query to paste."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.definition.model import Application
from app.permissions import Permissions
from app.schema.examples import example_query
from app.settings import Settings


def welcome(applications: Sequence[Application], settings: Settings, secrets: Mapping[str, str]) -> str:
    """The text, for people."""
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    lines = ["", "ActionQL serves", ""]
    for index, application in enumerate(applications):
        also = f" and {base}/graphql" if index == 0 else ""
        lines.append(f"  {application.title or application.name}")
        lines.append(f"    {base}/api/runtime/{application.uuid.hex}{also}   (GraphiQL in a browser)")
        lines.extend(f"    {login}" for login in _logins(application, secrets))
    first = applications[0]
    query = example_query(first, Permissions(first)).rstrip().replace("\n", "\n    ")
    lines += ["", f"  A first query for {first.title or first.name}:", "", f"    {query}", ""]
    return "\n".join(lines)


def _logins(application: Application, secrets: Mapping[str, str]) -> list[str]:
    """The seeded users whose password is known here."""
    logins = []
    for profile in application.authentication_profiles.values():
        for record in application.records.get(profile.model, ()):
            password = record.get(profile.password or "")
            if isinstance(password, Mapping):
                password = secrets.get(str(password.get("secret")))
            if password is not None:
                user = record.get(profile.username or "")
                logins.append(f"log in as {user!r} with password {password!r} (profile {profile.uuid.hex})")
    return logins
