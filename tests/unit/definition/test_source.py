from __future__ import annotations

import pytest

from app.definition.document import read_document
from app.definition.source import Path, Place, Source, path_text, without


def source() -> Source:
    """A definition of one action with one step."""
    root, _ = read_document(
        "s.yaml", "actions:\n  Upload file:\n    steps:\n      - find:\n          model: A\n"
    )
    assert root is not None
    return Source(root, ("s.yaml",), "")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("actions", "Upload file", "steps", 1, "find", "where"), "actions.Upload file.steps[1].find.where"),
        (("records", "A", 0), "records.A[0]"),
    ],
)
def test_path_text_is_as_problems_show_it(path: Path, text: str) -> None:
    assert path_text(path) == text


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("actions", "Upload file", "steps", 0, "find", "model"), 5),
        (("actions", "Upload file", "steps", 0, "find", "where", "x"), 4),
        (("actions", "Upload file", "steps", 0, "find", "made up", "model"), 5),
        (("actions", "Upload file", "steps", 7), 3),
        (("models",), 1),
    ],
)
def test_place_is_the_line_of_what_was_written(path: Path, line: int) -> None:
    assert source().place(path) == Place("s.yaml", line)


def test_problem_has_file_line_and_path() -> None:
    problem = source().problem(("actions", "Upload file", "steps", 0, "find"), "wrong")
    assert str(problem) == "s.yaml:4 actions.Upload file.steps[0].find: wrong"


def test_problem_shows_what_was_written_alone() -> None:
    path = ("actions", "Upload file", "steps", 0, "find", "options", "model", "text")
    assert source().problem(path, "wrong").path == "actions.Upload file.steps[0].find.model"


def test_without_leaves_named_parts_out_and_the_rest_untouched() -> None:
    data = {"application": "a", "models": {"A": {}, "B": {}}}
    assert without(data, [("models", "A")]) == {"application": "a", "models": {"B": {}}}
    assert data["models"] == {"A": {}, "B": {}}
