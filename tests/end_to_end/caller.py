"""Somebody who talks to one application over HTTP, and who reads every answer with suspicion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
LEAKS = (
    "Traceback",
    'File "',
    '.py"',
    ".py:",
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "sqlite",
    "psycopg",
    "asyncpg",
    str(ROOT),
    "/tmp/",
    "$argon2",
)
"""What no answer may contain, whatever was asked."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A client of the GraphQL door at `url`, with or without a token."""

    client: httpx.Client
    url: str
    token: str | None = None
    secrets: tuple[str, ...] = ()
    """Texts that no answer may repeat."""

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}

    def send(self, query: str, variables: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Posts a GraphQL request; `more` goes into its body."""
        return self.post({"query": query, "variables": variables, **more})

    def post(self, body: Any, **headers: str) -> httpx.Response:
        """Posts any JSON, or bytes as they are."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        sent = {"Content-Type": "application/json", **self.headers, **headers}
        return self.checked(self.client.post(self.url, headers=sent, **content))

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request below the application's URL."""
        headers = {**self.headers, **options.pop("headers", {})}
        return self.checked(self.client.request(method, f"{self.url}{path}", headers=headers, **options))

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        """The data of an answer without errors."""
        answer = self.send(query, variables)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert "errors" not in body, body["errors"]
        return body["data"]

    def error(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The one error of an answer, which has a message, a code, a status and a request id."""
        body = self.send(query, variables).json()
        (error,) = body["errors"]
        extensions = error["extensions"]
        assert error["message"]
        assert isinstance(extensions["code"], str)
        assert 400 <= extensions["statusCode"] < 600
        assert extensions["requestId"]
        return dict(error)

    def code(self, query: str, variables: dict[str, Any] | None = None) -> str:
        """The code of the one error."""
        return str(self.error(query, variables)["extensions"]["code"])

    def action(self, id: str, input: Any = None) -> Any:
        """The result of an action."""
        return self.ask(ACTION, {"id": id, "input": input})["action"]["results"]

    def refused(self, id: str, input: Any = None) -> str:
        """The code with which an action is refused or fails."""
        return self.code(ACTION, {"id": id, "input": input})

    def tokens(self, profile: str, username: str, password: str) -> dict[str, Any]:
        """What a login that works answers."""
        variables = {"profile": profile, "username": username, "password": password}
        return dict(self.ask(LOGIN, variables)["login"])

    def login(self, profile: str, username: str, password: str) -> Caller:
        """The same caller, logged in."""
        return self.bearing(self.tokens(profile, username, password)["jwtToken"])

    def bearing(self, token: str) -> Caller:
        """The same caller with this token."""
        return replace(self, token=token)

    def checked(self, answer: httpx.Response) -> httpx.Response:
        """The answer, once it is sure that it tells nothing of the server's inside."""
        if answer.headers.get("content-disposition") is None:
            told = [leak for leak in (*LEAKS, *self.secrets) if leak in answer.text]
            assert told == [], answer.text
        return answer


ACTION = "mutation { action(id: $id, input: $input) }"
LOGIN = """
mutation ($profile: String!, $username: String, $password: String) {
  login(authProfileUuid: $profile, username: $username, password: $password) {
    jwtToken refreshToken accessExpiresIn refreshExpiresIn accessExpiresAt refreshExpiresAt isValid
  }
}
"""
