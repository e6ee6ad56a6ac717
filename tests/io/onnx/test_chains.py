"""Random chains of operators in files for one or two examples: a larger batch is answered as its parts are."""

from typing import Any

import numpy as np
import pytest

from tests.io.onnx.making import numbers
from tests.io.onnx.test_batching import chain, network, whole


@pytest.mark.parametrize("seed", range(60))
def test_any_chain_of_operators_answers_as_it_was_written(seed: int) -> None:
    """Whatever is strung together: the whole batch, at once or not, is its parts one after the other."""
    rng = np.random.default_rng(seed)
    declared = int(rng.choice([1, 1, 2]))
    shape = (declared, *(int(n) for n in rng.integers(1, 4, 3)))
    steps: list[tuple[Any, ...]] = []
    constants: dict[str, Any] = {}
    y = numbers(*shape)
    for number in range(int(rng.integers(2, 7))):
        step = _drawn(rng, y.shape, declared, f"c{number}", constants)
        trial = [*steps, step]
        try:
            y = network(chain(*trial), shape, **constants)(numbers(*shape)).data
        except ValueError:
            continue
        steps = trial
    if not steps:
        return
    module = network(chain(*steps), shape, **constants)
    x = numbers(3 * declared, *shape[1:], seed=seed)
    parts = [module(part).data for part in np.split(x, 3)]
    if parts[0].ndim == 0 or parts[0].shape[0] != declared:
        if declared != 1:
            return
        parts = [part[None] for part in parts]
    found = module(x).data
    np.testing.assert_allclose(found, np.concatenate(parts), rtol=1e-4, atol=1e-5, err_msg=str(steps))


DRAWN = [
    *("Reshape", "Add", "Mul", "Softmax", "ReduceSum", "Transpose", "Expand", "Tile", "Slice", "Squeeze", "Unsqueeze"),
    *("Gather", "MatMul", "Flatten", "Relu", "Pad", "Concat"),
]


def _drawn(rng: Any, shape: tuple[int, ...], declared: int, name: str, constants: dict[str, Any]) -> tuple[Any, ...]:
    """A random operator for an array of this shape, as the file has it."""
    ndim, size = len(shape), int(np.prod(shape))
    axis = int(rng.integers(max(ndim, 1)))
    kind = rng.choice(DRAWN)
    if kind == "Reshape":
        divisors = [n for n in range(1, size + 1) if size % n == 0]
        first = int(rng.choice([declared if size % declared == 0 else 1, int(rng.choice(divisors)), -1]))
        rest = size if first == -1 else size // first
        second = int(rng.choice([n for n in range(1, rest + 1) if rest % n == 0]))
        constants[name] = whole(first, second) if first == -1 else whole(first, -1, second)
        return "Reshape", [name], {}
    if kind in ("Add", "Mul"):
        own = [n if rng.random() < 0.5 else 1 for n in shape]
        constants[name] = (
            numbers(*own[int(rng.integers(ndim + 1)) :], seed=1) if rng.random() < 0.8 else numbers(2, *own)
        )
        return kind, [name], {}
    if kind in ("Expand", "Tile"):
        wide = [n * int(rng.choice([1, 1, 2])) for n in np.ones(ndim, int)]
        constants[name] = whole(*(n * k if n == 1 or kind == "Tile" else n for n, k in zip(shape, wide, strict=True)))
        constants[name] = whole(*wide) if kind == "Tile" else constants[name]
        return str(kind), [name], {}
    if kind == "ReduceSum":
        constants[name] = whole(axis)
        return "ReduceSum", [name], {"keepdims": int(rng.integers(2))}
    if kind == "Softmax":
        return "Softmax", [], {"axis": axis}
    if kind == "Transpose":
        return "Transpose", [], {"perm": [int(n) for n in rng.permutation(ndim)]}
    if kind == "Slice":
        constants[name], constants[f"{name}e"], constants[f"{name}a"] = whole(0), whole(1), whole(axis)
        return "Slice", [name, f"{name}e", f"{name}a"], {}
    if kind == "Squeeze" and rng.random() < 0.5:
        return "Squeeze", [], {}
    if kind in ("Squeeze", "Unsqueeze"):
        constants[name] = whole(axis)
        return str(kind), [name], {}
    if kind == "Gather":
        constants[name] = whole(0, shape[axis] - 1) if shape else whole(0)
        return "Gather", [name], {"axis": axis}
    if kind == "MatMul":
        constants[name] = numbers(shape[-1], 2) if ndim else numbers(2, 2)
        return "MatMul", [name], {}
    if kind == "Pad":
        constants[name] = whole(*(int(n) for n in rng.integers(0, 2, 2 * ndim)))
        return "Pad", [name], {}
    if kind == "Concat":
        constants[name] = numbers(*shape, seed=2)
        return "Concat", [name], {"axis": axis}
    return str(kind), [], {}
