"""The definitions that runs began with: the current one, and earlier ones that runs still need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.engine.cursor import UNFIT
from app.engine.runs import Runs
from app.errors import StepFailed
from app.logs import get_logger
from app.permissions import Principal
from app.storage.audit import AuditRows, Entry
from app.storage.revisions import RevisionRows
from app.storage.work import Database, Work

KEPT = timedelta(days=1)
"""How long a definition stays that no run needs: another process may serve it still, and start some."""
_REMEMBERED = 4
log = get_logger()


@dataclass(frozen=True, slots=True)
class Engine:
    """What drives the runs of one revision."""

    runs: Runs
    find_principal: Callable[[Mapping[str, Any] | None], Work[Principal]]


class Revisions:
    """The engines of one application by the revision of its definition.

    `revive` makes the engine of an earlier definition from its text.
    """

    def __init__(
        self,
        database: Database,
        application: str,
        current: str,
        engine: Engine,
        conceal: Callable[[str], str],
        revive: Callable[[str], Engine],
    ) -> None:
        self.current = current
        self.engine_now = engine
        self.conceal = conceal
        self._database = database
        self._application = application
        self._rows = RevisionRows(database.dialect)
        self._audit = AuditRows(database.dialect)
        self._revive = revive
        self._earlier: dict[str, Engine] = {}

    async def engine(self, revision: str | None) -> Engine:
        """The engine of a revision; StepFailed where its definition is gone or no longer works."""
        if revision is None or revision == self.current:
            return self.engine_now
        if revision not in self._earlier:
            text = await self._database.read(lambda: self._rows.definition(self._application, revision))
            self._earlier[revision] = self._revived(text)
            if len(self._earlier) > _REMEMBERED:
                del self._earlier[next(iter(self._earlier))]
        return self._earlier[revision]

    async def keep(self, text: str, told: Entry) -> None:
        """Stores the current definition, and notes that it is served now; `told` where it was another before."""
        now = datetime.now(UTC)

        def work() -> Work[None]:
            before = yield from self._rows.last(self._application)
            yield from self._rows.keep(self._application, self.current, text, now)
            if before != self.current:
                yield from self._audit.insert(told._replace(subject=self.current))

        await self._database.write(work)

    async def free(self) -> None:
        """Removes the definitions that no run needs any more."""
        before = datetime.now(UTC) - KEPT
        await self._database.write(lambda: self._rows.free(self._application, self.current, before))

    def _revived(self, text: str | None) -> Engine:
        if text is None:
            raise StepFailed(UNFIT, "the definition that the run began with is gone")
        try:
            return self._revive(text)
        except Exception as error:
            log.exception("an earlier definition no longer works")
            raise StepFailed(UNFIT, f"the definition that it began with: {type(error).__name__}") from error
