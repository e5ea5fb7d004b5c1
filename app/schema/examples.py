"""The query that GraphiQL and the start-up message show first: one that runs in the application at hand."""

from __future__ import annotations

from app.definition.model import PUBLIC, Application
from app.definition.names import camel, pascal
from app.permissions import Permissions, Verb
from app.properties import KINDS


def example_query(application: Application, permissions: Permissions) -> str:
    """A query that anybody may run, else the login that comes first."""
    for model in application.models.values():
        if model.read.get(PUBLIC, "none") != "none" or (
            not application.authentication_profiles and permissions.offered(model.name, Verb.READ)
        ):
            names = permissions.names(model.name, Verb.READ, frozenset())
            fields = [
                camel(name)
                for name in ("id", *model.properties)
                if name in names and KINDS[model.all_properties[name].kind].graphql not in ("File", "Image")
            ]
            return _list(pascal(model.name), fields[:6])
    for profile in application.authentication_profiles.values():
        return _login(profile.uuid.hex)
    return _FIELDS


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


def _login(profile: str) -> str:
    return f"""# Log in, then put the token into the headers below: {{"Authorization": "Bearer <jwtToken>"}}
mutation login($username: String, $password: String) {{
  login(authProfileUuid: "{profile}", username: $username, password: $password) {{
    jwtToken
    refreshToken
    accessExpiresIn
  }}
}}
"""
