"""Comparisons, and the truth values made of them, written down in ONNX (see `noted`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.autodiff import Tensor
from zerokara.io.onnx.noted import BINARY, UNARY, Noted, origin
from zerokara.io.onnx.writing import TYPES, Given, Step

_OF_TRUTH = frozenset({"And", "Or", "Xor", "Not"})

Give = Callable[[Step, Tensor, Tensor], Given]
"""The name, in the file, of a tensor that is one in the first run and another in the second."""


class Comparisons:
    """Writes truth values down. `give` names the tensors in them."""

    def __init__(self, give: Give) -> None:
        self._give = give
        self._made: dict[int, str] = {}

    def find(self, step: Step, a: Any, b: Any) -> str | None:
        """The name of a value, `a` in the first run and `b` in the second, if it was compared in the network."""
        first, second = origin(a), origin(b)
        if (first is None) != (second is None):
            raise ValueError(f"{step.path}: what is compared for one batch is given for another")
        return None if first is None or second is None else self._write(step, first, second)

    def _write(self, step: Step, a: Noted, b: Noted) -> str:
        if id(a) not in self._made:
            if a.function is not b.function or len(a.inputs) != len(b.inputs):
                raise ValueError(f"{step.path}: other things are compared for one batch than for another")
            self._made[id(a)] = self._written(step, a, b)
        return self._made[id(a)]

    def _written(self, step: Step, a: Noted, b: Noted) -> str:
        inputs = [self._input(step, *pair) for pair in zip(a.inputs, b.inputs, strict=True)]
        function = a.function
        if function is np.ndarray.astype:
            (x,) = inputs
            return x.name if x.dtype.kind == a.dtype.kind else step.emit("Cast", x.name, to=TYPES[a.dtype.kind])
        operator = BINARY.get(function) or UNARY.get(function)
        if operator is None and function is not np.isfinite:
            name = getattr(function, "__name__", str(function))
            raise ValueError(f"{step.path}: {name} of numbers that depend on the input cannot be exported")
        if function is np.isfinite:
            wild = step.emit("Or", step.emit("IsNaN", inputs[0].name), step.emit("IsInf", inputs[0].name))
            return step.emit("Not", wild)
        assert operator is not None
        name = step.emit(operator, *self._alike(step, operator, inputs))
        return step.emit("Not", name) if function is np.not_equal else name

    def _input(self, step: Step, a: Any, b: Any) -> Given:
        if isinstance(a, Tensor):
            return self._give(step, a, b)
        first, second = np.asarray(a), np.asarray(b)
        if isinstance(a, Noted) and a.function is not None:
            return Given(self._write(step, a, b), (first.shape, second.shape), first.dtype)
        return Given(step.arrays(first, second), (first.shape, second.shape), first.dtype)

    def _alike(self, step: Step, operator: str, inputs: list[Given]) -> list[str]:
        """The names, all of one type: a comparison of a fractional number is one of fractional numbers."""
        kind = "b" if operator in _OF_TRUTH else max((i.dtype.kind for i in inputs), key="buif".index)
        kind = "i" if kind == "u" else kind
        if kind == "b" and operator not in _OF_TRUTH | {"Equal"}:
            kind = "i"
        same = [TYPES[i.dtype.kind] == TYPES[kind] for i in inputs]
        return [
            i.name if alike else step.emit("Cast", i.name, to=TYPES[kind])
            for i, alike in zip(inputs, same, strict=True)
        ]
