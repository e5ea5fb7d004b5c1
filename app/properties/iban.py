"""The kind iban."""

from __future__ import annotations

import re

from app.properties.texts import TextKind

_FORM = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")


class _Iban(TextKind):
    name = "iban"
    description = "An international bank account number, kept in capitals and without spaces."
    longest = 34
    example = "NL91 ABNA 0417 1643 00"

    def normal(self, text: str) -> str:
        return text.replace(" ", "").upper() if text.isascii() else text

    def plausible(self, text: str) -> bool:
        """ISO 13616: the number whose letters are written as 10 to 35 leaves 1 when divided by 97."""
        if not _FORM.fullmatch(text):
            return False
        digits = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
        return int(digits) % 97 == 1


KIND = _Iban()
