"""What the collector is asked to do."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.memory import collect_all, collect_seldom, end_imports
from app.settings import Settings
from app.working import _worker


class Ring:
    """Something that refers to itself."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture
def resting() -> Iterator[None]:
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("resting")
def test_what_is_kept_by_a_key_that_goes_is_collected_with_it() -> None:
    kept: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
    key, value = Ring(), Ring()
    kept[key] = value
    alive = weakref.ref(value)
    del key, value
    collect_all()
    assert alive() is None


@pytest.fixture
def thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("thresholds")
def test_what_requests_under_way_hold_is_left_alone() -> None:
    collect_seldom()
    gc.collect()
    collections = gc.get_stats()[0]["collections"]
    held = [[None] for _ in range(4_000)]
    assert gc.get_stats()[0]["collections"] == collections
    assert held


def test_collector_rests_from_the_first_import_of_every_process() -> None:
    code = "import app.__main__, gc, sys; print(gc.isenabled(), 'app.main' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.usefixtures("resting")
def test_collector_works_again_when_everything_is_imported() -> None:
    end_imports()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


@pytest.mark.usefixtures("resting")
def test_collector_works_again_in_a_process_that_drives_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    works: list[bool] = []
    monkeypatch.setattr("app.working.configure_logs", lambda: None)
    monkeypatch.setattr("app.working.work_here", lambda *_, **__: works.append(gc.isenabled()))
    _worker(Settings(_env_file=None), [], {}, Path())
    assert works == [True]
