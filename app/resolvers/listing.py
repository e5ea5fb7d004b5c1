"""Lists of records as plain doors ask for them: all that a caller may read of each, or what a saved view shows.

A `Listing` says what is asked, without values and without rights; `Listings` gives it the caller's rights and keeps
the selection, so that a request which is shaped like an earlier one makes no plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.definition.conditions import Compare, Condition, Every, Parameter, Related, Some, both
from app.definition.model import Model
from app.definition.names import snake
from app.errors import Forbidden, PrivateDataMode, Unauthenticated
from app.permissions import Grant, Opened, Principal, Verb
from app.permissions.row_filters import RowFilter, compile_rows
from app.properties import KINDS
from app.resolvers.context import Context
from app.resolvers.records import read
from app.resolvers.sources import wanted, written, written_source
from app.storage.records import Wanted
from app.storage.selection import Field, Leaf, Many, One, Selection, Sort, Source, Values, granted
from app.storage.shape import Page

MOST_LISTINGS = 500
"""Kept at once: their shapes come from callers."""
_ID = Leaf("id", "id")
_FILE = (("name", "name"), ("url", "url"))


@dataclass(frozen=True, slots=True)
class Listing:
    """What is asked of one model; the operands of `where` are the first of the values, in order.

    `view` and `filter` are names of saved ones. Where it is `paged`, the last two values say how many records are left
    out at the beginning, and how many are wanted at most.
    """

    model: str
    where: Condition | None = None
    sort: tuple[Sort, ...] = ()
    view: str | None = None
    filter: str | None = None
    paged: bool = False
    count: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A listing with the rights of callers who have the same roles, and what their values are made of."""

    selection: Selection
    granting: tuple[str, ...]
    """The models whose grants bring values, in their order."""
    saved: RowFilter | None

    async def read(self, context: Context, operands: Sequence[Any]) -> Page:
        """The records, as those of `Listings.read`; asks for every right again."""
        (page,) = await read(context, [self.selection], self.values(context, operands))
        return page

    def values(self, context: Context, operands: Sequence[Any]) -> list[Any]:
        """The values of one request; asks for every right again."""
        found = list(operands)
        for model in self.granting:
            found.extend(_readable(context, model).values)
        if self.saved is not None:
            found.extend(_saved_values(self.saved, context.principal))
        return found


class Listings:
    """The listings of one application generation, which they do not hold: it goes when it is swapped."""

    def __init__(self) -> None:
        self._made: dict[tuple[frozenset[str], Opened | None, Listing], Prepared] = {}
        self._saved: dict[tuple[str, str], RowFilter] = {}

    def __len__(self) -> int:
        return len(self._made)

    async def read(self, context: Context, listing: Listing, operands: Sequence[Any]) -> Page:
        """The records, JSON-ready, each under the names of its properties in snake case.

        Of a record that it belongs to it has `{id}`, or null where the caller may not read that one.
        """
        return await self.prepare(context, listing, operands).read(context, operands)

    def wanted(self, context: Context, model: str) -> Wanted:
        """The same of records that are written; their ids alone where the caller may not read the model."""
        values = Values()
        try:
            made = self.prepare(context, Listing(model), ())
        except PrivateDataMode:
            raise
        except (Forbidden, Unauthenticated):
            shown = written_source(context, model, values)
            return wanted(context, written(shown, (_ID,), values), values.done())
        for value in made.values(context, ()):
            values.add(value)
        selection = written(made.selection.source, made.selection.fields, values)
        return wanted(context, selection, values.done())

    def prepare(self, context: Context, listing: Listing, operands: Sequence[Any]) -> Prepared:
        """What reads this listing for callers with the same roles, whatever the operands; raises as `read`."""
        key = (context.principal.roles, context.opened, listing)
        made = self._made.get(key)
        if made is None:
            made = _Making(context, operands).make(listing, self._filter(context, listing))
            if len(self._made) >= MOST_LISTINGS:
                self._made = {}
            self._made[key] = made
        return made

    def _filter(self, context: Context, listing: Listing) -> RowFilter | None:
        if listing.filter is None:
            return None
        key = (listing.model, listing.filter)
        if key not in self._saved:
            application = context.generation.application
            model = application.models[listing.model]
            self._saved[key] = compile_rows(application, model, model.filters[listing.filter].where)
        return self._saved[key]


class _Making:
    """Gives a listing the rights of one caller."""

    def __init__(self, context: Context, operands: Sequence[Any]) -> None:
        self._context = context
        self._models = context.generation.application.models
        self._values = Values()
        self._granting: list[str] = []
        for operand in operands:
            self._values.add(operand)
        self._operands = len(operands)

    def make(self, listing: Listing, saved: RowFilter | None) -> Prepared:
        model = self._models[listing.model]
        source = self._source(listing.model)
        fields = tuple(self._fields(model, source.names, listing.view))
        where = None if listing.where is None else self._granted(model, listing.where)
        if saved is not None:
            # A saved filter is the author's, like a row filter: it may look at what the caller may not.
            operands = _saved_values(saved, self._context.principal)
            theirs = self._values.extend(saved.condition, operands)
            source = Source(source.model, source.names, both(source.rows, theirs))
        skip, take = Parameter(self._operands - 2), Parameter(self._operands - 1)
        selection = Selection(
            source,
            fields,
            where,
            listing.sort,
            skip if listing.paged else None,
            take if listing.paged else None,
            listing.count,
        )
        return Prepared(selection, tuple(self._granting), saved)

    def _source(self, model: str) -> Source:
        self._granting.append(model)
        return granted(_readable(self._context, model), self._values)

    def _granted(self, model: Model, condition: Condition) -> Condition:
        """The condition, which of related records sees what the caller may read."""
        match condition:
            case Related(name, inner):
                other = self._models[model.relations[name].model]
                shown = self._source(other.name)
                return Related(name, self._granted(other, inner), shown.rows, shown.names)
            case Every(parts):
                return Every(tuple(self._granted(model, part) for part in parts))
            case Some(parts):
                return Some(tuple(self._granted(model, part) for part in parts))
            case Compare():
                return condition

    def _fields(self, model: Model, names: frozenset[str], view: str | None) -> Iterator[Field]:
        shown = ("id", *model.views[view].properties) if view else (*model.all_properties, *_parents(model))
        for name in dict.fromkeys(shown):
            if name not in names:
                continue
            if name in model.all_properties:
                graphql = KINDS[model.all_properties[name].kind].graphql
                yield Leaf(snake(name), name, _FILE if graphql in ("File", "Image") else ())
            else:
                yield from self._reference(model, name)

    def _reference(self, model: Model, name: str) -> Iterator[Field]:
        """`{id}` of what is related, or nothing where the caller may read no such record at all."""
        relation = model.relations[name]
        try:
            selection = Selection(self._source(relation.model), (_ID,))
        except (Forbidden, Unauthenticated):
            self._granting.pop()
            return
        if selection.source.rows is None:
            selection = Selection(Source(relation.model, frozenset({"id"}), None), (_ID,))
        kind = Many if relation.to_many else One
        yield kind(snake(name), name, selection)


def _parents(model: Model) -> Iterator[str]:
    return (name for name, relation in model.relations.items() if relation.kind == "belongs_to")


def _readable(context: Context, model: str) -> Grant:
    return context.authorize(Verb.READ, model)


def _saved_values(saved: RowFilter, principal: Principal) -> Sequence[Any]:
    return saved.values(principal.model, principal.record)
