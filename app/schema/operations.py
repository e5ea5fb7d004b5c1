"""The fields of Mutation that every application has: logins, actions and uploads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from app.definition.model import Application
from app.resolvers.actions import run_action
from app.resolvers.assets import request_upload
from app.resolvers.context import Context
from app.resolvers.login import login, refresh_token, revoke_refresh_token
from app.schema.descriptions import of_action_field, of_profile_argument
from app.schema.fields import Argument, field
from app.schema.mutation_field import Asked, MutationField
from app.schema.scalars import JSON
from app.schema.selections import Nodes, Reader

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
    """`login`, `refreshToken`, `revokeRefreshToken`, `action` and `generateFileUploadRequest`."""
    yield from _token_fields(application)
    yield _action_field(application)
    yield _upload_field()


def _token_fields(application: Application) -> Iterator[MutationField]:
    text = str | None
    yield _plain(
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
    )
    yield _plain(
        "TokenPair",
        field("refreshToken", TokenPair | None, "The next token pair; single use.", [Argument("token", str)]),
        lambda context, a: refresh_token(context, a["token"]),
    )
    yield _plain(
        "RevokedToken",
        field("revokeRefreshToken", RevokedToken | None, "Ends a session.", [Argument("token", str)]),
        lambda context, a: revoke_refresh_token(context, a["token"]),
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
    return {"results": await run_action(asked.context, asked.arguments["id"], asked.arguments.get("input"))}


def _upload_field() -> MutationField:
    return _plain(
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
    )


def _plain(
    type_name: str, field: StrawberryField, answer: Callable[[Context, Arguments], Awaitable[Answer]]
) -> MutationField:
    """A field whose answer is a fixed object."""

    def select(reader: Reader, nodes: Nodes) -> Mapping[str, str]:
        return {key: same[0].name.value for key, same in reader.collect(nodes, type_name).items()}

    async def run(asked: Asked) -> Answer:
        found = {**await answer(asked.context, asked.arguments), "__typename": type_name}
        return {key: found[name] for key, name in asked.selected.items()}

    return MutationField(field, run, select)
