"""Texts in the room that they have."""

from __future__ import annotations

import pytest

from app.pages.drawings.shapes import Line, fitted, width_of


@pytest.mark.parametrize("text", ["", "short", "w" * 500, "字" * 100, "a\n b\t c" * 50, "e\u0301" * 200])
@pytest.mark.parametrize("width", [20, 100, 300])
def test_text_is_no_wider_than_its_room(text: str, width: float) -> None:
    line = fitted(text, width)
    assert width_of(line) <= width and "\n" not in line
    assert line == " ".join(text.split()) or line.endswith("…")


def test_lines_are_paths() -> None:
    assert Line(((0, 0), (1.5, 2), (3, 4))).path == "M0 0L1.5 2 3 4"
    assert Line(((0, 0), (1, 0), (1, 2), (3, 2)), bent=True).path == "M0 0C1 0 1 2 3 2"
