"""The column types, as the rest of storage sees them; property kinds choose among them."""

from app.properties.columns import (
    IsoDate,
    IsoTime,
    Json,
    ScaledDecimal,
    UtcDateTime,
    collated_text,
    identifier,
)
from app.properties.instants import date_time_text, time_text
from app.properties.json_text import from_json_text, to_json_text

__all__ = [
    "IsoDate",
    "IsoTime",
    "Json",
    "ScaledDecimal",
    "UtcDateTime",
    "collated_text",
    "date_time_text",
    "from_json_text",
    "identifier",
    "time_text",
    "to_json_text",
]
