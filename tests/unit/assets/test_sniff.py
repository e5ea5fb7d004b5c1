"""Content types come from the bytes."""

from __future__ import annotations

import pytest

from app.assets.sniff import HEAD, content_type
from tests.support.cost import cost

CASES = [
    (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
    (b"GIF87a....", "image/gif"),
    (b"GIF89a<script>alert(1)</script>", "image/gif"),
    (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
    (b"RIFF\x10\x00\x00\x00WAVEfmt ", "audio/wav"),
    (b"RIFF\x10\x00\x00\x00XXXXfmt ", "application/octet-stream"),
    (b"%PDF-1.7\n", "application/pdf"),
    (b"PK\x03\x04\x14\x00", "application/zip"),
    (b"PK\x05\x06" + bytes(18), "application/zip"),
    (b"\x1f\x8b\x08\x00", "application/gzip"),
    (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
    (b"\x00\x00\x00\x18ftypM4A \x00", "audio/mp4"),
    (b"\x00\x00\x00\x18ftypqt  ", "video/quicktime"),
    (b"\x00\x00\x00\x18ftypavif", "image/avif"),
    (b"ID3\x04\x00", "audio/mpeg"),
    (b"\xff\xfb\x90\x64\x00", "audio/mpeg"),
    (b"\xff\xf3\x48\xc4", "audio/mpeg"),
    (b"\xff\xfb\xf0\x64", "application/octet-stream"),
    (b"OggS\x00\x02", "audio/ogg"),
    (b"\x1a\x45\xdf\xa3\x01", "video/webm"),
    (b"<!DOCTYPE html><p>", "text/html"),
    (b"\n <!doctype HTML>", "text/html"),
    (b"\xef\xbb\xbf<html>", "text/html"),
    (b"<ScRiPt>alert(1)</script>", "text/html"),
    (b"<script/src=x>", "text/html"),
    (b"<!-- a --><body onload=x>", "text/html"),
    (b"<!-- a", "text/html"),
    (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>", "text/html"),
    (b"<img src=x onerror=y>", "text/html"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml"),
    (b"<SVG onload=x>", "image/svg+xml"),
    (b"<s:svg xmlns:s='http://www.w3.org/2000/svg'>", "image/svg+xml"),
    (b"<?xml version='1.0'?>\n<!-- made by x -->\n<svg>", "image/svg+xml"),
    (b"<?xml version='1.0'?><!DOCTYPE svg PUBLIC 'a' [<!ENTITY a 'b'>]><svg >", "image/svg+xml"),
    (b"<?xml version='1.0'?><rss><channel><title>a</title>", "application/xml"),
    (b"<!DOCTYPE note><note>", "application/xml"),
    (b'{"a": 1}', "application/json"),
    (b" [\n 1, 2]", "application/json"),
    (b"[]", "application/json"),
    (b"{}", "application/json"),
    (b"[true]", "application/json"),
    (b"[note] remember", "text/plain"),
    (b"{placeholder}", "text/plain"),
    (b"hello\tworld\r\n", "text/plain"),
    ("größe 日本".encode(), "text/plain"),
    (b"a <b>bold</b> claim", "text/plain"),
    (b"<hello", "text/plain"),
    (b"1 < 2", "text/plain"),
    ("größe".encode("latin-1"), "application/octet-stream"),
    ("text".encode("utf-16"), "application/octet-stream"),
    (b"hello\x00world", "application/octet-stream"),
    (b"\x7fELF\x02\x01", "application/octet-stream"),
    (b"MZ\x90\x00", "application/octet-stream"),
    (b"\x00", "application/octet-stream"),
    (b"", "application/octet-stream"),
]


@pytest.mark.parametrize(("head", "kind"), CASES)
def test_content_type(head: bytes, kind: str) -> None:
    assert content_type(head) == kind


def test_content_type_of_text_cut_in_a_character() -> None:
    assert content_type(b"a" * (HEAD - 1) + "é".encode()) == "text/plain"


def test_content_type_looks_at_the_head_only() -> None:
    assert content_type(b"a" * HEAD + b"\x00") == "text/plain"


@pytest.mark.parametrize(
    "unit",
    [b"<!--", b"<!---->", b"<?", b"<?a?>", b"<!doctype ", b"<!doctype [", b" \n", b"[", b"<!doctype a[]"],
)
def test_content_type_of_hostile_markup_is_quick(unit: bytes) -> None:
    with cost() as spent:
        content_type((b"<?xml?>" + unit * HEAD)[:HEAD])
    assert spent.seconds < 0.5
