"""The kind image."""

from __future__ import annotations

from app.properties.assets import AssetKind


class _Image(AssetKind):
    name = "image"
    description = "A stored picture."
    graphql = "Image"


KIND = _Image()
