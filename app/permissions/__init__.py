"""Who may do what: the one place that decides, and the `Grant` without which nobody gets at data.

Absent means no. Storage takes a `Grant` with every call, so there is no path to a record round this package.
"""

from app.permissions.grants import ANYBODY, SYSTEM, Grant, Opened, Principal, Rule, Verb
from app.permissions.permissions import Permissions
from app.permissions.visibility import telling_roles

__all__ = [
    "ANYBODY",
    "SYSTEM",
    "Grant",
    "Opened",
    "Permissions",
    "Principal",
    "Rule",
    "Verb",
    "telling_roles",
]
