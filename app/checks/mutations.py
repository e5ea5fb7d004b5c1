"""The mutation that each callable action gets, and the type of its answer, have names of their own."""

from __future__ import annotations

from app.checks.base import Finding, Findings, Subject
from app.checks.names import BUILT_IN_TYPES, made_of_model
from app.definition.names import SHAPE, action_field, answer_type

ROOT_FIELDS = (
    *("login", "refreshToken", "revokeRefreshToken", "generateFileUploadRequest"),
    *("action", "run", "runs", "startAction", "answerRun", "cancelRun"),
)
"""The root fields that every application has."""


def check(subject: Subject) -> Findings:
    """One finding for each action whose mutation would be named like something else."""
    application = subject.application
    taken = {f"field {name}": "a field of every schema" for name in ROOT_FIELDS}
    taken |= {f"type {name}": "a type of every schema" for name in BUILT_IN_TYPES}
    for name in application.models:
        taken |= dict.fromkeys(made_of_model(name), f"made of the model {name!r}")
    for name, action in application.actions.items():
        field, type_ = action_field(name), answer_type(name)
        if not action.allow or not SHAPE.fullmatch(field):
            continue
        for kind, made in (("field", field), ("type", type_)):
            if (other := taken.get(f"{kind} {made}")) is not None:
                what = f"its GraphQL {'mutation' if kind == 'field' else 'type'} {made}"
                yield Finding(("actions", name), f"{what} is {other} already; rename the action")
                break
        taken |= dict.fromkeys((f"field {field}", f"type {type_}"), f"that of the action {name!r}")
