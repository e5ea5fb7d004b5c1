"""What is kept of a run's input and result, for its caller and the console."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.definition.model import Action, Application
from app.expressions import to_plain
from app.json_text import write_json_bytes

HIDDEN = "[hidden]"
_WIDEST = 2**63
_OF_REQUESTS = ("body", "contentType")


def recorded_input(
    application: Application,
    action: Action,
    input: Mapping[str, Any],
    conceal: Callable[[str], str],
    most: int,
) -> Any:
    """The input without passwords; null where it is larger than `most` bytes.

    Of a request of the incoming API, the headers and the address may hold credentials, and are not kept.
    """
    given = {name: value for name, value in input.items() if name in action.input or name in _OF_REQUESTS}
    shown = {name: _shown(application, action, name, value) for name, value in given.items()}
    return recorded(shown, conceal, most)


def recorded(value: Any, conceal: Callable[[str], str], most: int) -> Any:
    """A value as JSON that both databases hold, its texts concealed; null where it is larger than `most` bytes."""
    plain = _clean(to_plain(value), conceal)
    return plain if len(write_json_bytes(plain, str)) <= most else None


def _shown(application: Application, action: Action, name: str, value: Any) -> Any:
    declared = action.input.get(name)
    if declared is None:
        return value
    if declared.kind == "password":
        return None if value is None else HIDDEN
    if declared.model is None or not isinstance(value, Mapping):
        return "[bytes]" if isinstance(value, bytes) else value
    properties = application.models[declared.model].all_properties
    secret = {key for key, property in properties.items() if property.kind == "password"}
    return {key: HIDDEN if key in secret else item for key, item in value.items()}


def _clean(value: Any, conceal: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        # PostgreSQL's JSON has no NUL, and no text has halves of characters.
        return conceal(value.replace("\0", "\ufffd").encode("utf-8", "replace").decode())
    if isinstance(value, dict):
        return {_clean(key, conceal): _clean(item, conceal) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, conceal) for item in value]
    if isinstance(value, int) and not -_WIDEST <= value < _WIDEST:
        return str(value)
    return value
