"""A case from its number: nothing else decides it."""

from dataclasses import replace
from typing import Any

import numpy as np

from tests.fuzz.grammar import CHANGES, FORWARD, LOSSES, METHODS, PIECES
from tests.fuzz.parts import Call, Case, Part, chosen, part

VECTORS = {
    "linear": 4, "product": 2, "tied": 1, "twice": 1, "weight norm": 1, "some rows": 1, "batch norm": 2,
    "layer norm": 1, "rms norm": 0.5, "group norm": 0.5,
    "activation": 4, "function": 4, "dropout": 2, "softmax": 0.5, "scale and shift": 1, "number": 0.7, "flag": 0.7,
    "choice": 0.7, "buffer": 0.7, "mask": 0.7, "reversed": 0.5, "cut": 0.7, "joined": 0.5, "centred": 1,
    "residual": 1.5,
    "branches": 1, "stack": 1, "large": 0.4,
}  # fmt: skip
ROWS = {
    "linear": 3, "recurrent": 2, "attention": 2, "rms norm": 0.7, "group norm": 0.7, "upsample": 0.5,
    "product": 1, "twice": 1, "weight norm": 0.5, "mixing": 2, "layer norm": 2,
    "activation": 3,
    "function": 3,
    "dropout": 1, "softmax": 0.5, "scale and shift": 1, "turned": 1, "reversed": 0.5, "cut": 0.5, "joined": 0.5,
    "summed": 2,
    "centred": 1, "residual": 1.5, "branches": 0.7, "stack": 0.7, "flatten": 1, "buffer": 0.5, "mask": 0.5, "flag": 0.5,
}  # fmt: skip
IMAGES = {
    "conv": 5, "pool": 2, "batch norm": 2, "layer norm": 0.7, "response norm": 0.7, "activation": 3, "function": 2,
    "dropout": 1, "group norm": 1, "upsample": 0.7,
    "scale and shift": 0.7, "flag": 0.5, "buffer": 0.4, "mask": 0.4, "turned": 0.5, "reversed": 0.5, "cut": 0.5,
    "joined": 0.4,
    "centred": 0.5, "residual": 2, "branches": 1.5, "flatten": 0.7, "global pool": 0.5, "adaptive pool": 0.5,
    "number": 0.4,
}  # fmt: skip
WEIGHTS = {1: VECTORS, 2: ROWS, 3: IMAGES}
AFTER = {"flatten": 1, "global pool": 1, "summed": 1}
"""The layers after which the example has another number of axes."""


def case(number: int, seed: int = 0) -> Case:
    """The case of this number."""
    rng = np.random.default_rng([seed, number])
    axes = int(rng.choice([1, 2, 3], p=[0.45, 0.15, 0.4]))
    sizes = {1: (3, 1, 2, 6, 20), 2: (3, 1, 2, 5), 3: (6, 4, 5, 8, 12)}[axes]
    entry = tuple(int(rng.choice(sizes)) for _ in range(axes))
    if axes == 3:
        entry = (int(rng.choice([1, 2, 3, 4, 16])), *entry[1:])
    indices = axes == 2 and rng.random() < 0.4
    ordinary = axes != 2 and rng.random() < 0.25
    forward = not ordinary and rng.random() < 0.2
    loss = str(rng.choice([n for n, (_, kind) in LOSSES.items() if kind == "labels"] if ordinary else list(LOSSES)))
    names = sorted(FORWARD) if forward else sorted(PIECES)
    count = 0 if ordinary else int(rng.integers(0, 4))
    pieces = tuple(part(rng, str(n)) for n in rng.choice(names, count, replace=False))
    methods = (
        ()
        if forward
        else tuple(part(rng, str(rng.choice(METHODS))) for _ in range(1 + (not ordinary and rng.random() < 0.15)))
    )
    return Case(
        number,
        str(rng.choice(["float64", "float32"], p=[0.65, 0.35])),
        entry[:1] if indices else entry,
        bool(indices),
        int(rng.choice([3, 2, 5, 1 if not ordinary else 4, 10])),
        _layers(rng, axes, int(rng.integers(0, 6)), 0),
        part(rng, loss),
        pieces,
        methods,
        _calls(rng, ordinary),
    )


def _layers(rng: Any, axes: int, count: int, depth: int) -> tuple[Part, ...]:
    found: list[Part] = []
    for _ in range(count):
        kind = chosen(rng, WEIGHTS[axes])
        inner: tuple[Part, ...] = ()
        if kind == "residual":
            inner = _way(rng, axes, depth)
        elif kind == "branches":
            inner = tuple(part(rng, "way", *_way(rng, axes, depth)) for _ in range(int(rng.integers(1, 4))))
        found.append(part(rng, kind, *inner))
        axes = AFTER.get(kind, axes)
    return tuple(found)


def _way(rng: Any, axes: int, depth: int) -> tuple[Part, ...]:
    """Layers inside a block, which leave the number of axes as it is."""
    layers = _layers(rng, axes, int(rng.integers(0, 4)), depth + 1) if depth < 2 else ()
    return tuple(layer for layer in layers if layer.kind not in AFTER)


def _calls(rng: Any, ordinary: bool) -> tuple[Call, ...]:
    """Three to five calls; of an ordinary step as a loader makes them: equal batches, and a smaller last one."""
    count = int(rng.integers(3, 6))
    usual = int(rng.choice([2, 3, 4, 7, 8]))
    changing = rng.random() < 0.7
    calls = []
    for k in range(count):
        changes: tuple[Part, ...] = ()
        if changing and k and rng.random() < 0.6:
            names = sorted(CHANGES) if not ordinary else sorted(set(CHANGES) - {"mode"})
            changes = tuple(part(rng, str(rng.choice(names))) for _ in range(int(rng.integers(1, 3))))
        size, layout = usual, 0
        if ordinary and k == count - 1 and rng.random() < 0.5:
            size = max(2, usual - 1)
        elif not ordinary and rng.random() < 0.3:
            size = int(rng.choice([1, 2, 3, 5, 9]))
        if not ordinary and rng.random() < 0.15:
            layout = int(rng.integers(0, 4))
        calls.append(Call(size, layout, changes))
    return tuple(calls)


def evaluable(case: Case) -> bool:
    """Whether its batches can be the data of `training.evaluate`."""
    labels = LOSSES[case.loss.kind][1] == "labels"
    return labels and not case.indices and len(case.entry) in (1, 3) and case.classes > 1


def ordinary(case: Case) -> bool:
    """Whether it is a step as `training.fit` makes it: no pieces, one optimizer, labels, full batches but the last."""
    sizes = [call.size for call in case.calls]
    return (
        not case.pieces
        and len(case.optimizers) == 1
        and evaluable(replace(case, classes=2))
        and all(not call.layout for call in case.calls)
        and len(set(sizes[:-1])) <= 1
        and sizes[-1] <= sizes[0]
        and (min(sizes) > 1 or not any(_normalizes(part) for part in case.layers))
        and all(p.kind != "mode" for call in case.calls for p in call.changes)
    )


def _normalizes(part: Part) -> bool:
    """Whether a batch norm is in it, for which `fit` refuses a batch of one before it begins."""
    return part.kind == "batch norm" or any(_normalizes(inner) for inner in part.inner)
