"""README's marked blocks: `<!-- test: NAME -->`, then what is tried, then what it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.support.server import ROOT

README = ROOT / "README.md"
TEXT = README.read_text()

_PART = re.compile(r"^<!-- test: (?P<mark>\w+) -->$|^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S)


class Block(NamedTuple):
    """A fenced block of README, and the one that follows it if there is one before the next mark."""

    text: str
    answer: str


def marked(name: str) -> list[Block]:
    """The blocks under this mark, in order; there is at least one."""
    found = [Block(*texts) for mark, texts in _groups() if mark == name]
    assert found, f"README has no block marked {name}"
    return found


def the(name: str) -> Block:
    """The only block under this mark."""
    (block,) = marked(name)
    return block


def _groups() -> Iterator[tuple[str, tuple[str, str]]]:
    parts = [*_PART.finditer(TEXT)]
    for index, part in enumerate(parts):
        if part["mark"]:
            texts = []
            for after in parts[index + 1 : index + 3]:
                if after["mark"]:
                    break
                texts.append(after["text"])
            yield part["mark"], (texts[0], texts[1] if len(texts) > 1 else "")
