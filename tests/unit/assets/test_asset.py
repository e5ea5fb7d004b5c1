"""References and the names of files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assets import Asset, clean_name, parse_reference, reference

ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "name", ["a.pdf", "Übersicht 2024.pdf", "日本語.txt", "🙂", "a%2Fb", "a:b", ".env"[1:]]
)
def test_reference_of_an_asset_parses_back(name: str) -> None:
    asset = Asset(ID, clean_name(name), "text/plain", 1, "00")
    assert reference(asset) == f"{ID}/{name}"
    assert parse_reference(reference(asset)) == (ID, name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ID,
        f"{ID}/",
        f"{ID}/a/b",
        f"{ID}/a\\b",
        f"{ID}/..",
        f"{ID}/../x",
        f"{ID}/a\n",
        f"{ID}\n/a",
        f"{ID.upper()}/a",
        f"{ID[1:]}/a",
        f"0{ID}/a",
        f"/{ID}/a",
        f" {ID}/a",
        f"{ID}/{'a' * 201}",
        f"{'..'.rjust(32, '0')}/a",
        f"{'٣' * 32}/a",
        "/a",
        "a.pdf",
        "https://example.com/a.pdf",
    ],
)
def test_reference_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="no reference"):
        parse_reference(text)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("a.pdf", "a.pdf"),
        ("my report (1).pdf", "my report (1).pdf"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\a\\b.txt", "b.txt"),
        ("a/b\\c.txt", "c.txt"),
        ("a.pdf/", "file"),
        ("", "file"),
        (".", "file"),
        ("..", "file"),
        (" . ", "file"),
        ("\x00", "file"),
        ("\u202e", "file"),
        ("a\x00b\r\n\x7f\x85.txt", "ab.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("\u2066a\u2069.txt", "a.txt"),
        ("a\u2028b\u2029.txt", "ab.txt"),
        ("a\ud800.txt", "a.txt"),
        (" a.txt. ", "a.txt"),
        (".bashrc", "bashrc"),
        ("e\u0301.txt", "\u00e9.txt"),
        ("a" * 300 + ".pdf", "a" * 196 + ".pdf"),
        ("a" * 300, "a" * 200),
        ("a." + "b" * 300, "a." + "b" * 198),
        ("." * 300, "file"),
        ("🙂" * 300 + ".png", "🙂" * 196 + ".png"),
        ("a" * 199 + " " + "b" * 50, "a" * 199),
    ],
)
def test_clean_name(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@given(st.text(st.characters(), max_size=260) | st.text("a./\\ \u0301\u202e\x00", max_size=260))
def test_clean_name_is_short_and_stays_as_it_is(name: str) -> None:
    clean = clean_name(name)
    assert 1 <= len(clean) <= 200
    assert clean_name(clean) == clean
    assert not set("/\\\x00\r\n") & set(clean)
    clean.encode("utf-8")
