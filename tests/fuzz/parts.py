"""What a case is made of: parts with three numbers each, which mean something once it is known where they stand.

A part says no shape. What a "linear" of width number 3 or the change "another activation" number 1 is, is decided when
the program is written, from the shape that has come that far and the layers that there are. So every part may be left
out, and every number made smaller, and what remains is a case again: that is what makes shrinking simple.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """A layer, a piece of a step, an optimizer, a change between two steps."""

    kind: str
    a: int = 0
    b: int = 0
    c: int = 0
    inner: tuple["Part", ...] = ()


@dataclass(frozen=True)
class Call:
    """One call of the step: how many examples, how they lie in memory, and what is changed before it."""

    size: int = 2
    layout: int = 0
    changes: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Case:
    """A network, a step, and a few calls of it."""

    number: int
    dtype: str = "float64"
    entry: tuple[int, ...] = (3,)
    """The shape of one example: (C,), (L, D) or (C, H, W)."""
    indices: bool = False
    """Whether the examples are rows of L integers, which the network looks up in a table."""
    classes: int = 2
    layers: tuple[Part, ...] = ()
    loss: Part = Part("cross entropy")
    pieces: tuple[Part, ...] = ()
    """What the step does besides the ordinary."""
    optimizers: tuple[Part, ...] = (Part("SGD"),)
    """None: the step is a forward pass."""
    calls: tuple[Call, ...] = (Call(), Call())


def pick(choices: Sequence[T], number: int) -> T:
    """One of the choices by any number; 0 is the simplest."""
    return choices[number % len(choices)]


def chosen(rng: Any, weights: dict[str, float]) -> str:
    """A name, drawn with these weights."""
    names = list(weights)
    shares = [weights[n] for n in names]
    total = sum(shares)
    return str(rng.choice(names, p=[s / total for s in shares]))


def part(rng: Any, kind: str, *inner: Part) -> Part:
    """A part with numbers drawn at random."""
    a, b, c = (int(v) for v in rng.integers(0, 1000, 3))
    return Part(kind, a, b, c, inner)
