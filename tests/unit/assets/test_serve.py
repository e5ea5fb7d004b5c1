"""Stored files are downloads that no browser runs."""

from __future__ import annotations

import pytest

from app.assets.serve import content_disposition, download_headers

ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("kind", ["image/svg+xml", "text/html", "application/xml", "image/png"])
def test_download_is_an_attachment_without_rights(kind: str) -> None:
    headers = download_headers(ID, "a.bin", kind, 12)
    assert headers["Content-Type"].split(";")[0] == kind
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "private"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["ETag"] == f'"{ID}"'
    assert headers["Content-Length"] == "12"


@pytest.mark.parametrize(
    ("kind", "sent"),
    [("text/plain", "text/plain; charset=utf-8"), ("application/json", "application/json")],
)
def test_download_of_text_says_its_charset(kind: str, sent: str) -> None:
    assert download_headers(ID, "a", kind, 1)["Content-Type"] == sent


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.pdf", 'attachment; filename="a.pdf"'),
        ("my report.pdf", 'attachment; filename="my report.pdf"'),
        ("ü.pdf", "attachment; filename=\"_.pdf\"; filename*=UTF-8''%C3%BC.pdf"),
        ('a"b.pdf', "attachment; filename=\"a_b.pdf\"; filename*=UTF-8''a%22b.pdf"),
        ("a\\b", "attachment; filename=\"a_b\"; filename*=UTF-8''a%5Cb"),
        ("50%.pdf", "attachment; filename=\"50_.pdf\"; filename*=UTF-8''50%25.pdf"),
        ("a\r\nX: 1", "attachment; filename=\"a__X: 1\"; filename*=UTF-8''a%0D%0AX%3A%201"),
        ("日本 '(1)*.txt", "attachment; filename=\"__ '(1)*.txt\"; filename*=UTF-8''"
         "%E6%97%A5%E6%9C%AC%20%27%281%29%2A.txt"),
        ("\ud800", "attachment; filename=\"_\"; filename*=UTF-8''%3F"),
    ],
)  # fmt: skip
def test_content_disposition(name: str, header: str) -> None:
    assert content_disposition(name) == header
    header.encode("ascii")
