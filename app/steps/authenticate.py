"""Makes a token pair."""

from __future__ import annotations

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import ProfileName
from app.expressions import Expression
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind
from app.steps.record import target
from app.storage.work import Work


class Options(StepOptions):
    profile: ProfileName = Field(description="Whose tokens they are.")
    user: Expression = Field(description="A record of the profile's model, or its id.")


def compile_authenticate(options: Options, step: Step, application: Application) -> StepFunction:
    model = application.authentication_profiles[options.profile].model

    def run(scope: Scope) -> Work[Outcome]:
        _, id = target(options.user.evaluate(scope.variables), model)
        return Done((yield from scope.services.tokens.issue(options.profile, id, scope.variables["run"])))

    return run


KIND = StepKind(
    name="authenticate",
    description="Logs a user in without a password: makes a token pair for a profile and a record of its model.",
    options=Options,
    compile=compile_authenticate,
    mode="work",
    example="""\
authenticate: {profile: Single sign-on, user: =member}
as: tokens
""",
)
