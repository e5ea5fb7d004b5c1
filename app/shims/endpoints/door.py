"""The door: finds the application and operation, knows the caller, and has the operation done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from app.edge import Edge, header, keyed, plain_error
from app.errors import BadInput, NotFound, StepFailed
from app.logs import get_logger
from app.resolvers.actions import check_opened, run_opened
from app.resolvers.audit import REFUSALS, refusals_told, tell_refusal
from app.resolvers.context import Context, Generation
from app.resolvers.login import login
from app.shims.endpoints import sessions
from app.shims.endpoints.answers import answer
from app.shims.endpoints.generated import GeneratedRecords
from app.shims.endpoints.operations import LogIn, LogOut, Operation, RunAction, operations
from app.shims.endpoints.requests import read_form, read_input, read_object
from app.shims.endpoints.router import Found, Router
from app.shims.endpoints.sessions import Caller

DOOR = "endpoint"


class WrongMethod(BadInput):
    """405: the path has no operation of this method."""

    status = 405

    def __init__(self, allow: str) -> None:
        super().__init__(f"This path takes {allow}.")
        self.allow = allow


@dataclass(frozen=True, slots=True)
class Served:
    """What one generation's endpoints are made of."""

    router: Router
    records: GeneratedRecords


class Endpoints:
    """The custom and generated endpoints of all applications."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._served: WeakKeyDictionary[Generation, Served] = WeakKeyDictionary()

    async def answer(self, request: Request) -> Response:
        """What the operation answers, or an error as `plain_error` writes it.

        Below a path that names the application it is that one; else the one whose `hosts` has the request's host;
        else the first that has the path.
        """
        caller: Caller | None = None
        try:
            generation, found = self._find(request)
            operation = found.methods.get("GET" if request.method == "HEAD" else request.method)
            if operation is None:
                raise WrongMethod(found.allowed)
            context = self._edge.anonymous(request, DOOR)._replace(generation=generation)
            _check_origin(context, request, operation)
            caller = await sessions.recognize(context, request)
            try:
                result, cookie = await self._do(caller, request, operation, found.variables(operation))
            except REFUSALS as error:
                # Writes and runs have told of theirs themselves.
                tell_refusal(caller.context, "read", operation.name, error)
                raise
            caller = replace(caller, set_cookie=cookie or caller.set_cookie)
            response = answer(caller.context, operation, request, result)
        except Exception as error:
            response = _refusal(request, error)
        if caller is not None and caller.set_cookie is not None:
            response.headers.append("set-cookie", caller.set_cookie)
        return response

    def _find(self, request: Request) -> tuple[Generation, Found]:
        path = f"/{request.path_params['path']}"
        if "application" in request.path_params:
            candidates: Sequence[Generation] = [self._edge.generation(request)]
        else:
            candidates = self._edge.applications.candidates(header(request, b"host") or "")
        for generation in candidates:
            found = self._of(generation).router.find(path)
            if found is not None:
                return generation, found
        raise NotFound("There is nothing at this path.")

    def _of(self, generation: Generation) -> Served:
        served = self._served.get(generation)
        if served is None:
            router = Router(operations(generation.application))
            served = self._served[generation] = Served(router, GeneratedRecords())
        return served

    async def _do(
        self, caller: Caller, request: Request, operation: Operation, path: Mapping[str, str]
    ) -> tuple[Any, str | None]:
        """The result of the operation, and the cookie that it sets."""
        context, does = caller.context, operation.does
        if isinstance(does, RunAction):
            check_opened(context, does.action, operation.rule)
            received = await read_input(context, request, does, path)
            context = keyed(context, request, received.asked)
            return await run_opened(context, does.action, received.sent, operation.rule), None
        if isinstance(does, LogIn):
            with refusals_told(context, "login", does.profile):
                self._edge.require_secure(request)
            return await _log_in(context, request, does)
        if isinstance(does, LogOut):
            return {"loggedOut": True}, await sessions.end(caller, does.profile)
        return await self._of(context.generation).records.do(context, request, does, path), None


async def _log_in(context: Context, request: Request, does: LogIn) -> tuple[Any, str]:
    if does.media == "json":
        given = await read_object(request, context.server.settings.body_bytes)
    else:
        given = (await read_form(context, request, {})).fields
    wrong = {name: ["is_invalid"] for name in given if name not in ("username", "password")}
    wrong |= {
        name: ["is_required"] for name in ("username", "password") if not isinstance(given.get(name), str)
    }
    if wrong:
        raise BadInput("A login is username and password, both texts.", wrong)
    pair = await login(context, does.profile, given["username"], given["password"])
    told = {name: pair[name] for name in ("accessExpiresAt", "refreshExpiresAt")}
    return told, sessions.begun(context, pair)


def _check_origin(context: Context, request: Request, operation: Operation) -> None:
    begins = isinstance(operation.does, LogIn)
    if begins or (operation.method != "GET" and sessions.by_cookie(context, request)):
        with refusals_told(context, "enter", operation.name):
            sessions.check_origin(context, request)


def _refusal(request: Request, error: Exception) -> Response:
    if isinstance(error, ClientDisconnect):
        error = BadInput("The request ended before its body did.")
    if isinstance(error, StepFailed):
        get_logger().info("answer failed", reason=error.reason)
    response = plain_error(request, error)
    response.headers["cache-control"] = "no-store"
    if isinstance(error, WrongMethod):
        response.headers["allow"] = error.allow
    return response
