"""Every kernel writes the arrays that it says it writes, all of them, and no other."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.kernels.families import numbers
from tests.kernels.test_recorded import CALLS
from tests.kernels.test_replay import LAYERS
from zerokara.arrays import Array
from zerokara.kernels import compiled, reference
from zerokara.kernels.compiled import FUSED, build, memory, threads
from zerokara.kernels.compiled.effects import CHANGED
from zerokara.kernels.tracing import CHANGING

STEPS: dict[str, tuple[int, tuple[float, ...]]] = {
    "sgd_step": (2, ()),
    "momentum_step": (3, (0.9, 0.0, 1, 0)),
    "adagrad_step": (3, (1e-7,)),
    "rmsprop_step": (3, (0.9, 1e-7)),
    "adam_step": (4, (0.9, 0.99, 1e-7, 3)),
}


def _step(name: str) -> tuple[Any, ...]:
    count, own = STEPS[name]
    return *(np.abs(numbers(k, (100,), np.float32)) for k in range(count)), np.array((0.1, 1e-3, 1e-4, 0.99, *own))


def _changing(name: str) -> tuple[Any, ...]:
    if name == "update_running":
        return numbers(0, (7,), np.float32), numbers(1, (7,), np.float32), 0.1, 1.5
    if name == "scale_into":
        return numbers(0, (7, 3), np.float32), numbers(1, (7, 3), np.float32), np.full(1, 0.25)
    return (np.array(3),) if name == "count_up" else _step(name)


def _cases() -> Iterator[tuple[Callable[..., Any], tuple[Any, ...]]]:
    """Calls that reach every kernel."""
    yield from CALLS
    yield from (
        (getattr(compiled, name), _changing(name)) for name in (*STEPS, "count_up", "scale_into", "update_running")
    )
    in_columns = numbers(1, (3, 7), np.float32).T
    yield compiled.scale_into, (numbers(0, (7, 3), np.float32), in_columns, np.full(1, 0.25))
    winograd = [
        ((2, 64, 28, 28), (64, 64, 3, 3), ((1, 1), (1, 1), (1, 1), 1)),
        ((4, 256, 14, 14), (256, 256, 3, 3), ((1, 1), (1, 1), (1, 1), 1)),  # many filters, few tiles: deep
    ]
    for x_shape, w_shape, options in (*LAYERS, *winograd):
        x, w, b = (numbers(k, s, np.float32) for k, s in enumerate([x_shape, w_shape, w_shape[:1]]))
        y = reference.conv2d(x, w, b, *options)
        yield FUSED["conv2d_fused"], (x, w, b, *options, True)
        yield compiled.conv2d_grad_x, (y, w, x.shape, *options)
        yield FUSED["conv2d_grad_x_fused"], (y, w, x.shape, *options, x)
        yield compiled.conv2d_grad_w, (y, x, w.shape, *options)
    yield compiled.channel_sum, (numbers(0, (4, 5, 6, 6), np.float32),)
    for rows in (1, 5, 40):
        x, w = numbers(0, (rows, 600), np.float32), numbers(1, (37, 600), np.float32)
        yield FUSED["linear_fused"], (x, w, numbers(2, (37,), np.float32), True)
        yield FUSED["matmul_masked"], (x, np.ascontiguousarray(w.T), numbers(3, (rows, 37), np.float32))
    for name in ("momentum_step", "adam_step"):
        count, own = STEPS[name]
        w, *states = (np.abs(numbers(k, (600, 30), np.float32)) for k in range(count - 1))
        settings = np.array((0.1, 1e-3, 1e-4, 0.99, *own))
        yield (
            FUSED[f"matmul_{name}"],
            (w, numbers(5, (7, 600), np.float32).T, numbers(6, (7, 30), np.float32), *states, settings),
        )
    q, k, v = (numbers(k, (2, 3, 9, 5), np.float32) for k in range(3))
    bias, mask, keep = numbers(3, (1, 3, 9, 9), np.float32), numbers(4, (2, 1, 1, 9), np.float32) > 0, np.abs(q @ k.mT)
    y, shares = reference.attention(q, k, v, bias, mask, keep, 0.5, 0)
    yield compiled.attention, (q, k, v, bias, mask, keep, 0.5, 0)
    yield compiled.attention_grads, (y, q, k, v, y, shares, bias, mask, keep, 0.5, 0)
    yield compiled.gelu_tanh, (numbers(0, (40, 7), np.float32),)
    yield compiled.gelu_tanh_grad, (numbers(0, (40, 7), np.float32), numbers(1, (40, 7), np.float32))
    weighted = numbers(1, (5, 8, 9), np.float32)
    images = numbers(0, (3, 5, 8, 9), np.float32)
    yield compiled.layer_norm, (images, weighted, weighted, 3, 1e-5)
    yield compiled.layer_norm_grads, (images, images, weighted, 3, 1e-5)
    row = numbers(1, (5,), np.float32)
    yield compiled.group_norm, (images, row, row, 5, 1e-5)
    yield compiled.group_norm_grads, (images, images, row, 1, 1e-5)


def _calls(function: Callable[..., Any], args: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The calls of machine code that a wrapper writes down; each is made after it has been looked at."""
    calls: list[tuple[Any, tuple[Any, ...]]] = []

    def allocate(shape: Any, dtype: Any) -> Array:
        array = np.empty(shape, dtype)
        array.reshape(-1).view(np.uint8)[...] = 0xFF  # NaN as a float
        return array

    with threads.recorded_by(lambda f, parts: calls.extend((f, p) for p in parts)), memory.allocating(allocate):
        function(*args)
    for call, part in calls:
        yield call, part
        call(*part)


def test_all_kernels_write_what_they_declare() -> None:
    changed: dict[str, set[str]] = {}
    for function, args in _cases():
        for call, part in _calls(function, args):
            kernel = build.declared(call)
            copies = [a.copy() if isinstance(a, np.ndarray) else a for a in part]
            call(*copies)
            for name, before, after in zip(kernel.parameters, part, copies, strict=True):
                if isinstance(before, np.ndarray) and before.tobytes() != after.tobytes():
                    assert name in kernel.writes, f"{kernel.name} writes {name}, and does not say so"
                    changed.setdefault(kernel.name, set()).add(name)
    for kernel in build.KERNELS:
        if kernel._function.__module__.rpartition(".")[2] in ("crew", "fingerprint"):
            continue  # the first run programs, the other looks at what is there now: they are never part of one
        assert kernel.name in changed, f"no case calls {kernel.name}: add one, or its declaration is only a claim"
        assert changed[kernel.name] == kernel.writes, (
            f"{kernel.name} never writes {kernel.writes - changed[kernel.name]}"
        )


@pytest.mark.parametrize("name", sorted(CHANGING))
@pytest.mark.parametrize("family", [reference, compiled])
def test_operations_without_results_change_what_they_declare(name: str, family: Any) -> None:
    args = _changing(name)
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
    getattr(family, name)(*copies)
    found = {
        k
        for k, (one, other) in enumerate(zip(args, copies, strict=True))
        if isinstance(one, np.ndarray) and not np.array_equal(one, other)
    }
    assert found == set(CHANGED[name])


@pytest.mark.parametrize("writes", [(), ("z",), ("x", "out")])
def test_a_kernel_must_name_arrays_of_its_own(writes: tuple[str, ...]) -> None:
    def nothing(x: Any, y: Any) -> None: ...

    with pytest.raises(ValueError, match="nothing must name the arrays that it writes"):
        build.Kernel(nothing, "void(T[::1], T[::1])", writes)
