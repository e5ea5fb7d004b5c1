"""What a changed schema does to its callers."""

from __future__ import annotations

from graphql import GraphQLError, build_schema
from graphql.utilities import find_breaking_changes, find_dangerous_changes


def breaking_changes(before: str, after: str) -> list[str]:
    """The changes from one SDL to another that break callers, or may; empty when one cannot be read."""
    try:
        old, new = build_schema(before), build_schema(after)
    except GraphQLError:
        return []
    breaking = [f"breaking: {change.description}" for change in find_breaking_changes(old, new)]
    return breaking + [f"dangerous: {change.description}" for change in find_dangerous_changes(old, new)]
