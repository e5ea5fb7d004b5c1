"""What a rule gets and what it finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from app.definition.load import Steps
from app.definition.model import Application, Model
from app.definition.source import Path
from app.definition.walk import Found, walk
from app.suggestions import did_you_mean


class Finding(NamedTuple):
    """A mistake: the path of what is wrong, and a message that says how to mend it."""

    path: Path
    message: str


@dataclass(frozen=True)
class Subject:
    """A definition to check. `broken` are named parts left out because their shape is wrong already."""

    application: Application
    steps: Steps
    broken: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def found(self) -> Sequence[Found]:
        """What a walk through the whole definition finds."""
        return tuple(walk(self.application))

    def names_in(self, section: str) -> set[str]:
        """The names of a section such as `models`, those of broken parts too."""
        named: Mapping[str, object] = getattr(self.application, section)
        return {*named, *(name for broken, name in self.broken if broken == section)}

    def model(self, name: str | None) -> Model | None:
        """The model of this name; None where there is none or a broken one: another rule says so."""
        return None if name is None else self.application.models.get(name)


def unknown(what: str, name: str, known: set[str] | list[str], owner: str = "") -> str:
    """`unknown model 'Medai'. Did you mean 'Media'?`"""
    return f"unknown {what} {name!r}{owner}.{did_you_mean(name, sorted(known))}"


def members(model: Model) -> list[str]:
    """The names of a model's properties and relations."""
    return [*model.all_properties, *model.relations]


Findings = Iterator[Finding]
