"""What the collector is asked to do."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from app.memory import collect_all, collect_seldom


class Ring:
    """Something that refers to itself."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture
def resting() -> Iterator[None]:
    gc.disable()
    yield
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
