"""Begins to trace where the settings ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.settings import Settings, SettingsError

if TYPE_CHECKING:
    from app.traces.tracing import Tracing


def open_tracing(settings: Settings) -> Tracing | None:
    """What sends spans to the collector of the settings; None, and nothing is loaded, where there is none."""
    if settings.traces_url is None:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        from app.traces.tracing import Tracing
    except ImportError:
        raise SettingsError(
            "ACTIONQL_TRACES_URL wants packages that are not installed: pip install 'actionql[traces]'."
        ) from None
    return Tracing(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{settings.traces_url}/v1/traces")))
