"""The book's SimpleConvNet in plain NumPy with im2col, layer by layer: what a reader of the book would write.

Nothing of zerokara is used here, so this is an independent opponent: convolution and pooling through im2col, gradients
kept in dictionaries, Adam with one NumPy expression per line. Only the dtype can be chosen. The gradient of the images,
which the book computes and nobody needs, is left out, so that nobody does more work than the others.
"""

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def im2col(images: Array, height: int, width: int, stride: int) -> Array:
    """Every window as one row: (N·I·J, C·P·Q)."""
    n, c, h, w = images.shape
    rows, columns = (h - height) // stride + 1, (w - width) // stride + 1
    col = np.zeros((n, c, height, width, rows, columns), images.dtype)
    for y in range(height):
        for x in range(width):
            col[:, :, y, x] = images[:, :, y : y + stride * rows : stride, x : x + stride * columns : stride]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(n * rows * columns, -1)


def col2im(col: Array, shape: tuple[int, ...], height: int, width: int, stride: int) -> Array:
    """Every row added back onto its window."""
    n, c, h, w = shape
    rows, columns = (h - height) // stride + 1, (w - width) // stride + 1
    col = col.reshape(n, rows, columns, c, height, width).transpose(0, 3, 4, 5, 1, 2)
    images = np.zeros(shape, col.dtype)
    for y in range(height):
        for x in range(width):
            images[:, :, y : y + stride * rows : stride, x : x + stride * columns : stride] += col[:, :, y, x]
    return images


class PlainConvNet:
    """Conv 5×5 – ReLU – pool 2 – Linear – ReLU – Linear – softmax with cross-entropy, and Adam."""

    def __init__(self, dtype: Any, weights: list[Array]) -> None:
        """Starts from these weights W1 (30, 1, 5, 5), W2 (4320, 100), W3 (100, 10), so that all contestants do."""
        self.params = {f"W{k + 1}": w.astype(dtype) for k, w in enumerate(weights)}
        self.params |= {f"b{k + 1}": np.zeros(size, dtype) for k, size in enumerate((30, 100, 10))}
        self.m = {name: np.zeros_like(value) for name, value in self.params.items()}
        self.v = {name: np.zeros_like(value) for name, value in self.params.items()}
        self.t = 0

    def step(self, x: Array, labels: Array) -> float:
        """One training step; returns the loss."""
        p, n = self.params, len(x)
        col = im2col(x, 5, 5, 1)
        filters = p["W1"].reshape(30, -1).T
        maps = (col @ filters + p["b1"]).reshape(n, 24, 24, 30).transpose(0, 3, 1, 2)
        off1 = maps <= 0
        maps = maps.copy()
        maps[off1] = 0
        windows = im2col(maps, 2, 2, 2).reshape(-1, 4)
        argmax = windows.argmax(axis=1)
        pooled = windows.max(axis=1).reshape(n, 12, 12, 30).transpose(0, 3, 1, 2)
        flat = pooled.reshape(n, -1)
        hidden = flat @ p["W2"] + p["b2"]
        off2 = hidden <= 0
        hidden[off2] = 0
        scores = hidden @ p["W3"] + p["b3"]
        scores -= scores.max(axis=1, keepdims=True)
        y = np.exp(scores)
        y /= y.sum(axis=1, keepdims=True)
        loss = -np.log(y[np.arange(n), labels] + 1e-7).mean()

        grads = {}
        y[np.arange(n), labels] -= 1
        y /= n
        grads["W3"], grads["b3"] = hidden.T @ y, y.sum(axis=0)
        d = y @ p["W3"].T
        d[off2] = 0
        grads["W2"], grads["b2"] = flat.T @ d, d.sum(axis=0)
        d = (d @ p["W2"].T).reshape(n, 30, 12, 12).transpose(0, 2, 3, 1)
        spread = np.zeros((d.size, 4), d.dtype)
        spread[np.arange(d.size), argmax] = d.flatten()
        d = col2im(spread.reshape(n * 12 * 12, -1), maps.shape, 2, 2, 2)
        d[off1] = 0
        d = d.transpose(0, 2, 3, 1).reshape(-1, 30)
        grads["b1"], grads["W1"] = d.sum(axis=0), (col.T @ d).T.reshape(30, 1, 5, 5)
        self._adam(grads)
        return float(loss)

    def _adam(self, grads: dict[str, Array], lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999) -> None:
        self.t += 1
        rate = float(lr * np.sqrt(1 - beta2**self.t) / (1 - beta1**self.t))
        for name, g in grads.items():
            self.m[name] += (1 - beta1) * (g - self.m[name])
            self.v[name] += (1 - beta2) * (g**2 - self.v[name])
            self.params[name] -= rate * self.m[name] / (np.sqrt(self.v[name]) + 1e-7)
