"""Which application a request is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.definition.names import parse_uuid
from app.edge.reloads import NotRenewed, Reloads
from app.errors import NotFound
from app.resolvers.context import Generation


@dataclass
class Applications:
    """The applications that this server holds now, swapped whole when definitions change."""

    generations: Sequence[Generation]
    reloads: Reloads = field(default_factory=Reloads)
    """What became of the last attempt to serve them as they are now."""
    _by_uuid: dict[str, Generation] = field(init=False)
    _by_host: dict[str, Generation] = field(init=False)

    def __post_init__(self) -> None:
        self.swap(self.generations)

    def swap(self, generations: Sequence[Generation]) -> None:
        """Serves these from now on."""
        self.generations = generations
        self._by_uuid = {one.application.uuid.hex: one for one in generations}
        self._by_host = {host.lower(): one for one in reversed(generations) for host in one.application.hosts}

    def refused_of(self, generation: Generation, why: NotRenewed) -> list[str]:
        """What is wrong with changed definitions, as far as it is for those of one application."""
        others = [one.outline.files for one in self.generations if one is not generation]
        return why.told_of(generation.outline.files, others)

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
