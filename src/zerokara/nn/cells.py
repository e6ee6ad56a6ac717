"""Recurrent cells: one step, written out. For loops of your own, as in a decoder that sees what it has said.

A cell is made of ordinary functions, so its second derivatives exist too. Whole sequences are faster as a layer of
`recurrent.py`, which gives the same numbers.
"""

from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.arrays import DTypeLike, default_generator
from zerokara.autodiff import Tensor, as_tensor
from zerokara.nn.init import initializer
from zerokara.nn.module import Module
from zerokara.nn.parameter import Parameter
from zerokara.nn.recurrent import state_and_cell, within
from zerokara.nn.sizes import expect_dtype, expected_width, whole


class Cell(Module):
    """What the cells share: weight_ih (A, input_size), weight_hh (A, hidden_size), bias_ih and bias_hh (A,).

    A = gates · hidden_size; initial values U(−1/√hidden_size, 1/√hidden_size) for all.
    """

    gates = 1
    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.input_size = whole(type(self).__name__, "input_size", input_size)
        self.hidden_size = whole(type(self).__name__, "hidden_size", hidden_size)
        self.bias = bool(bias)
        rng = default_generator() if rng is None else rng
        draw, rows = initializer(within(self.hidden_size)), self.gates * self.hidden_size
        self.weight_ih = Parameter(draw((rows, self.input_size), rng, dtype))
        self.weight_hh = Parameter(draw((rows, self.hidden_size), rng, dtype))
        self.bias_ih = Parameter(draw((rows,), rng, dtype)) if bias else None
        self.bias_hh = Parameter(draw((rows,), rng, dtype)) if bias else None

    def begin(self, x: Tensor, *states: Any) -> list[Tensor]:
        """x and the states, 0 where they are left out, after their shapes were looked at."""
        name, t = type(self).__name__, as_tensor(x)
        if t.ndim not in (1, 2) or t.shape[-1] != self.input_size:
            raise ValueError(
                f"{name} expects (N, {self.input_size}) inputs, or ({self.input_size},); got {t.shape}: "
                f"this layer has input_size={self.input_size}; "
                f"{expected_width(t.shape, (1, 2), 'input_size', self.input_size)}"
            )
        expect_dtype(name, t.dtype, self.weight_ih.dtype)
        wanted = (*t.shape[:-1], self.hidden_size)
        found = [t]
        for state in states:
            given = as_tensor(np.zeros(wanted, t.dtype) if state is None else state)
            if given.shape != wanted:
                raise ValueError(
                    f"{name} expects a state of shape {wanted} for inputs {t.shape}; got {given.shape}: "
                    "leave it out to begin with zeros"
                )
            found.append(given)
        return found

    def parts(self, x: Tensor, h: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """W_ih·x + b_ih and W_hh·h + b_hh, each cut into its gates."""
        products = F.linear(x, self.weight_ih, self.bias_ih), F.linear(h, self.weight_hh, self.bias_hh)
        size = self.hidden_size
        inner, outer = ([y[..., k * size : (k + 1) * size] for k in range(self.gates)] for y in products)
        return inner, outer

    def extra_repr(self) -> str:
        """The sizes."""
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


class RNNCell(Cell):
    """h′ = tanh(W_ih·x + b_ih + W_hh·h + b_hh), or ReLU of it        x (N, input_size), h (N, hidden_size)"""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"RNNCell expects nonlinearity 'tanh' or 'relu'; got {short(nonlinearity)}")
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, bias, rng=rng, dtype=dtype)

    def forward(self, x: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next state."""
        x, h = self.begin(x, hx)
        (a,), (b,) = self.parts(x, h)
        return F.tanh(a + b) if self.nonlinearity == "tanh" else F.relu(a + b)


class LSTMCell(Cell):
    """c′ = f·c + i·g, h′ = o·tanh(c′)        i, f, o = σ and g = tanh of W_ih·x + b_ih + W_hh·h + b_hh

    Called as `h, c = cell(x, (h, c))`: x (N, input_size), h and c (N, hidden_size).
    """

    gates = 4

    def forward(  # type: ignore[override]
        self, x: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """(the next state, the next cell)"""
        x, h, c = self.begin(x, *state_and_cell("LSTMCell", hx))
        i, f, g, o = (a + b for a, b in zip(*self.parts(x, h), strict=True))
        c = F.sigmoid(f) * c + F.sigmoid(i) * F.tanh(g)
        return F.sigmoid(o) * F.tanh(c), c


class GRUCell(Cell):
    """h′ = (1 − z)·n + z·h        r, z = σ(W_ih·x + b_ih + W_hh·h + b_hh) of their rows

    n = tanh(W_in·x + b_in + r·(W_hn·h + b_hn)); shapes as at `RNNCell`.
    """

    gates = 3

    def forward(self, x: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next state."""
        x, h = self.begin(x, hx)
        (a_r, a_z, a_n), (b_r, b_z, b_n) = self.parts(x, h)
        z = F.sigmoid(a_z + b_z)
        return (1 - z) * F.tanh(a_n + F.sigmoid(a_r + b_r) * b_n) + z * h
