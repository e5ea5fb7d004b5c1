"""What the collector is asked to do."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from app.memory import collect_all


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
