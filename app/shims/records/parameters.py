"""The parameters of a list, from a query or a body, as a `Listing` and its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.definition.conditions import Every
from app.definition.model import Application, Model
from app.errors import BadInput
from app.json_text import JsonError, read_quick_json
from app.properties import KINDS
from app.resolvers.listing import Listing
from app.resolvers.records import parse_id
from app.shims.records.addresses import Addresses
from app.shims.records.conditions import ConditionParser, Visible
from app.storage.selection import Sort

LIMIT, MOST_RECORDS = 100, 5_000
MOST_ORDERS = 10
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A list: what is asked, the values of it, and whether the answer is an object with `records`."""

    listing: Listing
    values: tuple[Any, ...]
    wrapped: bool


@dataclass(frozen=True, slots=True)
class ListParser:
    """Reads the parameters of one request for the records of a model; raises `BadInput` and `NotFound`."""

    application: Application
    addresses: Addresses
    visible: Visible

    def parse(self, model: Model, parameters: Mapping[str, Any]) -> Asked:
        """What is asked; parameters that this door does not know mean nothing."""
        given = {name: value for name, value in parameters.items() if value not in (None, "")}
        if parameters.get("ids") == "":
            # A client that selects nothing wants nothing, and not everything.
            given["ids"] = []
        conditions = ConditionParser(self.application, self.addresses, self.visible)
        parts = []
        if "filters" in given:
            parts.append(conditions.parse(model, given["filters"]))
        if "ids" in given:
            parts.append(conditions.compare_ids(_ids(given["ids"])))
        view, saved = (self._saved(model, given, name) for name in ("view", "filter"))
        counted = str(given.get("total_rows", "")).lower() in ("true", "1")
        listing = Listing(
            model=model.name,
            where=None if not parts else parts[0] if len(parts) == 1 else Every(tuple(parts)),
            sort=tuple(self._orders(model, given["order"])) if "order" in given else (),
            view=view,
            filter=saved,
            paged=True,
            count=counted,
        )
        page = (
            _number(given, "offset", 0, _LARGEST),
            _number(given, "limit", LIMIT, MOST_RECORDS),
        )
        return Asked(listing, (*conditions.operands, *page), counted or view is not None)

    def _saved(self, model: Model, given: Mapping[str, Any], what: str) -> str | None:
        address = given.get(f"{what}_id")
        if address is None:
            return None
        find = self.addresses.view if what == "view" else self.addresses.filter
        return find(model, str(address))

    def _orders(self, model: Model, order: Any) -> Iterator[Sort]:
        wanted = str(order).split(",")
        if len(wanted) > MOST_ORDERS:
            raise _wrong("order", f"has more than {MOST_ORDERS} properties")
        for one in wanted:
            address, _, direction = one.strip().partition(":")
            name = self.addresses.member(model, address)
            if name is None or name not in self.visible(model.name) or name in model.relations:
                raise _wrong("order", f"has an unknown property {address!r} of {model.name}")
            if not KINDS[model.all_properties[name].kind].sortable:
                raise _wrong("order", f"can't be by {address}")
            if direction.lower() not in ("", "asc", "desc"):
                raise _wrong("order", "ends with :asc or :desc")
            yield Sort(name, "desc" if direction.lower() == "desc" else "asc")


def _ids(given: Any) -> list[int]:
    if isinstance(given, str) and given.startswith("["):
        try:
            given = read_quick_json(given.encode())
        except JsonError:
            raise _wrong("ids", "is no list of ids") from None
    listed: Sequence[Any] = given if isinstance(given, list) else str(given).split(",")
    try:
        return [parse_id(str(id).strip()) for id in listed]
    except BadInput:
        raise _wrong("ids", "is a list of whole numbers") from None


def _number(given: Mapping[str, Any], name: str, missing: int, most: int) -> int:
    text = str(given.get(name, missing))
    if not (text.isascii() and text.isdecimal()) or len(text) > 18 or int(text) > most:
        raise _wrong(name, f"is a whole number of at most {most}")
    return int(text)


def _wrong(name: str, message: str) -> BadInput:
    return BadInput(f"{name} {message}.", {name: ["is_invalid"]})
