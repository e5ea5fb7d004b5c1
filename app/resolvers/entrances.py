"""Where an application is entered, and who may: asked of the rules that every door asks, for each role in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.definition.model import PUBLIC, Action, Application, Endpoint, Model, ScheduleTrigger
from app.definition.names import short_uuid
from app.definition.source import Place
from app.engine.compile import kinds_of
from app.errors import Forbidden, NotFound, PrivateDataMode, Unauthenticated
from app.permissions import ANYBODY, Grant, Opened, Permissions, Principal, Rule, Verb
from app.resolvers.console import require
from app.resolvers.context import Context
from app.resolvers.incoming import trigger_of
from app.resolvers.keys import takes_keys
from app.steps import KINDS

ANYBODY_AT_ALL, ANY_USER = "anybody", "any user"
"""The columns beside roles: who is not known, and who is known without a role."""
Access = Literal["none", "some", "all"]
_ACCESSES: Sequence[Access] = ("none", "some", "all")
Ask = Callable[[Principal], Grant | None]
"""Raises where the caller may not; the right to records where it is one."""
_REFUSED = (Unauthenticated, Forbidden, NotFound, PrivateDataMode)
_READING = frozenset({"find", "count"})
_BY_KEY = Rule(privilege="use_api_key")


@dataclass(frozen=True, slots=True)
class Entrance:
    """One way in: by which door, to what, for whom, and where the definition says so."""

    door: str
    name: str
    changes: bool
    """Whether it may do more than read."""
    who: Mapping[str, Access]
    """By `ANYBODY_AT_ALL`, `ANY_USER` and the names of roles."""
    by: str = ""
    """What opens it where no role does."""
    place: Place | None = None
    remedy: str = ""
    """What shuts it for those who are not known."""
    action: str | None = None
    model: str | None = None

    @property
    def public(self) -> bool:
        """Whether somebody who is not known gets in."""
        return self.who.get(ANYBODY_AT_ALL, "none") != "none"


def entrances(context: Context) -> Sequence[Entrance]:
    """Every way into the application, for who may read the console; else `Forbidden`."""
    require(context, "read_console")
    asked = _Entrances(context, context.generation.application, context.generation.permissions)
    actions = [found for action in asked.application.actions.values() for found in asked.of_action(action)]
    endpoints = [asked.of_endpoint(endpoint) for endpoint in asked.application.endpoints.values()]
    generated = [found for model in asked.application.api_generator for found in asked.of_generated(model)]
    models = [found for model in asked.application.models.values() for found in asked.of_model(model)]
    return [*actions, *endpoints, *generated, *models]


def columns(application: Application) -> Sequence[str]:
    """For whom each entrance says what they may."""
    return [ANYBODY_AT_ALL, ANY_USER, *application.roles]


def following_slots(schedule: ScheduleTrigger, now: datetime, most: int) -> list[datetime]:
    """The next times of a schedule, at most so many."""
    # What reads cron lines takes time to load.
    from app.engine.slots import Slots

    slots, found = Slots(schedule.cron, schedule.timezone), [now]
    while len(found) <= most and (following := slots.following(found[-1])) is not None:
        found.append(following)
    return found[1:]


@dataclass(frozen=True, slots=True)
class _Entrances:
    context: Context
    application: Application
    permissions: Permissions

    def of_action(self, action: Action) -> Iterator[Entrance]:
        """The doors that an action has by itself: by its id, by its triggers."""
        found: dict[str, Any] = {"changes": self._changes(action), "action": action.name}
        if action.allow:
            who = self._who(lambda one: self.permissions.may_run(one, action), action.profile)
            yield Entrance(
                "GraphQL, REST",
                action.name,
                who=who,
                place=self._place("actions", action.name, "allow"),
                remedy="Write roles in allow instead of public.",
                **found,
            )
        if action.triggers.incoming_api is not None:
            yield self._incoming(action, found)
        if takes_keys(action):
            path = f"/api/execution/{short_uuid(action.uuid)}/sessions"
            by, place = "a key of the module", self._place("actions", action.name, "triggers", "module")
            yield Entrance("Execution API", f"POST {path}", who={}, by=by, place=place, **found)

    def _incoming(self, action: Action, found: dict[str, Any]) -> Entrance:
        trigger = trigger_of(action)
        instance = self.context.server.settings.incoming_instance
        name = trigger.alias or f"{self.application.name}/{action.name}"

        def ask(caller: Principal) -> None:
            rule = Rule() if trigger.anonymous and not caller.known else _BY_KEY
            self.permissions.may_run_opened(caller, action, rule)

        return Entrance(
            "Incoming API",
            f"/{instance}/api/1/action/{name}/trigger",
            who=self._who(ask),
            place=self._place("actions", action.name, "triggers", "incoming_api"),
            remedy="Take anonymous away: callers then need a key, and the privilege use_api_key.",
            **found,
        )

    def of_endpoint(self, endpoint: Endpoint) -> Entrance:
        """The door of a custom endpoint."""
        place = self._place("endpoints", endpoint.name)
        name, rule = f"{endpoint.method} {endpoint.path}", Rule(endpoint.profile, endpoint.allow)
        if endpoint.action is None:
            by = "user name and password" if endpoint.login else "the cookie that it takes away"
            return Entrance("endpoint", name, changes=False, who={}, by=by, place=place)
        action = self.application.actions[endpoint.action]
        return Entrance(
            "endpoint",
            name,
            changes=self._changes(action),
            who=self._who(lambda one: self.permissions.may_run_opened(one, action, rule), endpoint.profile),
            place=place,
            remedy="Name a profile, or roles other than public in allow.",
            action=action.name,
        )

    def of_generated(self, model: str) -> Iterator[Entrance]:
        """The doors of a model's generated endpoints: those that read, and those that write."""
        api, own = self.application.api_generator[model], self.application.models[model]
        opened = Opened(model, Rule(api.profile, api.allow))
        for verb, section, methods in (
            (Verb.READ, "read", "GET"),
            (Verb.UPDATE, "write", "POST, PUT, DELETE"),
        ):
            rules = own.read if verb is Verb.READ else own.write
            by_model = PUBLIC in rules
            path = ("models", model, section, PUBLIC) if by_model else ("api_generator", model)

            def ask(caller: Principal, verb: Verb = verb) -> Grant:
                return self.permissions.of_opened(caller, verb, opened)

            yield Entrance(
                "generated endpoint",
                f"{methods} {api.path}",
                changes=verb is not Verb.READ,
                who=self._who(ask, api.profile),
                place=self._place(*path),
                remedy="Name a profile, or roles other than public in allow.",
                model=model,
            )

    def of_model(self, model: Model) -> Iterator[Entrance]:
        """The doors to the records of a model."""
        for verb, section, rules in ((Verb.READ, "read", model.read), (Verb.UPDATE, "write", model.write)):
            if not rules:
                continue

            def ask(caller: Principal, verb: Verb = verb) -> Grant:
                return self.permissions.authorize(caller, verb, model.name)

            yield Entrance(
                "GraphQL, REST",
                f"{section} {model.name}",
                changes=verb is not Verb.READ,
                who=self._who(ask),
                place=self._place("models", model.name, section, PUBLIC),
                remedy=f"Write roles under {section} instead of public, or none.",
                model=model.name,
            )

    def _who(self, ask: Ask, profile: str | None = None) -> dict[str, Access]:
        """What each may; who is known can always come as somebody who is not."""
        least = _access(ask, ANYBODY)
        known = {ANY_USER: self._known(profile)} | {
            role: self._known(profile, role) for role in self.application.roles
        }
        return {ANYBODY_AT_ALL: least} | {
            name: max(least, _access(ask, caller), key=_ACCESSES.index) for name, caller in known.items()
        }

    def _known(self, profile: str | None, *roles: str) -> Principal:
        """Somebody of a profile with these roles, or with a key where it takes no profile."""
        named = frozenset(roles)
        found = self.application.authentication_profiles.get(profile or "")
        return Principal(
            profile=profile,
            model=None if found is None else found.model,
            record={"id": 0},
            roles=named,
            privileges=self.permissions.privileges(named),
        )

    def _changes(self, action: Action) -> bool:
        return any(_is_change(kind.name) for kind in kinds_of(self.application.actions, action.name))

    def _place(self, *path: str) -> Place | None:
        return self.context.generation.outline.place(path)


def _is_change(kind: str) -> bool:
    """Whether a step of this kind writes, or reaches outside; an author's function may do both."""
    mode = KINDS[kind].mode if kind in KINDS else "reach"
    return mode == "reach" or (mode == "work" and kind not in _READING)


def _access(ask: Ask, caller: Principal) -> Access:
    try:
        grant = ask(caller)
    except _REFUSED:
        return "none"
    return "all" if grant is None or grant.rows is None else "some"
