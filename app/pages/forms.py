"""The fields of a question as the controls of a form, and what is sent of such a form as an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.assets import parse_reference
from app.json_text import JsonError, Limits, read_foreign_json, write_json

FEWEST_IN_A_MENU = 6
"""A list of fewer options shows them all."""
KEPT = ".kept"
"""After a field's name: the file that came with an earlier try. No field's own name has a point."""
FILES = ("file", "image", "multi_file")
_JSON = ("json", "object")
_DEPTH = 32
_DIGITS = 400


@dataclass(frozen=True, slots=True)
class Widget:
    """How a kind is asked for: which template draws it, and with which attributes."""

    name: str = "input"
    type: str = "text"
    attributes: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""


_DIGITS_ONLY = Widget(attributes={"inputmode": "numeric"})
_AMOUNT = Widget(attributes={"inputmode": "decimal"})
_LINES = Widget("area", attributes={"rows": "5"})
_CODE = Widget("area", attributes={"rows": "6", "spellcheck": "false", "class": "code"}, hint="As JSON.")

WIDGETS: Mapping[str, Widget] = {
    "text": Widget(),
    "multi_line_text": _LINES,
    "rich_text": _LINES,
    "email": Widget(type="email", attributes={"autocomplete": "email", "spellcheck": "false"}),
    "url": Widget(type="url", attributes={"placeholder": "https://"}),
    "phone_number": Widget(type="tel", attributes={"autocomplete": "tel"}),
    "iban": Widget(attributes={"spellcheck": "false", "autocapitalize": "characters"}),
    "zipcode": Widget(attributes={"autocomplete": "postal-code"}),
    "number": _DIGITS_ONLY,
    "minutes": Widget(attributes={"inputmode": "numeric"}, hint="In whole minutes."),
    "decimal": _AMOUNT,
    "price": _AMOUNT,
    "boolean": Widget("check"),
    "date": Widget(type="date"),
    "date_time": Widget(type="datetime-local", hint="In the time zone UTC."),
    "time": Widget(type="time"),
    "list": Widget("menu"),
    "multi_list": Widget("checks"),
    "password": Widget(type="password", attributes={"autocomplete": "new-password"}),
    "file": Widget("files"),
    "image": Widget("files", attributes={"accept": "image/*"}),
    "multi_file": Widget("files", attributes={"multiple": "multiple"}),
    "json": _CODE,
    "object": _CODE,
}


@dataclass(frozen=True, slots=True)
class Control:
    """One field of a form, ready to be drawn; `values` are what it holds, as texts."""

    name: str
    label: str
    widget: str
    type: str
    attributes: Mapping[str, str]
    hint: str
    required: bool
    values: Sequence[str]
    options: Sequence[tuple[str, str]] = ()
    """Each with its value and its text."""
    error: str | None = None
    kept: Sequence[tuple[str, str]] = ()
    """Files that came with an earlier try: reference and name."""

    @property
    def described_by(self) -> str:
        """The ids of the texts that go with it, for `aria-describedby`."""
        parts = [f"{self.name}-hint"] if self.hint else []
        return " ".join([*parts, *([f"{self.name}-error"] if self.error else [])])

    @property
    def grouped(self) -> bool:
        """Whether it is several controls under one legend."""
        return self.widget in ("radios", "checks")


Sent = Mapping[str, Sequence[str]]
"""The texts of a form by the names of its fields; references for files."""


def controls(
    fields: Sequence[Mapping[str, Any]], sent: Sent | None = None, reasons: Mapping[str, str] | None = None
) -> list[Control]:
    """The controls of a question: empty, or with its defaults; or with what was sent, and what is wrong with it."""
    return [_control(one, sent, (reasons or {}).get(one["name"])) for one in fields]


def answer(fields: Sequence[Mapping[str, Any]], sent: Sent) -> dict[str, Any]:
    """What was sent as the answer to a question, an empty field as null; whether it is right is for its kind to say.

    Texts that should be JSON are not `unreadable`.
    """
    return {one["name"]: _value(one, sent.get(one["name"], ())) for one in fields}


def unreadable(fields: Sequence[Mapping[str, Any]], sent: Sent) -> dict[str, str]:
    """What is wrong with texts that should be JSON, by field; as a value of its own, a text is in quotes."""
    wrong: dict[str, str] = {}
    for one in fields:
        text = next(filter(None, sent.get(one["name"], ())), None)
        if one["kind"] in _JSON and text is not None:
            try:
                _read(text)
            except JsonError as error:
                wrong[one["name"]] = f"is no JSON: {error}"
    return wrong


def _control(one: Mapping[str, Any], sent: Sent | None, reason: str | None) -> Control:
    name, kind, label = one["name"], one["kind"], one["label"]
    widget = WIDGETS[kind]
    options = [(option, option) for option in one.get("options", ())]
    drawn, attributes = widget.name, dict(widget.attributes)
    if drawn == "menu" and len(options) < FEWEST_IN_A_MENU:
        drawn = "radios"
    if drawn == "check" and one["required"]:
        drawn, options = "radios", [("true", "Yes"), ("false", "No")]
    if one.get("length") is not None:
        attributes["maxlength"] = str(one["length"])
    values = _shown(one) if sent is None else sent.get(name, ())
    return Control(
        name=name,
        label=label,
        widget=drawn,
        type=widget.type,
        attributes=attributes,
        hint=" ".join(part for part in (one["description"], widget.hint) if part),
        required=one["required"],
        values=() if kind == "password" or kind in FILES else values,
        options=options,
        error=None if reason is None else _sentence(label, reason),
        kept=[(value, name) for value in values if (name := _file_name(value))] if kind in FILES else (),
    )


def _shown(one: Mapping[str, Any]) -> list[str]:
    """A field's default as texts."""
    default = one.get("default")
    if default is None:
        return []
    if one["kind"] in _JSON:
        return [write_json(default)]
    if isinstance(default, list):
        return [str(item) for item in default]
    return [json.dumps(default) if isinstance(default, bool) else str(default)]


def _value(one: Mapping[str, Any], texts: Sequence[str]) -> Any:
    kind, given = one["kind"], [text for text in texts if text != ""]
    if kind in ("multi_list", "multi_file"):
        return given or None
    if not given:
        # A box that is not ticked is not sent; a choice that must be made is no box.
        return False if kind == "boolean" and not one["required"] else None
    text = given[0].replace("\r\n", "\n")
    return _read(text) if kind in _JSON else text


def _read(text: str) -> Any:
    return read_foreign_json(text, Limits(len(text), _DEPTH, _DIGITS))


def _file_name(reference: str) -> str:
    try:
        return parse_reference(reference)[1]
    except ValueError:
        return ""


def _sentence(label: str, reason: str) -> str:
    text = f"{label.rstrip('?:. ')} {reason}"
    return text if text.endswith(("?", ".", "!")) else f"{text}."
