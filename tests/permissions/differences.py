"""Compares answers with what the oracle says, and collects what differs, so that a failure lists the whole of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.permissions import oracle
from tests.permissions.oracle import INVALID, Caller, Reference, Row, World
from tests.permissions.serving import Serving


@dataclass
class Differences:
    """What came back otherwise than the oracle says."""

    served: Serving
    found: list[str] = field(default_factory=list)
    asked: int = 0

    async def compare(
        self,
        caller: Caller,
        query: str,
        expected: Mapping[str, Any] | str,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        """Asks; `expected` is the whole of `data`, or the code with which nothing but nulls comes."""
        answer = await self.served.ask(query, variables, self.served.tokens.get(caller.name))
        self.asked += 1
        got = set(answer.codes) or answer.data
        if got != ({expected} if isinstance(expected, str) else expected) or (
            answer.codes and not _empty(answer.data)
        ):
            short = re.sub(r"\s+", " ", query)
            self.found.append(
                f"{caller.name}: {short} {variables or ''}\n   {answer.body}\n   not {expected}"
            )

    def check(self, at_least: int) -> None:
        assert self.asked >= at_least
        if self.found:
            report = "\n".join(self.found[:20])
            pytest.fail(f"{len(self.found)} of {self.asked}:\n{report}", pytrace=False)


def _empty(data: Any) -> bool:
    return data is None or all(value is None for value in data.values())


def selected(names: list[str]) -> str:
    """The fields of a selection set."""
    return " ".join(names)


def page(rows: list[Row]) -> dict[str, Any]:
    """A page with all of these rows."""
    return {"results": rows, "totalCount": len(rows)}


def offered(model: str, expected: Any) -> Any:
    """What is expected of a root field that is there only where anybody at all may read."""
    return expected if model in oracle.READ_BY_ANYBODY else INVALID


def nested(world: World, caller: Caller, model: str, name: str, reference: Reference) -> Any:
    """What every row answers with those behind a relation, or the code of the refusal."""
    rows = oracle.visible(world, caller, model)
    allowed = oracle.visible(world, caller, reference.model)
    if isinstance(rows, str) or isinstance(allowed, str):
        return offered(model, rows if isinstance(rows, str) else str(allowed))
    results = []
    for row in rows:
        others = oracle.related(world, caller, row, reference)
        assert not isinstance(others, str)
        seen = [oracle.shown(caller, reference.model, other) for other in others]
        results.append({"id": row["id"], name: seen if reference.many else next(iter(seen), None)})
    return {f"all{model}": page(results)}


def relations() -> Iterator[tuple[str, str, Reference]]:
    """Every relation of the application."""
    for model, every in oracle.RELATIONS.items():
        for name, reference in every.items():
            yield model, name, reference


def by(name: str) -> Any:
    """A key to order by."""
    return lambda row: row[name]
