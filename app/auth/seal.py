"""Texts that only this server can read again: what a run remembers between its steps is stored so."""

from __future__ import annotations

import binascii
import hashlib
import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Unsealable(Exception):
    """The text was not sealed with this secret, or not for this subject."""


class Seal:
    """Encrypts with AES-256-GCM; `secret` is one of the keystore."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(hashlib.sha256(secret).digest())

    def close(self, plain: bytes, subject: str) -> str:
        """The bytes as base64 text that can be opened for the same subject only."""
        nonce = os.urandom(_NONCE)
        return b64encode(nonce + self._cipher.encrypt(nonce, plain, subject.encode())).decode()

    def open(self, text: str, subject: str) -> bytes:
        """The bytes that were closed; raises `Unsealable`."""
        try:
            sealed = b64decode(text, validate=True)
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], subject.encode())
        except (binascii.Error, ValueError, InvalidTag):
            raise Unsealable from None
