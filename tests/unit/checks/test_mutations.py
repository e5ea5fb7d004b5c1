from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.mutations import check
from tests.unit.checks.findings import findings

MODEL = "models: {Media: {}}\n"


def actions(*names: str, allow: str = "public") -> str:
    """A definition of actions with these names, the first on line 5."""
    return MODEL + "actions:\n" + "".join(f"  {name}: {{allow: {allow}}}\n" for name in names)


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (actions("Upload file", "Media"), []),
        (
            actions("Upload file", "upload_file"),
            [
                "6 actions.upload_file: its GraphQL mutation uploadFile is that of the action 'Upload file' already; "
                "rename the action"
            ],
        ),
        (
            actions("Create media"),
            [
                "5 actions.Create media: its GraphQL mutation createMedia is made of the model 'Media' already; "
                "rename the action"
            ],
        ),
        (
            actions("Start action"),
            [
                "5 actions.Start action: its GraphQL mutation startAction is a field of every schema already; "
                "rename the action"
            ],
        ),
        (
            "models: {JobResult: {}}\nactions: {Job: {allow: public}}\n",
            [
                "4 actions.Job: its GraphQL type JobResult is made of the model 'JobResult' already; rename the action"
            ],
        ),
        (actions("Create media", "Login", allow="[]"), []),
    ],
)
def test_mutations_of_actions_have_names_of_their_own(tmp_path: Path, body: str, lines: list[str]) -> None:
    assert findings(check, tmp_path, body) == lines
