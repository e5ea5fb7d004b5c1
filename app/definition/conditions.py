"""What a record must fulfil, as a shape whose operands are numbered parameters.

One shape serves every door: GraphQL's and REST's filters, `where` of steps, saved filters and the row filters
of grants all become a `Condition` and a list of values beside it. A shape is hashable and holds no value, so
a plan compiled from it can be kept and used with other values.

A comparison with null is never true, so a forgotten value selects nothing; `prune` leaves such comparisons
out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """The place of an operand in the list of values."""

    index: int


@dataclass(frozen=True, slots=True)
class Compare:
    """One property against one operand; `exists` and `does_not_exist` take none."""

    property: str
    operator: str
    operand: Parameter | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """Some record of the relation fulfils `condition`; where that is an `id` that does not exist, there is none.

    `rows` and `names` are what the grant on that model shows; where an author compares, both are absent: all of it.
    """

    relation: str
    condition: Condition
    rows: Condition | None = None
    names: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold; without parts always true."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds; without parts never true."""

    parts: tuple[Condition, ...] = ()


Condition = Compare | Related | Every | Some

ALWAYS = Every()
NEVER = Some()


def shift(condition: Condition, by: int) -> Condition:
    """The same shape with its parameters `by` places further in the list of values."""
    match condition:
        case Compare(name, operator, Parameter(index)):
            return Compare(name, operator, Parameter(index + by))
        case Compare():
            return condition
        case Related(relation, inner, rows, names):
            return Related(relation, shift(inner, by), None if rows is None else shift(rows, by), names)
        case Every(parts):
            return Every(tuple(shift(part, by) for part in parts))
        case Some(parts):
            return Some(tuple(shift(part, by) for part in parts))


def prune(condition: Condition, values: Sequence[Any]) -> Condition:
    """The shape without the comparisons whose value is null; what has no part left is always true."""
    match condition:
        case Compare(operand=operand):
            return ALWAYS if operand is not None and values[operand.index] is None else condition
        case Related(relation, inner, rows, names):
            kept = prune(inner, values)
            return ALWAYS if kept == ALWAYS and inner != ALWAYS else Related(relation, kept, rows, names)
        case Every(parts):
            return Every(tuple(kept for part in parts if (kept := prune(part, values)) != ALWAYS))
        case Some(parts):
            kept_parts = tuple(kept for part in parts if (kept := prune(part, values)) != ALWAYS)
            return Some(kept_parts) if kept_parts or not parts else ALWAYS


def both(first: Condition | None, second: Condition | None) -> Condition | None:
    """Both conditions; None stands for no condition."""
    if first is None or second is None:
        return first or second
    return Every((first, second))
