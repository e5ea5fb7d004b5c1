"""From the parts of an expression to nested closures, each of which gives its value for a scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.expressions.errors import EvaluationError, ExpressionError, OperandError
from app.expressions.functions import Function
from app.expressions.kinds import described, kind_of, kind_word
from app.expressions.limits import MAX_LIST, MAX_TEXT
from app.expressions.operators import ARITHMETIC, COMPARISONS, negative, part_of
from app.expressions.syntax import (
    Access,
    Arithmetic,
    Call,
    Choice,
    Comparison,
    Constant,
    ListOf,
    Logic,
    Negation,
    Node,
    Not,
    Variable,
)
from app.expressions.values import AS_IT_IS, Run, Scope, plain


def compiled(node: Node, source: str) -> Run:
    """The closure of a part; it raises EvaluationError with the source and the place."""
    return COMPILERS[type(node)](node, source)


def located(fault: OperandError | str, source: str, place: int) -> EvaluationError:
    """A OperandError with its place (0-based) in the source."""
    return EvaluationError(str(fault), source, place + 1)


def constant(node: Constant, _: str) -> Run:
    value = node.value
    return lambda scope: value


def variable(node: Variable, source: str) -> Run:
    name, place = node.name, node.start

    def read(scope: Scope) -> Any:
        value = scope.get(name)
        if type(value) in AS_IT_IS:
            return value
        try:
            return plain(value)
        except OperandError as fault:
            raise located(fault, source, place) from None

    return read


def access(node: Access, source: str) -> Run:
    if all(isinstance(key, Constant) and isinstance(key.value, str | int) for key in node.keys):
        return constant_access(node, source)
    base = compiled(node.base, source)
    keys = tuple((compiled(key, source), key.start) for key in node.keys)

    def read(scope: Scope) -> Any:
        value = base(scope)
        for key, place in keys:
            wanted = key(scope)
            try:
                value = plain(part_of(value, wanted))
            except OperandError as fault:
                raise located(fault, source, place) from None
        return value

    return read


def constant_access(node: Access, source: str) -> Run:
    base = compiled(node.base, source)
    keys = tuple((key.value, key.start) for key in node.keys if isinstance(key, Constant))

    def read(scope: Scope) -> Any:
        value = base(scope)
        for key, place in keys:
            if value is None:
                return None
            try:
                value = value.get(key) if type(value) is dict else part_of(value, key)
                if type(value) not in AS_IT_IS:
                    value = plain(value)
            except OperandError as fault:
                raise located(fault, source, place) from None
        return value

    return read


def list_of(node: ListOf, source: str) -> Run:
    items = tuple(compiled(item, source) for item in node.items)
    place = node.start

    def gather(scope: Scope) -> list[Any]:
        values = [item(scope) for item in items]
        if sum(len(value) for value in values if type(value) is str) > MAX_TEXT:
            raise located(f"the list's texts would have more than {MAX_TEXT:,} characters", source, place)
        return values

    return gather


def negation(node: Negation, source: str) -> Run:
    operand, place = compiled(node.operand, source), node.start

    def negate(scope: Scope) -> Any:
        value = operand(scope)
        try:
            return negative(value)
        except OperandError as fault:
            raise located(fault, source, place) from None

    return negate


def not_(node: Not, source: str) -> Run:
    operand = compiled(node.operand, source)
    return lambda scope: not operand(scope)


def logic(node: Logic, source: str) -> Run:
    operands = tuple(compiled(operand, source) for operand in node.operands)
    if node.symbol == "or":
        return lambda scope: any(operand(scope) for operand in operands)
    return lambda scope: all(operand(scope) for operand in operands)


def choice(node: Choice, source: str) -> Run:
    condition = compiled(node.condition, source)
    then, otherwise = compiled(node.then, source), compiled(node.otherwise, source)
    return lambda scope: then(scope) if condition(scope) else otherwise(scope)


def comparison(node: Comparison, source: str) -> Run:
    symbol = node.operation.symbol
    left, right = compiled(node.left, source), compiled(node.operation.operand, source)
    if (
        isinstance(node.operation.operand, Constant)
        and node.operation.operand.value is None
        and symbol in NULL_TESTS
    ):
        return NULL_TESTS[symbol](left)
    compare, place = COMPARISONS[symbol], node.operation.place

    def evaluate(scope: Scope) -> Any:
        one, other = left(scope), right(scope)
        try:
            return compare(one, other)
        except OperandError as fault:
            raise located(fault, source, place) from None

    return evaluate


NULL_TESTS: Mapping[str, Callable[[Run], Run]] = {
    "==": lambda left: lambda scope: left(scope) is None,
    "!=": lambda left: lambda scope: left(scope) is not None,
}


def arithmetic(node: Arithmetic, source: str) -> Run:
    first = compiled(node.first, source)
    operations = tuple(
        (ARITHMETIC[operation.symbol], compiled(operation.operand, source), operation)
        for operation in node.operations
    )

    def evaluate(scope: Scope) -> Any:
        value = first(scope)
        for operate, operand, operation in operations:
            other = operand(scope)
            try:
                value = operate(value, other)
            except OperandError as fault:
                null = node.first if value is None else operation.operand if other is None else None
                raise located(_named(fault, null, source), source, operation.place) from None
        return value

    return evaluate


def _named(fault: OperandError, null: Node | None, source: str) -> OperandError | str:
    """What an operator has against null, with the words that are null."""
    if null is None:
        return fault
    written = source[null.start : null.end]
    return f"'{written}' is null; write coalesce({written}, ..) for what to take instead"


def call(node: Call, source: str) -> Run:
    function, place = node.function, node.start
    perform = prepared(node, source)
    arguments = tuple(compiled(argument, source) for argument in node.arguments)
    accepted = tuple(function.parameter(index).kinds for index in range(len(arguments)))
    passes_null, reads = function.passes_null, function.reads

    def evaluate(scope: Scope) -> Any:
        values = [argument(scope) for argument in arguments]
        if passes_null and values[0] is None:
            return None
        try:
            for index, value in enumerate(values):
                if kind_of(value) not in accepted[index]:
                    raise unfit(function, index, value)
            result = perform(*values) if reads is None else perform(scope.get(reads))
            return checked_size(result)
        except OperandError as fault:
            raise located(f"'{function.name}': {fault}", source, place) from None

    return evaluate


def prepared(node: Call, source: str) -> Callable[..., Any]:
    """The code of a call, made for its constant arguments; raises ExpressionError when one is wrong."""
    constants = {
        index: argument.value
        for index, argument in enumerate(node.arguments)
        if isinstance(argument, Constant) and kind_of(argument.value) in node.function.parameter(index).kinds
    }
    if node.function.prepare is None:
        return node.function.call
    try:
        return node.function.prepare(constants) or node.function.call
    except OperandError as fault:
        raise ExpressionError(
            f"'{node.function.name}' at {node.start + 1}: {fault}", node.start + 1
        ) from None


def unfit(function: Function, index: int, value: Any) -> OperandError:
    """The OperandError of an argument of the wrong kind."""
    parameter = function.parameter(index)
    return OperandError(f"{parameter.name} is {kind_word(value)}, not {described(parameter.kinds)}")


def checked_size(result: Any) -> Any:
    """What a function made; raises OperandError when it is too large."""
    if type(result) is str and len(result) > MAX_TEXT:
        raise OperandError(f"the text would have more than {MAX_TEXT:,} characters")
    if type(result) is list and len(result) > MAX_LIST:
        raise OperandError(f"the list would have more than {MAX_LIST:,} elements")
    return result


COMPILERS: Mapping[type[Node], Callable[[Any, str], Run]] = {
    Constant: constant,
    Variable: variable,
    Access: access,
    ListOf: list_of,
    Negation: negation,
    Not: not_,
    Logic: logic,
    Choice: choice,
    Comparison: comparison,
    Arithmetic: arithmetic,
    Call: call,
}
