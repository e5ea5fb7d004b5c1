"""The chain of the audit trail as it is made: links that hold the entries which have come since the last one.

Entries are sealed apart from the writes that they tell of, so that no write waits for another. On PostgreSQL a
number is given out before its transaction commits, so an entry may turn up below others that are sealed already: the
numbers that were missing are looked for again until no transaction can hold them any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson

from app.auth.chain import entry_digest, link_mac
from app.auth.keystore import Keystore
from app.storage.audit import AuditRows
from app.storage.audit_seals import AuditSeals, Range, Seal, join_digests
from app.storage.work import Database, Row, UniqueViolated

LATEST = timedelta(minutes=5)
"""Longer than any transaction may take."""
_MOST = 500
_MOST_MISSING = 10_000
FIRST = Seal(0, datetime.min.replace(tzinfo=UTC), 0, (), "", "")
"""What the first link is chained to."""


def audit_key(keystore: Keystore) -> bytes:
    """The secret behind the chain."""
    return keystore.secret("audit")


def digest_of(row: Row) -> bytes:
    """The digest of an entry as it stands in the database."""
    return entry_digest(orjson.dumps(tuple(row)))


def mac_of(key: bytes, previous: str, link: Seal) -> str:
    """The MAC that a link should have behind the one with the MAC `previous`."""
    spans = ",".join(f"{first}-{last}" for first, last in link.ranges)
    made = link.made.astimezone(UTC).isoformat()
    return link_mac(key, previous, f"{link.number}\n{made}\n{link.last}\n{spans}\n{link.digests}")


class Sealer:
    """Adds links to the chain; several processes may do so at once, and the quicker one wins."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key
        self._rows = AuditRows(database.dialect)
        self._seals = AuditSeals(database.dialect)
        self._last: Seal | None = None
        self._missing: dict[int, datetime] = {}

    async def seal(self) -> None:
        """Seals every entry that is committed and not sealed yet."""
        while await self._seal_some():
            pass

    async def _seal_some(self) -> bool:
        """Whether there may be more to seal, for this process."""
        last = await self._catch_up()
        found = await self._unsealed(last)
        if not found:
            return False
        link = self._link(last, found)
        try:
            await self._database.write(lambda: self._seals.insert(link))
        except UniqueViolated:
            # Another process was quicker, and goes on.
            return False
        self._learn(link)
        return len(found) >= _MOST

    async def _unsealed(self, last: Seal) -> Sequence[Row]:
        found = await self._database.read(lambda: self._rows.between(last.last + 1, 2**63 - 1, _MOST))
        self._forget(datetime.now(UTC))
        if not self._missing:
            return found
        missing = tuple(self._missing)
        return [*await self._database.read(lambda: self._rows.these(missing)), *found]

    async def _catch_up(self) -> Seal:
        """The newest link, after what other processes have sealed has been learned."""
        if self._last is None:
            since = datetime.now(UTC) - LATEST
            self._last = await self._database.read(lambda: self._seals.before(since)) or FIRST
        while links := await self._links_behind(self._last):
            for link in links:
                self._learn(link)
        return self._last

    async def _links_behind(self, last: Seal) -> list[Seal]:
        return await self._database.read(lambda: self._seals.after(last.number))

    def _learn(self, link: Seal) -> None:
        """Notes which entries are sealed, and which numbers were passed over."""
        reached = self._last.last if self._last else 0
        for first, last in link.ranges:
            for number in range(max(reached + 1, first - _MOST_MISSING), first):
                self._missing[number] = link.made + LATEST
            for number in [one for one in self._missing if first <= one <= last]:
                del self._missing[number]
            reached = max(reached, last)
        self._last = link

    def _forget(self, now: datetime) -> None:
        self._missing = {number: until for number, until in self._missing.items() if until > now}

    def _link(self, last: Seal, found: Sequence[Row]) -> Seal:
        link = Seal(
            number=last.number + 1,
            made=datetime.now(UTC),
            last=max(last.last, found[-1][0]),
            ranges=ranges_of([row[0] for row in found]),
            digests=join_digests([digest_of(row) for row in found]),
            mac="",
        )
        return replace(link, mac=mac_of(self._key, last.mac, link))


def ranges_of(sequences: Sequence[int]) -> list[Range]:
    """Rising numbers as ranges."""
    ranges: list[list[int]] = []
    for sequence in sequences:
        if ranges and ranges[-1][1] == sequence - 1:
            ranges[-1][1] = sequence
        else:
            ranges.append([sequence, sequence])
    return list(ranges)
