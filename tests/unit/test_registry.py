from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from app.registry import Kinds, kinds_in

FILES = {
    "__init__": "",
    "if_": "from types import SimpleNamespace\nKIND = SimpleNamespace(name='if')\n",
    "shared": "",
    "sum": "from types import SimpleNamespace\nKIND = SimpleNamespace(name='sum')\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a package `parts` that can be imported."""
    folder = tmp_path / "parts"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [*sys.modules]:
        if name.partition(".")[0] == "parts":
            del sys.modules[name]


@pytest.mark.usefixtures("package")
def test_kind_is_loaded_when_it_is_asked_for() -> None:
    kinds = Kinds(import_module("parts"))
    assert "parts.sum" not in sys.modules
    assert kinds["sum"].name == "sum"
    assert "parts.if_" not in sys.modules
    assert kinds["if"].name == "if"
    assert kinds["sum"] is kinds["sum"]


@pytest.mark.usefixtures("package")
def test_module_without_a_kind_is_skipped() -> None:
    kinds = Kinds(import_module("parts"))
    assert "shared" not in kinds
    assert kinds.get("shared") is None
    assert "nothing" not in kinds
    assert list(kinds) == list(kinds_in(import_module("parts"))) == ["if", "sum"]
    assert len(kinds) == 2


def test_kind_of_another_name_than_its_file_is_refused(package: Path) -> None:
    (package / "other.py").write_text(FILES["sum"])
    with pytest.raises(TypeError, match=r"parts\.other declares the kind 'sum'"):
        kinds_in(import_module("parts"))
