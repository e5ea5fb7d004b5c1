"""The types of settings: what their texts must look like, and what is said of one that does not.

No part of a wrong value reaches a message: it may hold a password.
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode


def _parts(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _networks(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            ip_network(value, strict=False)
        except ValueError:
            raise ValueError("should be IP addresses or networks, separated by commas") from None
    return values


def _origins(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if value != "*" and not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", value):
            raise ValueError("should be origins as https://app.example.com, separated by commas, or *")
    return values


def _base_url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#@]*)?", value):
        raise ValueError("should be an http:// or https:// URL without user, query or fragment")
    return value.rstrip("/")


def _database_url(value: str) -> str:
    if not re.match(r"(postgres(ql)?|sqlite)://", value):
        raise ValueError("should be a postgresql:// or sqlite:// URL")
    return re.sub(r"^postgres://", "postgresql://", value)


def _smtp_url(value: str) -> str:
    shape = r"smtps?://([^\s/?#@:]+(:[^\s/?#@]*)?@)?([\w.-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?/?"
    port = re.search(r":([0-9]{1,5})/?(\?|$)", value)
    if (
        not re.fullmatch(shape + r"(\?starttls=(auto|always|never))?", value)
        or int(port[1] if port else 1) > 65535
    ):
        raise ValueError(
            "should be smtp://user:password@host:port or smtps://, with ?starttls=always if need be"
        )
    return value


def _assets_place(value: str) -> str:
    shape = r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?"
    if "://" in value and not re.fullmatch(shape, value):
        raise ValueError("should be a folder or s3://bucket/prefix")
    return value


def _path_part(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        raise ValueError("should be letters, digits, - and _")
    return value


Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_parts)]
Networks = Annotated[CommaSeparated, AfterValidator(_networks)]
Origins = Annotated[CommaSeparated, AfterValidator(_origins)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
SmtpUrl = Annotated[str, AfterValidator(_smtp_url)]
AssetsPlace = Annotated[str, AfterValidator(_assets_place)]
PathPart = Annotated[str, AfterValidator(_path_part)]
