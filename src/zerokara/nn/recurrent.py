"""Recurrent layers: Elman's network, LSTM and GRU over whole sequences. The cells of one step stand in `cells.py`."""

import math
import warnings
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.arrays import Array, DTypeLike, Shape, default_generator
from zerokara.autodiff import Tensor, as_tensor
from zerokara.nn.init import Init, Uniform, initializer
from zerokara.nn.module import Module
from zerokara.nn.parameter import Parameter
from zerokara.nn.sizes import expect_dtype, expected_width, whole

Weights = tuple[Any, Any, Any, Any]


class Recurrent(Module):
    """What the recurrent layers share: the weights of every layer and direction, and the way through them.

    Parameters, with A = gates · hidden_size rows: `weight_ih_l{k}` (A, inputs), `weight_hh_l{k}` (A, hidden_size),
    `bias_ih_l{k}` and `bias_hh_l{k}` (A,), and the same with `_reverse` behind it for the other direction. The inputs
    of layer k > 0 are the outputs of the layer before, both directions side by side. Two biases do what one would;
    they are there so that weights of others can be loaded. Initial values: U(−1/√hidden_size, 1/√hidden_size) for all.
    """

    gates = 1
    states = 1
    """How many arrays a state consists of: the LSTM has h and c."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        name = type(self).__name__
        self.input_size = whole(name, "input_size", input_size)
        self.hidden_size = whole(name, "hidden_size", hidden_size)
        self.num_layers = whole(name, "num_layers", num_layers)
        if not 0 <= dropout < 1:
            raise ValueError(f"{name} expects dropout of at least 0 and below 1; got {short(dropout)}")
        if dropout and self.num_layers == 1:
            warnings.warn(
                f"{name} drops between its layers, so dropout={short(dropout)} does nothing with num_layers=1: "
                "put nn.Dropout behind it",
                stacklevel=2,
            )
        self.bias = bool(bias)
        self.batch_first = bool(batch_first)
        self.dropout = float(dropout)
        self.bidirectional = bool(bidirectional)
        self.rng = rng
        rng = default_generator() if rng is None else rng
        for key, shape in self._shapes():
            setattr(self, key, Parameter(initializer(within(self.hidden_size))(shape, rng, dtype)))

    @property
    def directions(self) -> int:
        """1, or 2 where the layer is bidirectional."""
        return 2 if self.bidirectional else 1

    def one(self, x: Tensor, weights: Weights, state: tuple[Any, ...], lengths: Any, reverse: bool) -> Any:
        """(outputs, last states …) of one layer in one direction."""
        raise NotImplementedError(f"{type(self).__name__} has no one(): use RNN, LSTM or GRU")

    def run(self, x: Tensor, first: tuple[Any, ...], lengths: Any) -> tuple[Tensor, list[Tensor]]:
        """(outputs, last states) through all layers; `first` are the states to begin with, or None in their places."""
        y, single = self._steps_first(x)
        first = tuple(self._expect_state(state, y.shape[1], single) for state in first)
        last: list[list[Tensor]] = [[] for _ in first]
        for layer in range(self.num_layers):
            if layer:
                y = F.dropout(y, self.dropout, self.training, self.rng)
            outputs = []
            for direction in range(self.directions):
                place = layer * self.directions + direction
                state = tuple(None if s is None else s[place] for s in first)
                output, *ends = self.one(y, self._weights(layer, direction), state, lengths, direction == 1)
                outputs.append(output)
                for kept, end in zip(last, ends, strict=True):
                    kept.append(end)
            y = outputs[0] if len(outputs) == 1 else F.concatenate(outputs, 2)
        found = [F.stack(ends) for ends in last]
        if single:
            return y[:, 0], [state[:, 0] for state in found]
        return y.swapaxes(0, 1) if self.batch_first else y, found

    def _steps_first(self, x: Tensor) -> tuple[Tensor, bool]:
        """x as (T, N, I), and whether it was a single sequence (T, I)."""
        t = as_tensor(x)
        if t.ndim not in (2, 3) or t.shape[-1] != self.input_size:
            axes = "(N, T, " if self.batch_first else "(T, N, "
            raise ValueError(
                f"{type(self).__name__} expects {axes}{self.input_size}) inputs, or one sequence (T, "
                f"{self.input_size}); got {t.shape}: this layer has input_size={self.input_size}, "
                f"batch_first={self.batch_first}; {expected_width(t.shape, (2, 3), 'input_size', self.input_size)}"
            )
        expect_dtype(type(self).__name__, t.dtype, getattr(self, self._keys(0, 0)[0]).dtype)
        if t.ndim == 2:
            return t.reshape(t.shape[0], 1, t.shape[1]), True
        return t.swapaxes(0, 1) if self.batch_first else t, False

    def _expect_state(self, state: Any, count: int, single: bool) -> Tensor | None:
        """A state (layers · directions, N, H), whatever batch_first says; or None."""
        if state is None:
            return None
        given = as_tensor(state)
        wanted: Shape = (self.num_layers * self.directions, count, self.hidden_size)
        wanted = (wanted[0], wanted[2]) if single else wanted
        if given.shape != wanted:
            first = " (batch_first concerns the inputs and outputs only)" if self.batch_first else ""
            raise ValueError(
                f"{type(self).__name__} expects a state of shape {wanted}: layers · directions, sequences, "
                f"hidden_size{first}; got {given.shape}"
                if not single
                else f"{type(self).__name__} expects, for one sequence, a state of shape {wanted}; got {given.shape}"
            )
        return given.reshape(given.shape[0], 1, given.shape[1]) if single else given

    def _keys(self, layer: int, direction: int) -> list[str]:
        end = f"_l{layer}{'_reverse' if direction else ''}"
        parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh") if self.bias else ("weight_ih", "weight_hh")
        return [part + end for part in parts]

    def _shapes(self) -> list[tuple[str, Shape]]:
        rows, found = self.gates * self.hidden_size, []
        for layer in range(self.num_layers):
            inputs = self.directions * self.hidden_size if layer else self.input_size
            for direction in range(self.directions):
                shapes = (rows, inputs), (rows, self.hidden_size), (rows,), (rows,)
                found += list(zip(self._keys(layer, direction), shapes, strict=False))
        return found

    def _weights(self, layer: int, direction: int) -> Weights:
        found = [getattr(self, key) for key in self._keys(layer, direction)]
        return (*found, None, None)[:4]

    def extra_repr(self) -> str:
        """The sizes, and what is not as usual."""
        usual = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0, "bidirectional": False}
        given = [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", *given])


class RNN(Recurrent):
    """h_t = tanh(W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh), or ReLU of it (`nonlinearity="relu"`), over whole sequences

    Called as `outputs, h = layer(x, h)`: x (T, N, input_size), or (N, T, input_size) with `batch_first`, or one
    sequence (T, input_size). Outputs (T, N, directions · hidden_size) of the last layer; h (layers · directions, N,
    hidden_size), whatever `batch_first` says, is the state behind the last step, to go on with; left out it is 0. The
    layer itself keeps nothing. `lengths` (N,), whole numbers, tell how many steps each sequence has: a padded batch
    then gives what its sequences give one by one, 0 behind their ends, and the reverse direction begins at each one's
    own end. What stands in the padding is never looked at.
    `dropout` drops outputs between the layers while training. Weights: `Recurrent`; the rule: `zerokara.rules.rnn`.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"RNN expects nonlinearity 'tanh' or 'relu'; got {short(nonlinearity)}")
        self.nonlinearity = nonlinearity
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, rng=rng, dtype=dtype
        )

    def one(self, x: Tensor, weights: Weights, state: tuple[Any, ...], lengths: Any, reverse: bool) -> Any:
        """One layer in one direction."""
        return F.rnn(x, *weights, *state, lengths=lengths, reverse=reverse, nonlinearity=self.nonlinearity)

    def forward(  # type: ignore[override]
        self, x: Tensor, hx: Tensor | None = None, lengths: Array | Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """(outputs, last state)"""
        y, (h,) = self.run(x, (hx,), lengths)
        return y, h

    def extra_repr(self) -> str:
        """The sizes, and what is not as usual."""
        return super().extra_repr() + ("" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity!r}")


class LSTM(Recurrent):
    """c_t = f·c_{t−1} + i·g,   h_t = o·tanh(c_t),   gates in the order i, f, g, o, over whole sequences

    Called as `outputs, (h, c) = layer(x, (h, c))`; shapes, `lengths` and `dropout` as at `RNN`. Hochreiter and
    Schmidhuber, 1997. Weights: `Recurrent`; the rule: `zerokara.rules.lstm`.
    """

    gates = 4
    states = 2

    def one(self, x: Tensor, weights: Weights, state: tuple[Any, ...], lengths: Any, reverse: bool) -> Any:
        """One layer in one direction."""
        return F.lstm(x, *weights, *state, lengths=lengths, reverse=reverse)

    def forward(  # type: ignore[override]
        self, x: Tensor, hx: tuple[Tensor, Tensor] | None = None, lengths: Array | Tensor | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """(outputs, (last state, last cell))"""
        y, (h, c) = self.run(x, state_and_cell("LSTM", hx), lengths)
        return y, (h, c)


class GRU(Recurrent):
    """h_t = (1 − z)·n + z·h_{t−1},   n = tanh(… + r·(W_hn·h_{t−1} + b_hn)),   gates in the order r, z, n

    Called as `outputs, h = layer(x, h)`; shapes, `lengths` and `dropout` as at `RNN`. `reset_after=False` is the form
    of the paper and of the book, n = tanh(… + W_hn·(r·h_{t−1}) + b_hn); the book's z is 1 − z here, so negate the rows
    of z of its weights. Cho et al., 2014. Weights: `Recurrent`; the rule: `zerokara.rules.gru`.
    """

    gates = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        reset_after: bool = True,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.reset_after = bool(reset_after)
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, rng=rng, dtype=dtype
        )

    def one(self, x: Tensor, weights: Weights, state: tuple[Any, ...], lengths: Any, reverse: bool) -> Any:
        """One layer in one direction."""
        return F.gru(x, *weights, *state, lengths=lengths, reverse=reverse, reset_after=self.reset_after)

    def forward(  # type: ignore[override]
        self, x: Tensor, hx: Tensor | None = None, lengths: Array | Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """(outputs, last state)"""
        y, (h,) = self.run(x, (hx,), lengths)
        return y, h

    def extra_repr(self) -> str:
        """The sizes, and what is not as usual."""
        return super().extra_repr() + ("" if self.reset_after else ", reset_after=False")


def within(hidden_size: int) -> Init:
    """Initial values U(−1/√H, 1/√H), for weights and biases alike."""
    return Uniform(1 / math.sqrt(hidden_size))


def state_and_cell(name: str, hx: Any) -> tuple[Any, Any]:
    """h and c, or twice None."""
    if hx is None:
        return None, None
    if not isinstance(hx, tuple | list) or len(hx) != 2:
        raise TypeError(f"{name} expects its state as a pair (h, c); got {short(hx)}")
    return hx[0], hx[1]
