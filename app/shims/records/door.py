"""The operations of this door: each reads a request, calls a resolver and writes the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.definition.conditions import Compare, Parameter
from app.definition.model import Model
from app.definition.names import snake
from app.edge import Edge, header, keyed
from app.edge.doors import UnsupportedMediaType
from app.edge.uploads import bounded, chunks
from app.errors import BadInput, NotFound
from app.resolvers import assets, records
from app.resolvers.actions import run_action
from app.resolvers.audit import REFUSALS, tell_refusal
from app.resolvers.context import Context, Generation
from app.resolvers.listing import Listing, Listings
from app.shims.records.addresses import Addresses
from app.shims.records.answers import WrongMethod, answer, nothing, refuse
from app.shims.records.body import (
    MULTIPART,
    has_body,
    is_form,
    read_content,
    read_fields,
    read_query,
)
from app.shims.records.description import models, readable_names
from app.shims.records.known import FoundList, KnownLists
from app.shims.records.parameters import ListParser
from app.shims.records.values import collection_values, input_values, record_values

DOOR = "rest"
Handle = Callable[["Call"], Awaitable[Response]]
_BY_ID = Compare("id", "eq", Parameter(0))


class Served:
    """One application as this door knows it."""

    def __init__(self, generation: Generation) -> None:
        self.addresses = Addresses(generation.application)
        self.listings = Listings()
        self.known = KnownLists()


@dataclass(frozen=True, slots=True)
class Call:
    """One request: who calls, and the application it is for."""

    request: Request
    context: Context
    served: Served

    @property
    def model(self) -> Model:
        """The model that the path names; raises `NotFound`."""
        return self.served.addresses.model(self.request.path_params["model"])

    @property
    def id(self) -> int:
        """The record that the path names; what is no id is that of no record."""
        try:
            return records.parse_id(self.request.path_params["id"])
        except BadInput:
            raise NotFound("There is no such record.") from None

    @property
    def most(self) -> int:
        """The bytes that a body may have."""
        return self.context.server.settings.body_bytes

    def asking(self, content: Any) -> Call:
        """The same call, which with an idempotency key is answered once: the body asks for this."""
        return replace(self, context=keyed(self.context, self.request, content))

    def visible(self, model: str) -> frozenset[str]:
        """The names of a model that the caller may read; raises where it may read none."""
        generation = self.context.generation
        return readable_names(
            generation.permissions, self.context.principal, generation.application.models[model]
        )


class Records:
    """Answers the operations of `OPERATIONS`, each by the method of its name."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._served: WeakKeyDictionary[Generation, Served] = WeakKeyDictionary()

    async def call(self, request: Request) -> Call:
        """The request with who calls; raises `Unauthenticated` without an API key."""
        context = await self._edge.context_by_key(request, DOOR)
        served = self._served.get(context.generation)
        if served is None:
            served = self._served[context.generation] = Served(context.generation)
        return Call(request, context, served)

    async def list_models(self, call: Call) -> Response:
        """The models that the caller gets at."""
        generation, principal = call.context.generation, call.context.principal
        generation.permissions.admit(principal)
        return answer(models(generation.application, generation.permissions, principal))

    async def list_records(self, call: Call) -> Response:
        """Records of a model; older clients send the parameters of a GET in its body."""
        if has_body(call.request):
            parameters = {**await read_fields(call.request, call.most), **read_query(call.request)}
            return await self._list(call, self._find(call, parameters))
        key = (call.model.name, call.request.scope["query_string"], call.context.principal.roles)
        found = call.served.known.get(key)
        if found is None:
            found = self._find(call, read_query(call.request))
            call.served.known.keep(key, found)
        return await self._list(call, found)

    async def create_or_list(self, call: Call) -> Response:
        """A new record, or without `record` the list that the body's parameters ask for."""
        content = {**read_query(call.request), **await read_fields(call.request, call.most)}
        if "record" in content:
            return await self._create(call, content)
        return await self._list(call, self._find(call, content))

    async def create_record(self, call: Call) -> Response:
        """A new record."""
        return await self._create(call, await read_fields(call.request, call.most))

    async def replace_collection(self, call: Call) -> Response:
        """The whole collection made anew."""
        _refuse_parameters(call)
        content = await read_content(call.request, call.most)
        call = call.asking(content)
        items = collection_values(call.served.addresses, call.model, content)
        wanted = call.served.listings.wanted(call.context, call.model.name)
        return answer(await records.replace_all(call.context, call.model.name, items, wanted))

    async def delete_collection(self, call: Call) -> Response:
        """The whole collection removed."""
        _refuse_parameters(call)
        await records.delete_all(call.asking(None).context, call.model.name)
        return nothing()

    async def read_record(self, call: Call) -> Response:
        """One record."""
        page = await call.served.listings.read(call.context, Listing(call.model.name, _BY_ID), (call.id,))
        if not page.records:
            raise NotFound("There is no such record.")
        return answer(page.records[0])

    async def update_record(self, call: Call) -> Response:
        """One record changed."""
        content = await read_fields(call.request, call.most)
        call, values = call.asking(content), self._values(call, content)
        wanted = call.served.listings.wanted(call.context, call.model.name)
        return answer(await records.update(call.context, call.model.name, call.id, values, wanted))

    async def delete_record(self, call: Call) -> Response:
        """One record removed."""
        wanted = call.served.listings.wanted(call.context, call.model.name)
        await records.delete(call.asking(None).context, call.model.name, [call.id], wanted)
        return nothing()

    async def execute_action(self, call: Call) -> Response:
        """The result of an action of the model, or of one that belongs to none."""
        action = call.context.generation.action(call.request.path_params["action"])
        if action.model not in (None, call.model.name):
            raise NotFound("There is no such action of this model.")
        content = await read_fields(call.request, call.most)
        input = input_values(content, is_form(call.request))
        return answer(await run_action(call.asking(content).context, action.uuid.hex, input))

    async def store_asset(self, call: Call) -> Response:
        """A file stored."""
        if not (header(call.request, b"content-type") or "").lower().startswith(MULTIPART):
            raise UnsupportedMediaType(f"A file is sent as {MULTIPART}.")
        most = call.context.server.settings.upload_bytes + call.most
        try:
            async with bounded(call.request, most).form(max_files=1, max_fields=20) as form:
                file = next((one for one in form.values() if isinstance(one, UploadFile)), None)
                if file is None:
                    raise BadInput("The form has no file.", {"file": ["is_required"]})
                url = await assets.store(call.asking(None).context, file.filename or "", chunks(file))
        except HTTPException as error:
            raise BadInput(f"The form is not as it should be: {error.detail}") from None
        return answer({"url": url}, 201)

    def _find(self, call: Call, parameters: Mapping[str, Any]) -> FoundList:
        parser = ListParser(call.context.generation.application, call.served.addresses, call.visible)
        asked = parser.parse(call.model, parameters)
        return FoundList(asked, call.served.listings.prepare(call.context, asked.listing, asked.values))

    async def _list(self, call: Call, found: FoundList) -> Response:
        asked = found.asked
        page = await found.prepared.read(call.context, asked.values)
        if not asked.wrapped:
            return answer(page.records)
        total = {"total_rows": page.total} if asked.listing.count else {}
        return answer({"records": page.records, **total})

    async def _create(self, call: Call, content: Mapping[str, Any]) -> Response:
        model, call = call.model.name, call.asking(content)
        wanted = call.served.listings.wanted(call.context, model)
        values = self._values(call, content)
        (record,) = await records.create(call.context, model, [values], wanted)
        path = f"/api/models/{snake(model)}/records"
        # What the caller may not read of what it wrote has no address for it either.
        place = {"location": f"{path}/{record['id']}"} if record else {}
        return answer(record, 201, place)

    def _values(self, call: Call, content: Mapping[str, Any]) -> dict[str, Any]:
        if "record" not in content:
            raise BadInput("record is required.", {"record": ["is_required"]})
        return record_values(call.served.addresses, call.model, content["record"], is_form(call.request))


class Resource:
    """One path with its methods."""

    def __init__(self, door: Records, methods: Mapping[str, Handle]) -> None:
        self._door = door
        self._methods = methods

    async def answer(self, request: Request) -> Response:
        """Answers one request; it never raises."""
        try:
            handle = self._methods.get("GET" if request.method == "HEAD" else request.method)
            if handle is None:
                raise WrongMethod(", ".join(self._methods))
            call = await self._door.call(request)
            try:
                return await handle(call)
            except REFUSALS as error:
                # Writes and runs have told of theirs themselves.
                tell_refusal(call.context, "read", _subject(call), error)
                raise
        except Exception as error:
            return refuse(request, error)


def _subject(call: Call) -> str:
    """What is asked for: a model by its name, so that nothing of a path that leads nowhere is told."""
    named = call.request.path_params.get("model")
    with suppress(NotFound):
        return "" if named is None else call.model.name
    return ""


def _refuse_parameters(call: Call) -> None:
    """What is to be done with some of the records must not be done with all of them."""
    if call.request.scope["query_string"]:
        raise BadInput("This is for the whole collection and takes no parameters.")
