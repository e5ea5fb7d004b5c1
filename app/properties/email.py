"""The kind email."""

from __future__ import annotations

import re

from app.properties.texts import TextKind

_LOCAL = re.compile(r"""[^\s@"(),:;<>\[\]\\.]+(\.[^\s@"(),:;<>\[\]\\.]+)*""")
_LABEL = re.compile(r"[^\W_]([\w-]{0,61}[^\W_])?")


class _Email(TextKind):
    name = "email"
    description = "An e-mail address."
    longest = 254
    example = "ada@example.com"
    format = "email"

    def plausible(self, text: str) -> bool:
        local, at, domain = text.rpartition("@")
        if not at or len(local) > 64 or not local.isprintable():
            return False
        labels = domain.split(".")
        return len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and bool(_LOCAL.fullmatch(local))


KIND = _Email()
