"""An operator of ONNX: the function that computes it, and the module that a node of a network becomes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.autodiff import Tensor
from zerokara.kernels import tracing
from zerokara.kernels.tracing import Traced
from zerokara.nn import Module

Value = Any
"""A Tensor where gradients may flow; an array for whole numbers, truth values, and constants."""

Compute = Callable[..., Value]
"""(call, *inputs) → the value, or a tuple of several."""


class Call:
    """What a function knows of its node besides the inputs: attributes, opset, number of outputs, the mode."""

    def __init__(
        self, attributes: Mapping[str, Any], opset: int, outputs: int = 1, module: Module | None = None
    ) -> None:
        self.attributes, self.opset, self.outputs, self.module = attributes, opset, outputs, module

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute, or its default."""
        return self.attributes.get(name, default)

    @property
    def has_buffers(self) -> bool:
        """Whether the module has buffers of its own, such as running statistics."""
        return self.module is not None and next(self.module.named_buffers(), None) is not None

    @property
    def training(self) -> bool:
        """Whether the module is in training mode. A recorded step holds only as long as it stays so."""
        module = self.module
        if module is None:
            return False
        mode = module.training
        tracing.assume(lambda: module.training == mode)
        return mode


@dataclass(frozen=True)
class Entry:
    """A row of the table: the function, and what becomes of the constants among its inputs.

    learned: names of the parameters, by position; for other positions `other` is the name, and "" means a constant.
    kept: names of buffers, by position. settings: positions whose constants are never parameters.
    quiet: the value is no tensor of features (a shape, say), so that nobody observes it.
    """

    compute: Compute
    learned: Mapping[int, str] = field(default_factory=dict)
    kept: Mapping[int, str] = field(default_factory=dict)
    settings: Sequence[int] = ()
    other: str = "value"
    quiet: bool = False


OPERATORS: dict[str, Entry] = {}
"""Every operator that can be imported, by its ONNX name; filled by the modules of `operators`."""


def operator(*names: str, **options: Any) -> Callable[[Compute], Compute]:
    """Enter a function into the table, under these ONNX names."""

    def enter(compute: Compute) -> Compute:
        for name in names:
            OPERATORS[name] = Entry(compute, **options)
        return compute

    return enter


class Operator(Module):
    """One node of an imported network: a layer with its parameters, buffers and settings.

    Called with the tensors that flow into it, in their order; the constants it has are its own.
    """

    def __init__(self, kind: str, path: str, call: Call, sources: Sequence[Any]) -> None:
        call.module = self
        self.kind = kind
        self.path = path
        self._node = _Held(call, sources)

    def forward(self, *inputs: Value) -> Value:
        """What ONNX defines for this operator."""
        return OPERATORS[self.kind].compute(self._node.call, *self.arguments(iter(inputs)))

    def arguments(self, flowing: Iterator[Any]) -> list[Value]:
        """What the operator is applied to: what flows in, and between it its own arrays and its constants."""
        return [self._argument(source, flowing) for source in self._node.sources]

    def _argument(self, source: Any, flowing: Iterator[Any]) -> Value:
        if source is Source.FLOWING:
            return next(flowing)
        return getattr(self, source.name) if isinstance(source, Own) else source

    def observed(self, inputs: Sequence[Value]) -> bool:
        """Whether this is a layer to look at: tensors go in, and one tensor comes out."""
        own = any(isinstance(source, Own) for source in self._node.sources)
        single = self._node.call.outputs == 1 and not OPERATORS[self.kind].quiet
        return single and (own or any(isinstance(value, Tensor) for value in inputs))

    def multiply_adds(self, output: Shape) -> int:
        """Multiplications, each with its addition, for an output of this shape: weighted layers have them, others 0."""
        weight = getattr(self, "weight", None)
        if self.kind == "Conv" and isinstance(weight, Tensor):
            return math.prod(output) * math.prod(weight.shape[1:])
        if self.kind == "ConvTranspose" and isinstance(weight, Tensor):  # a pixel lays out its filters
            return math.prod(self._pixels_in(output[1:], weight.shape[2:])) * weight.size
        if self.kind in ("Gemm", "MatMul") and isinstance(weight, Tensor) and weight.ndim > 1:
            transposed = self.kind == "Gemm" and self._node.call.get("transB", 0)
            return math.prod(output) * weight.shape[-1 if transposed else -2]
        return 0

    def _pixels_in(self, output: Shape, kernel: Shape) -> list[int]:
        """The sides of the picture that a transposed convolution has made as large as `output`."""
        call, axes = self._node.call, len(kernel)
        strides, dilations = call.get("strides") or [1] * axes, call.get("dilations") or [1] * axes
        more, pads = call.get("output_padding") or [0] * axes, call.get("pads") or [0] * (2 * axes)
        if str(call.get("auto_pad", "")).startswith("SAME") and not call.get("output_shape"):
            return [n // s for n, s in zip(output, strides, strict=True)]
        if call.get("output_shape") or call.get("auto_pad") == "VALID":
            pads = [0] * (2 * axes)
        cut = [a + b for a, b in zip(pads[:axes], pads[axes:], strict=True)]
        sizes = zip(output, kernel, strides, dilations, more, cut, strict=True)
        return [(n - 1 - d * (k - 1) - extra + p) // s + 1 for n, k, s, d, extra, p in sizes]

    def extra_repr(self) -> str:
        """The attributes that are numbers or words."""
        shown = {k: v for k, v in self._node.call.attributes.items() if isinstance(v, int | float | str | list)}
        return ", ".join(f"{name}={value}" for name, value in shown.items())

    def __repr__(self) -> str:
        parts = [f"{name} {parameter.shape}" for name, parameter in self.named_parameters()]
        return f"{self.kind}({', '.join([*parts, *filter(None, [self.extra_repr()])])})"


@dataclass(frozen=True)
class Own:
    """An input that is a parameter or buffer of the operator, by its name."""

    name: str


class Source(Enum):
    """Where an input comes from, if it is neither a constant nor the operator's own."""

    FLOWING = "computed by another operator, or given to the network"


@dataclass(frozen=True)
class _Held:
    """What an operator knows besides its parameters; a class of its own, so that nobody looks for modules in it."""

    call: Call
    sources: Sequence[Any]


# what the functions share


def is_tensor(*values: Value) -> bool:
    """Whether any of the values is a tensor, so that gradients may flow."""
    return any(isinstance(value, Tensor) for value in values)


def numbers_of(value: Value) -> Any:
    """The array behind a tensor, or the array itself."""
    return value.data if isinstance(value, Tensor) else value


def known(value: Value, what: str) -> Any:
    """The numbers of a setting (a shape, an axis), which have to be known while a step is recorded."""
    array = numbers_of(value)
    if isinstance(array, Traced):
        return array.known_numbers(f"take {what} from numbers that it has computed itself")
    return np.asarray(array)


def whole_numbers(value: Value, what: str) -> list[int]:
    """A setting as a list of Python's integers."""
    return [int(n) for n in np.atleast_1d(known(value, what))]


def setting(call: Call, name: str, value: Value | None, what: str) -> list[int] | None:
    """What was an attribute in old opsets and is an input in new ones; None where neither is given."""
    if value is not None:
        return whole_numbers(value, what)
    given = call.get(name)
    return None if given is None else [int(n) for n in given]


def computed_in(array: Array) -> Array:
    """A copy of a weight in a type that the kernels compute in: half precision becomes float32."""
    return np.array(array, np.float32 if array.dtype == np.float16 else array.dtype)
