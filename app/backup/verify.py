"""Reads a backup to its end before anything of it is believed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from app.backup.archive import KEYSTORE, MANIFEST, Member, opened
from app.backup.manifest import Listed, Manifest
from app.disk import standing
from app.storage.copies import RestoreRefused

DATABASES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
"""What the database is called in a backup."""


def verify(file: Path, room: int, *, with_assets: bool = True) -> Manifest:
    """The manifest of a backup every byte of which is as it says, and which needs at most `room` bytes.

    Assets need room only `with_assets`. Raises `RestoreRefused` for all else.
    """
    found: dict[str, Listed] = {}
    manifest = None
    with opened(file) as members:
        for member in members:
            if manifest is not None:
                raise RestoreRefused("The file goes on after its manifest: it is no backup.")
            if with_assets or not member.name.startswith("assets/"):
                room -= member.size
            if room < 0:
                raise RestoreRefused(
                    "There is not enough room on the disk for what the backup says it holds."
                )
            if member.name == MANIFEST:
                manifest = _parsed(member)
                continue
            member.skip()
            found[member.name] = member.listed()
    if manifest is None:
        raise RestoreRefused("The file has no manifest: it is not a whole backup.")
    _compare(manifest, found)
    return manifest


def free_room(*places: Path) -> int:
    """The bytes that are free where these folders are or will be, each disk counted once."""
    there = {standing(place) for place in places}
    return sum({place.stat().st_dev: shutil.disk_usage(place).free for place in there}.values())


def _parsed(member: Member) -> Manifest:
    try:
        return Manifest.model_validate_json(member.content())
    except ValidationError:
        raise RestoreRefused("The manifest of the backup cannot be read.") from None


def _compare(manifest: Manifest, found: dict[str, Listed]) -> None:
    if lacking := _named(manifest.files.keys() - found.keys()):
        raise RestoreRefused(f"The backup lacks {lacking}.")
    if surplus := _named(found.keys() - manifest.files.keys()):
        raise RestoreRefused(f"The backup holds {surplus}, of which its manifest does not know.")
    if damaged := _named(name for name, one in manifest.files.items() if found[name] != one):
        raise RestoreRefused(f"In the backup {damaged} is not what the manifest says: it is damaged.")
    needed = {KEYSTORE, DATABASES[manifest.database.kind]}
    needed |= {place for one in manifest.applications for place in one.files.values()}
    if lacking := _named(needed - found.keys()):
        raise RestoreRefused(f"The backup lacks {lacking}.")


def _named(names: Iterable[str]) -> str:
    """The first of these names, and how many more there are."""
    first, *more = [*sorted(names), ""]
    return f"{first} and {len(more) - 1} more" if len(more) > 1 else first
