"""What must hold between the applications of one server: each has a uuid, a name, tables and hosts of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from app.definition.load import Loaded
from app.definition.names import snake
from app.errors import DefinitionError, Problem


def check_together(definitions: Sequence[Loaded]) -> None:
    """Raises DefinitionError with all that two of them have in common and must not."""
    problems = [one for pair in combinations(definitions, 2) for one in _shared(*pair)]
    if problems:
        raise DefinitionError(problems)


def _shared(first: Loaded, second: Loaded) -> Iterator[Problem]:
    """What the second has of the first's."""
    known, application, place = first.application, second.application, second.source.problem
    if application.uuid == known.uuid:
        yield place(("uuid",), f"the application {known.name!r} has this uuid; write another one")
    if snake(application.name) == snake(known.name):
        yield place(
            ("application",), f"its tables would be those of the application {known.name!r}; rename one"
        )
    taken = {host.lower() for host in known.hosts}
    for index, host in enumerate(application.hosts):
        if host.lower() in taken:
            yield place(("hosts", index), f"the application {known.name!r} has this host; leave it to one")
