"""The expression language and Liquid templates of a definition: read once, with every mistake and its place."""

from app.expressions.errors import EvaluationError, ExpressionError
from app.expressions.expression import Expression
from app.expressions.functions import FUNCTIONS, Function
from app.expressions.values import is_true, to_plain

__all__ = [
    "FUNCTIONS",
    "EvaluationError",
    "Expression",
    "ExpressionError",
    "Function",
    "is_true",
    "to_plain",
]
