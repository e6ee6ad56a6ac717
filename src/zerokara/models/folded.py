"""A trained `ReaderNet` as eight matrix products: what convolutions and batch norms are once they have learned.

Numba takes longer to load than a drawing takes to read, so the reader computes in plain NumPy, in the form that is
quickest there: channels innermost, and nothing computed that training alone needs.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.lib.stride_tricks import as_strided

from zerokara.arrays import Array
from zerokara.kernels.cores import thread_count
from zerokara.models.reader import ReaderNet
from zerokara.nn import BatchNorm1d, BatchNorm2d, Conv2d, Linear

_LARGEST = 1 << 18  # multiplications of a product that OpenBLAS leaves to one thread
_COLUMNS = 16
_AT_ONCE = 8  # pictures: few enough for the cache, enough that calling NumPy costs little beside its work
_MANY = 8  # pictures from which on it pays to share them among threads


class Step:
    """y = relu(x·weight + bias): weight (inputs, outputs), bias (outputs,)."""

    def __init__(self, weight: Array, bias: Array) -> None:
        self.bias = np.asarray(bias, np.float32)
        self.outputs = weight.shape[1]
        blocks = -(-self.outputs // _COLUMNS)
        while self.outputs % blocks:
            blocks += 1
        self.weights = np.ascontiguousarray(weight.reshape(len(weight), blocks, -1).transpose(1, 0, 2), np.float32)

    def piece(self, rows: int) -> int:
        """Of so many rows of a picture, how many are multiplied at once: no more than the library takes one thread for.

        How it divides a larger product among threads changes the last bits, so that a process with other settings, or
        another machine, would give another answer.
        """
        most: int = max(2, _LARGEST // self.weights[0].size)
        return max(2, -(-rows // -(-rows // most)))  # a single row would go another way

    def padded(self, rows: int) -> int:
        """So many rows, and zeros after them until the pieces are alike: none holds rows of two pictures."""
        return -(-rows // self.piece(rows)) * self.piece(rows)

    def product(self, x: Array, rows: int) -> Array:
        """x·weight of every picture: (n, padded(rows), inputs) → (n, rows, outputs)."""
        found = x.reshape(-1, 1, self.piece(rows), x.shape[2]) @ self.weights
        return found.transpose(0, 2, 1, 3).reshape(len(x), -1, self.outputs)[:, :rows]


class Folded:
    """The scores of a `ReaderNet` in evaluation, its batch norms folded into the weights before them.

        γ·(Wx − μ)/√(σ² + ε) + β  =  (γ/√(σ² + ε)·W)·x + (β − γ·μ/√(σ² + ε))

    A convolution is one product: every pixel's 3×3 neighbourhood as a row of 9·C numbers. A ReLU and an added bias do
    not change which of four numbers is the largest, so both are left until after the pool. Answers agree with the
    network's own but for rounding; and since no matrix holds rows of two pictures, and all have the same shape each
    time, what is said of a picture is the same to the last bit whatever else is asked in the same call.
    """

    def __init__(self, network: ReaderNet) -> None:
        layers = dict(network.named_children())
        self.blocks: list[tuple[Step, Step]] = []
        while f"conv{len(self.blocks) + 1}a" in layers:
            n = len(self.blocks) + 1
            first, second = (_folded(_rows(layers[f"conv{n}{half}"]), layers[f"norm{n}{half}"]) for half in "ab")
            self.blocks.append((first, second))
        self.hidden = _folded(_flat(layers["fc1"], len(self.blocks[-1][1].bias)), layers["norm"])
        last = layers["fc2"]
        assert isinstance(last, Linear)
        assert last.bias is not None
        self.last = Step(last.weight.data.T, last.bias.data)

    def __call__(self, groups: Array) -> Array:
        """Scores of pictures in groups. Shapes: (groups, n, H, W) → (groups, n, outputs)."""
        pictures = groups.reshape(-1, *groups.shape[2:])
        threads = thread_count() if len(pictures) >= _MANY else 1
        each = min(_AT_ONCE, -(-len(pictures) // threads))
        parts = [pictures[i : i + each] for i in range(0, len(pictures), each)]
        if threads == 1:
            scores = [self._scores(part) for part in parts]
        else:
            with ThreadPoolExecutor(threads) as pool:
                scores = list(pool.map(self._scores, parts))
        return np.concatenate(scores).reshape(*groups.shape[:2], -1)

    def _scores(self, pictures: Array) -> Array:
        x = pictures[..., None]
        for first, second in self.blocks:
            x = _relu(_convolved(x, first) + first.bias)
            x = _pooled(_convolved(x, second))
            x = _relu(np.add(x, second.bias, out=x))
        x = _relu(_connected(x.reshape(len(x), -1), self.hidden))
        return _connected(x, self.last)


def _convolved(x: Array, step: Step) -> Array:
    """(n, H, W, C) → (n, H, W, outputs), before the bias."""
    n, H, W, _ = x.shape
    return step.product(_neighbours(x, step.padded(H * W)), H * W).reshape(n, H, W, -1)


def _connected(x: Array, step: Step) -> Array:
    """(n, inputs) → (n, outputs), with the bias."""
    padded = np.zeros((len(x), step.padded(1), x.shape[1]), np.float32)
    padded[:, 0] = x
    found: Array = step.product(padded, 1)[:, 0] + step.bias
    return found


def _neighbours(x: Array, rows: int) -> Array:
    """Every pixel's 3×3 neighbourhood, zeros beyond the edge: (n, H, W, C) → (n, rows, 9·C), of which H·W are used."""
    n, H, W, C = x.shape
    framed = np.zeros((n, H + 2, W + 2, C), np.float32)
    framed[:, 1:-1, 1:-1] = x
    down, right, one = framed.strides[1:]
    windows = as_strided(framed, (n, H, W, 3, 3 * C), (framed.strides[0], down, right, down, one), writeable=False)
    if rows == H * W:
        return windows.reshape(n, rows, 9 * C)
    found = np.empty((n, rows, 9 * C), np.float32)
    found[:, H * W :] = 0
    found[:, : H * W].reshape(n, H, W, 3, 3 * C)[:] = windows
    return found


def _pooled(x: Array) -> Array:
    """The largest of every 2×2 pixels; an odd last row or column is left out."""
    H, W = (size // 2 * 2 for size in x.shape[1:3])
    above = np.maximum(x[:, 0:H:2, 0:W:2], x[:, 0:H:2, 1:W:2])
    below = np.maximum(x[:, 1:H:2, 0:W:2], x[:, 1:H:2, 1:W:2])
    return np.maximum(above, below, out=above)


def _relu(x: Array) -> Array:
    return np.maximum(x, np.float32(0), out=x)


def _rows(conv: object) -> Array:
    """A convolution's weight (O, C, 3, 3) as (9·C, O), in the order of `_neighbours`."""
    assert isinstance(conv, Conv2d)
    weight: Array = conv.weight.data.transpose(2, 3, 1, 0)
    return weight.reshape(-1, weight.shape[-1])


def _flat(linear: object, channels: int) -> Array:
    """The weight behind the flattening, (O, C·P), as (P·C, O): channels are innermost here."""
    assert isinstance(linear, Linear)
    weight: Array = linear.weight.data
    return weight.reshape(len(weight), channels, -1).transpose(2, 1, 0).reshape(-1, len(weight))


def _folded(weight: Array, norm: object) -> Step:
    assert isinstance(norm, BatchNorm1d | BatchNorm2d)
    assert norm.weight is not None
    assert norm.bias is not None
    mean, variance = norm.running_mean, norm.running_var
    assert mean is not None
    assert variance is not None
    scale = norm.weight.data / np.sqrt(variance + norm.eps)
    bias = norm.bias.data - scale * mean
    return Step(weight * scale, bias)
