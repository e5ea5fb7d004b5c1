"""Uploads by signed form and downloads by signed address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from app.assets import Asset, reference
from app.assets.serve import download_headers
from app.edge import Edge, plain_error
from app.edge.uploads import bounded, checked_form, chunks
from app.errors import BadInput
from app.openapi import Answer, Body, Described, Parameter, Schema, Subject, answers
from app.openapi.errors import plain_refusals
from app.resolvers import assets

DOOR = "files"
_TEXT: Schema = {"type": "string"}
_BYTES: Schema = {"type": "string", "format": "binary"}
_SIGNED = ("reference", "expires", "signature")
_STORED = {"reference": _TEXT, "name": _TEXT, "contentType": _TEXT, "size": {"type": "integer"}}


class Files:
    """The two paths of stored files."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def upload(self, request: Request) -> Response:
        """201 `{reference, name, contentType, size}` for a form that `generateFileUploadRequest` gave."""
        try:
            asset = await self._accept(request)
        except Exception as error:
            return plain_error(request, error)
        body = {
            "reference": reference(asset),
            "name": asset.name,
            "contentType": asset.content_type,
            "size": asset.size,
        }
        return JSONResponse(body, 201)

    async def _accept(self, request: Request) -> Asset:
        context = self._edge.anonymous(request, DOOR)
        settings = context.server.settings
        counted = bounded(request, settings.upload_bytes + settings.body_bytes)

        def check(fields: Mapping[str, str]) -> None:
            if fields.keys().isdisjoint(_SIGNED):
                raise BadInput("The fields of the form come before its file.")
            assets.check_form(context, fields)

        async with checked_form(counted, check, max_fields=20) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise BadInput("The form has no file.", {"file": ["is_required"]})
            fields = {key: value for key, value in form.items() if isinstance(value, str)}
            return await assets.accept_upload(context, fields, chunks(file))

    async def download(self, request: Request) -> Response:
        """The bytes of a file, as a download that no browser runs."""
        query = request.query_params
        try:
            context = self._edge.anonymous(request, DOOR)
            row, chunks = await assets.download(
                context,
                request.path_params["id"],
                request.path_params["name"],
                query.get("expires", ""),
                query.get("signature", ""),
            )
        except Exception as error:
            return plain_error(request, error)
        return StreamingResponse(
            chunks, headers=download_headers(row.id, row.name, row.content_type, row.size)
        )


def describe(subject: Subject) -> Iterator[Described]:
    """Both paths, where the application keeps files."""
    if not assets.keeps_files(subject.application):
        return
    stored = {"type": "object", "properties": _STORED, "required": [*_STORED]}
    form = {**dict.fromkeys(_SIGNED, _TEXT), "Content-Type": _TEXT, "file": _BYTES}
    yield Described(
        id="upload_file",
        method="POST",
        path=f"{subject.runtime}/uploads",
        tag="Files",
        summary="Stores a file; the fields are those that generateFileUploadRequest of GraphQL gave.",
        body=Body(
            {"multipart/form-data": {"type": "object", "properties": form, "required": [*_SIGNED, "file"]}}
        ),
        answers={
            **answers(201, "The file is stored.", stored),
            **plain_refusals(subject.schemas, 400, 403, 413),
        },
    )
    named = [Parameter("path", name, _TEXT) for name in ("id", "name")]
    signed = [Parameter("query", name, _TEXT, required=True) for name in ("expires", "signature")]
    yield Described(
        id="download_file",
        method="GET",
        path=f"{subject.runtime}/assets/{{id}}/{{name}}",
        tag="Files",
        summary="A stored file, at the signed address that answers have for it.",
        parameters=(*named, *signed),
        answers={
            "200": Answer("The file.", {"*/*": _BYTES}),
            **plain_refusals(subject.schemas, 404),
        },
    )
