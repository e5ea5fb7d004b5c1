"""The console's pages of users and keys, and of the audit trail."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from app.errors import BadInput, Conflict, NotFound
from app.pages.console import Visit, chosen, number
from app.resolvers import administration as admin
from app.resolvers.keys import NewKey, takes_keys
from app.resolvers.people import caller_named, names_of
from app.storage.audit import Wanted

DONE = {
    "user": "The user was added.",
    "disabled": "The user and their keys are out from now on.",
    "enabled": "The user is in again.",
    "revoked": "The key has ended.",
}
FILTERS = ("actor", "operation", "subject", "result")
PAGE = 100
_FAULTS = (BadInput, Conflict, NotFound)


async def show_access(visit: Visit) -> Response:
    """Users and keys."""
    return await _access(visit, notice=DONE.get(visit.request.query_params.get("done", "")))


async def add(visit: Visit) -> Response:
    """Adds a user."""
    roles = [role for role in visit.form.getlist("roles") if isinstance(role, str)]
    password = visit.form.get("password")
    try:
        given = password if isinstance(password, str) and password else None
        await admin.new_user(visit.context, visit.text("email"), roles, given)
    except _FAULTS as error:
        return await _access(visit, error.status, problem=error.message)
    return visit.to("access?done=user")


async def switch(visit: Visit) -> Response:
    """Switches a user off or on."""
    disabled = visit.text("to") == "disabled"
    try:
        await admin.switch_user(visit.context, visit.text("email"), disabled)
    except _FAULTS as error:
        return await _access(visit, error.status, problem=error.message)
    return visit.to(f"access?done={'disabled' if disabled else 'enabled'}")


async def create_key(visit: Visit) -> Response:
    """Makes a key and shows it, this once."""
    kind = visit.text("kind")
    try:
        if kind == "module":
            made = await admin.new_module_key(visit.context, visit.text("module"))
        else:
            made = await admin.new_user_key(
                visit.context, visit.text("email"), "incoming" if kind == "incoming" else "rest"
            )
    except _FAULTS as error:
        return await _access(visit, error.status, problem=error.message)
    return await _access(visit, new=made)


async def revoke(visit: Visit) -> Response:
    """Ends a key."""
    try:
        await admin.end_key(visit.context, visit.text("id"))
    except _FAULTS as error:
        return await _access(visit, error.status, problem=error.message)
    return visit.to("access?done=revoked")


async def show_trail(visit: Visit) -> Response:
    """The audit trail, the newest entries first."""
    where = chosen(visit.request, FILTERS)
    before = number(visit.request, "before") or None
    actor = await caller_named(visit.context, where.get("actor", ""))
    wanted = {**where, "actor": actor} if actor else where
    entries = await admin.trail(visit.context, Wanted(**wanted, before=before, most=PAGE))  # type: ignore[arg-type]
    names = await names_of(visit.context, [told.entry.actor for told in entries])
    older = "?" + urlencode({**where, "before": entries[-1].sequence}) if len(entries) == PAGE else None
    newest = "?" + urlencode(where) if before else None
    return visit.show("audit.html", newest=newest, entries=entries, names=names, where=where, older=older)


async def _access(
    visit: Visit,
    status: int = 200,
    *,
    notice: str | None = None,
    problem: str | None = None,
    new: NewKey | None = None,
) -> Response:
    application = visit.context.generation.application
    actions = application.actions.values()
    shown: dict[str, Any] = {
        "users": await admin.users(visit.context),
        "keys": await admin.keys(visit.context),
        "roles": sorted(application.roles),
        "profiles": [one.name for one in application.authentication_profiles.values() if one.username],
        "modules": [action.name for action in actions if takes_keys(action)],
        "action_names": {action.uuid.hex: action.name for action in actions},
    }
    return visit.show("access.html", status, **shown, notice=notice, problem=problem, new=new)
