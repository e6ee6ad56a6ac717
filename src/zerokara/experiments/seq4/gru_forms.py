"""The forms in which a GRU is published, written out step by step: rows of the weights r, z, n; x (T, I)."""

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.sequence_models import sigmoid
from zerokara.experiments.tongue import Tongue
from zerokara.report import Cell, Table


def book_gru(x: Array, w: Array, r: Array, b: Array, c: Array) -> Array:
    """Reset before the product, z takes the new value. Rows r, z, n."""
    size = r.shape[1]
    h, found = np.zeros(size), []
    for step in x:
        a, z = (sigmoid(w[k] @ step + b[k] + r[k] @ h + c[k]) for k in (slice(size), slice(size, 2 * size)))
        k = slice(2 * size, None)
        n = np.tanh(w[k] @ step + b[k] + r[k] @ (a * h) + c[k])
        h = (1 - z) * h + z * n
        found.append(h)
    return np.array(found)


def onnx_gru(x: Array, w: Array, r: Array, b: Array, c: Array, *, linear_before_reset: bool) -> Array:
    """The text of the ONNX standard; rows are put into its order z, r, h first."""
    size = r.shape[1]
    order = np.r_[size : 2 * size, :size, 2 * size : 3 * size]
    wz, wr, wh = np.split(w[order], 3)
    rz, rr, rh = np.split(r[order], 3)
    (wbz, wbr, wbh), (rbz, rbr, rbh) = np.split(b[order], 3), np.split(c[order], 3)
    h, found = np.zeros(size), []
    for step in x:
        z = sigmoid(wz @ step + rz @ h + wbz + rbz)
        reset = sigmoid(wr @ step + rr @ h + wbr + rbr)
        inner = reset * (rh @ h + rbh) if linear_before_reset else rh @ (reset * h) + rbh
        h = (1 - z) * np.tanh(wh @ step + inner + wbh) + z * h
        found.append(h)
    return np.array(found)


def conversions(t: Tongue) -> Table:
    """Where each form resets, what its z keeps, and how it comes from PyTorch's weights."""
    heads = [
        t("form", "形"),
        t("reset", "リセット"),
        t("z keeps", "z が残すもの"),
        t("from PyTorch's weights", "PyTorch の重みから"),
    ]
    rows: list[list[Cell]] = [
        [
            t("PyTorch, this GRU", "PyTorch、この GRU"),
            t("after the product", "積の後"),
            t("the old", "古い値"),
            "–",
        ],
        [
            "ONNX, linear_before_reset 1",
            t("after", "後"),
            t("the old", "古い値"),
            t("rows z, r, n instead of r, z, n", "行を r, z, n から z, r, n に並べ替え"),
        ],
        [
            "ONNX, linear_before_reset 0",
            t("before", "前"),
            t("the old", "古い値"),
            t("another function", "別の関数"),
        ],
        [
            t("the book", "本"),
            t("before", "前"),
            t("the new", "新しい値"),
            t("another function; z: weights negated", "別の関数（z の重みの符号も反転）"),
        ],
    ]
    return Table(heads, rows)
