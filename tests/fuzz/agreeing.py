"""When zerokara's value and gradients of an expression are right.

* The value is NumPy's. How much may differ is read off NumPy itself: what it gives in the expression's own precision
  and in the next wider one differ by rounding; SLACK times as much may zerokara's differ, and RELATIVE of the largest.
* The dtype, where a tensor of floating-point numbers takes part, is PyTorch's.
* The gradients of Σ c·value (c drawn at random) are PyTorch's where those are finite, and the differences of NumPy's
  value where forward, backward and central ones agree (elsewhere is a kink or an edge) and nothing is infinite.
* What NumPy and PyTorch refuse is refused, in a ValueError, TypeError or IndexError that says something. What both can
  do and zerokara cannot is a finding, unless it says so by a `raise` of its own.
"""

import traceback
import warnings
from typing import Any

import numpy as np

import zerokara as zk
from tests.fuzz.judge import F as JUDGE
from tests.fuzz.observing import Difference, error
from tests.fuzz.running import Report
from zerokara import functional

SLACK = 200.0
RELATIVE = {2: 2e-2, 4: 1e-5, 8: 1e-12}
WIDER = {"float16": np.float32, "float32": np.float64, "float64": np.longdouble}
REFUSALS = (ValueError, TypeError, IndexError)
COMPUTED = {"float16": 2, "float32": 4, "int64": 4, "int8": 2, "uint8": 2, "bool": 2}
"""The bytes of the fractions that come of these: integers become float32, and NumPy's small ones float16."""
Given = dict[str, tuple[Any, bool]]


def check(written: list[str], given: Given, refused: bool, number: int) -> Report:
    """Raise the first `Difference`."""
    report = Report(ways=("compiled", "reference", "numpy", "torch"), calls=1)
    expected = _judged(written, given, wide=False)
    precise = _judged(written, given, wide=True)
    peer = _torch(written, given, number)
    for family in ("compiled", "reference"):
        try:
            value, slopes = _zerokara(written, given, number, family)
        except Exception as problem:
            report.refused.append(_judge_refusal(family, problem, refused, expected, peer))
            continue
        if refused and peer[0] is None and any(word in str(peer[1]) for word in ("not implemented", "not installed")):
            continue  # NumPy alone refuses more than the field expects, and there is no other judge
        if refused and peer[0] is None:
            raise Difference(family, 0, "a result where NumPy and PyTorch refuse", str(peer[1]), value)
        if refused:  # PyTorch can do it, and so can we
            expected = precise = peer[0]
        _expect_value(family, value, expected, precise, given)
        if slopes:  # a tensor of fractions takes part
            _expect_dtype(family, value, peer)
        _expect_slopes(family, slopes, written, given, number, peer, bool(np.isnan(value).any()))
    return report


def _run(written: list[str], space: dict[str, Any]) -> Any:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec("\n".join(written), space)
    return space[written[-1].split(" = ")[0]]


def _judged(written: list[str], given: Given, wide: bool, changed: Given | None = None) -> Any:
    """NumPy's value, in the precision of the leaves or in the next wider one; None where it refuses."""
    leaves = {name: x for name, (x, _) in (changed or given).items()}
    if wide:
        leaves = {n: x.astype(WIDER[x.dtype.name]) if x.dtype.name in WIDER else x for n, x in leaves.items()}
        written = [
            text.replace("np.float64", "np.longdouble").replace("np.float32", "np.longdouble") for text in written
        ]
    try:
        return np.asarray(_run(written, {"np": np, "F": JUDGE, **leaves}))
    except Exception:
        return None


def _cotangent(shape: Any, number: int) -> Any:
    return np.random.default_rng([number, 9]).standard_normal(shape)


def _zerokara(written: list[str], given: Given, number: int, family: str) -> tuple[Any, dict[str, Any]]:
    """(the value, the gradients)."""
    with zk.use_kernels(family):
        leaves = {
            n: x if array else zk.Tensor(x.copy(), requires_grad=x.dtype.kind == "f") for n, (x, array) in given.items()
        }
        value = _run(written, {"np": np, "F": functional, **leaves})
        slopes: dict[str, Any] = {}
        if isinstance(value, zk.Tensor) and value.requires_grad:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value.backward(_cotangent(value.shape, number).astype(value.dtype))
            slopes = {n: t.grad for n, t in leaves.items() if isinstance(t, zk.Tensor) and t.grad is not None}
    return np.asarray(value.data if isinstance(value, zk.Tensor) else value), slopes


def _torch(written: list[str], given: Given, number: int) -> tuple[Any, Any, dict[str, Any]]:
    """(PyTorch's value or None, its error, its gradients)."""
    try:
        from tests.fuzz import peer, peer_functions
    except ImportError:
        return None, "not installed", {}
    try:
        leaves = {n: x if array else peer.Tensor(x.copy(), x.dtype.kind == "f") for n, (x, array) in given.items()}
        value = _run(written, {"np": np, "F": peer_functions.F, **leaves})
        slopes: dict[str, Any] = {}
        if isinstance(value, peer.Tensor):
            if value.requires_grad:
                value.t.backward(peer.plain(np.asarray(_cotangent(value.shape, number), value.dtype)))
                slopes = {n: t.grad for n, t in leaves.items() if isinstance(t, peer.Tensor) and t.grad is not None}
            value = value.data
        return np.asarray(value), None, slopes
    except Exception as problem:
        return None, problem, {}


def _judge_refusal(family: str, problem: Exception, refused: bool, expected: Any, peer: Any) -> str:
    text = f"{type(problem).__name__}: {problem}"
    if not isinstance(problem, REFUSALS) or not str(problem).strip():
        raise Difference(family, 0, "an exception", "a result" if not refused else "a plain refusal", text) from problem
    if not refused and peer[0] is not None and expected is not None and not _deliberate(problem):
        raise Difference(family, 0, "refused what NumPy and PyTorch can do", expected, text) from problem
    return text


def _deliberate(problem: Exception) -> bool:
    """Whether zerokara says so itself, by `raise`."""
    frame = traceback.extract_tb(problem.__traceback__)[-1]
    return "zerokara" in frame.filename and (frame.line or "").lstrip().startswith("raise ")


def _expect_value(family: str, value: Any, expected: Any, precise: Any, given: Given) -> None:
    if value.shape != expected.shape:
        raise Difference(family, 0, "shape", expected.shape, value.shape)
    if value.dtype.kind != "f" or expected.dtype.kind != "f":
        if not np.all(error(expected, value) <= (1e-5 if value.dtype.kind == "f" else 0)):
            raise Difference(family, 0, "value", expected, value)
        return
    size = min(value.dtype.itemsize, *(COMPUTED.get(x.dtype.name, 8) for x, _ in given.values()))
    if value.dtype.itemsize < expected.dtype.itemsize:
        with np.errstate(over="ignore"):
            expected = expected.astype(value.dtype)  # what is too large for it is infinite
    apart = error(expected, precise) if precise is not None and precise.shape == expected.shape else 0.0
    limit = SLACK * np.where(np.isfinite(apart), apart, np.inf) + RELATIVE[size] * _largest(expected, 1.0)
    errors = error(expected, value)
    if not np.all(errors <= limit):
        raise Difference(family, 0, f"value (off by {errors.max(initial=0):.3g})", expected, value)


def _largest(x: Any, least: float = 0.0) -> float:
    with np.errstate(invalid="ignore"):
        return float(np.abs(np.asarray(x, np.float64)[np.isfinite(x)]).max(initial=least))


def _expect_dtype(family: str, value: Any, peer: Any) -> None:
    if peer[0] is not None and peer[0].dtype.kind == value.dtype.kind == "f" and value.dtype != peer[0].dtype:
        raise Difference(family, 0, "dtype", peer[0].dtype, value.dtype)


def _expect_slopes(
    family: str, slopes: dict[str, Any], written: list[str], given: Given, number: int, peer: Any, nothing: bool
) -> None:
    """`nothing`: a value is no number, and so nobody can say what its gradient is."""
    for name, found in slopes.items():
        x = given[name][0]
        if found.shape != x.shape or found.dtype != x.dtype:
            raise Difference(
                family, 0, f"gradient of {name}: shape and dtype", (x.shape, x.dtype), (found.shape, found.dtype)
            )
        if nothing:
            continue
        near = {2: 5e-2, 4: 1e-3, 8: 1e-8}[
            4 if x.dtype == np.float64 and "float32" in str(written) else x.dtype.itemsize
        ]
        by_peer = peer[2].get(name)
        if by_peer is not None:
            errors = np.where(np.isfinite(by_peer), error(by_peer, found), 0.0)
            if not np.all(errors <= near * _largest(by_peer, 1.0)):
                raise Difference(family, 0, f"gradient of {name}, PyTorch", by_peer, found)
        if x.dtype == np.float64:
            wanted, sure = _differences(written, given, name, number)
            told = np.isfinite(found) | (
                np.isfinite(by_peer) if by_peer is not None else False
            )  # 0·∞ is no number for all
            errors = np.where(sure & told, error(wanted, found), 0.0)
            if not np.all(errors <= 1e-4 * (1 + _largest(np.where(sure, wanted, 0.0)))):
                raise Difference(family, 0, f"gradient of {name}, by differences", wanted, found)


def _differences(written: list[str], given: Given, name: str, number: int) -> tuple[Any, Any]:
    """∂Σ c·value/∂x by central differences in the wider precision, and where they can be believed."""
    x = given[name][0]
    found, sure = np.zeros(x.shape), np.zeros(x.shape, bool)
    if not _finite_throughout(written, given):
        return found, sure

    def total(at: Any, shift: float) -> Any:
        moved = x.astype(np.longdouble)
        moved[at] += shift
        value = _judged(written, given, True, {**given, name: (moved, False)})
        if value is None or value.dtype.kind != "f":
            return np.nan
        return (value * _cotangent(value.shape, number)).sum()

    for at in np.ndindex(x.shape):
        with np.errstate(all="ignore"):
            here, near, far = (
                total(at, 0),
                [total(at, s * 3e-5) for s in (1, -1)],
                [total(at, s * 1e-4) for s in (1, -1)],
            )
            small, large = (near[0] - near[1]) / 6e-5, (far[0] - far[1]) / 2e-4
            sides = (near[0] - here) / 3e-5 - (here - near[1]) / 3e-5
            found[at] = small
            sure[at] = abs(small - large) <= 1e-5 * (1 + abs(small)) and abs(sides) <= 1e-3 * abs(small) + 1e-4
    return found, sure


def _finite_throughout(written: list[str], given: Given) -> bool:
    """Whether no value on the way is infinite or no number: differences in a wider range would tell another story."""
    space: dict[str, Any] = {"np": np, "F": JUDGE, **{name: x for name, (x, _) in given.items()}}
    try:
        _run(written, space)
    except REFUSALS:  # what PyTorch can do, and NumPy cannot
        return False
    shown = (np.asarray(value) for name, value in space.items() if name[1:].isdigit())
    return all(np.isfinite(value).all() for value in shown if value.dtype.kind == "f")
