"""What is kept of a run's input and result, for its caller and the console."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from app.definition.model import Action, Application
from app.expressions import to_plain
from app.json_text import write_json_bytes

_LEAVES = frozenset({type(None), bool, int, str})
_OF_NUMBER = 24
HIDDEN = "[hidden]"
_WIDEST = 2**63
_OF_REQUESTS = ("body", "contentType")
_CREDENTIALS = ("headers", "url")


def recorded_input(
    application: Application,
    action: Action,
    input: Mapping[str, Any],
    conceal: Callable[[str], str],
    most: int,
) -> Any:
    """The input without passwords; null where it is larger than `most` bytes.

    The headers and the address of a request may hold credentials: of the incoming API's they are not kept, of one
    that is the input `request` neither the headers nor the query.
    """
    shown = {
        name: _shown(application, action, name, value)
        for name, value in input.items()
        if name in action.input or name in _OF_REQUESTS
    }
    return recorded(shown, conceal, most)


def recorded(value: Any, conceal: Callable[[str], str], most: int) -> Any:
    """A value as JSON that both databases hold, its texts concealed; null where it is larger than `most` bytes."""
    plain = _clean(value if _is_flat(value) else to_plain(value), conceal)
    if _most_bytes(plain) <= most or len(write_json_bytes(plain, str)) <= most:
        return plain
    return None


def _is_flat(value: Any) -> bool:
    """Whether it is JSON as it is: a text, a number or the like, or an object of those, as most are."""
    if type(value) is not dict:
        return type(value) in _LEAVES
    return all(type(key) is str and type(item) in _LEAVES for key, item in value.items())


def _most_bytes(plain: Any) -> float:
    """More bytes than a flat value takes as JSON, so that nobody need write it to know; without end for others."""
    if type(plain) is dict:
        return sum(_most_bytes(key) + _most_bytes(item) for key, item in plain.items())
    if type(plain) is str:
        return 6 * len(plain) + 4
    return _OF_NUMBER if type(plain) in _LEAVES else inf


def _shown(application: Application, action: Action, name: str, value: Any) -> Any:
    declared = action.input.get(name)
    if declared is None:
        return value
    incoming = action.triggers.incoming_api is not None
    if declared.kind == "password" or (incoming and name in _CREDENTIALS):
        return None if value is None else HIDDEN
    if name == "request" and isinstance(value, Mapping) and "headers" in value:
        return {**value, "headers": HIDDEN, "query": HIDDEN}
    if declared.model is None or not isinstance(value, Mapping):
        return "[bytes]" if isinstance(value, bytes) else value
    properties = application.models[declared.model].all_properties
    secret = {key for key, property in properties.items() if property.kind == "password"}
    return {key: HIDDEN if key in secret else item for key, item in value.items()}


def _clean(value: Any, conceal: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return conceal(value)
        # PostgreSQL's JSON has no NUL, and no text has halves of characters.
        return conceal(value.replace("\0", "\ufffd").encode("utf-8", "replace").decode())
    if isinstance(value, dict):
        return {_clean(key, conceal): _clean(item, conceal) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, conceal) for item in value]
    if isinstance(value, int) and not -_WIDEST <= value < _WIDEST:
        return str(value)
    return value
