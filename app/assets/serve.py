"""How a stored file is sent: as a download that no browser runs."""

from __future__ import annotations

import re
from urllib.parse import quote

UNQUOTABLE = re.compile(r'[^\x20-\x7e]|["\\%]')


def download_headers(id: str, name: str, content_type: str, size: int) -> dict[str, str]:
    """The headers of an answer whose body is a stored file; its bytes never change, so the id is its ETag."""
    return {
        "Content-Type": f"{content_type}; charset=utf-8"
        if content_type.startswith("text/")
        else content_type,
        "Content-Length": str(size),
        "Content-Disposition": content_disposition(name),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        # Pages of other origins show images by their signed URL, which is all the right there is.
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "private",
        "ETag": f'"{id}"',
    }


def content_disposition(name: str) -> str:
    """`attachment` with the name in both forms of RFC 6266, or in one where it is plain ASCII."""
    plain = UNQUOTABLE.sub("_", name)
    if plain == name:
        return f'attachment; filename="{plain}"'
    extended = quote(name, safe="!#$&+-.^_`|~", encoding="utf-8", errors="replace")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{extended}"
