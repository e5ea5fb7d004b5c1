"""The expression language and Liquid templates of a definition: read once, every mistake with its place."""

from app.expressions.errors import EvaluationError, ExpressionError
from app.expressions.expression import Expression
from app.expressions.functions import FUNCTIONS, Function
from app.expressions.structure import Structure, Value
from app.expressions.template import Template
from app.expressions.values import is_true, to_plain

__all__ = [
    "FUNCTIONS",
    "EvaluationError",
    "Expression",
    "ExpressionError",
    "Function",
    "Structure",
    "Template",
    "Value",
    "is_true",
    "to_plain",
]
