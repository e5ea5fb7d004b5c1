"""The server's secrets: a JSON file for its owner's eyes alone, name -> base64url of at least 32 bytes."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import orjson

from app.auth import base64url
from app.disk import write_private
from app.settings import SettingsError

SECRET_NAMES = (
    "access-token",
    "refresh-token",
    "asset-url",
    "key-pepper",
    "audit",
    "phixflow-api-key",
    "run-cursor",
    "page-form",
)
LEAST_BYTES = 32
FRESH_BYTES = 64

_MAKE = "actionql keystore"
"""The command that makes what is missing."""
_RECIPE = 'python -c "import secrets; print(secrets.token_urlsafe(64))"'


class Keystore:
    """Secrets by name, read once at start; its text form shows names only."""

    __slots__ = ("_secrets",)

    def __init__(self, values: Mapping[str, bytes]) -> None:
        self._secrets = MappingProxyType(dict(values))

    @classmethod
    def load(cls, path: Path, *, create: bool) -> Keystore:
        """The keystore in `path`.

        With `create` (development) the file, or the names it lacks, are made first; processes that start
        together end with the same secrets. SettingsError with the remedy when the file is missing, lacks a
        name, can be read by others, is not what it should be or holds a secret under 32 bytes.
        """
        if create:
            _complete(path)
        values = _read(path)
        missing = [name for name in SECRET_NAMES if name not in values]
        if missing:
            raise SettingsError(
                f"The keystore {path} lacks {', '.join(missing)}. Add what is missing with: {_MAKE}"
            )
        return cls(values)

    def secret(self, name: str) -> bytes:
        """The secret called `name`; SettingsError when the keystore has none."""
        if name not in self._secrets:
            raise SettingsError(f"The keystore has no secret {name!r}. Add one, made by: {_RECIPE}")
        return self._secrets[name]

    def __repr__(self) -> str:
        return f"Keystore({', '.join(sorted(self._secrets))})"


def _complete(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.parent):
            values = _read(path) if path.exists() else {}
            fresh = {name: secrets.token_bytes(FRESH_BYTES) for name in SECRET_NAMES if name not in values}
            if fresh:
                _replace(path, values | fresh)
    except OSError as error:
        raise SettingsError(
            f"The keystore {path} cannot be made: {error.strerror}. "
            "Set ACTIONQL_KEYSTORE to a file in a folder that the server may write to."
        ) from None


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which a process gives back however it ends."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, values: Mapping[str, bytes]) -> None:
    """Write `values` so that a reader, also after a crash, sees the old file or the new one whole."""
    text = orjson.dumps(
        {name: base64url.encode(value) for name, value in values.items()}, option=orjson.OPT_INDENT_2
    )
    write_private(path, text + b"\n")


def _read(path: Path) -> dict[str, bytes]:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read()
    except FileNotFoundError:
        raise SettingsError(_absent(path)) from None
    except OSError as error:
        raise SettingsError(
            f"The keystore {path} cannot be read: {error.strerror}. "
            "Set ACTIONQL_KEYSTORE to a file of the server's user."
        ) from None
    if mode & 0o077:
        raise SettingsError(
            f"The keystore {path} can be read by others (mode {mode:04o}). Run: chmod 600 {path}"
        )
    return _parsed(path, text)


def _absent(path: Path) -> str:
    return f"There is no keystore at {path}. Set ACTIONQL_KEYSTORE to the file that is, or make one with: {_MAKE}"


def _parsed(path: Path, text: bytes) -> dict[str, bytes]:
    try:
        entries = orjson.loads(text)
    except ValueError:
        entries = None
    if not isinstance(entries, dict):
        raise SettingsError(f"The keystore {path} is no JSON object of names and base64url secrets.")
    return {name: _secret(path, name, value) for name, value in entries.items()}


def _secret(path: Path, name: str, value: object) -> bytes:
    # The message never carries the value, however wrong it is.
    try:
        secret = base64url.decode(value.rstrip("=")) if isinstance(value, str) else b""
    except ValueError:
        secret = b""
    if len(secret) < LEAST_BYTES:
        raise SettingsError(
            f"The secret {name!r} in the keystore {path} is not base64url of at least {LEAST_BYTES} bytes. "
            f"Replace it with one made by: {_RECIPE}"
        )
    return secret
