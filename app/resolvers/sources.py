"""What a caller sees of a model: where its reads and answers begin, by its rights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.definition.conditions import Compare
from app.errors import Forbidden, PrivateDataMode, Unauthenticated
from app.permissions import Grant, Verb
from app.resolvers.context import Context
from app.resolvers.links import links
from app.storage.records import Wanted
from app.storage.selection import Field, Leaf, Selection, Source, Values, granted

ID_KEY = "\0id"
"""Under which a record that was written has its id, whatever else is asked of it."""


def written(shown: Source, fields: Sequence[Field], values: Values) -> Selection:
    """Fields of records that are known by their ids; `values` are to hold all other operands by now."""
    by_id = Compare("id", "in", Values.after(values.done()))
    return Selection(shown, (*fields, Leaf(ID_KEY, "id")), by_id)


def wanted(context: Context, selection: Selection, values: Sequence[Any]) -> Wanted:
    """How records are answered that a caller has written, from what `written` made."""
    return Wanted(selection, values, "wire", links(context))


def source(context: Context, model: str, values: Values) -> Source:
    """A model as the caller may read it; raises when it may not."""
    return granted(context.authorize(Verb.READ, model), values)


def own_source(context: Context, model: str, values: Values) -> Source:
    """The one record that the caller is."""
    return granted(context.generation.permissions.of_oneself(context.principal, model), values)


def written_source(context: Context, model: str, values: Values) -> Source:
    """A model as the caller sees what it has written: as it may read it, else the id alone."""
    try:
        return source(context, model, values)
    except PrivateDataMode:
        raise
    except (Forbidden, Unauthenticated):
        return only_id(model)


def only_id(model: str) -> Source:
    """A model as it is seen by who may write records and not read them."""
    return granted(Grant(model, Verb.READ, frozenset({"id"})), Values())
