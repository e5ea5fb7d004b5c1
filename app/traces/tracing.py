"""Makes spans and sends them to a collector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()


class Tracing:
    """The spans of one process; `processor` is given each that has ended."""

    def __init__(self, processor: SpanProcessor) -> None:
        self._provider = TracerProvider(resource=Resource.create({"service.name": "actionql"}))
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("actionql")

    @contextmanager
    def span(
        self, name: str, attributes: Mapping[str, Any], kind: SpanKind = SpanKind.INTERNAL
    ) -> Iterator[Span]:
        """A span round what is within, below the span that is current; an error marks it, by its kind alone."""
        span = self._tracer.start_span(name, attributes=dict(attributes), kind=kind)
        token = attach(trace.set_span_in_context(span))
        try:
            yield span
        except BaseException as error:
            # An error's text may hold anything.
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            detach(token)
            span.end()

    @contextmanager
    def request(self, headers: Mapping[str, str], name: str, attributes: Mapping[str, Any]) -> Iterator[Span]:
        """The span of a request, below the caller's own where the headers name one."""
        token = attach(_PROPAGATOR.extract(headers, Context()))
        try:
            with self.span(name, attributes, SpanKind.SERVER) as span:
                yield span
        finally:
            detach(token)

    def begin(self, name: str, attributes: Mapping[str, Any], below: Span) -> Span:
        """A span that its maker ends, below another."""
        return self._tracer.start_span(name, trace.set_span_in_context(below), attributes=dict(attributes))

    def close(self) -> None:
        """Sends what is left; may wait for the collector."""
        self._provider.shutdown()
