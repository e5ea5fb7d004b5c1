"""The description of the Execution API's operations."""

from __future__ import annotations

from app.checks import load_checked
from app.shims.sessions.operations import operations
from app.steps import KINDS
from tests.execution.office import DEFINITION, HIRE


def test_every_module_can_be_started_and_followed_and_nothing_else() -> None:
    found = operations(load_checked(DEFINITION, steps=KINDS).application)
    assert {one.module.name for one in found}.isdisjoint({"Internal", "Later"})
    start, show = (one for one in found if one.module.name == "Hire")
    assert (start.method, start.path) == ("POST", f"/api/execution/{HIRE}/sessions")
    assert (show.method, show.path) == ("GET", f"/api/execution/{HIRE}/sessions/{{session}}")
    assert [*start.input] == ["who", "mail", "start", "grade"]
    assert ([*start.answers], [*show.answers], show.input) == ([201], [200], {})
    assert 404 not in start.refusals
    assert 400 not in show.refusals
