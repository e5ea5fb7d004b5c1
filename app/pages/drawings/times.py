"""Times as people read them."""

from __future__ import annotations


def told_seconds(seconds: float) -> str:
    """A time as people read it: 0.4 ms, 12 ms, 3.2 s, 5 min, 2 h."""
    for limit, factor, unit in ((1, 1000.0, "ms"), (120, 1.0, "s"), (7200, 1 / 60, "min")):
        if seconds < limit:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds / 3600:,.0f} h"
