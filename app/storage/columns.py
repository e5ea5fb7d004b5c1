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

__all__ = [
    "IsoDate",
    "IsoTime",
    "Json",
    "ScaledDecimal",
    "UtcDateTime",
    "collated_text",
    "identifier",
]
