"""How large an expression, a template and what they make may become.

They keep one hostile text or value from costing more than about a second of CPU and 100 MB.
"""

from __future__ import annotations

from decimal import Context, DivisionByZero, Inexact, InvalidOperation, Overflow

MAX_SOURCE = 2_000
"""Characters of an expression."""

MAX_NESTING = 50
"""Brackets, calls, choices and signs inside one another."""

MAX_TEXT = 1_000_000
"""Characters of a text that an expression or template makes."""

MAX_LIST = 100_000
"""Elements of a list that an expression makes."""

MAX_RANGE = 10_000
"""Elements of `range`, which costs its author only a few characters."""

MAX_DIGITS = 1_000
"""Digits of a number, before and after the point."""

MAX_INTEGER = 10**MAX_DIGITS

MAX_JSON_DEPTH = 32
"""Lists and objects inside one another in JSON that is read or written, and in plain values."""

MAX_NODES = 1_000_000
"""Values that one conversion of lists and objects looks at."""

MAX_COMPARED = 100_000
"""Values that one comparison of lists and objects looks at."""

MAX_PATTERN = 200
"""Characters of a pattern of `matches`."""

MAX_PATTERN_POSITIONS = 300
"""Characters that a pattern of `matches` stands for once its repetitions are written out."""

MAX_GROUPS = 20
"""Groups of a pattern of `matches` inside one another."""

MAX_SUBJECT = 10_000
"""Characters of a text that `matches` looks at."""

MAX_TEMPLATE = 100_000
"""Characters of a template."""

MAX_TAG = 2_000
"""Characters between the braces of one tag of a template."""

MAX_LOOP = 100_000
"""Rounds of the loops of a template, inner times outer."""

MAX_RENDER_SECONDS = 0.5
"""CPU time of rendering one template."""

EXACT = Context(
    prec=MAX_DIGITS,
    Emax=MAX_DIGITS,
    Emin=-MAX_DIGITS,
    traps=[Inexact, InvalidOperation, Overflow, DivisionByZero],
)
"""Adds, subtracts and multiplies without rounding; a result with too many digits is an error."""

QUOTIENT = Context(
    prec=34, Emax=MAX_DIGITS, Emin=-MAX_DIGITS, traps=[InvalidOperation, Overflow, DivisionByZero]
)
"""Divides to 34 digits."""

ROUNDED = Context(prec=MAX_DIGITS, Emax=MAX_DIGITS, Emin=-MAX_DIGITS, traps=[InvalidOperation, Overflow])
"""Rounds; a result with too many digits is an error."""
