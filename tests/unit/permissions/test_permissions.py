from __future__ import annotations

from typing import Any

import pytest

from app.definition.conditions import Compare, Every, Parameter, Related, Some
from app.definition.model import Application
from app.definition.resolve import resolve
from app.errors import ActionQLError, Forbidden, NotFound, PrivateDataMode, Unauthenticated
from app.permissions import ANYBODY, Grant, Permissions, Principal, Verb, telling_roles

MODELS: dict[str, Any] = {
    "Team": {"properties": {"name": {"kind": "text"}}, "read": {"public": "all"}, "write": {"boss": "all"}},
    "Person": {
        "properties": {
            "name": {"kind": "text"},
            "password": {"kind": "password"},
            "salary": {"kind": "number", "hidden": {"except": ["boss"]}},
            "badge": {"kind": "text", "hidden": True},
        },
        "relations": {
            "team": {"belongs_to": "Team"},
            "roles": {"has_and_belongs_to_many": "Role"},
            "notes": {"has_many": "Note"},
            "vault": {"belongs_to": "Vault"},
        },
        "read": {
            "member": {"id": {"eq": "=me.id"}},
            "boss": {"team": {"id": {"eq": "=me.team.id"}}},
            "all": "all",
        },
        "write": {"member": {"id": {"eq": "=me.id"}}, "boss": "none", "manager": "all"},
    },
    "Note": {
        "properties": {"title": {"kind": "text"}},
        "relations": {"owner": {"belongs_to": "Person"}},
        "read": {"public": "none", "member": {"title": {"eq": "=me.name + 1"}}},
        "write": {"member": {"owner": {"id": {"eq": "=me.id"}}}},
    },
    "Client": {"properties": {"name": {"kind": "text"}}},
    "Vault": {"properties": {"code": {"kind": "text"}}},
}
ROLES: dict[str, Any] = {
    "member": {},
    "boss": {},
    "all": {},
    "manager": {"privileges": ["manage"]},
    "builder": {"privileges": ["build", "read_schema"]},
}
PROFILES: dict[str, Any] = {
    "Staff": {"kind": "custom", "model": "Person"},
    "Clients": {"kind": "custom", "model": "Client"},
}


def application(**changes: Any) -> Application:
    parts = {
        "application": "toy",
        "uuid": "4f0c6c1e7a3b4b61a7d1e7d8c1a2f3b4",
        "roles": ROLES,
        "authentication_profiles": PROFILES,
        "models": MODELS,
        **changes,
    }
    return resolve(Application.model_validate(parts, context={"steps": {}}))


PERMISSIONS = Permissions(application())


def person(*roles: str, model: str = "Person", profile: str = "Staff", **record: Any) -> Principal:
    found = {"id": 7, "name": "Ada", "team": {"id": 3}, **record}
    privileges = PERMISSIONS.privileges(frozenset(roles))
    return Principal(profile, model, found, frozenset(roles), privileges)


def authorize(principal: Principal, verb: Verb, model: str) -> Grant:
    return PERMISSIONS.authorize(principal, verb, model)


@pytest.mark.parametrize(
    ("principal", "verb", "model", "refusal"),
    [
        (ANYBODY, Verb.READ, "Person", Unauthenticated),
        (ANYBODY, Verb.READ, "Note", Unauthenticated),
        (ANYBODY, Verb.READ, "Vault", Unauthenticated),
        (ANYBODY, Verb.UPDATE, "Team", Unauthenticated),
        (person(), Verb.READ, "Person", Forbidden),
        (person("unknown role"), Verb.READ, "Person", Forbidden),
        (person("boss"), Verb.UPDATE, "Person", Forbidden),
        (person("member", "boss", "all", "manager"), Verb.READ, "Vault", Forbidden),
        (person("all"), Verb.READ, "Nothing", NotFound),
    ],
)
def test_authorize_without_a_rule_refuses(
    principal: Principal, verb: Verb, model: str, refusal: type[ActionQLError]
) -> None:
    with pytest.raises(refusal):
        authorize(principal, verb, model)


def test_authorize_with_the_word_all_gives_all_rows() -> None:
    assert authorize(ANYBODY, Verb.READ, "Team").rows is None
    grant = authorize(person("all"), Verb.READ, "Person")
    assert (grant.model, grant.verb, grant.rows, grant.values) == ("Person", Verb.READ, None, ())


def test_authorize_with_a_filter_gives_its_rows_and_who_calls() -> None:
    grant = authorize(person("member"), Verb.READ, "Person")
    assert (grant.rows, grant.values) == (Compare("id", "eq", Parameter(0)), (7,))
    grant = authorize(person("boss"), Verb.READ, "Person")
    assert grant.rows == Related("team", Compare("id", "eq", Parameter(0)))
    assert grant.values == (3,)


def test_authorize_with_several_filters_unites_them() -> None:
    grant = authorize(person("boss", "member"), Verb.READ, "Person")
    assert isinstance(grant.rows, Some)
    assert len(grant.rows.parts) == 2
    assert sorted(grant.values) == [3, 7]


def test_authorize_with_a_filter_and_the_word_all_gives_all_rows() -> None:
    assert authorize(person("member", "all", "boss"), Verb.READ, "Person").rows is None


def test_authorize_reads_who_calls_anew_each_time() -> None:
    assert authorize(person("member", id=8), Verb.READ, "Person").values == (8,)
    assert authorize(person("member", id=9), Verb.READ, "Person").values == (9,)


@pytest.mark.parametrize(
    ("principal", "model"),
    [
        (person("member", model="Client"), "Person"),  # number 7 of the clients is nobody here
        (person("boss", model="Client"), "Person"),
        (person("member", name="Ada"), "Note"),  # "Ada" + 1 is no text, nor anything else
        (Principal(roles=frozenset({"member"})), "Person"),
    ],
)
def test_authorize_with_an_operand_that_is_not_the_callers_lets_no_row_through(
    principal: Principal, model: str
) -> None:
    assert authorize(principal, Verb.READ, model).values in ((None,), ("Ada1",))


def test_names_for_reading_are_what_the_roles_see() -> None:
    mine = authorize(person("member"), Verb.READ, "Person").names
    assert {"id", "name", "created_at", "team", "roles"} <= mine
    assert not {"password", "salary", "badge"} & mine
    assert "salary" in authorize(person("boss"), Verb.READ, "Person").names


def test_names_for_writing_are_what_the_roles_see_and_a_caller_may_set() -> None:
    mine = authorize(person("member"), Verb.UPDATE, "Person").names
    assert {"name", "password", "team", "notes"} <= mine
    assert not {"id", "salary", "badge"} & mine


def test_names_for_writing_lack_relations_to_what_nobody_reads() -> None:
    assert "vault" not in authorize(person("manager"), Verb.UPDATE, "Person").names


def test_names_for_writing_have_roles_for_who_manages_users_alone() -> None:
    assert "roles" not in authorize(person("member"), Verb.UPDATE, "Person").names
    assert "roles" in authorize(person("manager"), Verb.UPDATE, "Person").names


def test_grant_relates_to_what_may_be_read_and_takes_what_may_be_changed() -> None:
    related = authorize(person("member"), Verb.UPDATE, "Person").related
    assert related is not None
    assert (related("team").verb, related("team").model) == (Verb.READ, "Team")
    notes = related("notes")
    assert (notes.verb, notes.model, notes.values) == (Verb.UPDATE, "Note", (7,))
    others = authorize(person("manager"), Verb.UPDATE, "Person").related
    assert others is not None
    with pytest.raises(Forbidden):
        others("notes")


def test_grant_of_the_application_has_no_limits() -> None:
    grant = PERMISSIONS.of_application(Verb.UPDATE, "Person")
    assert (grant.rows, grant.related) == (None, None)
    assert {"salary", "badge", "roles", "vault"} <= grant.names
    assert "password" not in PERMISSIONS.of_application(Verb.READ, "Person").names
    assert "password" in PERMISSIONS.of_credentials("Person").names


def test_grant_of_oneself_is_the_callers_own_record() -> None:
    grant = PERMISSIONS.of_oneself(person(), "Person")
    assert (grant.rows, grant.values) == (Compare("id", "eq", Parameter(0)), (7,))
    assert "salary" not in grant.names
    for principal, model, refusal in (
        (ANYBODY, "Person", Unauthenticated),
        (person(model="Client"), "Person", Forbidden),
        (person(), "Client", Forbidden),
    ):
        with pytest.raises(refusal):
            PERMISSIONS.of_oneself(principal, model)


def test_grant_within_another_has_the_rows_of_both() -> None:
    everything = Grant("Note", Verb.UPDATE, frozenset({"title"}))
    some = Grant("Note", Verb.READ, frozenset({"id"}), Compare("title", "eq", Parameter(0)), ("a",))
    assert everything.within(some) == Grant("Note", Verb.UPDATE, frozenset({"title"}), some.rows, ("a",))
    assert some.within(everything) == some
    both = some.within(Grant("Note", Verb.READ, frozenset(), Compare("id", "gt", Parameter(0)), (5,)))
    assert both.rows == Every((Compare("title", "eq", Parameter(0)), Compare("id", "gt", Parameter(1))))
    assert both.values == ("a", 5)


def test_private_application_admits_builders_alone() -> None:
    private = Permissions(application(private_data_mode=True))
    assert private.private
    private.admit(person("builder"))
    for principal in (ANYBODY, person(), person("all")):
        for refused in (
            lambda who: private.admit(who),
            lambda who: private.authorize(who, Verb.READ, "Team"),
            lambda who: private.of_oneself(who, "Person"),
        ):
            with pytest.raises(PrivateDataMode) as caught:
                refused(principal)
            assert (caught.value.message, caught.value.status) == ("redirect_to_login", 401)


def test_live_application_is_never_private() -> None:
    assert not Permissions(application(private_data_mode=True, status="live")).private


ACTIONS: dict[str, Any] = {
    "open": {"allow": "public"},
    "members": {"allow": ["member", "boss"]},
    "staff": {"allow": ["member"], "profile": "Staff"},
    "inner": {},
}


@pytest.mark.parametrize(
    ("principal", "action", "refusal"),
    [
        (ANYBODY, "open", None),
        (person(), "open", None),
        (ANYBODY, "members", Unauthenticated),
        (person(), "members", Forbidden),
        (person("all"), "members", Forbidden),
        (person("boss"), "members", None),
        (person("member", model="Client", profile="Clients"), "members", None),
        (person("member"), "staff", None),
        (person("member", model="Client", profile="Clients"), "staff", Unauthenticated),
        (ANYBODY, "staff", Unauthenticated),
        (ANYBODY, "inner", NotFound),
        (person("member", "boss", "all", "manager", "builder"), "inner", NotFound),
    ],
)
def test_may_run_asks_for_profile_and_role(
    principal: Principal, action: str, refusal: type[ActionQLError] | None
) -> None:
    acting = application(actions=ACTIONS)
    permissions = Permissions(acting)
    if refusal is None:
        permissions.may_run(principal, acting.actions[action])
        return
    with pytest.raises(refusal):
        permissions.may_run(principal, acting.actions[action])


@pytest.mark.parametrize(
    ("model", "verb", "offered"),
    [
        ("Team", Verb.READ, True),
        ("Team", Verb.DELETE, True),
        ("Note", Verb.READ, True),
        ("Client", Verb.READ, False),
        ("Vault", Verb.UPDATE, False),
        ("Role", Verb.READ, False),
    ],
)
def test_offered_is_what_any_role_has(model: str, verb: Verb, offered: bool) -> None:
    assert PERMISSIONS.offered(model, verb) is offered


def test_privileges_come_with_roles_that_the_definition_knows() -> None:
    assert PERMISSIONS.privileges(frozenset({"builder", "member", "gone"})) == {"build", "read_schema"}
    assert PERMISSIONS.privileges(frozenset()) == frozenset()


def test_telling_roles_are_those_on_which_it_depends_what_exists() -> None:
    assert telling_roles(application()) == {"boss", "manager"}
    assert (
        telling_roles(application(models={"Team": MODELS["Team"]}, authentication_profiles={})) == frozenset()
    )
