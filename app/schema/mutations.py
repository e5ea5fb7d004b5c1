"""The fields of Mutation: logins, actions, uploads, and writes to models for whom the definition grants them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import strawberry

from app.definition.model import Application
from app.errors import BadInput
from app.permissions import Permissions, Verb
from app.resolvers import records
from app.resolvers.actions import run_action
from app.resolvers.assets import request_upload
from app.resolvers.login import login, refresh_token, revoke_refresh_token
from app.resolvers.records import Wanted, parse_id, written_source
from app.schema.descriptions import of_action_field, of_profile_argument
from app.schema.fields import Argument, Info, RootField, field
from app.schema.filters import condition
from app.schema.names import ModelNames
from app.schema.scalars import JSON
from app.schema.selections import Reader
from app.schema.types import ModelTypes
from app.storage.selection import Field, Leaf, Many, One, Selection, Summary, Values

Arguments = Mapping[str, Any]
Names = Mapping[str, ModelNames]


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


def mutation_fields(
    application: Application, permissions: Permissions, types: Mapping[str, ModelTypes]
) -> list[RootField]:
    """The root fields of an application's mutations."""
    names = {name: made.names for name, made in types.items()}
    writes = [
        root
        for name, made in types.items()
        if permissions.offered(name, Verb.CREATE)
        for root in _write_fields(made, names)
    ]
    return [*_common_fields(application), *writes]


def _common_fields(application: Application) -> Iterator[RootField]:
    text = str | None
    yield RootField(
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
        lambda info, a: _plain(
            info, login(info.context, a["authProfileUuid"], a.get("username"), a.get("password"))
        ),
    )
    yield RootField(
        field("refreshToken", TokenPair | None, "The next token pair; single use.", [Argument("token", str)]),
        lambda info, a: _plain(info, refresh_token(info.context, a["token"])),
    )
    yield RootField(
        field("revokeRefreshToken", RevokedToken | None, "Ends a session.", [Argument("token", str)]),
        lambda info, a: _plain(info, revoke_refresh_token(info.context, a["token"])),
    )
    yield RootField(
        field(
            "action",
            JSON | None,
            of_action_field(application),
            [
                Argument("id", strawberry.ID, description="The action's uuid or name."),
                Argument("input", JSON | None, description="Its inputs by name."),
            ],
        ),
        lambda info, a: _action(info, a),
    )
    yield RootField(
        field(
            "generateFileUploadRequest",
            UploadRequest | None,
            "A form for uploading the file of a file or image property.",
            [Argument(name, str) for name in ("contentType", "fileName", "modelName", "propertyName")],
        ),
        lambda info, a: _plain(
            info,
            request_upload(info.context, a["modelName"], a["propertyName"], a["fileName"], a["contentType"]),
        ),
    )


async def _plain(info: Info, answer: Any) -> Any:
    """A fixed object under the response keys it was asked for by."""
    found = await answer
    asked = Reader.of(info, {}).collect(info.field_nodes, _type_name(info))
    return {key: found.get(nodes[0].name.value) for key, nodes in asked.items()}


def _type_name(info: Info) -> str:
    return str(info.return_type).rstrip("!")


async def _action(info: Info, arguments: Arguments) -> Any:
    return {"results": await run_action(info.context, arguments["id"], arguments.get("input"))}


def _write_fields(made: ModelTypes, names: Names) -> Iterator[RootField]:
    model = made.names
    type_ = model.type
    one, many = made.record | None, list[made.record | None]  # type: ignore[name-defined]
    id_ = Argument("id", strawberry.ID)
    input_ = Argument("input", made.input)
    inputs = Argument("input", list[made.input])  # type: ignore[name-defined]
    where = Argument("where", made.where, description="Which records; all keys must hold.")
    unique_by = Argument(
        "uniqueBy", list[str], description="The properties that find a record already there."
    )
    bound = _Writes(model, names)
    yield RootField(field(f"create{type_}", one, f"Makes a {type_}.", [input_]), bound.create)
    yield RootField(field(f"update{type_}", one, f"Changes a {type_}.", [id_, input_]), bound.update)
    yield RootField(
        field(f"delete{type_}", one, f"Removes a {type_}; answers it as it was.", [id_]), bound.delete
    )
    yield RootField(
        field(f"upsert{type_}", one, f"Changes the {type_} found, or makes one.", [input_, unique_by]),
        bound.upsert,
    )
    yield RootField(field(f"createMany{type_}", many, "All or none are made.", [inputs]), bound.create_many)
    yield RootField(
        field(f"updateMany{type_}", many, "All or none are changed.", [where, input_]), bound.update_many
    )
    yield RootField(field(f"deleteMany{type_}", many, "All or none are removed.", [where]), bound.delete_many)
    yield RootField(
        field(f"upsertMany{type_}", many, "All or none are changed or made.", [inputs, unique_by]),
        bound.upsert_many,
    )


class _Writes:
    """The writing fields of one model."""

    def __init__(self, model: ModelNames, names: Names) -> None:
        self._model = model
        self._name = model.model.name
        self._names = names

    async def create(self, info: Info, arguments: Arguments) -> Any:
        items = [self._item(arguments["input"])]
        return (await records.create(info.context, self._name, items, self._wanted(info)))[0]

    async def create_many(self, info: Info, arguments: Arguments) -> Any:
        items = [self._item(one) for one in arguments["input"]]
        return await records.create(info.context, self._name, items, self._wanted(info))

    async def update(self, info: Info, arguments: Arguments) -> Any:
        id, item = parse_id(arguments["id"]), self._item(arguments["input"])
        return await records.update(info.context, self._name, id, item, self._wanted(info))

    async def update_many(self, info: Info, arguments: Arguments) -> Any:
        item = self._item(arguments["input"])
        where, values = self._where(info, arguments)
        return await records.update_many(info.context, self._name, where, values, item, self._wanted(info))

    async def upsert(self, info: Info, arguments: Arguments) -> Any:
        items = [self._item(arguments["input"])]
        unique_by = self._unique_by(arguments)
        return (await records.upsert(info.context, self._name, items, unique_by, self._wanted(info)))[0]

    async def upsert_many(self, info: Info, arguments: Arguments) -> Any:
        items = [self._item(one) for one in arguments["input"]]
        unique_by = self._unique_by(arguments)
        return await records.upsert(info.context, self._name, items, unique_by, self._wanted(info))

    async def delete(self, info: Info, arguments: Arguments) -> Any:
        ids = [parse_id(arguments["id"])]
        return (await records.delete(info.context, self._name, ids, self._wanted(info)))[0]

    async def delete_many(self, info: Info, arguments: Arguments) -> Any:
        where, values = self._where(info, arguments)
        return await records.delete_many(info.context, self._name, where, values, self._wanted(info))

    def _item(self, input: Mapping[str, Any]) -> dict[str, Any]:
        known = {**self._model.inputs, **self._model.input_relations}
        return {known[key]: value for key, value in input.items()}

    def _unique_by(self, arguments: Arguments) -> list[str]:
        known = {**self._model.inputs, **self._model.input_relations}
        unknown = [name for name in arguments["uniqueBy"] if name not in known]
        if unknown:
            raise BadInput(f"uniqueBy names no property: {', '.join(unknown)}", {"uniqueBy": ["is_unknown"]})
        return [known[name] for name in arguments["uniqueBy"]]

    def _wanted(self, info: Info) -> Wanted:
        reader = Reader.of(info, self._names)
        shown = written_source(info.context, self._name, reader.values)
        fields = reader.fields(self._model, info.field_nodes)
        if not shown.names.issuperset(_names(fields)):
            # Who may write and not read gets the id, and is refused whatever else was asked for.
            reader.source(self._name)
        return Wanted(Selection(shown, fields), reader.values)

    def _where(self, info: Info, arguments: Arguments) -> tuple[Any, Values]:
        reader = Reader.of(info, self._names)
        return condition(
            arguments["where"], self._model, self._names, reader.values, reader.source
        ), reader.values


def _names(fields: Iterable[Field]) -> Iterator[str]:
    """The properties and relations that are asked for."""
    for one in fields:
        if isinstance(one, Leaf):
            yield one.property
        elif isinstance(one, One | Many | Summary):
            yield one.relation
