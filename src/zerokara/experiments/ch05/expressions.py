"""Formulas that are typed, such as `(x + y) * exp(-x)`, computed with tensors. Nothing but arithmetic is understood."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from zerokara import functional as F
from zerokara.autodiff import Tensor

OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
FUNCTIONS: dict[str, Callable[[Any], Tensor]] = {
    "exp": F.exp,
    "log": F.log,
    "sqrt": F.sqrt,
    "sin": F.sin,
    "cos": F.cos,
    "tanh": F.tanh,
    "sigmoid": F.sigmoid,
    "relu": F.relu,
}


def variables(expression: str) -> list[str]:
    """The names in an expression that are not functions, in the order in which they are read."""
    found = [node.id for node in _in_order(_parsed(expression)) if isinstance(node, ast.Name)]
    return [name for name in dict.fromkeys(found) if name not in FUNCTIONS]


def compute(expression: str, values: Mapping[str, Tensor]) -> Tensor:
    """The value of an expression; a ValueError says what is not understood."""
    value = _value(_parsed(expression), values)
    if not isinstance(value, Tensor):
        raise ValueError(f"an expression has at least one variable; got {expression!r}")
    return value


def _parsed(expression: str) -> ast.expr:
    try:
        return ast.parse(expression.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise ValueError(f"this is not an expression: {expression!r}; one is (x + y) * exp(-x)") from None


def _in_order(node: ast.AST) -> list[ast.AST]:
    return [node, *(inner for child in ast.iter_child_nodes(node) for inner in _in_order(child))]


def _value(node: ast.expr, values: Mapping[str, Tensor]) -> Any:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(left, values), _value(right, values))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, values)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](_value(argument, values))
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
    raise ValueError(
        f"{ast.unparse(node)} is not understood: an expression is made of names, numbers, + - * / ** and "
        f"{', '.join(FUNCTIONS)}"
    )
