"""Why changed definitions are not served, told by one worker and asked by another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.edge import NotRenewed, Reloads
from app.errors import Problem

AT = datetime(2026, 11, 22, tzinfo=UTC)
WRONG = Problem("/a/shop.yaml", 3, "models.Shoe", "unknown kind <b>")
ONE, OTHER = (
    NotRenewed(AT, (WRONG, "Rows would go.")),
    NotRenewed(AT + timedelta(seconds=1), ("Rows would go.",)),
)


def workers(folder: Path | None) -> tuple[Reloads, Reloads]:
    """Two workers of one server, or a server of one process twice."""
    if folder is not None:
        return Reloads(folder), Reloads(folder)
    alone = Reloads()
    return alone, alone


@pytest.fixture(params=["alone", "two workers"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Reloads, Reloads]:
    return workers(None if request.param == "alone" else tmp_path)


def test_refusal_of_one_worker_is_that_of_all_until_one_serves(both: tuple[Reloads, Reloads]) -> None:
    first, second = both
    assert second.refused is None
    assert first.refuse(ONE)
    assert second.refused == first.refused == ONE
    second.served()
    assert first.refused is None


def test_same_refusal_is_told_once(both: tuple[Reloads, Reloads]) -> None:
    first, second = both
    assert [first.refuse(ONE), second.refuse(ONE), first.refuse(OTHER), second.refuse(OTHER)] == [
        *(True, False, True, False)
    ]
    assert first.refused == second.refused == OTHER
    assert first.refuse(NotRenewed(AT + timedelta(seconds=2), ONE.problems))
    assert second.refused is not None and second.refused.problems == ONE.problems


def test_worker_that_is_started_anew_knows_it(tmp_path: Path) -> None:
    Reloads(tmp_path).refuse(ONE)
    assert Reloads(tmp_path).refused == ONE


def test_refusal_that_is_being_written_is_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "refused-x").touch()
    assert Reloads(tmp_path).refused is None


@pytest.mark.parametrize(
    ("own", "elsewhere", "told"),
    [
        ({WRONG.file}, [], ["shop.yaml:3 models.Shoe: unknown kind <b>", "Rows would go."]),
        ({WRONG.file}, [{"/a/crm.yaml"}], ["shop.yaml:3 models.Shoe: unknown kind <b>"]),
        ({"/a/crm.yaml"}, [{WRONG.file}], []),
        ({"/a/crm.yaml"}, [{"/a/x.yaml"}], ["shop.yaml:3 models.Shoe: unknown kind <b>"]),
    ],
)
def test_problems_are_told_to_those_whom_they_concern(
    own: set[str], elsewhere: list[set[str]], told: list[str]
) -> None:
    assert ONE.told_of(own, elsewhere) == told
