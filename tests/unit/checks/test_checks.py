from __future__ import annotations

from pathlib import Path

import pytest

from app.checks import RULES, check, load_checked
from app.errors import DefinitionError
from tests.unit.definition.toys import STEPS, loaded, written

TWENTY_MISTAKES = """
    status: live
    private_data_mode: true
    roles:
      admin: {privileges: [manage]}
      clerk: {privilege: [build]}
    authentication_profiles:
      Staff: {kind: username_password, model: Member, username: name, password: pasword, roles: roles}
    configurations:
      key: {secret: KEY, value: abc}
    models:
      Member:
        properties:
          name: {kind: text, unique: true}
          password: {kind: password}
          created_at: {kind: date}
        relations:
          roles: {has_and_belongs_to_many: Role}
          orders: {has_many: Order}
        unique: [nick]
      Order:
        properties:
          total: {kind: price, minimum: 9, maximum: 1}
          state: {kind: lst}
        read: {admin: all, clerk: all}
      Query: {}
      Broken:
        proprties: {}
    webservices:
      Web:
        host: example.com
        endpoints:
          Send: {body: {text: "{{ txet }}"}, variables: [text]}
    actions:
      Pay:
        allow: [admin]
        input: {amount: {kind: price}}
        atomic: true
        steps:
          - find: {model: Order, where: {totl: {gt: =amount}}}
            as: found
      Refund:
        steps:
          - creat: {model: Order}
      Ship:
        steps:
          - http_request: {webservice: Web, endpoint: Send, with: {text: =config.kee}}
          - debug: "{{ answer }}"
          - loop: =1
          - create: {model: Broken, values: {anything: 1}}
        triggers: {schedule: {cron: 0 6 * *}}
    endpoints:
      Pay it: {path: /pay, action: Pai}
    records:
      Member: [{nam: Ada}]
"""

TWENTY_PROBLEMS = [
    "toys.yaml:4 private_data_mode: a live application cannot be private; write false, or development",
    "toys.yaml:7 roles.clerk: unknown key 'privilege'. Did you mean 'privileges'?",
    "toys.yaml:9 authentication_profiles.Staff.password: unknown property 'pasword' of Member. Did"
    " you mean 'password'?",
    "toys.yaml:11 configurations.key: a secret comes from the environment alone; leave value out",
    "toys.yaml:17 models.Member.properties.created_at: the server makes created_at itself; leave it out",
    "toys.yaml:20 models.Member.relations.orders: Order has no belongs_to Member that answers it;"
    " add one there, as in member: {belongs_to: Member}",
    "toys.yaml:21 models.Member.unique[0]: unknown property or relation 'nick' of Member.",
    "toys.yaml:24 models.Order.properties.total: minimum 9 is above maximum 1",
    "toys.yaml:25 models.Order.properties.state.kind: unknown kind 'lst'. Did you mean 'list'?",
    "toys.yaml:27 models.Query: 'Query' is a type of the GraphQL schema itself; write another name",
    "toys.yaml:29 models.Broken: unknown key 'proprties'. Did you mean 'properties'?",
    "toys.yaml:34 webservices.Web.endpoints.Send.body: unknown name 'txet'. Did you mean 'text'? Or"
    " add it to variables.",
    "toys.yaml:41 actions.Pay.steps[0].find.where.totl: unknown property or relation 'totl' of"
    " Order. Did you mean 'total'?",
    "toys.yaml:45 actions.Refund.steps[0]: unknown step 'creat'. Did you mean 'create'?",
    "toys.yaml:48 actions.Ship.steps[0].http_request.with.text: unknown configuration 'kee'. Did"
    " you mean 'key'?",
    "toys.yaml:49 actions.Ship.steps[1].debug: unknown name 'answer'.",
    "toys.yaml:50 actions.Ship.steps[2]: loop needs steps to repeat: do: [..]",
    "toys.yaml:52 actions.Ship.triggers.schedule.cron: write five fields, minute hour day month"
    " weekday, as in 0 6 * * 1",
    "toys.yaml:54 endpoints.Pay it.action: unknown action 'Pai'. Did you mean 'Pay'?",
    "toys.yaml:56 records.Member[0].nam: unknown property or relation 'nam' of Member. Did you mean 'name'?",
]


def test_twenty_mistakes_are_reported_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, TWENTY_MISTAKES)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DefinitionError) as caught:
        load_checked("toys.yaml", STEPS)
    assert [str(problem) for problem in caught.value.problems] == TWENTY_PROBLEMS


def test_definition_without_mistakes_is_loaded(tmp_path: Path) -> None:
    file = written(tmp_path, "models: {Media: {properties: {title: {kind: text}}}}")
    assert set(load_checked(file, STEPS).application.models) == {"Media", "Role"}


def test_text_that_cannot_be_read_is_no_more_than_that(tmp_path: Path) -> None:
    file = written(tmp_path, "models: [")
    with pytest.raises(DefinitionError) as caught:
        load_checked(file, STEPS)
    assert len(caught.value.problems) == 1


def test_check_finds_each_mistake_once(tmp_path: Path) -> None:
    application = loaded(tmp_path, "actions: {A: {result: =x + x, outputs: {B: =x}}}").application
    assert [path for path, _ in check(application, steps=STEPS)] == [
        ("actions", "A", "result"),
        ("actions", "A", "outputs", "B"),
    ]


def test_every_rule_has_its_test() -> None:
    tests = {file.stem.removeprefix("test_") for file in Path(__file__).parent.glob("test_*.py")}
    assert RULES.keys() <= tests
