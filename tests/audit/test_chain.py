from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from app.auth.keystore import Keystore
from app.resolvers import audit_check
from app.resolvers.audit_check import check_audit
from tests.audit.trails import PLAIN, Trails
from tests.unit.storage.rows import run


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_check, "PATIENCE", 0.0)


CHANGED = "seal {} was changed, or made with another keystore"
COPY = (
    "INSERT INTO actionql_audit (sequence, application, at, actor, behalf, door, address, operation, subject, result)"
    " SELECT {}, application, at, actor, behalf, door, address, operation, subject, result"
    " FROM actionql_audit WHERE sequence = 1"
)


def inserted(sequence: int) -> str:
    return COPY.format(sequence)


async def test_untouched_trail_is_whole(trails: Trails) -> None:
    await trails.sealed(3, 1, 600)
    await trails.tell(PLAIN, PLAIN)
    report = await trails.check()
    # A link holds at most 500.
    assert (report.problems, report.entries, report.fresh, report.last.number) == ([], 604, 2, 4)


async def test_empty_trail_is_whole(trails: Trails) -> None:
    await trails.sealer().seal()
    report = await trails.check()
    assert (report.problems, report.entries, report.last.number) == ([], 0, 0)


@pytest.mark.parametrize(
    ("tampering", "problems"),
    [
        ("UPDATE actionql_audit SET actor = 'Task:13' WHERE sequence = 4", ["entry 4 was changed"]),
        ("UPDATE actionql_audit SET ids = NULL WHERE sequence = 4", ["entry 4 was changed"]),
        ("DELETE FROM actionql_audit WHERE sequence = 4", ["entry 4 is missing"]),
        (
            "DELETE FROM actionql_audit WHERE sequence > 4",
            ["entry 5 is missing", "entries 6 to 7 are missing"],
        ),
        (
            "DELETE FROM actionql_audit",
            ["entries 1 to 3 are missing", "entries 4 to 5 are missing", "entries 6 to 7 are missing"],
        ),
        (
            "DELETE FROM actionql_audit_seal WHERE number = 2",
            ["seal 2 is missing", "entries 4 to 5 are in no seal"],
        ),
        (
            "DELETE FROM actionql_audit_seal WHERE number < 3",
            ["seals 1 to 2 are missing", "entries 1 to 5 are in no seal"],
        ),
        ("UPDATE actionql_audit_seal SET mac = 'x' WHERE number = 2", [CHANGED.format(2)]),
        ("UPDATE actionql_audit_seal SET last = 4 WHERE number = 2", [CHANGED.format(2)]),
    ],
)
async def test_tampering_is_found_and_placed(trails: Trails, tampering: str, problems: list[str]) -> None:
    await trails.sealed(3, 2, 2)
    await trails.tamper(tampering)
    assert (await trails.check()).problems == problems


async def test_end_cut_off_with_its_seals_is_seen_by_who_noted_one(trails: Trails) -> None:
    await trails.sealed(3, 2, 2)
    noted = (await trails.check()).last.mac
    assert (await trails.check(seal=noted)).problems == []
    await trails.tamper(
        "DELETE FROM actionql_audit WHERE sequence > 3", "DELETE FROM actionql_audit_seal WHERE number > 1"
    )
    assert (await trails.check()).problems == []
    problems = (await trails.check(seal=noted)).problems
    assert problems == [f"the seal {noted} is not in the chain: the end of the trail was cut off"]


async def test_entry_moved_to_another_place_is_found(trails: Trails) -> None:
    await trails.sealed(1)
    await trails.tell(PLAIN._replace(actor="key:1"))
    await trails.sealer().seal()
    await trails.tamper(
        "UPDATE actionql_audit SET sequence = 9 WHERE sequence = 1",
        "UPDATE actionql_audit SET sequence = 1 WHERE sequence = 2",
        "UPDATE actionql_audit SET sequence = 2 WHERE sequence = 9",
    )
    assert (await trails.check()).problems == ["entry 1 was changed", "entry 2 was changed"]


async def test_entry_inserted_among_sealed_ones_is_found(trails: Trails) -> None:
    await trails.sealed(1)
    await run(trails.url, inserted(5))
    await trails.sealer().seal()
    await run(trails.url, inserted(3))
    assert (await trails.check()).problems == ["entry 3 is in no seal"]


async def test_digests_made_anew_do_not_hide_a_change(trails: Trails) -> None:
    await trails.sealed(1)
    await trails.tell(PLAIN._replace(actor="Task:13"))
    await trails.sealer().seal()
    other = "(SELECT digests FROM actionql_audit_seal WHERE number = 2)"
    await trails.tamper(f"UPDATE actionql_audit_seal SET digests = {other} WHERE number = 1")
    problems = (await trails.check()).problems
    assert problems == [CHANGED.format(1), "entry 1 was changed"]


async def test_trail_of_another_keystore_is_not_believed(trails: Trails) -> None:
    await trails.sealed(1)
    stranger = replace(trails.server, keystore=Keystore({"audit": b"x" * 64}))
    assert (await check_audit(stranger)).problems == [CHANGED.format(1)]


async def test_old_entries_may_be_gone_on_purpose(trails: Trails) -> None:
    await trails.sealed(3, 2)
    await trails.tamper("DELETE FROM actionql_audit WHERE sequence <= 3")
    report = await trails.check(after=3)
    assert (report.problems, report.entries) == ([], 2)
    assert (await trails.check(after=2)).problems == ["entry 3 is missing"]


async def test_number_that_was_passed_over_is_sealed_when_it_turns_up(trails: Trails) -> None:
    await trails.sealed(1)
    sealer, other = trails.sealer(), trails.sealer()
    await sealer.seal()
    await run(trails.url, inserted(4))
    await sealer.seal()
    # What began before and commits only now.
    await run(trails.url, inserted(2))
    await other.seal()
    await run(trails.url, inserted(3))
    await sealer.seal()
    report = await trails.check()
    assert (report.problems, report.entries, report.last.number) == ([], 4, 4)


async def test_sealers_at_once_make_one_chain(trails: Trails) -> None:
    sealers = [trails.sealer() for _ in range(4)]
    for _ in range(5):
        await trails.tell(PLAIN, PLAIN)
        await asyncio.gather(*(sealer.seal() for sealer in sealers))
    report = await trails.check()
    assert (report.problems, report.entries, report.fresh) == ([], 10, 0)


async def test_chain_goes_on_after_a_restart(trails: Trails, tmp_path: Path) -> None:
    await trails.sealed(2)
    await trails.sealed(2)
    report = await trails.check()
    assert (report.problems, report.entries, report.last.number) == ([], 4, 2)
