"""REST: models, their records, actions and files under `/api`, as Betty Blocks' classic platform has them.

Every request has HTTP Basic credentials, an e-mail address and an API key, and comes over HTTPS. WIRE section 2.
"""

from app.shims.records.operations import OPERATIONS, Operation
from app.shims.records.routing import BASE, record_routes

__all__ = ["BASE", "OPERATIONS", "Operation", "record_routes"]
