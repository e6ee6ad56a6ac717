"""A network that is being written: lines of `__init__`, lines of `forward`, and the shape that has come this far.

What writes a layer is a function entered in `LAYERS` by `@layer(kind, …)`: they stand in `layers` and `shaping`.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.fuzz.parts import Part, pick

Shape = tuple[int, ...]


class Network:
    """Writes the class of a network."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.made: list[str] = []
        self.body: list[str] = []
        self.known: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        """What there is to change: for "weight", "activation", "dropout", …: paths from the network, and details."""
        self._names = itertools.count()
        self.depth = 0

    def name(self, stem: str) -> str:
        return f"{stem}{next(self._names)}"

    def keep(self, kind: str, stem: str, expression: str, detail: Any = None) -> str:
        """An attribute: returns its name."""
        name = self.name(stem)
        self.made.append(f"self.{name} = {expression}")
        self.known[kind].append((name, detail))
        return name

    def module(self, kind: str, expression: str, way: int = 0, detail: Any = None) -> str:
        """A module that is held as an attribute, in a list, in a dictionary, or frozen; returns its path."""
        held = way % 12
        name = self.name("layer")
        if held == 9:
            path, line = f"{name}[0]", f"self.{name} = [{expression}]"
        elif held == 10:
            path, line = f"{name}['a']", f"self.{name} = {{'a': {expression}}}"
        elif held == 11 and kind in ("linear", "conv"):
            path, line = name, f"self.{name} = {expression}.requires_grad_(False)"
        else:
            path, line = name, f"self.{name} = {expression}"
        self.made.append(line)
        self.known[kind].append((path, detail or expression))
        return path

    def parameter(self, shape: Shape, scale: float = 0.5, about: float = 0.0) -> str:
        """A parameter of the network's own."""
        values = f"values({', '.join([*map(str, shape), f'scale={scale}'])}{f', about={about}' if about else ''})"
        return self.keep("weight", "w", f"nn.Parameter({values})", shape)

    def say(self, line: str) -> None:
        self.body.append(line)

    def choose(self, number: int, *forms: str) -> None:
        """x becomes one of these."""
        self.say(f"x = {pick(forms, number)}")

    def write(self, parts: tuple[Part, ...]) -> None:
        """Write layers one after another; those that cannot stand here are left out."""
        for p in parts:
            spaces, make = LAYERS[p.kind]
            if len(self.shape) in spaces:
                make(self, p)

    def inner(self, parts: tuple[Part, ...], start: str) -> tuple[str, Shape]:
        """Write a way aside of the main one: returns the variable it ends in and its shape; the main shape stays."""
        before, self.depth = self.shape, self.depth + 1
        at = len(self.body)
        variable = self.name("y")
        if self.depth < 3:
            self.write(parts)
        lines = self.body[at:]
        del self.body[at:]
        kept = self.name("x")
        self.body += [f"{kept} = x", *lines, f"{variable} = x", f"x = {kept}"]
        shape, self.shape, self.depth = self.shape, before, self.depth - 1
        return variable, shape

    def finish(self, classes: int) -> None:
        """Whatever the shape is by now, end in (N, classes) scores."""
        if len(self.shape) == 3 and (self.shape[0] * self.shape[1] * self.shape[2]) > 600:
            LAYERS["global pool"][1](self, Part("global pool"))
        if len(self.shape) > 1:
            LAYERS["flatten"][1](self, Part("flatten"))
        self.made.append(f"self.head = nn.Linear({self.shape[0]}, {classes})")
        self.known["linear"].append(("head", f"nn.Linear({self.shape[0]}, {classes})"))
        self.say("return self.head(x)")


Write = Callable[[Network, Part], Any]
LAYERS: dict[str, tuple[tuple[int, ...], Write]] = {}
"""For every kind: the numbers of axes (without the batch's) that it works on, and what writes it."""


def layer(kind: str, *spaces: int) -> Callable[[Write], Write]:
    def enter(write: Write) -> Write:
        LAYERS[kind] = spaces, write
        return write

    return enter
