"""What a request brings: the parameters of its query and of its body, whichever form that has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from app.edge import header, read_body
from app.edge.doors import UnsupportedMediaType
from app.edge.uploads import bounded
from app.errors import BadInput
from app.json_text import JsonError, read_quick_json

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MOST_FIELDS = 5_000
_MOST_NESTED = 12
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


def read_query(request: Request) -> dict[str, Any]:
    """The parameters of the query string."""
    query: bytes = request.scope["query_string"]
    return nested(_pairs(query)) if query else {}


async def read_content(request: Request, most: int) -> Any:
    """The value of the body by its content type: an object for forms, any JSON; an empty one is an empty object.

    Raises `BadInput` for what is not of its type, `UnsupportedMediaType` for other types, `TooLarge`.
    """
    if not has_body(request):
        return {}
    content_type = _content_type(request)
    if content_type == MULTIPART:
        return nested(await _multipart(request, most))
    try:
        body = await read_body(request, most)
    except ClientDisconnect:
        raise BadInput("The request ended before its body did.") from None
    if not body:
        return {}
    if content_type == FORM:
        return nested(_pairs(body))
    if content_type != JSON:
        raise UnsupportedMediaType(f"The content type of a body is {JSON}, {FORM} or {MULTIPART}.")
    try:
        return read_quick_json(body)
    except JsonError as error:
        raise BadInput(f"The body is not JSON in UTF-8: {error}.") from None


async def read_fields(request: Request, most: int) -> dict[str, Any]:
    """The same where only an object will do."""
    content = await read_content(request, most)
    if not isinstance(content, dict):
        raise BadInput("The body is an object.")
    return content


def is_form(request: Request) -> bool:
    """Whether the body is a form, in which everything is text."""
    return (header(request, b"content-type") or "").strip().lower().startswith((FORM, MULTIPART))


def nested(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """`record[name]=x`, `tags[]=a` and `filters[][path][]=p` as objects and lists; the last of a name counts."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        match = _KEY.fullmatch(key)
        parts = [match[1], *_PART.findall(match[2])] if match else []
        if not parts or len(parts) > _MOST_NESTED:
            raise BadInput("A field's name is a word, with parts in brackets as in record[name].")
        _put(found, parts, value)
    return found


def _put(into: dict[str, Any], parts: list[str], value: Any) -> None:
    name, *rest = parts
    if not rest:
        into[name] = value
        return
    inner = into.setdefault(name, [] if rest[0] == "" else {})
    if rest[0] != "" and isinstance(inner, dict):
        _put(inner, rest, value)
    elif rest[0] == "" and isinstance(inner, list) and rest[1:2] != [""]:
        _append(inner, rest[1:], value)
    else:
        raise BadInput(f"The field {name} is sent in two forms.")


def _append(items: list[Any], parts: list[str], value: Any) -> None:
    """Adds to the list's last object what it does not have yet, as Rack does, else to a new one."""
    if not parts:
        items.append(value)
        return
    last = items[-1] if items else None
    # A list within it is gone on with, anything else that stands there already begins the next object.
    if not isinstance(last, dict) or ("" not in parts and _has(last, parts)):
        items.append({})
    _put(items[-1], parts, value)


def _has(inner: Any, parts: list[str]) -> bool:
    for part in parts:
        if not isinstance(inner, Mapping) or part not in inner:
            return False
        inner = inner[part]
    return True


def _pairs(text: bytes) -> list[tuple[str, str]]:
    try:
        decoded = text.decode()
        return parse_qsl(decoded, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadInput("The fields are not URL-encoded UTF-8, or too many.") from None


async def _multipart(request: Request, most: int) -> list[tuple[str, Any]]:
    try:
        async with bounded(request, most).form(max_files=0, max_fields=MOST_FIELDS) as form:
            fields = list(form.multi_items())
    except HTTPException as error:
        raise BadInput(f"The form is not as it should be: {error.detail}") from None
    if not fields:
        raise BadInput("The form has no fields, or its end is missing.")
    return fields


def has_body(request: Request) -> bool:
    """Whether the request says that it brings a body, be it an empty one."""
    length = header(request, b"content-length")
    return length not in (None, "0") or header(request, b"transfer-encoding") is not None


def _content_type(request: Request) -> str:
    sent, encoding = header(request, b"content-type"), header(request, b"content-encoding")
    if sent == JSON and encoding is None:
        return JSON
    message = Message()
    message["content-type"] = re.sub(r"[\r\n]", " ", sent or "")
    if str(message.get_param("charset", "utf-8")).lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("The charset of a body is UTF-8.")
    if (encoding or "identity").lower() != "identity":
        raise UnsupportedMediaType("A body is not encoded.")
    return message.get_content_type() if sent else ""
