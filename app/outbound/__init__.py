"""The one HTTP client for everything that reaches outside, with the address guard."""

from app.outbound.client import Outbound, Response, StreamedResponse
from app.outbound.guard import OutboundRefused

__all__ = ["Outbound", "OutboundRefused", "Response", "StreamedResponse"]
