"""The kind url."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from app.properties.texts import TextKind

_REFUSED = re.compile(r"""[\s\\"<>^`{|}\x00-\x1f\x7f]""")


class _Url(TextKind):
    name = "url"
    description = "An address of the web: http or https."
    graphql_input = "URL"
    longest = 2048
    example = "https://example.com/page"
    format = "uri"

    def plausible(self, text: str) -> bool:
        if _REFUSED.search(text):
            return False
        try:
            parts = urlsplit(text)
            return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            return False


KIND = _Url()
