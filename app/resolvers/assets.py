"""Uploading and downloading files."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from time import time
from typing import Any, TypeVar

from app.assets import Asset, clean_name, reference
from app.assets.signature import sign, verify
from app.definition.model import Application
from app.definition.names import camel, pascal, snake
from app.errors import ActionQLError, BadInput, Forbidden, NotFound, Unauthenticated
from app.permissions import Verb
from app.resolvers.audit import entry, refusals_told
from app.resolvers.context import Context
from app.resolvers.links import check_link, links
from app.resolvers.repeats import asking, once
from app.storage.assets import AssetRow
from app.storage.work import Work

T = TypeVar("T")
UPLOAD_LIFETIME = 900
FILE_KINDS = ("file", "image", "multi_file")
ASSET = "asset"
"""What the audit trail calls a file."""


async def request_upload(
    context: Context, model: str, property: str, file_name: str, content_type: str
) -> Mapping[str, Any]:
    """A signed form `{url, fields, reference}` for uploading the file of a property that the caller may write."""
    with refusals_told(context, "upload_request", ""):
        context.generation.permissions.admit(context.principal)
    found, name = _file_property(context, model, property)
    place = f"{found}.{name}"
    with refusals_told(context, "upload_request", place):
        _authorize(context, found, name)
    id = secrets.token_hex(16)
    reference = f"{id}/{clean_name(file_name)}"
    expires = int(time()) + UPLOAD_LIFETIME
    signature = sign(_key(context), _subject(context, reference), expires)
    fields = {
        "reference": reference,
        "expires": str(expires),
        "signature": signature,
        "Content-Type": content_type,
    }
    told = entry(context, "upload_request", place, (id,))
    await context.server.database.write(lambda: context.server.trail.tell(told))
    application = context.generation.application.uuid.hex
    url = f"{context.base_url()}/api/runtime/{application}/uploads"
    return {"url": url, "fields": fields, "reference": reference}


def check_form(context: Context, fields: Mapping[str, str]) -> None:
    """Raises `Forbidden` unless these are the fields of a form that `request_upload` made and that is still good."""
    _check_kept(context)
    reference, expires = fields.get("reference", ""), fields.get("expires", "")
    signature = fields.get("signature", "")
    dated = expires.isascii() and expires.isdecimal() and len(expires) < 16
    with refusals_told(context, "upload", ASSET):
        subject = _subject(context, reference)
        if not dated or not verify(_key(context), subject, int(expires), signature, time()):
            raise Forbidden("The upload form is not valid or has expired.")


async def accept_upload(context: Context, fields: Mapping[str, str], chunks: AsyncIterator[bytes]) -> Asset:
    """Stores the file of a form that `request_upload` made; each form is good for one file.

    Whoever has the form may send it; in the audit trail the id of the file tells who asked for the form.
    """
    check_form(context, fields)
    id, _, name = fields["reference"].partition("/")
    try:
        await context.generation.library.find(id)
    except NotFound:
        return await _stored(context, chunks, name, id)
    raise BadInput("The upload form has been used.", {"reference": ["is_taken"]})


async def keep(context: Context, name: str, chunks: AsyncIterator[bytes]) -> Asset:
    """Stores a file that came with the input of an action.

    The door asks first whether the caller may run the action.
    """
    return await _stored(context, chunks, clean_name(name))


async def store(context: Context, name: str, chunks: AsyncIterator[bytes]) -> str:
    """Stores a file for a caller who may write some file property; its address, which such a property takes."""
    with refusals_told(context, "upload", ASSET):
        context.generation.permissions.admit(context.principal)
        _check_kept(context)
        _authorize_some(context)

    async def write(saved: Asset, work: Callable[[], Work[T]]) -> T:
        return await once(asking(context, [saved.name, saved.sha256]), work)

    told = entry(context, "upload", ASSET)
    library = context.generation.library
    stored = await library.store(chunks, name=clean_name(name), write=write, told=told)
    return links(context)(reference(stored))


async def download(
    context: Context, id: str, name: str, expires: str, signature: str
) -> tuple[AssetRow, AsyncIterator[bytes]]:
    """A file behind an address that `links` made: what is known of it and its bytes."""
    try:
        check_link(context, id, name, expires, signature)
    except NotFound as error:
        context.server.trail.note(entry(context, "download", ASSET, result=error.code))
        raise
    return await context.generation.library.open(id)


def keeps_files(application: Application) -> bool:
    """Whether there is a file property."""
    models = application.models.values()
    return any(one.kind in FILE_KINDS for model in models for one in model.properties.values())


def _check_kept(context: Context) -> None:
    if not keeps_files(context.generation.application):
        raise NotFound("This application keeps no files.")


async def _stored(context: Context, chunks: AsyncIterator[bytes], name: str, id: str | None = None) -> Asset:
    told = entry(context, "upload", ASSET)
    return await context.generation.library.store(chunks, name=name, id=id, told=told)


def _file_property(context: Context, model: str, property: str) -> tuple[str, str]:
    """The names in the definition of a model and its file property, given in any of their spellings.

    What does not exist for the caller is as unknown as what does not exist at all.
    """
    permissions = context.generation.permissions
    for found in context.generation.application.models.values():
        offered = permissions.offered(found.name, Verb.READ) or permissions.offered(found.name, Verb.CREATE)
        if not offered or model not in (found.name, pascal(found.name), snake(found.name)):
            continue
        seen = permissions.names(found.name, Verb.READ, context.principal.roles)
        for name, declared in found.properties.items():
            if name in seen and property in (name, camel(name)) and declared.kind in FILE_KINDS:
                return found.name, name
    raise BadInput("There is no such file property.", {"propertyName": ["is_unknown"]})


def _authorize(context: Context, model: str, property: str) -> None:
    refusal: ActionQLError | None = None
    for verb in (Verb.CREATE, Verb.UPDATE):
        try:
            grant = context.generation.permissions.authorize(context.principal, verb, model)
        except (Forbidden, Unauthenticated) as error:
            refusal = error
            continue
        if property in grant.names:
            return
    raise refusal or Forbidden(f"You may not write {model}.")


def _authorize_some(context: Context) -> None:
    """Raises unless the caller may write a file property of some model."""
    refusal: ActionQLError | None = None
    for model in context.generation.application.models.values():
        for name, declared in model.properties.items():
            if declared.kind in FILE_KINDS:
                try:
                    return _authorize(context, model.name, name)
                except (Forbidden, Unauthenticated) as error:
                    refusal = error
    raise refusal or Forbidden("There is no file property.")


def _key(context: Context) -> bytes:
    return context.server.keystore.secret("asset-url")


def _subject(context: Context, reference: str) -> str:
    return f"upload\n{context.generation.application.uuid.hex}\n{reference}"
