"""What an HTTP request of a step consists of, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from app.definition.model import Webservice, WebserviceEndpoint
from app.errors import StepFailed
from app.expressions import EvaluationError, Expression, Structure, Template, Value
from app.steps.base import Scope

FORM = "application/x-www-form-urlencoded"
SAFE_METHODS = ("GET", "HEAD")
SHARED = ("now", "today", "me", "config", "run")
"""What every run knows."""
_HOST = re.compile(r"[^\s/@?#\\]+")
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json", re.IGNORECASE)
_TO_JSON = Expression.parse("to_json(value)")
_NO_HOST = "The host of the webservice is not valid."
_NO_HEADER = "A header of the request has a value that no header can have; write it in ASCII, on one line."
_CLIMBS = "The path of the request leads out of its folder."

Prepare = Callable[[Scope], "Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to send; `trusted`: its host stands in the definition."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    content: bytes | None
    trusted: bool


@dataclass(frozen=True, slots=True)
class Message:
    """What a request has beside its address: templates that are filled in for each request."""

    method: str
    headers: Mapping[str, Template]
    query: Mapping[str, Template]
    body: Structure | None
    content_type: str

    def request(self, url: str, scope: Scope, names: Mapping[str, Any], trusted: bool) -> Request:
        """The request to `url` with these names in its templates."""
        headers = {name.lower(): value.render(names).strip() for name, value in self.headers.items()}
        for name, value in headers.items():
            if not value.isascii() or (value and not value.isprintable()):
                raise StepFailed(_NO_HEADER, f"the header {name}")
        content = None
        if self.body is not None:
            kind = headers.setdefault("content-type", self.content_type)
            content = encode(self.body.evaluate(names), kind)
        if self.method not in SAFE_METHODS:
            headers.setdefault("idempotency-key", scope.key)
        query = {name: value.render(names) for name, value in self.query.items()}
        return Request(self.method, url, headers, query, content, trusted)


def of_webservice(
    webservice: Webservice, endpoint: WebserviceEndpoint, variables: Mapping[str, Value]
) -> Prepare:
    """Requests to an endpoint; its templates see its variables and what every run knows.

    A host that needs a variable comes with data, so it is not trusted. What a path prints is one part of it, encoded.
    """
    trusted = webservice.host.names <= {"config"}
    path_of = Template.parse(endpoint.path.source, escape="url")
    message = Message(
        endpoint.method,
        _lower(webservice.headers) | _lower(endpoint.headers),
        endpoint.query,
        endpoint.body,
        webservice.content_type,
    )

    def prepare(scope: Scope) -> Request:
        names = {name: scope.variables.get(name) for name in SHARED}
        names |= {name: value.evaluate(scope.variables) for name, value in variables.items()}
        host, path = webservice.host.render(names), path_of.render(names)
        if not _HOST.fullmatch(host):
            raise StepFailed(_NO_HOST)
        return message.request(f"{webservice.protocol}://{host}{_rooted(path)}", scope, names, trusted)

    return prepare


def of_url(url: Template, message: Message) -> Prepare:
    """Requests to a URL that may come with data, so its address is guarded; templates see the run's variables."""

    def prepare(scope: Scope) -> Request:
        return message.request(url.render(scope.variables), scope, scope.variables, False)

    return prepare


def encode(body: Any, content_type: str) -> bytes:
    """A body as its content type wants it: JSON, form fields, or a text as it is."""
    kind = content_type.partition(";")[0].strip().lower()
    if _JSON.fullmatch(kind):
        return str(_TO_JSON.evaluate({"value": body})).encode()
    if kind == FORM:
        return _form(body).encode()
    if isinstance(body, str):
        return body.encode()
    raise StepFailed(f"A body of {kind} is a text.")


def _form(body: Any) -> str:
    if not isinstance(body, Mapping):
        raise StepFailed(f"A body of {FORM} is a mapping.")
    try:
        return urlencode({name: _field(value) for name, value in body.items()}, doseq=True)
    except UnicodeEncodeError:
        raise EvaluationError("the body has characters that are none in Unicode") from None


def _field(value: Any) -> Any:
    """One field of a form: a list is several fields of one name."""
    if isinstance(value, list):
        return [_field(item) for item in value]
    if isinstance(value, str):
        return value
    return "" if value is None else str(_TO_JSON.evaluate({"value": value}))


def _rooted(path: str) -> str:
    """A path that stays below its host, and that no value in it turns into another one by dots."""
    segments = re.split(r"[/\\]", unquote(path.partition("?")[0]))
    if ".." in segments:
        raise StepFailed(_CLIMBS)
    return path if path.startswith("/") else f"/{path}"


def _lower(headers: Mapping[str, Template]) -> dict[str, Template]:
    return {name.lower(): value for name, value in headers.items()}
