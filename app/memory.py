"""What the process asks of Python's collector and of the C library, so that memory stays small and pauses short."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

_M_MMAP_THRESHOLD = -3
"""The name of this parameter in <malloc.h>."""
_LARGE_BYTES = 1 << 20
_MOST_COLLECTIONS = 4
_YOUNG = 5_000
"""Objects that are made before the collector looks at them: more than some dozens of requests hold at once, which it
would look at in vain, a tenth of the time of a write."""


def begin_imports() -> None:
    """Has the collector rest until `end_imports`; while a server is imported it would take a quarter of the start."""
    gc.disable()


def end_imports() -> None:
    """Has the collector work again, but never look at what was imported, which stays; nothing where it did not rest."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


@contextmanager
def made_to_stay() -> Iterator[None]:
    """What is made within lives long: the collector does not look at it until `free_what_stayed`."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def collect_seldom() -> None:
    """Has the collector leave alone what requests under way hold: nearly all of it goes without it."""
    gc.set_threshold(_YOUNG)


def free_what_stayed() -> None:
    """Has the collector look at everything once more, so that what is no longer used goes; the rest is to stay."""
    gc.unfreeze()
    collect_all()
    gc.freeze()


def collect_all() -> None:
    """Collects until nothing more is found: what a weak dictionary holds can go only after its key is gone."""
    for _ in range(_MOST_COLLECTIONS):
        if not gc.collect():
            return


def return_large_blocks() -> None:
    """Has glibc give what is freed in large blocks back to the system; other C libraries do anyhow.

    By itself it would keep, for each thread that has hashed a password, as much as argon2 took.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
