from __future__ import annotations

import pytest

from app.resolvers import noted
from app.resolvers.noted import Noted
from app.storage.audit import Entry
from tests.audit.trails import PLAIN

REFUSED = PLAIN._replace(result="FORBIDDEN", ids=())


def flood(*times: float, entry: Entry = REFUSED) -> Noted:
    made = Noted()
    for now in times:
        made.add(entry, now)
    return made


def test_first_of_a_kind_is_due_at_once() -> None:
    made = flood(0, 1, 2)
    assert made.due(3) == [REFUSED]


def test_count_is_due_when_the_minute_is_over() -> None:
    made = flood(0, 1, 2)
    made.written(len(made.due(3)))
    assert made.due(59) == []
    (more,) = made.due(61)
    assert (more.ids, more.subject, more.request_id) == (("2 more",), REFUSED.subject, None)


def test_kind_that_came_once_is_told_once() -> None:
    made = flood(0)
    assert made.due(61) == [REFUSED]


def test_next_minute_begins_anew() -> None:
    made = flood(0, 1, 61)
    assert [one.ids for one in made.due(61)] == [(), ("1 more",), ()]


@pytest.mark.parametrize(
    "change",
    [
        {"address": "192.0.2.8"},
        {"subject": "key:1"},
        {"operation": "run"},
        {"actor": "system"},
        {"result": "UNAUTHENTICATED"},
        {"door": "rest"},
        {"application": "1" * 32},
        {"ids": ("Member:1",)},
    ],
)
def test_what_differs_is_of_another_kind(change: dict[str, object]) -> None:
    made = flood(0)
    made.add(REFUSED._replace(**change), 1)  # type: ignore[arg-type]
    assert len(made.due(2)) == 2


def test_what_was_not_written_is_due_again() -> None:
    made = flood(0)
    assert made.due(1) == made.due(2) == [REFUSED]


def test_memory_is_bounded_while_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noted, "_MOST_KEPT", 2)
    made = Noted()
    for number in range(5):
        made.add(REFUSED._replace(subject=f"key:{number}"), number)
    assert [one.subject for one in made.due(100)] == ["key:0", "key:1", "3 more"]
