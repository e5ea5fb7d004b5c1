"""What is known of a stored file, and the text by which a record refers to it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

ID = re.compile(r"[0-9a-f]{32}")
NAMELESS = "file"
LONGEST_NAME = 200
LONGEST_SUFFIX = 20

CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Marks that turn the direction of text can make `gpj.exe` read as `exe.jpg`.
TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


@dataclass(frozen=True, slots=True)
class Asset:
    """A stored file: `content_type` is what its bytes look like, `sha256` is in hex."""

    id: str
    name: str
    content_type: str
    size: int
    sha256: str


def reference(asset: Asset) -> str:
    """The text that a record's file property holds: `<id>/<name>`."""
    return f"{asset.id}/{asset.name}"


def parse_reference(text: str) -> tuple[str, str]:
    """The id and the name of a reference; raises ValueError for any other text."""
    id, _, name = text.partition("/")
    if not is_id(id) or clean_name(name) != name:
        raise ValueError("this is no reference to a file")
    return id, name


def is_id(text: str) -> bool:
    """True for the id of an asset, which is safe as the name of a file."""
    return ID.fullmatch(text) is not None


def clean_name(name: str) -> str:
    """The file name without folders and control characters, 1 to 200 characters long, its suffix kept.

    A clean name comes back as it is.
    """
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(character for character in last if not _is_unseen(character))
    return _cut(unicodedata.normalize("NFC", visible).strip(" .")) or NAMELESS


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in CONTROLS or unicodedata.bidirectional(character) in TURNS


def _cut(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > LONGEST_SUFFIX:
        return name[:LONGEST_NAME].rstrip(" .")
    return stem[: LONGEST_NAME - len(dot + suffix)] + dot + suffix
