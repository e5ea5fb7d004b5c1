"""What the query parameters of a generated list ask for.

`page` and `per_page`, `sort=price,-id`, `total=true`; all else is a condition: `price=10`, `price.lt=10`,
`shoe_type.in=boot,clog`, `price.exists=true`, and for a belongs_to relation `shoe=1`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.definition.conditions import Compare, Condition, Every, Parameter, Related
from app.definition.model import Model, Property
from app.errors import BadInput
from app.properties import KINDS
from app.properties.base import EXISTENCE_OPERATORS, Constraints, Invalid, in_words
from app.storage.selection import Sort, Source
from app.suggestions import did_you_mean

PAGING: Mapping[str, Constraints] = {
    "page": Constraints(kind="number", description="Which page, from 1."),
    "per_page": Constraints(kind="number", description="Records on a page."),
    "sort": Constraints(kind="text", description="Properties, comma separated; - before one turns it."),
    "total": Constraints(kind="boolean", description="Whether the number of all records is answered, too."),
}
MOST_SORTS = 10
_AS_IT_IS = ("String", "File", "Image")


@dataclass(frozen=True, slots=True)
class Asked:
    """The shape of a list, which can be asked for again, and beside it the operands and the page."""

    where: tuple[tuple[str, str], ...]
    """Names with their operators."""
    sort: tuple[Sort, ...]
    total: bool
    operands: tuple[Any, ...]
    """Of those operators that take one."""
    page: int
    per_page: int


@dataclass(frozen=True, slots=True)
class Columns:
    """What of a model a caller may name: properties, and the belongs_to relations that it may read through."""

    model: Model
    names: frozenset[str]
    parents: Mapping[str, Source]

    def read(self, query: Mapping[str, Sequence[str]], per_page: int, most: int) -> Asked:
        """The parameters, each checked; raises `BadInput` with every wrong one."""
        wrong: dict[str, Invalid] = {}
        found: dict[str, Any] = {}
        for key, given in query.items():
            try:
                found[key] = self._parameter(key, given, most)
            except Invalid as problem:
                wrong[key] = problem
        if wrong:
            raise BadInput(in_words(wrong), {key: [problem.code] for key, problem in wrong.items()})
        conditions = [one for key, one in found.items() if key not in PAGING]
        return Asked(
            where=tuple((name, operator) for name, operator, _ in conditions),
            sort=found.get("sort", ()),
            total=found.get("total", False),
            operands=tuple(one for _, operator, one in conditions if operator not in EXISTENCE_OPERATORS),
            page=found.get("page", 1),
            per_page=found.get("per_page", per_page),
        )

    def condition(self, where: Sequence[tuple[str, str]], operands: Iterator[Parameter]) -> Condition | None:
        """The conditions of `Asked.where`, for operands that stand at these places."""
        parts = tuple(self._condition(name, operator, operands) for name, operator in where)
        return Every(parts) if parts else None

    def _condition(self, name: str, operator: str, operands: Iterator[Parameter]) -> Condition:
        if operator in EXISTENCE_OPERATORS:
            return Compare(name, operator)
        if name in self.parents:
            shown = self.parents[name]
            return Related(name, Compare("id", operator, next(operands)), shown.rows, shown.names)
        return Compare(name, operator, next(operands))

    def _parameter(self, key: str, given: Sequence[str], most: int) -> Any:
        if len(given) > 1:
            raise Invalid("is_invalid", "is given more than once")
        (text,) = given
        if key == "sort":
            return tuple(self._sorts(text))
        if key in PAGING:
            return _paging(key, text, most)
        return self._compare(key, text)

    def _sorts(self, text: str) -> Iterator[Sort]:
        names = text.split(",")
        if len(names) > MOST_SORTS:
            raise Invalid("is_invalid", f"names more than {MOST_SORTS} properties")
        for name in names:
            known = name.removeprefix("-")
            property = self._property(known)
            if property is None or not KINDS[property.kind].sortable:
                raise Invalid("is_unknown", f"names {known!r}, by which nothing can be sorted")
            yield Sort(known, "desc" if name.startswith("-") else "asc")

    def _compare(self, key: str, text: str) -> tuple[str, str, Any]:
        name, _, operator = key.partition(".")
        property = self.model.all_properties["id"] if name in self.parents else self._property(name)
        if property is None:
            known = [
                *PAGING,
                *self.parents,
                *(one for one in self.model.all_properties if self._property(one)),
            ]
            raise Invalid("is_unknown", f"is no parameter of this list.{did_you_mean(name, known)}")
        operator = operator or "eq"
        operators = KINDS[property.kind].operators
        if name not in self.parents and operator in EXISTENCE_OPERATORS:
            wanted = KINDS["boolean"].parse(text, Constraints(kind="boolean"))
            return name, "exists" if wanted is (operator == "exists") else "does_not_exist", None
        if operator not in operators:
            raise Invalid(
                "is_unknown", f"has no operator {operator!r}.{did_you_mean(operator, [*operators])}"
            )
        return name, operator, _operand(property, operator, text)

    def _property(self, name: str) -> Property | None:
        return self.model.all_properties.get(name) if name in self.names else None


def _paging(key: str, text: str, most: int) -> Any:
    value = KINDS[PAGING[key].kind].parse(text, PAGING[key])
    if key == "page" and value < 1:
        raise Invalid("is_too_small", "is less than 1")
    if key == "per_page" and not 1 <= value <= most:
        raise Invalid("is_invalid", f"is not between 1 and {most}")
    return value


def _operand(property: Property, operator: str, text: str) -> Any:
    """Operands are values of the kind, but need not fulfil what the property demands of its records."""
    kind, loose = KINDS[property.kind], Constraints(kind=property.kind, scale=property.scale)
    texts = text.split(",") if operator in ("in", "nin") else [text]
    if kind.graphql in _AS_IT_IS:
        if "\0" in text:
            raise Invalid("is_invalid", "has a character that no text has")
        values = list[Any](texts)
    else:
        values = [kind.parse(one, loose) for one in texts]
    return values if operator in ("in", "nin") else values[0]
