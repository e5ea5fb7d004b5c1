"""The content type that the first bytes of a file show, whatever its sender called it."""

from __future__ import annotations

import codecs
import re

HEAD = 4096
"""How many of a file's first bytes `content_type` wants."""

BINARY = "application/octet-stream"

MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"OggS\x00", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"fLaC", "audio/flac"),
)
RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
BRANDS = {
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"avif": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
}

# What may stand before the root element.
PROLOGUE = re.compile(
    r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!doctype\s[^>\[]*(?:\[[^\]]*\]\s*)?>)*", re.DOTALL | re.IGNORECASE
)
HTML_DOCTYPE = re.compile(r"<!doctype\s+html\b", re.IGNORECASE)
# The tags by which browsers tell HTML (WHATWG MIME Sniffing, 7.1), and a few more that run scripts.
HTML = re.compile(
    r"<(?:html|head|body|script|iframe|style|title|table|div|span|form|img|meta|link|object|embed|base|font"
    r"|h[1-6]|br|p|a|b|video|audio|input|button|template)[\s/>]|<!--",
    re.IGNORECASE,
)
SVG = re.compile(r"<(?:[a-z]+:)?svg[\s/>]", re.IGNORECASE)
JSON = re.compile(r"""[\[{]\s*(?:["\[\]{}]|-?\d|true\b|false\b|null\b)""")
# Text has no other control characters than tab, line feed, form feed, carriage return and escape.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def content_type(head: bytes) -> str:
    """The content type of a file that begins so; `application/octet-stream` for what is not known."""
    head = head[:HEAD]
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    return _container(head) or _mpeg_audio(head) or _text(head) or BINARY


def _container(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], "video/mp4")
    return None


def _mpeg_audio(head: bytes) -> str | None:
    """A frame header of MPEG audio, layer III (ISO 11172-3, 2.4.1.3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, rate, frequency = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    return None if version == 1 or rate in (0, 15) or frequency == 3 else "audio/mpeg"


def _text(head: bytes) -> str | None:
    try:
        # A character may be cut where the head ends.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return None
    if not text or CONTROL.search(text):
        return None
    return _markup(text.lstrip()) or ("application/json" if JSON.match(text.lstrip()) else "text/plain")


def _markup(text: str) -> str | None:
    prologue = PROLOGUE.match(text)
    if not text.startswith("<") or not prologue:
        return None
    if HTML_DOCTYPE.search(prologue[0]) or HTML.match(text, prologue.end()):
        return "text/html"
    if SVG.match(text, prologue.end()):
        return "image/svg+xml"
    return "application/xml" if text.startswith(("<?xml", "<!")) else None
