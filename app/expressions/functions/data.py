"""Functions of objects, and of data in other forms."""

from __future__ import annotations

import base64 as base_64
import hashlib
import hmac
import secrets
import uuid as uuids
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.expressions.errors import OperandError
from app.expressions.functions.declaration import Parameter, function
from app.expressions.kinds import Kind
from app.expressions.limits import MAX_LIST, MAX_TEXT
from app.expressions.operators import part_of
from app.expressions.values import plain, read_json, whole, write_json

OBJECT = Parameter("object", Kind.OBJECT)
SECRET_TEXT = Parameter("value", Kind.TEXT | Kind.BYTES)
MAX_RANDOM = 1_000


@function(
    OBJECT,
    Parameter("key", Kind.TEXT),
    Parameter("otherwise", Kind.ANY, optional=True),
    result=Kind.ANY,
    passes_null=True,
    example='fetch(map_of("content-type", "text/csv"), "Content-Type")',
    gives='"text/csv"',
)
def fetch(object_: Mapping[Any, Any], key: str, otherwise: Any = None) -> Any:
    """The part of an object with exactly this name, else one with it in other capitals, else `otherwise`."""
    if key in object_:
        return plain(part_of(object_, key))
    folded = key.casefold()
    for name in object_:
        if isinstance(name, str) and name.casefold() == folded:
            return plain(part_of(object_, name))
    return otherwise


@function(OBJECT, result=Kind.LIST, passes_null=True, example='keys(map_of("a", 1))', gives='["a"]')
def keys(object_: Mapping[Any, Any]) -> list[Any]:
    """The names of the parts of an object."""
    return list(object_)


@function(OBJECT, result=Kind.LIST, passes_null=True, example='values(map_of("a", 1))', gives="[1]")
def values(object_: Mapping[Any, Any]) -> list[Any]:
    """The parts of an object without their names."""
    return [plain(part) for part in object_.values()]


@function(
    Parameter("objects", Kind.OBJECT | Kind.NULL, many=True),
    result=Kind.OBJECT,
    example='merge(map_of("a", 1), map_of("a", 2, "b", 3))',
    gives='map_of("a", 2, "b", 3)',
)
def merge(*objects: Mapping[Any, Any] | None) -> dict[Any, Any]:
    """One object with the parts of all; of parts with one name the last counts."""
    merged: dict[Any, Any] = {}
    for one in objects:
        merged.update(one or {})
        if len(merged) > MAX_LIST:
            raise OperandError(f"the object would have more than {MAX_LIST:,} parts")
    return merged


@function(
    Parameter("name_and_value", Kind.ANY, optional=True, many=True),
    result=Kind.OBJECT,
    pairs=True,
    example='map_of("a", 1, "b", 2).b',
    gives="2",
)
def map_of(*names_and_values: Any) -> dict[str, Any]:
    """An object of names and values, in turns."""
    names = names_and_values[::2]
    if not all(isinstance(name, str) for name in names):
        raise OperandError("the name of a part is not a text")
    return dict(zip(names, names_and_values[1::2], strict=True))


@function(
    Parameter("text", Kind.TEXT | Kind.BYTES),
    result=Kind.ANY,
    passes_null=True,
    example="""parse_json('{"price": 12.50}').price""",
    gives="12.5",
)
def parse_json(text: str | bytes) -> Any:
    """The value that a JSON text stands for; its numbers are exact."""
    return read_json(text)


@function(
    Parameter("value", Kind.ANY),
    result=Kind.TEXT,
    example='to_json(map_of("price", 12.50, "tags", ["a"]))',
    gives="""'{"price":12.50,"tags":["a"]}'""",
)
def to_json(value: Any) -> str:
    """The value as JSON text; dates and times in ISO 8601, durations in seconds."""
    return write_json(value)


@function(SECRET_TEXT, result=Kind.TEXT, example='base64("user:pass")', gives='"dXNlcjpwYXNz"')
def base64(value: str | bytes) -> str:
    """The text, as UTF-8, in base64."""
    data = _bytes(value)
    if len(data) > MAX_TEXT // 4 * 3:
        raise OperandError(f"the text would have more than {MAX_TEXT:,} characters")
    return base_64.b64encode(data).decode()


@function(SECRET_TEXT, result=Kind.TEXT, example='starts_with(sha256("abc"), "ba7816bf")', gives="true")
def sha256(value: str | bytes) -> str:
    """The SHA-256 of the text, as UTF-8, in hexadecimal."""
    return hashlib.sha256(_bytes(value)).hexdigest()


@function(
    SECRET_TEXT,
    Parameter("key", Kind.TEXT | Kind.BYTES),
    result=Kind.TEXT,
    example='starts_with(hmac_sha256("message", "key"), "6e9ef29b")',
    gives="true",
)
def hmac_sha256(value: str | bytes, key: str | bytes) -> str:
    """The HMAC-SHA-256 of the text with a key, in hexadecimal."""
    return hmac.new(_bytes(key), _bytes(value), hashlib.sha256).hexdigest()


@function(result=Kind.TEXT, example="size(uuid())", gives="36")
def uuid() -> str:
    """A new random UUID."""
    return str(uuids.uuid4())


@function(
    Parameter("length", Kind.NUMBER, optional=True),
    result=Kind.TEXT,
    example="size(random_hex(8))",
    gives="8",
)
def random_hex(length: int | Decimal = 32) -> str:
    """So many random hexadecimal digits, fit for secrets; 32 unless said otherwise."""
    count = whole(length, "the length")
    if not 1 <= count <= MAX_RANDOM:
        raise OperandError(f"the length is not between 1 and {MAX_RANDOM:,}")
    return secrets.token_hex((count + 1) // 2)[:count]


def _bytes(value: str | bytes) -> bytes:
    if isinstance(value, bytes):
        return value
    if len(value) > MAX_TEXT:
        raise OperandError(f"the text has more than {MAX_TEXT:,} characters")
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise OperandError("the text has characters that are none in Unicode") from None
