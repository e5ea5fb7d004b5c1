"""Whom endpoints and triggers let in by a rule of their own, and what that opens."""

from __future__ import annotations

import pytest

from app.definition.model import Action
from app.errors import ActionQLError, Forbidden, PrivateDataMode, Unauthenticated
from app.permissions import ANYBODY, Opened, Permissions, Principal, Rule, Verb
from tests.unit.permissions.test_permissions import PERMISSIONS, application, person

Refusal = type[ActionQLError] | None
BOSS = person("boss")
OF_CLIENTS = person("boss", profile="Clients", model="Client")


def refusal(principal: Principal, rule: Rule, allow: tuple[str, ...] = ()) -> Refusal:
    """How a caller fares with an action that a rule opens."""
    try:
        PERMISSIONS.may_run_opened(principal, Action(allow=allow), rule)
    except ActionQLError as error:
        return type(error)
    return None


@pytest.mark.parametrize(
    ("rule", "refusals"),
    [
        (Rule(), (None, None, None, None)),
        (Rule(allow=("public",)), (None, None, None, None)),
        (Rule(profile="Staff"), (Unauthenticated, None, None, Unauthenticated)),
        (Rule(profile="Staff", allow=("public",)), (Unauthenticated, None, None, Unauthenticated)),
        (Rule(allow=("boss",)), (Unauthenticated, Forbidden, None, None)),
        (Rule("Staff", ("boss", "all")), (Unauthenticated, Forbidden, None, Unauthenticated)),
        (Rule("Staff", ("manager",)), (Unauthenticated, Forbidden, Forbidden, Unauthenticated)),
        (Rule(privilege="use_api_key"), (Unauthenticated, Forbidden, Forbidden, Forbidden)),
        (Rule(None, ("public",), "use_api_key"), (Unauthenticated, Forbidden, Forbidden, Forbidden)),
    ],
)
def test_rule_lets_in_by_profile_and_role(rule: Rule, refusals: tuple[Refusal, ...]) -> None:
    callers = (ANYBODY, person(), BOSS, OF_CLIENTS)
    assert tuple(refusal(one, rule) for one in callers) == refusals


@pytest.mark.parametrize(
    ("principal", "allow", "expected"),
    [
        (ANYBODY, ("boss",), None),
        (BOSS, ("boss",), None),
        (person(), ("boss",), Forbidden),
        (person(), ("public",), None),
        (person(), (), None),
    ],
)
def test_known_caller_needs_a_role_of_the_actions_own(
    principal: Principal, allow: tuple[str, ...], expected: Refusal
) -> None:
    assert refusal(principal, Rule(), allow) is expected


def test_rule_opens_no_private_application() -> None:
    private = Permissions(application(private_data_mode=True))
    with pytest.raises(PrivateDataMode):
        private.may_enter(BOSS, Rule())
    private.may_enter(person("builder"), Rule())


def test_rule_opens_a_model_without_rules_for_its_roles() -> None:
    opened = Opened("Vault", Rule("Staff", ("boss",)))
    for verb in Verb:
        grant = PERMISSIONS.of_opened(BOSS, verb, opened)
        assert (grant.model, grant.verb, grant.rows) == ("Vault", verb, None)
        assert "code" in grant.names
    with pytest.raises(Forbidden):
        PERMISSIONS.of_opened(person("member"), Verb.READ, opened)
    with pytest.raises(Unauthenticated):
        PERMISSIONS.of_opened(ANYBODY, Verb.READ, opened)


def test_rule_without_roles_opens_no_records() -> None:
    for rule in (Rule(), Rule("Staff")):
        with pytest.raises(Forbidden):
            PERMISSIONS.of_opened(BOSS, Verb.READ, Opened("Vault", rule))


def test_rule_does_not_widen_what_the_model_says() -> None:
    opened = Opened("Person", Rule(allow=("boss", "member")))
    mine = PERMISSIONS.of_opened(person("member"), Verb.READ, opened)
    assert mine == PERMISSIONS.authorize(person("member"), Verb.READ, "Person")
    with pytest.raises(Forbidden):
        PERMISSIONS.of_opened(BOSS, Verb.UPDATE, opened)
