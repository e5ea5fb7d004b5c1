"""The one HTTP client for everything that reaches outside, with the address guard."""

from app.outbound.answers import OutboundRefused, Response, StreamedResponse
from app.outbound.outbound import Outbound

__all__ = ["Outbound", "OutboundRefused", "Response", "StreamedResponse"]
