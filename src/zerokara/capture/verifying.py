"""Every replay beside the step as it is written: what both returned and changed is compared.

The written step runs first, on the arrays themselves; then everything is put back, the recording is replayed, and the
two outcomes are compared. Both round, in different orders, so they are compared within that rounding:

- results and buffers against the largest number in them;
- weights, and what an optimizer keeps of them, by how far they moved, against the longest way that any array moved in
  this step: a gradient that is 0 but for rounding (a bias before batch norm) is noise in both;
- besides, a gradient of float32 numbers is known to about 10⁻⁶ only, however small it has become: p − t in the gradient
  of the softmax is the difference of numbers up to 1;
- weights after Adam, RMSprop or AdaGrad within twice that way: these methods turn noise of any size into full steps.
  The means and squares they keep, from which the step is made, are compared as above.

Rounding can also decide on which side of a kink a number falls (ReLU at 0, two maxima in a window). So what differs by
more is looked at again: the written step runs some times more with its arrays altered in their last digits, and the
replay has to stay within ten times of how far that moves the outcome.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array, default_generator, generator
from zerokara.autodiff import Tensor
from zerokara.kernels.tracing import STEPS, Value, replaced

Role = tuple[str, int]
"""The kernel that steps an array, and the position of the array among its arguments."""

ADAPTIVE = frozenset({("adam_step", 0), ("rmsprop_step", 0), ("adagrad_step", 0)})
SQUARES = frozenset({("adam_step", 3), ("adagrad_step", 2), ("rmsprop_step", 2)})
ROUNDING = {2: 3e-2, 4: 5e-3, 8: 1e-7}
"""How far numbers of so many bytes may differ, as a share of the largest: some thousand roundings in a row."""
_TRIES, _DIGITS, _WITHIN = 4, 24, 10.0  # altered runs, by how many ε, and how far beyond them a replay may be


class VerificationError(RuntimeError):
    """A replay gave other numbers than the step as it is written."""


def verified(recording: Any, step: Callable[..., Any], args: Any, kwargs: Any, arrays: Sequence[Array]) -> Any:
    """Replay a recording and run the step as it is written; returns what the replay gave, if they agree."""
    recording.expect_no_gradients()
    around = _Around(recording)
    start = around.state()

    def outcome(seed: int | None = None) -> list[Array]:
        """What the step as it is written returns and leaves; with a seed, of arrays with other last digits."""
        around.restore(start)
        given, named = args, kwargs
        if seed is not None:
            around.restore(_State([_altered(a, seed) for a in start.numbers], start.random))
            given, named = replaced((args, kwargs), (Tensor, np.ndarray), lambda a: _altered(a, seed))
        returned = _arrays(step(*given, **named))
        return [*returned, *around.state().numbers]

    written, drawn = outcome(), around.state().random
    around.restore(start)
    result = recording.replay(arrays)
    after = around.state()
    if drawn != after.random:
        raise VerificationError("a replay drew other random numbers than the step as it is written")
    comparison = _Comparison(start.numbers, written, [*_arrays(result), *after.numbers], around.roles())
    doubts = comparison.doubts()
    if doubts:
        altered = [outcome(seed) for seed in range(_TRIES)]
        around.restore(after)
        comparison.judge(doubts, altered)
    return result


@dataclass
class _State:
    """The numbers of all arrays, and where the random generators are."""

    numbers: list[Array]
    random: list[Any]


class _Around:
    """The arrays, tensors and generators that a step may change."""

    def __init__(self, recording: Any) -> None:
        self._trace, found = recording.trace, recording.found
        self._places = list(found.array_places())
        self._values = [place.get() for place in self._places]
        tensors = {id(t): t for t in (*found.tensors, *self._trace.leaves.values())}
        self._tensors = [(t, t.data) for t in tensors.values()]
        self._arrays: list[Array] = list({id(a): a for a in self._trace.constants.values()}.values())
        self._generators = [default_generator(), *(v for v in self._values if isinstance(v, np.random.Generator))]

    def state(self) -> _State:
        """A copy of every array as it is now; where another array has taken its place, of that one."""
        now = {id(old): t.data for t, old in self._tensors}
        now.update((id(old), p.get()) for p, old in zip(self._places, self._values, strict=True) if p.get() is not old)
        numbers = [np.array(now.get(id(array), array)) for array in self._arrays]
        return _State(numbers, [g.bit_generator.state for g in self._generators])

    def restore(self, state: _State) -> None:
        """The arrays in their places, with these numbers, and no gradients."""
        for place, value in zip(self._places, self._values, strict=True):
            if place.get() is not value and isinstance(value, np.ndarray):
                place.put(value)
        for tensor, array in self._tensors:
            tensor.data, tensor.grad = array, None
        for array, before in zip(self._arrays, state.numbers, strict=True):
            if array.flags.writeable:
                array[...] = before
        for generator_, random in zip(self._generators, state.random, strict=True):
            generator_.bit_generator.state = random

    def roles(self) -> list[Role | None]:
        """For every array the kernel that steps it and its position there, if one does."""
        found: dict[int, Role] = {}
        for operation in self._trace.operations:
            if operation.name in STEPS:
                found.update(
                    (id(self._trace.constants[v.number]), (operation.name, place))
                    for place, v in enumerate(operation.args)
                    if isinstance(v, Value) and v.number in self._trace.constants
                )
        return [found.get(id(array)) for array in self._arrays]


class _Comparison:
    """The outcome of the written step beside that of the replay: results first, then the arrays from outside."""

    def __init__(
        self, start: list[Array], written: list[Array], replayed: list[Array], roles: list[Role | None]
    ) -> None:
        if len(written) != len(replayed):
            raise VerificationError(
                f"a replay returned {len(replayed) - len(start)} arrays, the step as it is written "
                f"{len(written) - len(start)}"
            )
        results = len(written) - len(start)
        self._written, self._replayed = written, replayed
        self._roles: list[Role | None] = [*(None,) * results, *roles]
        self._start: list[Array | None] = [*(None,) * results, *start]
        self._names = [f"result {k}" for k in range(results)]
        self._names += [f"an array of shape {a.shape}" + _said(role) for a, role in zip(start, roles, strict=True)]
        self._ways: dict[Role, float] = {}
        for role, before, after in zip(self._roles, self._start, written, strict=True):
            if role is not None:
                self._ways[role] = max(self._ways.get(role, 0.0), _largest(_way(before, after)))

    def doubts(self) -> dict[int, float]:
        """What differs by more than usual rounding: by how much."""
        found = {}
        for k, (one, other) in enumerate(zip(self._written, self._replayed, strict=True)):
            if one.shape != other.shape or one.dtype != other.dtype:
                raise VerificationError(
                    f"{self._names[k]}: the step as it is written gives {one.dtype} {one.shape}, "
                    f"a replay {other.dtype} {other.shape}"
                )
            difference = _difference(one, other)
            if difference > self._allowed(k):
                found[k] = difference
        return found

    def judge(self, doubts: dict[int, float], altered: list[list[Array]]) -> None:
        """Whether the differences are no larger than what altered last digits lead to; else `VerificationError`."""
        for k, difference in doubts.items():
            moved = max(_difference(self._written[k], other[k]) for other in altered)
            if not difference <= max(self._allowed(k), _WITHIN * moved) or math.isinf(difference) > math.isinf(moved):
                raise VerificationError(
                    f"{self._names[k]}: a replay differs from the step as it is written by {difference:.3g}, where "
                    f"rounding explains {max(self._allowed(k), _WITHIN * moved):.3g}"
                )

    def _allowed(self, k: int) -> float:
        role, array, before = self._roles[k], self._written[k], self._start[k]
        if array.dtype.kind not in "fc":
            return 0.0
        rounding = ROUNDING.get(array.dtype.itemsize, 1e-7)
        if role is None or before is None:
            tiny = float(np.finfo(array.dtype).tiny)  # what is smaller, a replay takes for 0
            return rounding * _largest(array) + tiny
        if role in ADAPTIVE:
            return rounding * _largest(array) + 2.1 * self._ways[role]
        noise = 8 * float(np.finfo(array.dtype).eps)  # of a gradient made of numbers up to 1
        if role in SQUARES:
            noise = 2 * noise * (noise + math.sqrt(_largest(array)))
        return rounding * (self._ways[role] + 1e-3 * _largest(before)) + noise


def _said(role: Role | None) -> str:
    return "" if role is None else f", argument {role[1]} of {role[0]}"


def _way(before: Array | None, after: Array) -> Array:
    """How far an array moved."""
    if before is None or before.shape != after.shape or before.dtype.kind != "f":
        return after
    return np.subtract(after, before, dtype=np.float64)


def _difference(one: Array, other: Array) -> float:
    """The largest difference of two numbers; ∞ where only one is finite, or where they are no fractions and differ."""
    if one.dtype.kind not in "fc":
        return 0.0 if np.array_equal(one, other) else math.inf
    finite = np.isfinite(one) & np.isfinite(other)
    beyond = ~np.isfinite(one) & ~np.isfinite(other)  # whether a sum of infinities is ∞ or NaN depends on its order
    if (~finite & ~beyond).any() or (beyond & (one == -other)).any():
        return math.inf
    with np.errstate(invalid="ignore"):  # ∞ − ∞, which is not looked at
        return _largest(np.where(finite, np.subtract(one, other, dtype=np.result_type(one, np.float64)), 0.0))


def _largest(array: Array) -> float:
    """The largest finite size of a number in it."""
    sizes = np.abs(array[np.isfinite(array)]) if array.dtype.kind in "fc" else np.zeros(0)
    return float(sizes.max()) if sizes.size else 0.0


def _altered(value: Any, seed: int) -> Any:
    """The same with other last digits."""
    if isinstance(value, Tensor):
        return Tensor(_altered(value.data, seed))
    if value.dtype.kind != "f":
        return value
    noise = generator(seed, "altered").uniform(-1, 1, value.shape) * _DIGITS * np.finfo(value.dtype).eps
    return np.asarray(value * (1 + noise), value.dtype)


def _arrays(value: Any) -> list[Array]:
    """The arrays in a nest of results, in order, as copies."""
    if isinstance(value, Tensor):
        return [np.array(value.data)]
    if isinstance(value, float) or (isinstance(value, np.ndarray | np.generic) and value.shape == ()):
        number = np.array(value)  # a number: an array in a replay, perhaps one of Python's in the written step
        return [number.astype(np.float32) if number.dtype.kind == "f" else number]
    if isinstance(value, np.ndarray):
        return [np.array(value)]
    if isinstance(value, dict):
        return _arrays(list(value.values()))
    if isinstance(value, tuple | list):
        return [array for v in value for array in _arrays(v)]
    return []
