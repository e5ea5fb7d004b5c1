"""The door: finds the action, knows the caller, and has it run or its run looked at."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from app.definition.model import Action
from app.edge import Edge, address, header, keyed
from app.errors import BadInput
from app.permissions import ANYBODY, Principal
from app.resolvers import incoming
from app.resolvers.audit import REFUSALS
from app.resolvers.authenticate import authenticate_incoming, tell_unknown
from app.resolvers.context import Context, Generation
from app.shims.triggers import answers
from app.shims.triggers.addresses import find
from app.shims.triggers.requests import read, read_records, read_timeout

DOOR = "incoming"


class Triggers:
    """The two paths of each action that the incoming API opens."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def trigger(self, request: Request) -> Response:
        """Runs the action, or starts it to be polled."""
        try:
            _check_method(request, "GET", "POST")
            context, action = await self._called(request)
            return await _triggered(context, request, action)
        except ClientDisconnect:
            return answers.refuse(request, BadInput("The request ended before its body did."))
        except Exception as error:
            return answers.refuse(request, error)

    async def poll(self, request: Request) -> Response:
        """How a run of the action stands."""
        try:
            _check_method(request, "GET")
            context, action = await self._called(request)
            id = request.path_params["process"]
            run = await incoming.poll(context, action, id, read_timeout(request))
            return answers.polled(request, action, run)
        except Exception as error:
            return answers.refuse(request, error)

    async def _called(self, request: Request) -> tuple[Context, Action]:
        path = request.path_params
        generation, action = find(self._edge.applications, path.get("application"), path["action"])
        # Which application it is has been decided: by name, or by that of the action.
        context = self._edge.anonymous(request, DOOR)._replace(generation=generation)
        try:
            principal = await self._caller(request, generation, action)
        except REFUSALS as error:
            tell_unknown(context, header(request, b"authorization"), error)
            raise
        context = context._replace(principal=principal)
        incoming.check_incoming(context, action)
        return context, action

    async def _caller(self, request: Request, generation: Generation, action: Action) -> Principal:
        """Anybody where the trigger is anonymous.

        In a private application builders say who they are, and who says nothing learns nothing of its triggers.
        """
        authorization = header(request, b"authorization")
        if generation.permissions.private:
            nameless = not (authorization or "").strip()
        else:
            nameless = incoming.trigger_of(action).anonymous
        if nameless:
            return ANYBODY
        self._edge.require_secure(request)
        return await authenticate_incoming(self._edge.server, generation, authorization, address(request))


async def _triggered(context: Context, request: Request, action: Action) -> Response:
    trigger, seconds = incoming.trigger_of(action), read_timeout(request)
    sent = await read(context, request, action)
    context = keyed(context, request, [sent.content_type, sent.body])
    if trigger.mode == "poll":
        return answers.started(await incoming.start_incoming(context, action, sent))
    records = read_records(sent.body) if trigger.per_record else None
    if records is None:
        return answers.ended(request, action, await incoming.run_incoming(context, action, sent, seconds))
    outcomes = await incoming.run_each(context, action, sent, records, seconds)
    return answers.each_ended(request, action, outcomes)


def _check_method(request: Request, *methods: str) -> None:
    if request.method not in methods:
        raise answers.WrongMethod(", ".join(methods))
