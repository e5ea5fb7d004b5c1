"""Whether the audit trail is whole: every entry and every link compared with the chain."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic

from app.auth.chain import DIGEST_BYTES
from app.resolvers.audit_chain import FIRST, audit_key, digest_of, mac_of, ranges_of
from app.resolvers.context import Server
from app.storage.audit import AuditRows
from app.storage.audit_seals import AuditSeals, Range, Seal, split_digests
from app.storage.work import Row

PATIENCE = 5.0
"""Seconds in which a server seals what committed late."""
_MOST = 1_000
_END = 2**63 - 1


@dataclass(slots=True)
class Report:
    """What a check has found: `problems` in words, and how far the chain goes."""

    entries: int = 0
    """How many are in the chain and as they were."""
    last: Seal = FIRST
    fresh: int = 0
    """How many came after the last link, and are not sealed yet."""
    problems: list[str] = field(default_factory=list)


async def check_audit(server: Server, after: int = 0, seal: str | None = None) -> Report:
    """Compares the whole trail with its chain; entries up to `after` may be gone, since they were kept long enough.

    `seal` is the MAC of a link that somebody has noted: only so is it seen that the end was cut off, links and all.
    """
    return await _Check(server, after, seal).run()


class _Check:
    def __init__(self, server: Server, after: int, seal: str | None) -> None:
        self._database = server.database
        self._key = audit_key(server.keystore)
        self._rows = AuditRows(server.database.dialect)
        self._seals = AuditSeals(server.database.dialect)
        self._after = after
        self._awaited = seal
        self._sealed: list[Range] = []
        self._expected = ""
        self._report = Report()

    async def run(self) -> Report:
        await self._follow_all()
        strays = await self._strays()
        until = monotonic() + PATIENCE
        while strays and monotonic() < until:
            # What committed late is sealed late: a server is perhaps about to.
            await asyncio.sleep(0.5)
            await self._follow_all()
            strays = await self._strays()
        for stray in strays:
            self._say(f"{_several('entry', *stray)} in no seal")
        if self._awaited is not None:
            self._say(f"the seal {self._awaited} is not in the chain: the end of the trail was cut off")
        await self._count_fresh()
        return self._report

    async def _follow_all(self) -> None:
        while links := await self._links(self._report.last):
            for link in links:
                self._follow(link)
                if link.mac == self._awaited:
                    self._awaited = None
                await self._compare(link)
                self._report.last = link

    async def _links(self, last: Seal) -> list[Seal]:
        return await self._database.read(lambda: self._seals.after(last.number))

    def _follow(self, link: Seal) -> None:
        """Compares a link with the one before."""
        before = self._report.last
        missing = range(before.number + 1, link.number)
        if missing:
            self._say(f"{_several('seal', missing.start, missing.stop - 1)} missing")
            self._expected = link.mac
            return
        # A link whose own MAC was changed says nothing against those behind it.
        macs = [mac_of(self._key, mac, link) for mac in (self._expected, before.mac)]
        if link.mac not in macs:
            self._say(f"seal {link.number} was changed, or made with another keystore")
        self._expected = macs[0]

    async def _compare(self, link: Seal) -> None:
        digests = iter(split_digests(link.digests, DIGEST_BYTES))
        for first, last in link.ranges:
            self._cover(first, last)
            missing: list[int] = []
            for start in range(first, last + 1, _MOST):
                end = min(last, start + _MOST - 1)
                found = {row[0]: row for row in await self._between(start, end)}
                missing += self._differences(range(start, end + 1), found, digests)
            for gone in ranges_of(missing):
                self._say(f"{_several('entry', *gone)} missing")

    def _differences(
        self, sequences: range, found: dict[int, Row], digests: Iterator[bytes]
    ) -> Iterator[int]:
        """Says which entries differ from their digests, and gives those that are not there."""
        for sequence in sequences:
            digest, row = next(digests, b""), found.get(sequence)
            if row is None:
                if sequence > self._after:
                    yield sequence
                continue
            if digest_of(row) == digest:
                self._report.entries += 1
            else:
                self._say(f"entry {sequence} was changed")

    async def _strays(self) -> list[Range]:
        """The entries that no link holds although later ones are sealed."""
        strays: list[Range] = []
        start = 1
        for first, last in self._sealed:
            while start < first and (found := await self._between(start, first - 1)):
                strays += ranges_of([row[0] for row in found])
                start = found[-1][0] + 1
            start = last + 1
        return strays

    async def _count_fresh(self) -> None:
        start = self._sealed[-1][1] + 1 if self._sealed else 1
        while found := await self._between(start, _END):
            self._report.fresh += len(found)
            start = found[-1][0] + 1

    async def _between(self, first: int, last: int) -> Sequence[Row]:
        return await self._database.read(lambda: self._rows.between(first, last, _MOST))

    def _cover(self, first: int, last: int) -> None:
        """Notes that these are sealed; ranges that touch become one."""
        sealed = self._sealed
        start = bisect_left(sealed, first - 1, key=_last)
        end = bisect_right(sealed, last + 1, key=_first)
        touching = sealed[start:end]
        joined = (min([first, *map(_first, touching)]), max([last, *map(_last, touching)]))
        sealed[start:end] = [joined]

    def _say(self, problem: str) -> None:
        self._report.problems.append(problem)


def _first(one: Range) -> int:
    return one[0]


def _last(one: Range) -> int:
    return one[1]


def _several(noun: str, first: int, last: int) -> str:
    """Such as `entry 7 is` or `entries 7 to 9 are`."""
    if first == last:
        return f"{noun} {first} is"
    plural = {"entry": "entries"}.get(noun, f"{noun}s")
    return f"{plural} {first} to {last} are"
