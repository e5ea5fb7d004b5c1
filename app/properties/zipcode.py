"""The kind zipcode."""

from __future__ import annotations

import re

from app.properties.texts import TextKind

_FORM = re.compile(r"(?=.*[0-9])[A-Za-z0-9]+([ -][A-Za-z0-9]+)*")


class _Zipcode(TextKind):
    name = "zipcode"
    description = "A postal code of any country: 2 to 12 letters and digits, at least one digit."
    longest = 12
    example = "1234 AB"

    def plausible(self, text: str) -> bool:
        return len(text) >= 2 and bool(_FORM.fullmatch(text))


KIND = _Zipcode()
