"""Which property a column becomes, or why it becomes none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import types
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from app.intake.found import FoundColumn
from app.properties import KINDS

Options = Mapping[str, Any]
"""What stands in a definition beside `kind`."""

_ONE_LINE = 255
"""Texts of at most so many characters are taken for single lines."""
_MOST_SCALE, _DIGITS = 12, 18
_MONEY = re.compile(r"price|amount|total|cost|salary|freight|balance|fee|payment", re.I)
_ADDRESSES = (postgresql.INET, postgresql.CIDR, postgresql.MACADDR, postgresql.MACADDR8)


class LeftOut(Exception):
    """Why a column becomes no property, in words that go on after its name."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a column becomes; `note` tells what is otherwise than it was."""

    kind: str
    options: Options = field(default_factory=dict)
    note: str = ""


def kind_of(column: FoundColumn, wanted: str | None = None) -> Taken:
    """The kind for a column, or the one that is `wanted` for it; raises `LeftOut`."""
    if wanted is not None:
        return Taken(wanted, {}, f"was {_type_name(column.type)}")
    if column.computed is not None:
        raise LeftOut(f"is computed by the database ({column.computed})")
    own = _own_kind(column.name, _base(column.type))
    if own is None:
        raise LeftOut(f"is {_type_name(column.type)}, which has no kind here")
    return own


def _base(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type that a type of the database's own stands on."""
    while isinstance(type_, postgresql.DOMAIN):
        type_ = type_.data_type
    return type_


def _own_kind(name: str, type_: TypeEngine[Any]) -> Taken | None:
    if isinstance(type_, types.LargeBinary):
        raise LeftOut(f"is {_type_name(type_)} and holds bytes, which stand in files here")
    if isinstance(type_, postgresql.ARRAY):
        return _list(type_)
    if isinstance(type_, types.Enum):
        return Taken("list", {"options": list(type_.enums)})
    if isinstance(type_, types.Numeric | types.Float):
        return _number(name, type_)
    if isinstance(type_, types.String):
        return _text(type_.length)
    return next((made for base, made in _PLAIN if isinstance(type_, base)), None) or _moment(type_)


_PLAIN: tuple[tuple[type[TypeEngine[Any]], Taken], ...] = (
    (types.Boolean, Taken("boolean")),
    (types.BigInteger, Taken("decimal", {"scale": 0})),
    (types.Integer, Taken("number")),
    (types.JSON, Taken("json")),
    (types.Uuid, Taken("text", {"length": 36})),
    (types.Date, Taken("date")),
    *((base, Taken("text")) for base in _ADDRESSES),
)


def _text(length: int | None) -> Taken:
    if not length:
        return Taken("multi_line_text")
    return Taken("text" if length <= _ONE_LINE else "multi_line_text", {"length": length})


def _number(name: str, type_: types.Numeric[Any] | types.Float[Any]) -> Taken:
    if isinstance(type_, types.Float):
        return Taken("decimal", {}, "rounded to 8 digits after the point")
    scale = type_.scale if type_.precision is not None or type_.scale else None
    if scale is None:
        return Taken("decimal")
    if scale == 2 and _MONEY.search(name):
        return Taken("price")
    if scale > _MOST_SCALE:
        return Taken("decimal", {"scale": _MOST_SCALE}, f"had {scale} digits after the point")
    too_long = (type_.precision or 0) > _DIGITS
    return Taken(
        "decimal", {"scale": max(scale, 0)}, f"had {type_.precision} digits, here 18" if too_long else ""
    )


def _moment(type_: TypeEngine[Any]) -> Taken | None:
    if isinstance(type_, types.DateTime):
        zoned = getattr(type_, "timezone", False)
        return Taken("date_time", {}, "" if zoned else "had no time zone; taken for UTC")
    if isinstance(type_, types.Time) and not getattr(type_, "timezone", False):
        return Taken("time")
    return None


def _list(type_: postgresql.ARRAY[Any]) -> Taken:
    item = type_.item_type
    if isinstance(item, types.Enum):
        return Taken("multi_list", {"options": list(item.enums)})
    if isinstance(item, types.String | types.Integer | types.Numeric | types.Boolean | types.Uuid):
        return Taken("json", {}, f"was a list of {_type_name(item)}")
    raise LeftOut(f"is a list of {_type_name(item)}, which has no kind here")


def _type_name(type_: TypeEngine[Any]) -> str:
    return "of a type that is not known" if isinstance(type_, types.NullType) else str(type_)


# Checks and defaults

_NAME = r"\(*\s*\"?(?P<name>\w+)\"?\s*\)*(?:::[\w ]+)?"
_TEXT = r"'(?:[^']|'')*'"
_CAST = r"(?:::[\w \[\]\"().]+)?"
_ANY_OF = re.compile(
    rf"\(*{_NAME}\s*(?:IN\s*\(|= ANY \(+ARRAY\[)(?P<items>{_TEXT}{_CAST}(?:\s*,\s*{_TEXT}{_CAST})*)[\])].*",
    re.I | re.S,
)
_BOUND = re.compile(
    rf"{_NAME}\s*(?P<sign>>=|<=|>|<)\s*\(*'?(?P<value>-?[0-9]+(?:\.[0-9]+)?)'?\)*{_CAST}", re.I
)
_BETWEEN = re.compile(rf"{_NAME}\s+BETWEEN\s+(?P<low>-?[0-9.]+)\s+AND\s+(?P<high>-?[0-9.]+)", re.I)


def limits_of(check: str, kinds: Mapping[str, str]) -> tuple[str, Options] | None:
    """The column that a check is about and the options that say the same; None where none do.

    `kinds` are those of the columns by their names.
    """
    words = check.strip()
    if (found := _ANY_OF.fullmatch(words)) and not re.search(r"\s(AND|OR)\s", words, re.I):
        items = [item[1:-1].replace("''", "'") for item in re.findall(_TEXT, found["items"])]
        return found["name"], {"options": list(dict.fromkeys(items))}
    if found := _BETWEEN.fullmatch(_bare(words)):
        return found["name"], {"minimum": _figure(found["low"]), "maximum": _figure(found["high"])}
    bounds = [_BOUND.fullmatch(_bare(part)) for part in re.split(r"\s+AND\s+", _bare(words), flags=re.I)]
    names = {"" if bound is None else bound["name"] for bound in bounds}
    options = [{} if bound is None else _bound(bound, kinds) for bound in bounds]
    if len(names) != 1 or not all(options):
        return None
    return names.pop(), {name: value for one in options for name, value in one.items()}


def _bare(text: str) -> str:
    """The text without brackets round all of it."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def _closes_at_end(text: str) -> bool:
    depth = 0
    for place, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return place == len(text) - 1
    return False


def _bound(found: re.Match[str], kinds: Mapping[str, str]) -> Options:
    """Nothing where the value itself is not allowed, but of whole numbers."""
    sign, value = found["sign"], found["value"]
    name = "minimum" if sign.startswith(">") else "maximum"
    if sign.endswith("="):
        return {name: _figure(value)}
    if kinds.get(found["name"]) != "number" or "." in value:
        return {}
    return {name: int(value) + (1 if name == "minimum" else -1)}


def _figure(digits: str) -> int | Decimal:
    return Decimal(digits) if "." in digits else int(digits)


_NOW = re.compile(r"\(*(CURRENT_TIMESTAMP|now\(\)|datetime\('now'\)|LOCALTIMESTAMP)(\(\d\))?\)*(::.*)?", re.I)
_TODAY = re.compile(r"\(*(CURRENT_DATE|date\('now'\)|\(?now\(\)\)?::date)\)*(::date)?", re.I)
_UUID = re.compile(r"(gen_random_uuid|uuid_generate_v4)\(\)", re.I)
_LITERAL = re.compile(rf"\(*(?P<text>{_TEXT}){_CAST}\)*", re.S)
_DIGIT = re.compile(r"\(*'?(?P<number>[-+]?[0-9]+(?:\.[0-9]+)?)'?\)*(?:::.*)?")


def default_of(sql: str, kind: str) -> Any:
    """The default that says the same as a column's; None where none does."""
    sql = sql.strip()
    if kind in ("date_time", "date") and (_NOW.fullmatch(sql) or _TODAY.fullmatch(sql)):
        return "=now" if kind == "date_time" else "=today"
    if kind == "text" and _UUID.fullmatch(sql):
        return "=uuid()"
    if kind == "boolean":
        return {"1": True, "true": True, "'t'": True, "0": False, "false": False, "'f'": False}.get(
            sql.strip("()").lower()
        )
    if KINDS[kind].graphql in ("Int", "Decimal"):
        digits = _DIGIT.fullmatch(sql)
        return None if digits is None else _figure(digits["number"])
    literal = _LITERAL.fullmatch(sql)
    if literal is None or KINDS[kind].graphql == "JSON":
        return None
    value = literal["text"][1:-1].replace("''", "'")
    return None if value.startswith("=") else value
