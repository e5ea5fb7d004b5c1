"""The query that GraphiQL and the start-up message show first: one that runs in the application at hand."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from app.definition.model import PUBLIC, Application, AuthenticationProfile
from app.definition.names import camel, pascal
from app.permissions import Permissions, Verb
from app.properties import KINDS


def example_query(
    application: Application, permissions: Permissions, invented: Mapping[str, str] | None = None
) -> str:
    """A query that anybody may run, else the login that comes first; its password is told if it was made up here."""
    for model in application.models.values():
        if model.read.get(PUBLIC, "none") != "none":
            names = permissions.names(model.name, Verb.READ, frozenset())
            fields = [
                camel(name)
                for name in ("id", *model.properties)
                if name in names and KINDS[model.all_properties[name].kind].graphql not in ("File", "Image")
            ]
            return _list(pascal(model.name), fields[:6])
    for profile in application.authentication_profiles.values():
        return _login(profile.uuid.hex, *_credentials(application, profile, invented or {}))
    return _FIELDS


def _credentials(
    application: Application, profile: AuthenticationProfile, invented: Mapping[str, str]
) -> tuple[str, str]:
    """User name and password of the first seeded user, as far as they are known."""
    for record in application.records.get(profile.model, ()):
        password = record.get(profile.password or "")
        secret = password.get("secret") if isinstance(password, Mapping) else None
        return str(record.get(profile.username or "", "")), invented.get(str(secret), "")
    return "", ""


_FIELDS = """{
  __schema {
    queryType {
      fields {
        name
        description
      }
    }
  }
}
"""


def _list(type_name: str, fields: list[str]) -> str:
    listed = "\n      ".join(fields)
    return f"""{{
  all{type_name}(take: 10) {{
    totalCount
    results {{
      {listed}
    }}
  }}
}}
"""


def _login(profile: str, username: str, password: str) -> str:
    user, secret = (orjson.dumps(text).decode() for text in (username, password))
    return f"""# Log in, then put the token into the headers below: {{"Authorization": "Bearer <jwtToken>"}}
mutation {{
  login(authProfileUuid: "{profile}", username: {user}, password: {secret}) {{
    jwtToken
    refreshToken
    accessExpiresIn
  }}
}}
"""
