"""YAML 1.2 to the letter, for texts that a faster reader does not take: what they hold, or what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from app.definition.document import UnreadableError
from app.definition.source import Place


def exact_events(file: str, text: str) -> Iterator[Any]:
    """The events of a text; UnreadableError, with the line, where it is no YAML."""
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = "a control character; write it as an escape in double quotes"
        raise UnreadableError(Place(file, line), message) from None
    except YAMLError as error:
        raise _unreadable(file, error) from None


def _unreadable(file: str, error: YAMLError) -> UnreadableError:
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return UnreadableError(Place(file, 1), f"this is not YAML: {error}")
    context = f", {error.context}" if error.context else ""
    place = Place(file, error.problem_mark.line + 1)
    return UnreadableError(place, f"this is not YAML: {error.problem}{context}")
