"""The Execution API in the description of an application."""

from __future__ import annotations

from tests.execution.office import DEFINITION, HIRE
from tests.openapi.described import described, paths


def test_every_module_can_be_started_and_followed_and_nothing_else() -> None:
    document = described(DEFINITION)
    found = {path for path in paths(document) if "/api/execution/" in path}
    modules = ("Hire", "Everything", "Hurry", "Refuse", "Sleep", "Nothing", "Deliver")
    assert len(found) == 2 * len(modules)
    assert "session of Internal" not in str(document["paths"])
    start = document["paths"][f"/api/execution/{HIRE}/sessions"]["post"]
    assert [*document["components"]["schemas"]["HireParameters"]["properties"]] == [
        "who",
        "mail",
        "start",
        "grade",
    ]
    assert [*start["responses"]] == ["201", "400", "401", "409", "413", "415", "422", "429", "503"]
    assert "idempotency key" in start["responses"]["422"]["description"]
    assert "`data`" in start["requestBody"]["description"]
    assert [*start["security"]] == [{"module_key": []}]
    show = document["paths"][f"/api/execution/{HIRE}/sessions/{{session}}"]["get"]
    assert [*show["responses"]] == ["200", "400", "401", "404", "429", "503"]
