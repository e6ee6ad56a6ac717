"""Every replay beside the step as it is written: what both returned and changed is compared.

The written step runs first, on the arrays themselves; then everything is put back, the recording is replayed, and the
two outcomes are compared. Both round, in different orders, so they are compared within that rounding:

- results and buffers against the largest number in them;
- weights, and what an optimizer keeps of them, by how far they moved, against the longest way that any array moved in
  this step: a gradient that is 0 but for rounding (a bias before batch norm) is noise in both;
- weights after Adam, RMSprop or AdaGrad within twice that way: these methods turn noise of any size into full steps.
  The means and squares they keep, from which the step is made, are compared as above.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from zerokara.arrays import Array, default_generator
from zerokara.autodiff import Tensor
from zerokara.kernels.tracing import CHANGING, Value, replaced

ADAPTIVE = frozenset({"adam_step", "rmsprop_step", "adagrad_step"})
ROUNDING = {2: 3e-2, 4: 5e-3, 8: 1e-7}
"""How far numbers of so many bytes may differ, as a share of the largest: some thousand roundings in a row."""


class VerificationError(RuntimeError):
    """A replay gave other numbers than the step as it is written."""


def verified(recording: Any, step: Callable[..., Any], args: Any, kwargs: Any, arrays: Sequence[Array]) -> Any:
    """Replay a recording and run the step as it is written; returns what the replay gave, if they agree."""
    around = _Around(recording)
    start = around.numbers()
    returned = replaced(step(*args, **kwargs), Tensor, lambda t: np.array(t.data))
    written, drawn = around.numbers(), around.random_states()
    around.restore(start)
    result = recording.replay(arrays)
    _compare_results(returned, replaced(result, Tensor, lambda t: t.data))
    _compare_changes(around.roles(), start, written, around.numbers())
    if drawn != around.random_states():
        raise VerificationError("a replay drew other random numbers than the step as it is written")
    return result


class _Around:
    """The arrays, tensors and generators that a step may change."""

    def __init__(self, recording: Any) -> None:
        self._trace, found = recording.trace, recording.found
        self._places = list(found.array_places())
        self._values = [place.get() for place in self._places]
        self._tensors = [(t, t.data) for t in {id(t): t for t in (*found.tensors, *self._trace.leaves.values())}.values()]
        self._arrays: list[Array] = list({id(a): a for a in self._trace.constants.values()}.values())
        self._generators = [default_generator(), *(v for v in self._values if isinstance(v, np.random.Generator))]
        self._states = self.random_states()

    def numbers(self) -> list[Array]:
        """A copy of every array as it is now, where it has been replaced of the one that took its place."""
        now = {id(old): t.data for t, old in self._tensors}
        now.update((id(old), p.get()) for p, old in zip(self._places, self._values, strict=True) if p.get() is not old)
        return [np.array(now.get(id(array), array)) for array in self._arrays]

    def random_states(self) -> list[Any]:
        """Where the generators are."""
        return [g.bit_generator.state for g in self._generators]

    def restore(self, numbers: list[Array]) -> None:
        """Everything as it was at the beginning."""
        for place, value in zip(self._places, self._values, strict=True):
            if place.get() is not value and isinstance(value, np.ndarray):
                place.put(value)
        for tensor, array in self._tensors:
            tensor.data, tensor.grad = array, None
        for array, before in zip(self._arrays, numbers, strict=True):
            if array.flags.writeable:
                array[...] = before
        for generator, state in zip(self._generators, self._states, strict=True):
            generator.bit_generator.state = state

    def roles(self) -> list[tuple[str, int] | None]:
        """For every array the kernel that steps it and its position there, if one does."""
        found: dict[int, tuple[str, int]] = {}
        for operation in self._trace.operations:
            if operation.name in CHANGING - {"update_running"}:
                found.update(
                    (id(self._trace.constants.get(v.number)), (operation.name, place))
                    for place, v in enumerate(operation.args)
                    if isinstance(v, Value) and v.number in self._trace.constants
                )
        return [found.get(id(array)) for array in self._arrays]


def _compare_results(written: Any, replayed: Any) -> None:
    one, other = _leaves(written), _leaves(replayed)
    if len(one) != len(other):
        raise VerificationError(f"a replay returned {len(other)} things, the step as it is written {len(one)}")
    for place, (a, b) in enumerate(zip(one, other, strict=True)):
        if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
            _expect_close(f"result {place}", np.asarray(a), np.asarray(b), _largest(np.asarray(a)))


def _compare_changes(
    roles: list[tuple[str, int] | None], start: list[Array], written: list[Array], replayed: list[Array]
) -> None:
    """All that both changed, by how far it moved."""
    ways: dict[Any, float] = {}
    for role, before, after in zip(roles, start, written, strict=True):
        if role is not None:
            ways[role] = max(ways.get(role, 0.0), _largest(_way(before, after)))
    for number, (role, before, one, other) in enumerate(zip(roles, start, written, replayed, strict=True)):
        what = f"array {number} of shape {one.shape}" + ("" if role is None else f", argument {role[1]} of {role[0]},")
        if role is None:
            _expect_close(what, one, other, _largest(one))
        elif role[0] in ADAPTIVE and role[1] == 0:
            _expect_close(what, one, other, _largest(one), 2.1 * ways[role])
        else:
            rounding = _rounding(one) * 1e-3 * _largest(before)
            _expect_close(what, _way(before, one), _way(before, other), ways[role], rounding)


def _way(before: Array, after: Array) -> Array:
    if before.shape != after.shape or before.dtype.kind != "f":
        return after
    return np.subtract(after, before, dtype=np.float64)


def _expect_close(what: str, one: Array, other: Array, scale: float, besides: float = 0.0) -> None:
    """Two arrays alike: numbers within rounding of the largest, whole numbers exactly, NaN and ∞ in the same places."""
    if one.shape != other.shape or one.dtype != other.dtype:
        raise VerificationError(
            f"{what}: the step as it is written gives {one.dtype} {one.shape}, a replay {other.dtype} {other.shape}"
        )
    if one.dtype.kind not in "fc":
        if not np.array_equal(one, other):
            raise VerificationError(f"{what}: a replay gives other numbers than the step as it is written")
        return
    finite = np.isfinite(one) & np.isfinite(other)
    odd = ~finite & ~((one == other) | (np.isnan(one) & np.isnan(other)))
    difference = _largest(np.where(finite, np.subtract(one, other, dtype=np.float64), 0.0))
    allowed = _rounding(one) * scale + besides
    if odd.any() or difference > allowed:
        raise VerificationError(
            f"{what}: a replay differs from the step as it is written by {difference:.3g}, where rounding explains "
            f"{allowed:.3g}" + (f", and in {int(odd.sum())} numbers that are not finite" if odd.any() else "")
        )


def _rounding(array: Array) -> float:
    return ROUNDING.get(array.dtype.itemsize, 1e-7)


def _largest(array: Array) -> float:
    """The largest finite size of a number in it."""
    sizes = np.abs(array[np.isfinite(array)]) if array.dtype.kind in "fc" else np.zeros(0)
    return float(sizes.max()) if sizes.size else 0.0


def _leaves(value: Any) -> list[Any]:
    """What stands in a nest of results, in order."""
    if isinstance(value, tuple | list):
        return [leaf for v in value for leaf in _leaves(v)]
    if isinstance(value, dict):
        return [leaf for v in value.values() for leaf in _leaves(v)]
    return [value]
