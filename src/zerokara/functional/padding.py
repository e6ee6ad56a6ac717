"""More pixels around a picture."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from zerokara import rules
from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.shared import Like

Pair = tuple[int, int]

BORDERS: dict[str, Callable[[Array, int], Array]] = {
    "reflect": lambda i, n: np.abs((i - (n - 1)) % max(2 * n - 2, 1) - (n - 1)),
    "replicate": lambda i, n: np.clip(i, 0, n - 1),
    "circular": lambda i, n: i % n,
}
"""Which pixel stands at place i of a row of n pixels, also before its first and behind its last."""

_ROOM = {"reflect": 1, "circular": 0, "replicate": None}


def pad(x: Like, pad: Sequence[int], mode: str = "constant", value: float = 0.0) -> Tensor:
    """`pad` numbers before and behind: (left, right) of the last axis, then (top, bottom) of the one before, and so on

    `mode`: "constant" (with `value`), "reflect" (the picture mirrored at its edge), "replicate" (its edge repeated) or
    "circular" (its other end). With "constant" a negative number cuts pixels away.
    """
    t, pairs = as_tensor(x), _pairs(as_tensor(x), pad)
    if mode == "constant":
        return _constant(t, pairs, value)
    if mode not in BORDERS:
        raise ValueError(f"pad knows the modes constant, {', '.join(BORDERS)}; got {short(mode)}")
    for axis, (before, behind) in pairs.items():
        n, room = t.shape[axis], _ROOM[mode]
        longest = None if room is None else n - room
        if min(before, behind) < 0 or n < 1 or (longest is not None and max(before, behind) > longest):
            limit = "" if longest is None else f" to {longest}"
            raise ValueError(
                f"pad with mode {mode!r} adds from 0{limit} numbers to an axis of {n}; got {before, behind}"
            )
        if before or behind:
            places = BORDERS[mode](np.arange(-before, n + behind), n)
            t = apply(rules.getitem, t, index=(*(slice(None),) * axis, places))
    return t


def around(name: str, padding: str, kernel: Pair, stride: Pair, dilation: Pair) -> tuple[Pair, Pair]:
    """What the word "same" or "valid" means: zeros on all sides, (rows, columns), and more of them behind.

    "same" keeps the size: d·(k − 1) zeros in all, of an odd number one more behind, as PyTorch has it.
    """
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding != "same":
        raise ValueError(f"{name} expects numbers, 'same' or 'valid' for padding; got {short(padding)}")
    if stride != (1, 1):
        raise ValueError(f"{name} with padding='same' keeps the size, which takes stride 1; got stride {stride}")
    whole = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return (whole[0] // 2, whole[1] // 2), (whole[0] % 2, whole[1] % 2)


def _pairs(t: Tensor, pad: Sequence[int]) -> dict[int, Pair]:
    """{axis: (before, behind)}"""
    numbers = rules.new_shape("pad", tuple(pad))
    if len(numbers) % 2 or len(numbers) > 2 * t.ndim:
        raise ValueError(
            f"pad expects pairs (before, behind), from the last axis on; got {numbers} for {t.shape}: "
            f"give {2 * t.ndim} numbers at most, an even number of them"
        )
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return {t.ndim - 1 - k: pair for k, pair in enumerate(pairs)}


def _constant(t: Tensor, pairs: dict[int, Pair], value: float) -> Tensor:
    cut, inside, shape = [slice(None)] * t.ndim, [slice(None)] * t.ndim, list(t.shape)
    for axis, (before, behind) in pairs.items():
        n = t.shape[axis]
        if n + before + behind < 0:
            raise ValueError(f"pad cannot cut {before, behind} from an axis of {n}: the shape is {t.shape}")
        cut[axis] = slice(max(-before, 0), n - max(-behind, 0))
        kept = max(n - max(-before, 0) - max(-behind, 0), 0)
        inside[axis] = slice(max(before, 0), max(before, 0) + kept)
        shape[axis] = n + before + behind
    if any(n < 0 for pair in pairs.values() for n in pair):
        t = t[tuple(cut)]
    if not any(n > 0 for pair in pairs.values() for n in pair):
        return t
    y = apply(rules.scatter, t, index=tuple(inside), shape=tuple(shape))
    return y if value == 0 else _filled(y, inside, min(pairs), value)


def _filled(y: Tensor, inside: list[slice], first: int, value: Any) -> Tensor:
    """The zeros around a picture become the value; `first` is the first axis that has some."""
    if y.dtype.kind != "f" and value != int(value):
        raise TypeError(f"pad of {y.dtype} expects a whole number for value; got {short(value)}")
    here = np.zeros(y.shape[first:], bool)
    here[tuple(inside[first:])] = True
    return apply(rules.where, y, np.asarray(value, y.dtype), condition=here)
