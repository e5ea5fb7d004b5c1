"""Calls another server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import Duration, VariableName, WebserviceEndpointName, WebserviceName
from app.expressions import EvaluationError, Expression, Structure, Template, Value
from app.outbound import Response
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind
from app.steps.request import Message, Prepare, of_url, of_webservice

PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that may be others in a moment: `retry` tries again, and then the answer is what it is."""
_PARSE = Expression.parse("parse_json(text)")
_ACCEPTED = 202
_OF_URL = ("method", "headers", "query", "body", "content_type")


class Options(StepOptions):
    webservice: WebserviceName | None = Field(None, description="One of the definition's; or write `url`.")
    endpoint: WebserviceEndpointName | None = Field(None, description="Which of its endpoints is called.")
    with_: dict[VariableName, Value] = Field({}, alias="with", description="The endpoint's variables.")
    url: Template | None = Field(
        None, description="An address that anybody may reach, or that the server's setting allows."
    )
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = Field(
        "GET", description="The method of the request."
    )
    headers: dict[str, Template] = Field({}, description="Its headers.")
    query: dict[str, Template] = Field({}, description="Its query parameters.")
    body: Structure | None = Field(None, description="What is sent.")
    content_type: str = Field(
        "application/json", description="How the body is written: JSON, a form, or text."
    )
    timeout: Duration | None = Field(None, description="How long an answer is waited for.")

    @model_validator(mode="after")
    def _one_way(self) -> Options:
        if (self.webservice is None) == (self.url is None):
            raise ValueError("write either `webservice` and `endpoint`, or `url`")
        if self.webservice is not None:
            self._check_webservice()
        elif self.endpoint is not None or self.with_:
            raise ValueError("`endpoint` and `with` belong to a `webservice`")
        if self.url is not None and self.url.source.startswith("="):
            raise ValueError("`url` is a Liquid template; write {{ name }} for a value")
        return self

    def _check_webservice(self) -> None:
        if self.endpoint is None:
            raise ValueError("write which `endpoint` of the webservice is called")
        for name in _OF_URL:
            if name in self.model_fields_set:
                raise ValueError(f"`{name}` belongs to `url`; of a webservice its endpoint says it")


def compile_http_request(options: Options, step: Step, application: Application) -> StepFunction:
    prepare = _prepare(options, application)
    timeout = None if options.timeout is None else options.timeout.total_seconds()

    async def run(scope: Scope) -> Outcome:
        request = prepare(scope)
        answer = await scope.services.outbound.request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.content,
            params=request.query,
            trusted=request.trusted,
            timeout=timeout,
        )
        return Done(result(answer), again=answer.status in PASSING or _later(answer))

    return run


def _later(answer: Response) -> bool:
    """Whether the other server wants to be asked again: it is busy, or still at the first try of this request."""
    return answer.status != _ACCEPTED and any(name == "retry-after" for name, _ in answer.headers)


def _prepare(options: Options, application: Application) -> Prepare:
    if options.url is not None:
        message = Message(options.method, options.headers, options.query, options.body, options.content_type)
        return of_url(options.url, message)
    webservice = application.webservices[str(options.webservice)]
    return of_webservice(webservice, webservice.endpoints[str(options.endpoint)], options.with_)


def result(answer: Response) -> dict[str, Any]:
    """An answer as steps see it: `status headers body data` and, beside them, the keys of `data`.

    A JSON object with a `data` of its own, such as a GraphQL answer, gives that as `data`.
    """
    headers: dict[str, str] = {}
    for name, value in answer.headers:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    body = answer.body.decode(_charset(headers.get("content-type", "")), errors="replace")
    parsed = _parsed(body)
    own = parsed if isinstance(parsed, Mapping) else {}
    return {"data": parsed, **own, "status": answer.status, "headers": headers, "body": body}


def _charset(content_type: str) -> str:
    _, _, after = content_type.lower().partition("charset=")
    name = after.partition(";")[0].strip(" \"'")
    return name if name in ("iso-8859-1", "latin-1", "windows-1252", "utf-16", "us-ascii") else "utf-8"


def _parsed(body: str) -> Any:
    try:
        return _PARSE.evaluate({"text": body})
    except EvaluationError:
        return None


KIND = StepKind(
    name="http_request",
    description="Calls a webservice's endpoint, or a URL if its address is public; the answer is its result.",
    options=Options,
    compile=compile_http_request,
    mode="reach",
    example="""\
http_request: {url: "https://example.com/prices/{{ article }}", timeout: 10s}
as: answer
retry: {times: 3, wait: 2s}
""",
)
