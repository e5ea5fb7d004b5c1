"""Schedules can be read as such, no two actions answer to one alias, and answers are of one form."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from app.checks.base import Finding, Findings, Subject, unknown
from app.definition.inputs import OWN_ANSWER
from app.definition.model import Action, IncomingTrigger, ScheduleTrigger
from app.definition.names import SHAPE
from app.definition.source import Path

FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of each month, in years in which it has the most."""
NAMED = {
    "month": ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    "weekday": ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
}
PART = re.compile(r"(\*|(?P<low>[a-z0-9]+)(-(?P<high>[a-z0-9]+))?)(/(?P<every>[1-9][0-9]?))?")


def check(subject: Subject) -> Findings:
    """One finding for each schedule or alias that cannot work."""
    aliases: dict[str, str] = {}
    for name, action in subject.application.actions.items():
        path: Path = ("actions", name, "triggers")
        if action.triggers.schedule is not None:
            yield from _schedule(action.triggers.schedule, (*path, "schedule"))
            yield from _without_input(action, path)
        incoming = action.triggers.incoming_api
        if incoming is None:
            continue
        yield from _incoming(action, incoming, (*path, "incoming_api"))
        if incoming.alias is not None:
            first = aliases.setdefault(incoming.alias, name)
            yield from _alias(incoming.alias, first == name, first, (*path, "incoming_api", "alias"))


def _incoming(action: Action, incoming: IncomingTrigger, path: Path) -> Findings:
    if incoming.per_record and incoming.mode == "poll":
        yield Finding((*path, "per_record"), "records are passed one by one in the mode wait alone")
    own = [name for name in action.outputs if name in OWN_ANSWER]
    if own and len(own) < len(action.outputs):
        names = ", ".join(own)
        yield Finding(
            ("actions", action.name, "outputs"),
            f"{names} are the HTTP answer itself, beside which no other output can stand; rename one or the other",
        )


def _alias(alias: str, free: bool, first: str, path: Path) -> Findings:
    if not free:
        yield Finding(path, f"the action {first!r} has this alias already; write another")
    if not SHAPE.fullmatch(alias.replace("-", "_")):
        yield Finding(path, f"{alias!r} is no alias; write letters, digits, - and _, a letter first")


def _schedule(schedule: ScheduleTrigger, path: Path) -> Findings:
    message = cron_problem(schedule.cron)
    if message is not None:
        yield Finding((*path, "cron"), message)
    if schedule.timezone not in available_timezones():
        yield Finding((*path, "timezone"), unknown("time zone", schedule.timezone, available_timezones()))


def _without_input(action: Action, path: Path) -> Findings:
    for name, declared in action.input.items():
        if declared.required and declared.default is None:
            message = (
                f"the clock gives no input, but {name!r} is required; write a default, or required: false"
            )
            yield Finding((*path, "schedule"), message)


def cron_problem(text: str) -> str | None:
    """What is wrong with the five fields of a cron line; None when nothing is."""
    fields = text.lower().split()
    if len(fields) != len(FIELDS):
        return "write five fields, minute hour day month weekday, as in 0 6 * * 1"
    for field, (name, low, high) in zip(fields, FIELDS, strict=True):
        if not all(_part_is_right(part, name, low, high) for part in field.split(",")):
            return f"{field!r} is no {name}; write *, numbers from {low} to {high}, 1-5, 1,3 or */2"
    return _never(*fields[2:])


def _never(day: str, month: str, weekday: str) -> str | None:
    """A weekday beside a day means either, so it always comes."""
    days, months = (_numbers(field, *of) for field, of in zip((day, month), FIELDS[2:4], strict=True))
    if weekday != "*" or min(days) <= max(LONGEST[one - 1] for one in months):
        return None
    return f"no month of {month!r} has a day of {day!r}, so it never comes; write another day or month"


def _numbers(field: str, name: str, low: int, high: int) -> set[int]:
    """What a field that is right stands for."""
    found: set[int] = set()
    for part in field.split(","):
        match = PART.fullmatch(part)
        assert match is not None
        first = low if match["low"] is None else _number(match["low"], name) or low
        alone = first if match["low"] and not match["every"] else high
        last = alone if match["high"] is None else _number(match["high"], name) or high
        found.update(range(first, last + 1, int(match["every"] or 1)))
    return found


def _part_is_right(part: str, name: str, low: int, high: int) -> bool:
    match = PART.fullmatch(part)
    if match is None:
        return False
    bounds = [_number(match[bound], name) for bound in ("low", "high") if match[bound] is not None]
    return all(number is not None and low <= number <= high for number in bounds) and (
        len(bounds) < 2 or bounds == sorted(bounds, key=lambda number: number or 0)
    )


def _number(text: str, name: str) -> int | None:
    if text.isdigit():
        return int(text)
    names = NAMED.get(name, [])
    return names.index(text) + (name == "month") if text in names else None
