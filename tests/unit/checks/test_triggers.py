from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.checks.triggers import check, cron_problem
from app.engine.slots import Slots
from tests.unit.checks.findings import findings


@pytest.mark.parametrize(
    "cron",
    [
        "0 6 * * 1",
        "*/15 * * * *",
        "0 0 1,15 * *",
        "5-10/2 8-18 * jan-mar mon-fri",
        "0 0 31 12 7",
        "* * * * *",
    ],
)
def test_cron_that_is_right(cron: str) -> None:
    assert cron_problem(cron) is None


@pytest.mark.parametrize(
    ("cron", "message"),
    [
        ("0 6 * *", "write five fields, minute hour day month weekday, as in 0 6 * * 1"),
        ("@daily", "write five fields, minute hour day month weekday, as in 0 6 * * 1"),
        ("60 6 * * 1", "'60' is no minute; write *, numbers from 0 to 59, 1-5, 1,3 or */2"),
        ("0 6 0 * *", "'0' is no day; write *, numbers from 1 to 31, 1-5, 1,3 or */2"),
        ("0 6 * * 5-1", "'5-1' is no weekday; write *, numbers from 0 to 7, 1-5, 1,3 or */2"),
        ("0 mon * * *", "'mon' is no hour; write *, numbers from 0 to 23, 1-5, 1,3 or */2"),
        ("*/0 * * * *", "'*/0' is no minute; write *, numbers from 0 to 59, 1-5, 1,3 or */2"),
        ("0, * * * *", "'0,' is no minute; write *, numbers from 0 to 59, 1-5, 1,3 or */2"),
    ],
)
def test_cron_that_is_wrong(cron: str, message: str) -> None:
    assert cron_problem(cron) == message


@pytest.mark.parametrize("weekday", ["*", "1"])
@pytest.mark.parametrize("month", ["2", "feb", "4,6", "2-4/2", "*", "*/2", "1,2"])
@pytest.mark.parametrize("day", ["29", "30", "31", "30-31", "31/2", "1,31", "*", "*/30"])
def test_cron_line_that_never_comes_is_told_and_no_other(day: str, month: str, weekday: str) -> None:
    cron = f"0 0 {day} {month} {weekday}"
    comes = Slots(cron, "UTC").following(datetime(2026, 1, 1, tzinfo=UTC)) is not None
    assert (cron_problem(cron) is None) is comes


def test_schedule_that_never_comes_is_told_with_its_place(tmp_path: Path) -> None:
    body = "actions: {A: {triggers: {schedule: {cron: '0 0 30 2 *'}}}}"
    assert findings(check, tmp_path, body) == [
        "3 actions.A.triggers.schedule.cron: no month of '2' has a day of '30', so it never comes;"
        " write another day or month"
    ]


def test_schedule_with_an_unknown_time_zone(tmp_path: Path) -> None:
    body = "actions: {A: {triggers: {schedule: {cron: '0 6 * * x', timezone: Europe/Amsterdm}}}}"
    assert findings(check, tmp_path, body) == [
        "3 actions.A.triggers.schedule.cron: 'x' is no weekday; write *, numbers from 0 to 7, 1-5, 1,3 or */2",
        "3 actions.A.triggers.schedule.timezone: unknown time zone 'Europe/Amsterdm'."
        " Did you mean 'Europe/Amsterdam'?",
    ]


def test_schedule_of_an_action_that_wants_input(tmp_path: Path) -> None:
    body = """
        actions:
          A:
            triggers: {schedule: {cron: '0 6 * * *'}}
            input: {a: {kind: text, required: true}, b: {kind: text}, c: {kind: text, required: true, default: x}}
    """
    assert findings(check, tmp_path, body) == [
        "5 actions.A.triggers.schedule: the clock gives no input, but 'a' is required; write a default, or"
        " required: false"
    ]


def test_answers_of_two_forms_and_polled_records(tmp_path: Path) -> None:
    body = """
        actions:
          A: {triggers: {incoming_api: {per_record: true, mode: poll}}}
          B: {triggers: {incoming_api: {}}, outputs: {body: 1, statusCode: 201, Other: 2}}
          C: {triggers: {incoming_api: {}}, outputs: {body: 1, headers: {}}}
          D: {outputs: {body: 1, Other: 2}}
    """
    assert findings(check, tmp_path, body) == [
        "4 actions.A.triggers.incoming_api.per_record: records are passed one by one in the mode wait alone",
        "5 actions.B.outputs: body, statusCode are the HTTP answer itself, beside which no other output can stand;"
        " rename one or the other",
    ]


def test_alias(tmp_path: Path) -> None:
    body = """
        actions:
          A: {triggers: {incoming_api: {alias: all-companies}}}
          B: {triggers: {incoming_api: {alias: all-companies}}}
          C: {triggers: {incoming_api: {alias: a/b}}}
    """
    assert findings(check, tmp_path, body) == [
        "5 actions.B.triggers.incoming_api.alias: the action 'A' has this alias already; write another",
        "6 actions.C.triggers.incoming_api.alias: 'a/b' is no alias; write letters, digits, - and _,"
        " a letter first",
    ]
