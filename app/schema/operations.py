"""The fields of Mutation that every application has: logins, actions and uploads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import strawberry

from app.definition.model import Application
from app.resolvers.actions import run_action
from app.resolvers.assets import request_upload
from app.resolvers.login import login, refresh_token, revoke_refresh_token
from app.schema.descriptions import of_action_field, of_profile_argument
from app.schema.fields import Argument, field
from app.schema.mutation_field import Asked, MutationField, fixed
from app.schema.runs import run_mutation_fields
from app.schema.scalars import JSON

Arguments = Mapping[str, Any]
Answer = Mapping[str, Any]


@strawberry.type(
    description="An access token with the refresh token for the next one; times in whole seconds."
)
class TokenPair:
    """What `login` and `refreshToken` answer."""

    jwtToken: str = strawberry.field(description="Send it as `Authorization: Bearer <jwtToken>`.")  # noqa: N815
    refreshToken: str = strawberry.field(description="Good for one `refreshToken` call.")  # noqa: N815
    accessExpiresIn: int = strawberry.field(description="In seconds from now.")  # noqa: N815
    refreshExpiresIn: int = strawberry.field(description="In seconds from now.")  # noqa: N815
    accessExpiresAt: int = strawberry.field(description="Seconds since 1970.")  # noqa: N815
    refreshExpiresAt: int = strawberry.field(description="Seconds since 1970.")  # noqa: N815
    isValid: bool = strawberry.field(description="Whether the tokens can be used; always true.")  # noqa: N815


@strawberry.type(description="What `revokeRefreshToken` did.")
class RevokedToken:
    """The session that was ended."""

    refreshId: str = strawberry.field(description="The session.")  # noqa: N815
    removed: bool = strawberry.field(description="Whether there was one to end.")


@strawberry.type(description="A signed upload form that expires.")
class UploadRequest:
    """Where and how to upload a file."""

    url: str = strawberry.field(description="POST multipart/form-data here.")
    fields: JSON = strawberry.field(description="The form's other fields; the file comes last, as `file`.")
    reference: str = strawberry.field(description="The value for the file property once it is uploaded.")


def operation_fields(application: Application) -> Iterator[MutationField]:
    """Logins, `action` and runs, `generateFileUploadRequest`."""
    yield from _token_fields(application)
    yield _action_field(application)
    yield from run_mutation_fields()
    yield _upload_field()


def _token_fields(application: Application) -> Iterator[MutationField]:
    text = str | None
    yield fixed(
        "TokenPair",
        field(
            "login",
            TokenPair | None,
            "A token pair for a user of an authentication profile.",
            [
                Argument("authProfileUuid", str, description=of_profile_argument(application)),
                Argument("username", text),
                Argument("password", text),
            ],
        ),
        lambda context, a: login(context, a["authProfileUuid"], a.get("username"), a.get("password")),
        keyed=False,
    )
    yield fixed(
        "TokenPair",
        field("refreshToken", TokenPair | None, "The next token pair; single use.", [Argument("token", str)]),
        lambda context, a: refresh_token(context, a["token"]),
        keyed=False,
    )
    yield fixed(
        "RevokedToken",
        field("revokeRefreshToken", RevokedToken | None, "Ends a session.", [Argument("token", str)]),
        lambda context, a: revoke_refresh_token(context, a["token"]),
        keyed=False,
    )


def _action_field(application: Application) -> MutationField:
    return MutationField(
        field(
            "action",
            JSON | None,
            of_action_field(application),
            [
                Argument("id", strawberry.ID, description="The action's uuid or name."),
                Argument("input", JSON | None, description="Its inputs by name."),
            ],
        ),
        _action,
    )


async def _action(asked: Asked) -> Any:
    context, given = asked.context, asked.arguments
    return {"results": await run_action(context, given["id"], given.get("input"))}


def _upload_field() -> MutationField:
    return fixed(
        "UploadRequest",
        field(
            "generateFileUploadRequest",
            UploadRequest | None,
            "A form for uploading the file of a file or image property.",
            [Argument(name, str) for name in ("contentType", "fileName", "modelName", "propertyName")],
        ),
        lambda context, a: request_upload(
            context, a["modelName"], a["propertyName"], a["fileName"], a["contentType"]
        ),
        keyed=False,
    )
