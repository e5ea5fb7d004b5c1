"""How a statement's failure reaches the work that yielded it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NoReturn

from app.storage.work import Work


def fail(work: Work[Any], error: Exception) -> NoReturn:
    """Raises what the work makes of the error.

    It may not go on, nor return as if nothing had happened: PostgreSQL has given the transaction up by then.
    """
    with suppress(StopIteration):
        work.throw(error)
    raise RuntimeError("a work went on after a statement failed") from error
