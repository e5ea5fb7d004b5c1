"""The operands of compiled selections: constants, and what a request's variables and its caller's grants bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.permissions import Grant, Verb
from app.resolvers.context import Context
from app.schema.slots import Slot
from app.storage.selection import Source, Values, granted

_Key = tuple[str, bool]


@dataclass(frozen=True, slots=True, eq=False)
class GrantSlot:
    """An operand that the grant of a request brings: the caller's own id in a row filter, say."""

    model: str
    own: bool
    index: int


@dataclass(frozen=True, slots=True)
class Operands:
    """Operands as a plan keeps them."""

    items: tuple[Any, ...]
    grants: tuple[_Key, ...]

    def bind(self, context: Context, variables: Mapping[str, Any]) -> list[Any]:
        """The values for one request; raises when the caller may no longer read what was compiled for it."""
        if not self.items and not self.grants:
            return []
        grants = {key: _grant(context, *key) for key in self.grants}
        return [_bound(item, variables, grants) for item in self.items]


class Gathering:
    """Collects operands and grants while selections are compiled."""

    def __init__(self, context: Context) -> None:
        self.values = Values()
        self._context = context
        self._grants: dict[_Key, Grant] = {}

    def source(self, model: str, own: bool) -> Source:
        """A model as the caller may read it, or the one record of it that the caller is."""
        grant = self._grants.get((model, own)) or _grant(self._context, model, own)
        self._grants[model, own] = grant
        slots = tuple(GrantSlot(model, own, index) for index in range(len(grant.values)))
        return granted(replace(grant, values=slots), self.values)

    def done(self) -> Operands:
        """All that was collected."""
        return Operands(self.values.done(), tuple(self._grants))


def _grant(context: Context, model: str, own: bool) -> Grant:
    permissions = context.generation.permissions
    if own:
        return permissions.of_oneself(context.principal, model)
    return permissions.authorize(context.principal, Verb.READ, model)


def _bound(item: Any, variables: Mapping[str, Any], grants: Mapping[_Key, Grant]) -> Any:
    if isinstance(item, Slot):
        return item.value(variables)
    if isinstance(item, GrantSlot):
        return grants[item.model, item.own].values[item.index]
    return item
