"""The kind phone_number."""

from __future__ import annotations

import re

from app.properties.texts import TextKind

_FORM = re.compile(r"\+?[0-9(][0-9 ()./-]*[0-9)]")


class _PhoneNumber(TextKind):
    name = "phone_number"
    description = "A telephone number: 3 to 15 digits with spaces, brackets, points, hyphens and slashes."
    longest = 32
    example = "+31 20 123 4567"

    def plausible(self, text: str) -> bool:
        return bool(_FORM.fullmatch(text)) and 3 <= sum(map(str.isdigit, text)) <= 15


KIND = _PhoneNumber()
