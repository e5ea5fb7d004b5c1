"""The rules of an application, and what they let a caller do. Absent means no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.definition.model import PUBLIC, ROLE_MODEL, Action, Application, CollectionRight, Model, Relation
from app.definition.where import Where
from app.errors import Forbidden, NotFound, PrivateDataMode, Unauthenticated
from app.permissions.grants import Grant, Opened, Principal, Rule, Verb
from app.permissions.row_filters import MYSELF, RowFilter, any_of, compile_rows
from app.permissions.visibility import visible
from app.properties import KINDS


@dataclass(frozen=True, slots=True)
class _Right:
    """What a set of roles may do with a model by one verb, before it is known who calls; no names: nothing."""

    names: frozenset[str]
    rows: RowFilter | None
    whole: Grant | None = None
    """The grant itself where it is the same for all callers with these roles."""


_MOST_RIGHTS = 10_000
"""Kept at once: sets of roles come from the database, so their number is bounded here."""


class Permissions:
    """The rules of one application, compiled."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self.private = application.private_data_mode and application.status != "live"
        self._rows = {
            (model.name, writing, role): self._row_filter(model.name, rows)
            for model in application.models.values()
            for writing, rules in ((False, model.read), (True, model.write))
            for role, rows in rules.items()
            if rows != "none"
        }
        self._own = {
            profile.model: compile_rows(application, application.models[profile.model], MYSELF)
            for profile in application.authentication_profiles.values()
        }
        self._of_application: dict[tuple[Verb, str], Grant] = {}
        self._rights: dict[tuple[frozenset[str], Verb, str], _Right] = {}

    def authorize(self, principal: Principal, verb: Verb, model: str) -> Grant:
        """The caller's right to `verb` on records of `model`; raises when there is none."""
        self.admit(principal)
        right = self._right(principal.roles, verb, model)
        if not right.names:
            raise _refused(principal, f"{verb.value} {model}")
        if right.whole is not None:
            return right.whole
        related = None if verb is Verb.READ else self._related(principal, model)
        if right.rows is None:
            return Grant(model, verb, right.names, related=related)
        rows = right.rows
        return Grant(model, verb, right.names, rows.condition, _values(rows, principal), related)

    def of_application(self, verb: Verb, model: str) -> Grant:
        """The application's own right, with which the steps of its actions run: all rows, all that is stored."""
        grant = self._of_application.get((verb, model))
        if grant is None:
            grant = Grant(model, verb, self._names(self._application.models[model], verb, None))
            self._of_application[verb, model] = grant
        return grant

    def of_opened(self, principal: Principal, verb: Verb, opened: Opened) -> Grant:
        """The right of who comes by a rule that opens a model.

        Rules of the model's own hold here, too; where it has none, the roles of the rule get all rows.
        """
        self.may_enter(principal, opened.rule)
        model = self._application.models[opened.model]
        if not opened.rule.allow or (model.read if verb is Verb.READ else model.write):
            return self.authorize(principal, verb, model.name)
        names = self.names(model.name, verb, principal.roles)
        related = None if verb is Verb.READ else self._related(principal, model.name)
        return Grant(model.name, verb, names, related=related)

    def of_oneself(self, principal: Principal, model: str) -> Grant:
        """A known caller's right to read the record that it is itself."""
        self.admit(principal)
        if principal.record is None or principal.model != model:
            raise _refused(principal, f"read the {model} that you are")
        itself = self._own[model]
        names = self.names(model, Verb.READ, principal.roles)
        return Grant(model, Verb.READ, names, itself.condition, _values(itself, principal))

    def of_credentials(self, model: str) -> Grant:
        """The right to look up who logs in, the stored password among it; for `resolvers` of logins alone."""
        found = self._application.models[model]
        return Grant(model, Verb.READ, frozenset([*found.all_properties, *found.relations]))

    def admit(self, principal: Principal) -> None:
        """Lets nobody but builders in while the application is in Private Data Mode."""
        if self.private and "build" not in principal.privileges:
            raise PrivateDataMode

    def may_run(self, principal: Principal, action: Action) -> None:
        """Raises unless the caller may run the action by its id.

        An action that nobody outside may call is not there for them at all.
        """
        self.admit(principal)
        if not action.allow:
            raise NotFound("There is no action with this id.")
        if PUBLIC in action.allow:
            return
        # A profile says whose tokens an action takes; who comes with an API key has none, and roles alone.
        foreign = principal.key is None and action.profile not in (None, principal.profile)
        if not principal.known or foreign:
            raise Unauthenticated("Log in to run this action.")
        if not principal.roles.intersection(action.allow):
            raise Forbidden("You may not run this action.")

    def may_enter(self, principal: Principal, rule: Rule) -> None:
        """Raises unless the rule lets the caller in."""
        self.admit(principal)
        open_to_roles = not rule.allow or PUBLIC in rule.allow
        if open_to_roles and rule.profile is None and rule.privilege is None:
            return
        if not principal.known or rule.profile not in (None, principal.profile):
            raise Unauthenticated("Log in for this.")
        if rule.privilege is not None and rule.privilege not in principal.privileges:
            raise Forbidden(f"Your roles do not have the privilege {rule.privilege}.")
        if rule.allow and not _has_one(principal, rule.allow):
            raise Forbidden("You may not do this.")

    def may_run_opened(self, principal: Principal, action: Action, rule: Rule) -> None:
        """Raises unless the rule lets the caller in, who if known also needs a role of the action's own `allow`."""
        self.may_enter(principal, rule)
        if principal.known and action.allow and not _has_one(principal, action.allow):
            raise Forbidden("You may not run this action.")

    def may_on_collection(self, principal: Principal, right: CollectionRight, model: str) -> None:
        """Raises unless the caller may do this with all records of a model at once, as far as it may write them."""
        self.admit(principal)
        rights = self._application.models[model].collection
        if not any(right in rights.get(role, ()) for role in principal.roles | {PUBLIC}):
            raise _refused(principal, f"{right} all records of {model}")

    def names(self, model: str, verb: Verb, roles: frozenset[str]) -> frozenset[str]:
        """The properties and relations of a model that exist for callers with these roles."""
        return self._names(self._application.models[model], verb, roles)

    def view(self, roles: frozenset[str]) -> str:
        """A text that is the same for callers who may read the same, also by other definitions."""
        everyone = roles | {PUBLIC}
        shown = (
            (
                model.name,
                sorted(self.names(model.name, Verb.READ, roles)),
                sorted(repr(rows) for role, rows in model.read.items() if role in everyone),
            )
            for model in self._application.models.values()
        )
        return repr(sorted(shown))

    def offered(self, model: str, verb: Verb) -> bool:
        """Whether any role at all has the right, so that the operation exists in the schema."""
        return any(name == model and writing is (verb is not Verb.READ) for name, writing, _ in self._rows)

    def privileges(self, roles: frozenset[str]) -> frozenset[str]:
        """The privileges that come with these roles."""
        known = (self._application.roles[role] for role in roles if role in self._application.roles)
        return frozenset(privilege for role in known for privilege in role.privileges)

    def _right(self, roles: frozenset[str], verb: Verb, model: str) -> _Right:
        key = (roles, verb, model)
        known = self._rights.get(key)
        if known is None:
            if model not in self._application.models:
                raise NotFound(f"There is no model {model!r}.")
            if len(self._rights) >= _MOST_RIGHTS:
                self._rights.clear()
            known = self._rights[key] = self._make_right(roles, verb, model)
        return known

    def _make_right(self, roles: frozenset[str], verb: Verb, model: str) -> _Right:
        writing = verb is not Verb.READ
        rules = [
            self._rows[rule]
            for role in sorted(roles | {PUBLIC})
            if (rule := (model, writing, role)) in self._rows
        ]
        if not rules:
            return _Right(frozenset(), None)
        names, rows = self.names(model, verb, roles), any_of(rules)
        whole = Grant(model, verb, names) if rows is None and names and not writing else None
        return _Right(names, rows, whole)

    def _row_filter(self, model: str, rows: str | Where) -> RowFilter | None:
        if not isinstance(rows, Where):
            return None
        return compile_rows(self._application, self._application.models[model], rows)

    def _related(self, principal: Principal, model: str) -> Callable[[str], Grant]:
        """The right to what is behind a relation: to read what is named, to change what then names the record."""

        def related(name: str) -> Grant:
            relation = self._application.models[model].relations[name]
            if relation.model == ROLE_MODEL:
                return self.of_application(Verb.READ, ROLE_MODEL)
            return self.authorize(principal, _relating(relation), relation.model)

        return related

    def _relatable(self, relation: Relation, roles: frozenset[str]) -> bool:
        """Whether callers with these roles may write a relation. Who gives roles manages users."""
        if relation.model == ROLE_MODEL:
            return "manage" in self.privileges(roles)
        return self.offered(relation.model, _relating(relation))

    def _names(self, model: Model, verb: Verb, roles: frozenset[str] | None) -> frozenset[str]:
        usable = "readable" if verb is Verb.READ else "writable"
        properties = (
            name
            for name, property in model.all_properties.items()
            if getattr(KINDS[property.kind], usable) and (roles is None or visible(property, roles))
        )
        relations = (
            name
            for name, relation in model.relations.items()
            if verb is Verb.READ or roles is None or self._relatable(relation, roles)
        )
        return frozenset([*properties, *relations])


def _has_one(principal: Principal, allow: tuple[str, ...]) -> bool:
    return PUBLIC in allow or not principal.roles.isdisjoint(allow)


def _values(rows: RowFilter, principal: Principal) -> tuple[Any, ...]:
    return rows.values(principal.model, principal.record)


def _relating(relation: Relation) -> Verb:
    return Verb.UPDATE if relation.kind in ("has_many", "has_one") else Verb.READ


def _refused(principal: Principal, what: str) -> Forbidden | Unauthenticated:
    if principal.known:
        return Forbidden(f"You may not {what}.")
    return Unauthenticated(f"Log in to {what}.")
