"""What a step returned and what it changed, as named arrays; and when two of them agree.

The law. Before every call all ways begin from the same bits, so the rounding of one step is all that may differ:

* what a step leaves unchanged, and everything that is no floating-point number, is equal;
* a result agrees to within R of its largest number; an array that was changed to within R of its largest *change* (a
  step of 0.001 is not excused by weights of 1); both and a few roundings of the largest number there is, which is what
  is left where a sum should be zero;
* where that does not hold, the step is run again from weights, states and inputs that were moved by a few roundings,
  and with gradients moved, up and down, by a few roundings of the largest one. For Adam, RMSprop and AdaGrad turn the
  rounding noise of a gradient of zero into full steps. Each number may then differ by `AMPLIFIED` times its own
  movement. A real fault is hidden by this only where it is as small as what rounding does to this very number in this
  very step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

R = {8: 1e-9, 4: 2e-3, 2: 3e-2}
"""By the bytes of the dtype that the step computes in."""
ROUNDINGS = 64
AMPLIFIED = 32.0
REPEATS = 10

Named = dict[str, Any]


@dataclass
class Difference(Exception):  # noqa: N818  (it is what is looked for, not an error of the fuzzer)
    """Two ways that do not agree."""

    way: str
    call: int
    what: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return (
            f"call {self.call}, {self.way}: {self.what}: expected {_short(self.expected)}, found {_short(self.found)}"
        )


def _short(value: Any) -> str:
    text = np.array2string(value, threshold=12, edgeitems=3) if isinstance(value, np.ndarray) else repr(value)
    text = " ".join(text.split())
    return text if len(text) < 200 else text[:197] + "…"


def named_results(result: Any, prefix: str = "result") -> Named:
    """A nest of results, flat: arrays and plain values by their place; kinds and types are values, too."""
    if isinstance(result, tuple | list):
        flat: Named = {f"{prefix} is": (type(result).__name__, len(result))}
        for i, value in enumerate(result):
            flat |= named_results(value, f"{prefix}[{i}]")
        return flat
    if isinstance(result, dict):
        flat = {f"{prefix} is": tuple(map(str, result))}
        for key, value in result.items():
            flat |= named_results(value, f"{prefix}[{key!r}]")
        return flat
    if hasattr(result, "backward"):
        return {f"{prefix} is": "tensor", prefix: np.array(result.data)}
    if isinstance(result, np.ndarray | np.floating | np.integer | np.bool_):
        number = np.shape(result) == () and result.dtype == np.float64
        return {f"{prefix} is": "a number" if number else "array", prefix: np.array(result)}
    if type(result) is float:  # a norm, say, which a recording gives as an array without axes
        signed = {f"{prefix} signed": repr(result)} if result == 0 else {}
        return {f"{prefix} is": "a number", prefix: np.array(result), **signed}
    return {f"{prefix} is": type(result).__name__, prefix: repr(result)}


def compare(
    way: str, call: int, expected: Named, found: Named, before: Named, size: int, moved: Callable[[], Named | None]
) -> bool:
    """Raise a `Difference`, or say whether the movement by rounding had to be asked for. `size`: bytes of a number."""
    only = sorted(name for name in expected.keys() ^ found.keys() if not name.endswith(" signed"))
    if only:
        raise Difference(way, call, f"names {only}", sorted(expected), sorted(found))
    floor = max((_largest(a) for a in (*expected.values(), *before.values()) if isinstance(a, np.ndarray)), default=1.0)
    limits: Named = {}
    for name, a in expected.items():
        if name in found:
            _expect_alike(way, call, name, a, found[name])
            if isinstance(a, np.ndarray) and a.dtype.kind == "f":
                limits[name] = R[size] * _scale(a, before.get(name)) + ROUNDINGS * _epsilon(size) * max(
                    floor, _largest(a)
                )
    doubtful = [name for name, limit in limits.items() if not np.all(error(expected[name], found[name]) <= limit)]
    movement = moved() if doubtful else {}
    for name in doubtful if movement is not None else ():
        errors = error(expected[name], found[name])
        if not np.all(errors <= limits[name] + AMPLIFIED * movement.get(name, 0.0)):
            raise Difference(way, call, f"{name} (off by {errors.max():.3g})", expected[name], found[name])
    return bool(doubtful)


def _expect_alike(way: str, call: int, name: str, a: Any, b: Any) -> None:
    """Equal shapes and dtypes; what is no floating-point number is equal."""
    if not isinstance(a, np.ndarray) or not isinstance(b, np.ndarray):
        if type(a) is not type(b) or a != b:
            raise Difference(way, call, name, a, b)
    elif a.shape != b.shape or a.dtype != b.dtype:
        raise Difference(way, call, f"{name}: shape and dtype", f"{a.shape} {a.dtype}", f"{b.shape} {b.dtype}")
    elif a.dtype.kind != "f" and not np.array_equal(a, b):
        raise Difference(way, call, name, a, b)


def error(a: Any, b: Any) -> Any:
    """|a − b|; 0 where both are the same infinity or no number, ∞ where only one is."""
    with np.errstate(invalid="ignore", over="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        difference = np.where(same, 0.0, np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64)))
    return np.where(np.isnan(difference), np.inf, difference)


def _epsilon(size: int) -> float:
    return float(np.finfo({8: np.float64, 4: np.float32, 2: np.float16}[size]).eps)


def _largest(a: Any) -> float:
    if a.dtype.kind != "f":
        return 0.0
    return float(np.abs(a[np.isfinite(a)], dtype=np.float64).max(initial=0.0))


def _scale(a: Any, before: Any) -> float:
    """The largest change of an array that was there before; else its largest number."""
    if isinstance(before, np.ndarray) and before.shape == a.shape:
        with np.errstate(invalid="ignore", over="ignore"):
            return _largest(a.astype(np.float64) - before)
    return _largest(a)


def movement(runs: list[Named], base: Named) -> Named:
    """How far each number of each array is moved, at most."""
    found: Named = {}
    for name, a in base.items():
        if isinstance(a, np.ndarray) and a.dtype.kind == "f":
            moved = [error(a, run[name]) for run in runs if np.shape(run.get(name)) == a.shape]
            found[name] = np.maximum.reduce([np.zeros(a.shape), *moved])
    return found
