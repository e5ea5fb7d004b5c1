"""What an application serves over the incoming API, as descriptions tell it, and the status of each error."""

from __future__ import annotations

import inspect

from app import errors
from app.errors import ActionQLError
from app.main import EXAMPLES, load_definitions
from app.shims.triggers.answers import STATUSES
from app.shims.triggers.operations import operations
from tests.triggers.conftest import application


def test_operations_of_the_example() -> None:
    (loaded,) = load_definitions([EXAMPLES / "crm.yaml"])
    base = "/phixflow/api/1/action/MyApp"
    found = operations(loaded.application, "phixflow")
    assert [(one.method, one.path, one.anonymous) for one in found] == [
        ("GET", f"{base}/My%20API/trigger", True),
        ("POST", f"{base}/My%20API/trigger", True),
        ("GET", f"{base}/Nightly%20import/trigger", False),
        ("POST", f"{base}/Nightly%20import/trigger", False),
        ("GET", f"{base}/Nightly%20import/poll/{{processId}}", False),
        ("GET", f"{base}/Import%20one%20by%20one/trigger", True),
        ("POST", f"{base}/Import%20one%20by%20one/trigger", True),
    ]
    assert [*found[0].query] == ["onboarded_after"]
    assert found[0].outputs == ("Companies",)


def test_operations_tell_who_makes_the_answer_and_leave_out_what_has_no_trigger() -> None:
    found = {one.action.name: one for one in operations(application(), "ours")}
    assert "Inner" not in found
    assert (found["Answer"].own_answer, found["Answer"].outputs) == (True, ())
    assert [*found["Declared"].query] == []
    assert all(one.path.startswith("/ours/") for one in found.values())


def test_every_code_has_a_status() -> None:
    kinds = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, ActionQLError)]
    assert {kind.code for kind in kinds} == set(STATUSES)
