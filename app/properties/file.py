"""The kind file."""

from __future__ import annotations

from app.properties.assets import AssetKind


class _File(AssetKind):
    name = "file"
    description = "A stored file."
    graphql = "File"


KIND = _File()
