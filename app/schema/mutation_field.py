"""What a field of Mutation is, for the executor and for compiled mutations alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from strawberry.types.field import StrawberryField

from app.resolvers.context import Context
from app.schema.fields import Info, RootField
from app.schema.names import ModelNames
from app.schema.selections import Nodes, Reader


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a field: its arguments, what was selected of its answer, and the selection's operands."""

    context: Context
    arguments: Mapping[str, Any]
    selected: Any
    values: Sequence[Any]


def nothing(reader: Reader, nodes: Nodes) -> None:
    """For fields whose answer has no selection."""


@dataclass(frozen=True, slots=True)
class MutationField:
    """A root field that does something.

    `select` reads what is asked of the answer, once for a document and what its caller may see; it has no effect.
    `run` does it for each request, and gives the answer as it is written: JSON-ready and by response key.
    """

    field: StrawberryField
    run: Callable[[Asked], Awaitable[Any]]
    select: Callable[[Reader, Nodes], Any] = nothing

    def bound(self, names: Mapping[str, ModelNames]) -> RootField:
        """The field for the executor."""

        async def resolve(info: Info, arguments: Mapping[str, Any]) -> Any:
            reader = Reader.of(info, names)
            selected = self.select(reader, info.field_nodes)
            return await self.run(Asked(info.context, arguments, selected, reader.values.done()))

        return RootField(self.field, resolve)
