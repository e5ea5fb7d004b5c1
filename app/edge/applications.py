"""Which application a request is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.definition.names import parse_uuid
from app.errors import NotFound, Problem
from app.resolvers.context import Generation


@dataclass(frozen=True, slots=True)
class NotRenewed:
    """Why a changed definition is not served, and since when: what was served before still is."""

    since: datetime
    problems: tuple[Problem | str, ...]
    """What is wrong, with its place where it has one."""


@dataclass
class Applications:
    """The applications that this server holds now, swapped whole when definitions change."""

    generations: Sequence[Generation]
    not_renewed: NotRenewed | None = None
    """Set while the definitions as they are now could not be served."""
    _by_uuid: dict[str, Generation] = field(init=False)
    _by_host: dict[str, Generation] = field(init=False)

    def __post_init__(self) -> None:
        self.swap(self.generations)

    def swap(self, generations: Sequence[Generation]) -> None:
        """Serves these from now on."""
        self.generations = generations
        self._by_uuid = {one.application.uuid.hex: one for one in generations}
        self._by_host = {host.lower(): one for one in reversed(generations) for host in one.application.hosts}

    def by_id(self, id: str) -> Generation:
        """The application with this uuid, in any spelling, or this name."""
        uuid = parse_uuid(id)
        found = self._by_uuid.get(uuid.hex) if uuid else None
        for one in self.generations:
            if found is None and one.application.name == id:
                found = one
        if found is None:
            raise NotFound("There is no application with this id.")
        return found

    def by_host(self, host: str) -> Generation:
        """The application whose `hosts` has this one, else the first."""
        return self.candidates(host)[0]

    def candidates(self, host: str) -> Sequence[Generation]:
        """The application whose `hosts` has this one, else all, in their order."""
        found = self._by_host.get(host.partition(":")[0].lower())
        return self.generations if found is None else [found]

    def everywhere(self, host: str) -> Sequence[Generation]:
        """All applications, those of the host first."""
        return [*self.candidates(host), *self.generations]
