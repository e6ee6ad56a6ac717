"""Formulas that people type, such as `sin(3*x) + y^2`: parsed by a small grammar, never executed as code.

sum     = product { ("+" | "-") product }
product = signed { ("*" | "/") signed }
signed  = ("+" | "-") signed | power
power   = atom [ ("^" | "**") signed ]
atom    = number | "pi" | "e" | variable | function "(" sum ")" | "(" sum ")"
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

import numpy as np

from zerokara.arrays import Array

LONGEST, DEEPEST = 200, 40
"""Characters of a formula, and parentheses and signs within each other."""

FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
}
CONSTANTS = {"pi": math.pi, "e": math.e}

Formula = Callable[[Mapping[str, Array]], Array]
"""Values of the variables → values of the formula, float64; where it has none, NaN or ∞."""

_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z]+)|(\*\*|[-+*/^()]))")


def parse(text: str, variables: tuple[str, ...] = ("x", "y")) -> Formula:
    """The function that a formula describes. ValueError says in a sentence what is not understood, and where."""
    if len(text) > LONGEST:
        raise ValueError(f"a formula has at most {LONGEST} characters; this one has {len(text)}")
    reader = _Reader(_tokens(text), variables)
    found = reader.sum(0)
    if reader.token:
        raise ValueError(f"the formula could end before {reader.token!r}: an operator is missing, or a parenthesis")

    def formula(values: Mapping[str, Array]) -> Array:
        wide = {name: np.asarray(value, np.float64) for name, value in values.items()}
        with np.errstate(all="ignore"):
            return np.broadcast_to(found(wide), np.shape(next(iter(wide.values())))).astype(np.float64)

    return formula


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"{text[place:].strip()[0]!r} has no place in a formula: use numbers, + - * / ^ and ( )")
        found.append(match.group().strip())
        place = match.end()
    return found


class _Reader:
    """Reads tokens from left to right, a method for each line of the grammar."""

    def __init__(self, tokens: list[str], variables: tuple[str, ...]) -> None:
        self._tokens, self._place, self._variables = tokens, 0, variables

    @property
    def token(self) -> str:
        """The next one; "" at the end."""
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def take(self) -> str:
        """The next one, and go on."""
        token = self.token
        self._place += 1
        return token

    def sum(self, depth: int) -> Formula:
        left = self.product(depth)
        while self.token in ("+", "-"):
            left = _both(np.add if self.take() == "+" else np.subtract, left, self.product(depth))
        return left

    def product(self, depth: int) -> Formula:
        left = self.signed(depth)
        while self.token in ("*", "/"):
            left = _both(np.multiply if self.take() == "*" else np.divide, left, self.signed(depth))
        return left

    def signed(self, depth: int) -> Formula:
        if depth > DEEPEST:
            raise ValueError(f"a formula goes at most {DEEPEST} levels deep")
        if self.token not in ("+", "-"):
            return self.power(depth)
        negative, inner = self.take() == "-", self.signed(depth + 1)
        return _one(np.negative, inner) if negative else inner

    def power(self, depth: int) -> Formula:
        base = self.atom(depth)
        if self.token not in ("^", "**"):
            return base
        self.take()
        return _both(np.power, base, self.signed(depth + 1))

    def atom(self, depth: int) -> Formula:
        token = self.take()
        if token == "(":
            return self.closed(depth)
        if token in self._variables:
            return lambda values: values[token]
        if token in CONSTANTS or token[:1].isdigit() or token[:1] == ".":
            value = np.asarray(CONSTANTS.get(token) or float(token), np.float64)
            return lambda values: value
        if token in FUNCTIONS:
            if self.take() != "(":
                raise ValueError(f"{token} takes its argument in parentheses, as {token}({self._variables[0]})")
            return _one(FUNCTIONS[token], self.closed(depth))
        known = ", ".join((*self._variables, *CONSTANTS, *FUNCTIONS))
        raise ValueError(
            f"{token!r} is not known in a formula; known are {known}" if token else "the formula ends early"
        )

    def closed(self, depth: int) -> Formula:
        """A sum and the parenthesis behind it."""
        inner = self.sum(depth + 1)
        if self.take() != ")":
            raise ValueError("a parenthesis is not closed")
        return inner


def _one(function: Callable[[Array], Array], inner: Formula) -> Formula:
    return lambda values: function(inner(values))


def _both(function: Callable[[Array, Array], Array], left: Formula, right: Formula) -> Formula:
    return lambda values: function(left(values), right(values))
