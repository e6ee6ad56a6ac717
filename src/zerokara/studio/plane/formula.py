"""Formulas in x, read by a small grammar of our own: nothing of what is typed is ever executed.

formula = term {("+" | "−") term}        term = factor {("*" | "/") factor}
factor  = ("+" | "−") factor | power     power = atom ["^" factor]
atom    = number | "x" | "pi" | "e" | name "(" formula ")" | "(" formula ")"
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array

Function = Callable[[Array], Array]
LONGEST, DEEPEST = 200, 40

FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "abs": np.abs,
    "tanh": np.tanh, "floor": np.floor, "sign": np.sign,
}  # fmt: skip
CONSTANTS = {"pi": np.pi, "e": np.e}

_PIECES = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([A-Za-z]+)|(\*\*|[-+*/^()]))")


def formula(text: str) -> Function:
    """The function of x that the text says, for arrays float64; ValueError says which piece is not understood."""
    if not isinstance(text, str) or len(text) > LONGEST:
        raise ValueError(f"a formula is a text in x of at most {LONGEST} characters, as sin(3*x)/2; got {short(text)}")
    plain = text.replace("−", "-").replace("·", "*").replace("²", "^2").replace("³", "^3")
    plain = re.sub(r"^\s*y\s*[>=]\s*", "", plain)
    return _Reading(plain).whole()


class _Reading:
    def __init__(self, text: str) -> None:
        self.pieces: list[str] = []
        at = 0
        while text[at:].strip():
            found = _PIECES.match(text, at)
            if found is None:
                raise ValueError(
                    f"{text[at:].strip()[0]!r} is not understood in a formula: write it as sin(3*x)/2 + x^2"
                )
            self.pieces.append(found.group(found.lastindex or 0))
            at = found.end()
        self.at, self.depth = 0, 0

    def whole(self) -> Function:
        made = self.sum()
        if self.next:
            raise ValueError(f"{self.next!r} stands where a formula should end or go on with + − * / ^")
        return made

    @property
    def next(self) -> str:
        return self.pieces[self.at] if self.at < len(self.pieces) else ""

    def take(self) -> str:
        self.at += 1
        return self.pieces[self.at - 1]

    def sum(self) -> Function:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError(f"a formula may be nested {DEEPEST} deep")
        made = self.product()
        while self.next in ("+", "-"):
            made = _both(np.add if self.take() == "+" else np.subtract, made, self.product())
        self.depth -= 1
        return made

    def product(self) -> Function:
        made = self.factor()
        while self.next in ("*", "/"):
            made = _both(np.multiply if self.take() == "*" else np.divide, made, self.factor())
        return made

    def factor(self) -> Function:
        signs = 1
        while self.next in ("+", "-"):
            signs *= 1 if self.take() == "+" else -1
        made = self.power()
        return made if signs > 0 else lambda x: -made(x)

    def power(self) -> Function:
        made = self.atom()
        if self.next in ("^", "**"):
            self.take()
            self.depth += 1
            if self.depth > DEEPEST:
                raise ValueError(f"a formula may be nested {DEEPEST} deep")
            made = _both(np.power, made, self.factor())
            self.depth -= 1
        return made

    def atom(self) -> Function:
        if not self.next:
            raise ValueError("the formula ends where a number, x or a function should stand")
        piece = self.take()
        if piece == "(":
            return self.closed(self.sum())
        if piece == "x":
            return lambda x: x
        if piece in CONSTANTS:
            return _constant(CONSTANTS[piece])
        if piece in FUNCTIONS:
            if self.next != "(":
                raise ValueError(f"{piece} wants brackets: {piece}(x)")
            self.take()
            inner, function = self.closed(self.sum()), FUNCTIONS[piece]
            return lambda x: function(inner(x))
        if piece[0].isdigit() or piece[0] == ".":
            return _constant(float(piece))
        if piece[0].isalpha():
            raise ValueError(f"{piece!r} is unknown in a formula: there are x, pi, e and {', '.join(FUNCTIONS)}")
        raise ValueError(f"{piece!r} stands where a number, x or a function should stand")

    def closed(self, made: Function) -> Function:
        if self.next != ")":
            raise ValueError("a bracket is not closed")
        self.take()
        return made


def _constant(value: float) -> Function:
    return lambda x: np.full_like(x, value)


def _both(how: Callable[[Array, Array], Array], left: Function, right: Function) -> Function:
    return lambda x: how(left(x), right(x))
