"""Files that records refer to: where their bytes are kept and how they are named, signed and served."""

from app.assets.asset import Asset, clean_name, parse_reference, reference
from app.assets.local import LocalStore
from app.assets.store import Store

__all__ = ["Asset", "LocalStore", "Store", "clean_name", "parse_reference", "reference"]
