"""From the text of an expression to its parts; mistakes are ExpressionErrors with place and remedy."""

from __future__ import annotations

from collections.abc import Mapping

from app.expressions.errors import ExpressionError, suggestion
from app.expressions.functions import FUNCTIONS
from app.expressions.functions.check import check_call
from app.expressions.kinds import Kind
from app.expressions.limits import MAX_NESTING
from app.expressions.operators import negative
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
    Operation,
    Variable,
)
from app.expressions.tokens import Token, tokenize

OR, AND, NOT, COMPARE, ADD, MULTIPLY, SIGN = range(7)
LEVELS: Mapping[str, int] = {
    "or": OR,
    "and": AND,
    "==": COMPARE,
    "!=": COMPARE,
    "<": COMPARE,
    "<=": COMPARE,
    ">": COMPARE,
    ">=": COMPARE,
    "in": COMPARE,
    "not": COMPARE,
    "+": ADD,
    "-": ADD,
    "*": MULTIPLY,
    "/": MULTIPLY,
    "%": MULTIPLY,
}
CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}


def parse(source: str) -> Node:
    """The parts of an expression; raises ExpressionError."""
    parser = Parser(tokenize(source))
    node = parser.choice()
    if parser.token.kind != "end":
        raise parser.unexpected("Write an operator, or take it away")
    return node


class Parser:
    """Reads the words of one expression from left to right."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        """The word that comes next."""
        return self.tokens[self.index]

    def next(self) -> Token:
        """The word that comes next, which is then read."""
        token = self.token
        self.index += 1
        return token

    def at(self, text: str) -> bool:
        """Whether the next word is this operator."""
        return self.token.kind == "operator" and self.token.text == text

    def take(self, text: str) -> bool:
        """Read the next word if it is this operator, and say whether it was."""
        if not self.at(text):
            return False
        self.index += 1
        return True

    def expect(self, text: str, remedy: str) -> Token:
        """Read this operator; anything else is an error."""
        if not self.at(text):
            raise self.unexpected(remedy)
        return self.next()

    def unexpected(self, remedy: str) -> ExpressionError:
        """The error of a word that cannot stand here."""
        position = self.token.start + 1
        what = (
            "the expression ends too early" if self.token.kind == "end" else f"unexpected '{self.token.text}'"
        )
        return ExpressionError(f"{what} at {position}. {remedy}", position)

    def choice(self) -> Node:
        """A whole expression: a condition, or `condition ? one : other`."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            position = self.token.start + 1
            raise ExpressionError(
                f"the expression is more than {MAX_NESTING} deep at {position}. Split it over assigns",
                position,
            )
        node = self.operations(OR)
        if self.take("?"):
            then = self.choice()
            self.expect(":", "Write ':' and the other value of the choice")
            otherwise = self.choice()
            node = Choice(node.start, otherwise.end, node, then, otherwise)
        self.depth -= 1
        return node

    def operations(self, floor: int) -> Node:
        """Operands and the operators between them that bind at least as tightly as `floor`."""
        node = self.operand()
        while (level := self.level()) >= floor:
            node = self.comparison(node) if level == COMPARE else self.chain(node, level)
        return node

    def level(self) -> int:
        """How tightly the next word binds; -1 if it is no operator between values."""
        return LEVELS.get(self.token.text, -1) if self.token.kind == "operator" else -1

    def chain(self, first: Node, level: int) -> Node:
        """Operators of one level, from left to right."""
        operations = []
        while self.level() == level:
            symbol = self.next()
            operations.append(Operation(symbol.text, symbol.start, self.operations(level + 1)))
        end = operations[-1].operand.end
        if level in (OR, AND):
            operands = (first, *(operation.operand for operation in operations))
            return Logic(first.start, end, "or" if level == OR else "and", operands)
        return Arithmetic(first.start, end, first, tuple(operations))

    def comparison(self, left: Node) -> Node:
        """`a < b`, `a in b` or `a not in b`."""
        symbol = self.next()
        negated = symbol.text == "not"
        if negated:
            symbol = self.expect("in", "Write 'not in'")
        right = self.operations(ADD)
        if self.level() == COMPARE:
            raise self.unexpected("Compare two by two, as in a < b and b < c")
        node = Comparison(left.start, right.end, left, Operation(symbol.text, symbol.start, right))
        return Not(node.start, node.end, node) if negated else node

    def operand(self) -> Node:
        """A value with the signs before it and the parts after it."""
        if self.at("not") or self.at("-"):
            return self.prefixed()
        return self.access(self.value())

    def prefixed(self) -> Node:
        """`not a` or `-a`."""
        symbol = self.next()
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise ExpressionError(f"too many signs at {symbol.start + 1}. Take some away", symbol.start + 1)
        operand = self.operations(COMPARE) if symbol.text == "not" else self.operations(SIGN)
        self.depth -= 1
        if symbol.text == "not":
            return Not(symbol.start, operand.end, operand)
        if operand.kinds is Kind.NUMBER and isinstance(operand, Constant):
            return Constant(symbol.start, operand.end, negative(operand.value))
        return Negation(symbol.start, operand.end, operand)

    def value(self) -> Node:
        """A literal, a name, a call, a list or something in parentheses."""
        token = self.token
        if token.kind == "literal":
            self.next()
            return Constant(token.start, token.end, token.value)
        if token.kind in ("name", "variable"):
            return self.named()
        if self.take("("):
            node = self.choice()
            self.expect(")", f"Close the parenthesis of {token.start + 1}")
            return node
        if self.take("["):
            items = self.values("]")
            return ListOf(token.start, self.tokens[self.index - 1].end, items)
        if token.kind == "operator" and token.text in CONSTANTS:
            self.next()
            return Constant(token.start, token.end, CONSTANTS[token.text])
        raise self.unexpected("Write a value here")

    def named(self) -> Node:
        """A variable, `var:` before it or not, or the call of a function."""
        token = self.next()
        if token.kind == "variable":
            name = self.next()
            return Variable(token.start, name.end, name.text)
        if not self.at("("):
            return Variable(token.start, token.end, token.text)
        return self.call(token)

    def call(self, name: Token) -> Node:
        """A function that exists, with arguments that it takes."""
        function = FUNCTIONS.get(name.text)
        if function is None:
            remedy = suggestion(name.text, FUNCTIONS) or " The functions are: " + ", ".join(sorted(FUNCTIONS))
            raise ExpressionError(
                f"unknown function '{name.text}' at {name.start + 1}.{remedy}", name.start + 1
            )
        self.next()
        arguments = self.values(")")
        node = Call(name.start, self.tokens[self.index - 1].end, function, arguments)
        check_call(function, [(argument.kinds, argument.start + 1) for argument in arguments], name.start + 1)
        return node

    def values(self, closing: str) -> tuple[Node, ...]:
        """Values with commas between them, up to a closing bracket."""
        items: list[Node] = []
        while not self.take(closing):
            if items:
                self.expect(",", f"Write ',' or '{closing}'")
            items.append(self.choice())
        return tuple(items)

    def access(self, base: Node) -> Node:
        """A value, or a part of it."""
        keys: list[Node] = []
        while self.at(".") or self.at("["):
            keys.append(self.key())
        if self.at("(") and not isinstance(base, Constant):
            raise self.unexpected("Only functions are called")
        return Access(base.start, self.tokens[self.index - 1].end, base, tuple(keys)) if keys else base

    def key(self) -> Node:
        """`.name` or `[value]`."""
        if self.take("["):
            node = self.choice()
            self.expect("]", "Close the bracket")
            return node
        self.next()
        name = self.token
        if name.kind != "name" and not name.text.isalpha():
            raise self.unexpected('Write a name after the dot, or ["the name"]')
        self.next()
        return Constant(name.start, name.end, name.text)
