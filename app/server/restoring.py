"""The mark of a restore that is under way: what lies beside it is partly old."""

from __future__ import annotations

from pathlib import Path

from app.disk import sync, write_private
from app.settings import SettingsError

_NAME = "restore-unfinished"
_TEXT = b"A restore was under way here. Part of what is in this folder may be older than the rest.\n"


def refuse_unfinished(data: Path) -> None:
    """Raises SettingsError for a data folder in which a restore was cut short."""
    if (data / _NAME).exists():
        raise SettingsError(
            f"A restore into {data} was cut short, and what is there is partly old and partly new. "
            "Run `actionql restore FILE --yes-overwrite` again; it can be started over."
        )


def mark(data: Path) -> None:
    """Has servers refuse the folder from now on."""
    write_private(data / _NAME, _TEXT)


def unmark(data: Path) -> None:
    """Has servers take the folder again."""
    (data / _NAME).unlink(missing_ok=True)
    sync(data)
