"""Texts that only this server can read again: what a run remembers between its steps is stored so."""

from __future__ import annotations

import binascii
import hashlib
import os
from base64 import b64decode, b64encode
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Unsealable(Exception):
    """The text was not sealed with this secret, or not for this subject."""


class Seal:
    """Encrypts with AES-256-GCM; `secret` is one of the keystore."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(secret).digest()

    def close(self, plain: bytes, subject: str) -> str:
        """The bytes as base64 text that can be opened for the same subject only."""
        nonce = os.urandom(_NONCE)
        return b64encode(nonce + self._cipher.encrypt(nonce, plain, subject.encode())).decode()

    def open(self, text: str, subject: str) -> bytes:
        """The bytes that were closed; raises `Unsealable`."""
        from cryptography.exceptions import InvalidTag

        try:
            sealed = b64decode(text, validate=True)
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], subject.encode())
        except (binascii.Error, ValueError, InvalidTag):
            raise Unsealable from None

    @cached_property
    def _cipher(self) -> AESGCM:
        # Many servers never close anything, and what encrypts takes time to start and memory.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._key)
