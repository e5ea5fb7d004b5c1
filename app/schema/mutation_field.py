"""What a field of Mutation is, for the executor and for compiled mutations alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from strawberry.types.field import StrawberryField

from app.resolvers.context import Context
from app.resolvers.repeats import part
from app.schema.fields import Info, RootField
from app.schema.names import ModelNames
from app.schema.selections import Nodes, Reader
from app.schema.shapes import Shape, shape_of


class Asked(NamedTuple):
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
    keyed: bool = True
    """Whether it takes an idempotency key."""

    def bound(self, names: Mapping[str, ModelNames]) -> RootField:
        """The field for the executor."""

        async def resolve(info: Info, arguments: Mapping[str, Any]) -> Any:
            reader = Reader.of(info, names)
            selected = self.select(reader, info.field_nodes)
            context = part(info.context, str(info.path.key))
            return await self.run(Asked(context, arguments, selected, reader.values.done()))

        return RootField(self.field, resolve)


def fixed(
    type_name: str,
    field: StrawberryField,
    answer: Callable[[Context, Mapping[str, Any]], Awaitable[Mapping[str, Any]]],
    *,
    keyed: bool = True,
) -> MutationField:
    """A field whose answer is an object of a type that no definition changes; `answer` gives it by field name."""

    def select(reader: Reader, nodes: Nodes) -> Shape:
        return shape_of(reader, nodes, type_name)

    async def run(asked: Asked) -> Any:
        return asked.selected.of(await answer(asked.context, asked.arguments))

    return MutationField(field, run, select, keyed)
