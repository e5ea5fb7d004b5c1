"""What callers prove themselves with, and the environment variables by which the servers know it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from jose import jwt

PASSWORD, FLOOR_TOKEN, PLAIN_KEY = "BENCHMARK_PASSWORD", "BENCHMARK_TOKEN", "BENCHMARK_KEY"
ALGORITHM = "HS512"
AUDIENCE = "benchmark"
ROLE = "seller"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The user's password at our server, the floor's one token, and the key of the plain server's tokens."""

    password: str
    floor_token: str
    plain_key: str

    @classmethod
    def made(cls) -> Credentials:
        """New ones for one benchmark."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(32), secrets.token_urlsafe(64))

    def environment(self) -> dict[str, str]:
        """The variables of the servers."""
        return {
            PASSWORD: self.password,
            FLOOR_TOKEN: self.floor_token,
            PLAIN_KEY: self.plain_key,
            # One key makes all the load.
            "ACTIONQL_KEY_PER_MINUTE": "1000000000",
        }

    def plain_token(self, expires: int) -> str:
        """A token that the plain server accepts until then (seconds since 1970)."""
        claims = {"sub": "1", "roles": [ROLE], "aud": AUDIENCE, "exp": expires}
        return str(jwt.encode(claims, self.plain_key, algorithm=ALGORITHM))
