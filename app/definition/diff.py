"""What a changed definition does to those who call it, in words; parts are the same by name, uuid or `was`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from app.definition.actions import Action, Input
from app.definition.endpoints import Endpoint, GeneratedApi
from app.definition.identity import PUBLIC
from app.definition.model import Application
from app.definition.models import Model, Property, Relation
from app.definition.part import Named, Part
from app.definition.where import Where

Effect = Literal["breaks", "closes", "opens", "adds", "changes"]
_Named = TypeVar("_Named", bound=Named)
_Part = TypeVar("_Part", bound=Part)

_TIGHTER = ("minimum", "maximum", "length", "pattern", "options", "scale", "unique")
_AN_ENDPOINT_HAS = ("path", "method", "request", "response", "profile")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise for callers: it breaks them, closes or opens something, adds to it, or changes it."""

    effect: Effect
    text: str

    def __str__(self) -> str:
        return f"{self.effect}: {self.text}"


Differences = Iterator[Difference]


def differences(old: Application, new: Application) -> list[Difference]:
    """All that is otherwise for the callers of an application."""
    return [*_application(old, new), *_models(old, new), *_actions(old, new), *_endpoints(old, new)]


def _application(old: Application, new: Application) -> Differences:
    for name in ("name", "uuid", "hosts", "status", "private_data_mode"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            effect: Effect = "breaks" if name in ("name", "uuid", "hosts") else "changes"
            yield Difference(effect, f"the application's {name} is {_shown(after)} now, not {_shown(before)}")
    for role, before, after in _both(old.roles, new.roles):
        now, was = (set[str](one.privileges if one else ()) for one in (after, before))
        yield from _grants(f"the privileges of role {role}", now, was)
    for name, earlier, later in _both(old.authentication_profiles, new.authentication_profiles):
        yield from _there("authentication profile", name, earlier, later)


def _models(old: Application, new: Application) -> Differences:
    for name, before, after in _both(old.models, new.models):
        yield from _there("model", name, before, after)
        if before is None or after is None:
            continue
        for key, was, now in _both(before.properties, after.properties):
            yield from _property(f"{name}.{key}", was, now)
        for key, link, linked in _both(before.relations, after.relations):
            yield from _relation(f"{name}.{key}", link, linked)
        for key, view, viewed in _both(before.views, after.views):
            yield from _there(f"view of {name}", key, view, viewed, ("properties",))
        for key, filter, filtered in _both(before.filters, after.filters):
            yield from _there(f"filter of {name}", key, filter, filtered, ("where",))
        yield from _rights(name, before, after)
    for name, api, later in _either(old.api_generator, new.api_generator):
        yield from _generated(name, api, later)


def _property(name: str, old: Property | None, new: Property | None) -> Differences:
    yield from _there("property", name, old, new, ("kind",))
    if new is None:
        return
    if new.required and new.default is None and not (old and old.required):
        yield Difference("breaks", f"property {name} has to be given when a record is created")
    if old is None:
        return
    for option in _TIGHTER:
        before, after = getattr(old, option), getattr(new, option)
        if before != after:
            text = f"{option} of property {name} is {_shown(after)} now, not {_shown(before)}"
            yield Difference("changes", text)
    if old.hidden != new.hidden:
        yield Difference(_hiding(old, new), f"property {name} is {_hidden(new)} now, not {_hidden(old)}")


def _relation(name: str, old: Relation | None, new: Relation | None) -> Differences:
    yield from _there("relation", name, old, new, ("kind", "model"))
    if new is not None and new.required and not (old and old.required):
        yield Difference("breaks", f"relation {name} has to be given when a record is created")


def _rights(name: str, old: Model, new: Model) -> Differences:
    for verb, before, after in (("read", old.read, new.read), ("write", old.write, new.write)):
        for role in [*before, *(role for role in after if role not in before)]:
            was, now = before.get(role, "none"), after.get(role, "none")
            if was == now:
                continue
            effect: Effect = "changes"
            if was == "none" or now == "all":
                effect = "opens"
            elif now == "none" or was == "all":
                effect = "closes"
            yield Difference(effect, f"{role} may {verb} {_rows(now)} of {name}, not {_rows(was)}")


def _actions(old: Application, new: Application) -> Differences:
    for name, before, after in _both(old.actions, new.actions):
        yield from _there("action", name, before, after, ("profile", "run_as"))
        if before is None or after is None:
            continue
        yield from _grants(f"action {name}", set(after.allow), set(before.allow))
        for key, was, now in _both(before.input, after.input):
            yield from _input(f"{key} of action {name}", was, now)
        yield from _answer(name, before, after)
        yield from _triggers(name, before, after)


def _input(name: str, old: Input | None, new: Input | None) -> Differences:
    yield from _there("input", name, old, new, ("kind", "model"))
    if new is not None and new.required and new.default is None and not (old and old.required):
        yield Difference("breaks", f"input {name} has to be given")


def _answer(name: str, old: Action, new: Action) -> Differences:
    if old.result != new.result:
        yield Difference("changes", f"the result of action {name} is made otherwise")
    for key in old.outputs.keys() - new.outputs.keys():
        yield Difference("breaks", f"output {key} of action {name} is gone")


def _triggers(name: str, old: Action, new: Action) -> Differences:
    for trigger in ("module", "incoming_api", "schedule"):
        before, after = getattr(old.triggers, trigger), getattr(new.triggers, trigger)
        if before == after:
            continue
        if before is None or after is None:
            yield from _there(f"trigger {trigger} of action", name, before, after)
        else:
            yield Difference("changes", f"trigger {trigger} of action {name} is otherwise")


def _endpoints(old: Application, new: Application) -> Differences:
    for name, before, after in _both(old.endpoints, new.endpoints):
        yield from _endpoint(name, before, after)


def _endpoint(name: str, old: Endpoint | None, new: Endpoint | None) -> Differences:
    what = f"endpoint {name}" if old is None else f"endpoint {old.method} {old.path}"
    yield from _there("endpoint", what.removeprefix("endpoint "), old, new, _AN_ENDPOINT_HAS)
    if old is None or new is None:
        return
    yield from _grants(what, set(new.allow), set(old.allow))
    for key in new.query.keys() ^ old.query.keys() | new.headers.keys() ^ old.headers.keys():
        yield Difference("changes", f"{what} takes other variables: {key}")


def _generated(name: str, old: GeneratedApi | None, new: GeneratedApi | None) -> Differences:
    yield from _there("generated api of", name, old, new, ("path", "profile"))
    if old is not None and new is not None:
        yield from _grants(f"the generated endpoints of {name}", set(new.allow), set(old.allow))


def _there(
    what: str, name: str, old: Part | None, new: Part | None, features: Iterable[str] = ()
) -> Differences:
    """Whether a part is gone, new, called otherwise, or breaks callers because one of its features changed."""
    if new is None:
        yield Difference("breaks", f"{what} {name} is gone")
        return
    if old is None:
        yield Difference("adds", f"{what} {name} is new")
        return
    if isinstance(old, Named) and isinstance(new, Named):
        if old.name != new.name:
            yield Difference("breaks", f"{what} {name} is called {new.name} now")
        elif old.uuid != new.uuid:
            yield Difference("breaks", f"{what} {name} has another uuid now: {new.uuid}, not {old.uuid}")
    for feature in features:
        before, after = getattr(old, feature), getattr(new, feature)
        if before == after:
            continue
        values = "" if isinstance(after, Where) else f": {_shown(after)}, not {_shown(before)}"
        yield Difference("breaks", f"{feature} of {what} {name} is otherwise{values}")


def _grants(what: str, now: set[str], was: set[str]) -> Differences:
    for one in sorted(now - was):
        yield Difference("opens", f"{what}: {one} is allowed now")
    for one in sorted(was - now) if PUBLIC not in now else ():
        yield Difference("closes", f"{what}: {one} is no longer allowed")


def _both(
    old: Mapping[str, _Named], new: Mapping[str, _Named]
) -> Iterator[tuple[str, _Named | None, _Named | None]]:
    """Each part before and after, under the name that it had before where it was there."""
    left = dict(new)
    for name, before in old.items():
        found = name if name in new else next((key for key, one in left.items() if _same(before, one)), None)
        yield name, before, None if found is None else left.pop(found, None)
    for name, after in left.items():
        yield name, None, after


def _same(old: Named, new: Named) -> bool:
    return old.uuid == new.uuid or getattr(new, "was", None) == old.name


def _either(
    old: Mapping[str, _Part], new: Mapping[str, _Part]
) -> Iterator[tuple[str, _Part | None, _Part | None]]:
    for name in [*old, *(name for name in new if name not in old)]:
        yield name, old.get(name), new.get(name)


def _hiding(old: Property, new: Property) -> Effect:
    if new.hidden is False:
        return "opens"
    return "closes" if old.hidden is False or new.hidden is True else "changes"


def _hidden(property: Property) -> str:
    if isinstance(property.hidden, bool):
        return "hidden" if property.hidden else "visible"
    return f"visible to {', '.join(property.hidden.roles)} only"


def _rows(rows: str | Where) -> str:
    if isinstance(rows, Where):
        return "some records"
    return "all records" if rows == "all" else "no records"


def _shown(value: Any) -> str:
    if isinstance(value, tuple | frozenset | set):
        return ", ".join(map(_shown, value)) or "nothing"
    return "nothing" if value is None or value == "" else str(value)
