"""The audits tell a server that keeps to the protocol from one that does not."""

from __future__ import annotations

from tests.support.audits import run_audits
from tests.support.toy import running_toy


def test_audits_see_what_a_toy_keeps_and_breaks() -> None:
    with running_toy() as toy:
        results = run_audits(f"{toy.url}/graphql")
    status = {result["id"]: result["status"] for result in results}
    assert len(status) == 61
    assert (status["2C94"], status["22EB"]) == ("ok", "warn")
