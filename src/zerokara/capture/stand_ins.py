"""Stand-ins in the place of all arrays that a step reaches, for as long as it is being recorded.

Parameters, buffers, global arrays and arrays in closures become traced arrays: what the step does with them is written
down, in place or not, and no number of theirs is frozen. What cannot be followed is refused, and then everything is put
back as it was: arrays, attributes, lists, gradients.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np

from zerokara.autodiff import Tensor
from zerokara.capture.surroundings import MISSING, Place, Surroundings
from zerokara.kernels.tracing import CaptureError, Trace, Traced, current, replaced


class StandIns:
    """Puts the stand-ins there, and what was there back."""

    def __init__(self, found: Surroundings, trace: Trace) -> None:
        self._found, self._trace = found, trace
        self._places = list(found.array_places())
        self._values = [place.get() for place in self._places]
        self._fields = [dict(fields) for fields in found.fields]
        self._lists = [list(items) for items in found.lists]
        self._tensors = [(t, t.data, t.grad) for t in found.tensors]
        self._standing: list[tuple[Place | Tensor, Any, Any]] = []  # where, what was there, what stands in for it

    def put(self) -> None:
        """Traced arrays in the place of arrays."""
        for place, value in zip(self._places, self._values, strict=True):
            stand_in = replaced(value, np.ndarray, self._stand_in) if isinstance(value, np.ndarray | tuple) else value
            if _differs(stand_in, value):
                place.put(stand_in)
                self._standing.append((place, value, stand_in))
        for tensor, array, _ in self._tensors:
            if not isinstance(array, Traced):
                tensor.data = self._trace.constant(array)  # type: ignore[assignment]
                self._standing.append((tensor, array, tensor.data))

    def _stand_in(self, array: Any) -> Any:
        return self._trace.constant(array) if array.dtype.kind in "biufc" else array

    def settle(self) -> None:
        """The step has run: what it put in the place of an array is written into it; other leavings are refused."""
        new = []
        for place, before, stand_in in self._standing:
            now = place.data if isinstance(place, Tensor) else place.get()
            if now is not stand_in:
                new.append((stand_in, self._fitting(place, before, now)))
        for target, value in [(target, value.copy()) for target, value in new]:
            target[...] = value
        self._refuse_leavings({id(value) for _, value in new})

    def _fitting(self, place: Any, before: Any, now: Any) -> Traced:
        """What was put in the place of an array, if it can be written into it."""
        which = f"a tensor of shape {place.shape}" if isinstance(place, Tensor) else str(place)
        if not isinstance(now, Traced) or not isinstance(before, np.ndarray):
            raise CaptureError(
                f"a captured step cannot put another array in the place of {which}: write into it, a[…] = …"
            )
        if now.shape != before.shape or now.dtype != before.dtype:
            raise CaptureError(
                f"a captured step cannot put an array {now.shape} of {now.dtype} in the place of {which}, "
                f"which is {before.shape} of {before.dtype}"
            )
        if sum(other is before for _, other, _ in self._standing) > 1:
            raise CaptureError(
                f"a captured step cannot put another array in the place of {which}, which has other names too: "
                "write into it, a[…] = …"
            )
        return now

    def _refuse_leavings(self, settled: set[int]) -> None:
        """Results of the step in a place outside of it would be stand-ins for ever."""
        own = {id(t) for t in self._found.tensors} | {id(s) for _, _, s in self._standing} | settled
        for place in self._found.array_places():
            if _leaving(place.get(), own):
                _refuse_leaving(place)

    def put_back(self) -> None:
        """The arrays in their places again."""
        for place, before, _ in reversed(self._standing):
            if isinstance(place, Tensor):
                place.data = before
            else:
                place.put(before)

    def undo(self) -> None:
        """Everything as it was before the step was looked at."""
        self.put_back()
        for place, value in zip(self._places, self._values, strict=True):
            if place.kind != "item" and place.get() is not value and (value is not MISSING or place.kind == "entry"):
                place.put(value)
        for fields, kept in zip(self._found.fields, self._fields, strict=True):
            if fields.keys() != kept.keys() or any(fields[k] is not kept[k] for k in kept):
                fields.clear()
                fields.update(kept)
        for items, before in zip(self._found.lists, self._lists, strict=True):
            items[:] = before
        for tensor, _, grad in self._tensors:
            tensor.grad = grad


def _differs(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return any(map(_differs, one, other))
    return one is not other


def _leaving(value: Any, own: set[int]) -> bool:
    if id(value) in own:
        return False
    if isinstance(value, tuple | list):
        return any(_leaving(v, own) for v in value)
    if isinstance(value, dict):
        return any(_leaving(v, own) for v in value.values())
    return isinstance(value, Traced) or (isinstance(value, Tensor) and isinstance(value.data, Traced))


def _refuse_leaving(place: Place) -> NoReturn:
    raise CaptureError(f"a captured step cannot keep a result in a place outside of it ({place}): return it")


@contextmanager
def following(found: Surroundings, trace: Trace) -> Iterator[None]:
    """A block in which the step is run on stand-ins. If it fails, all is as it was before."""
    there = StandIns(found, trace)
    try:
        there.put()
        with _numpy_doors():
            yield
            there.settle()
    except BaseException:
        there.undo()
        raise
    else:
        there.put_back()
    finally:
        trace.unlock()


@contextmanager
def _numpy_doors() -> Iterator[None]:
    """NumPy's functions that make an array of anything, which it lets nobody take over, leave traced arrays alone."""
    originals = {
        name: getattr(np, name) for name in ("asarray", "asanyarray", "ascontiguousarray", "array", *_IDENTITIES)
    }
    try:
        for name, original in originals.items():
            setattr(np, name, _identity(original) if name in _IDENTITIES else _door(original, copies=name == "array"))
        yield
    finally:
        for name, original in originals.items():
            setattr(np, name, original)


_IDENTITIES = "eye", "identity"  # np.eye(10)[labels] is how people write one-hot labels


def _identity(original: Any) -> Any:
    def identity(*args: Any, **options: Any) -> Any:
        found, trace = original(*args, **options), current()
        return found if trace is None else trace.note("eye", original, args, options, found)

    return identity


def _door(original: Any, copies: bool) -> Any:
    def door(value: Any, dtype: Any = None, **options: Any) -> Any:
        inner = value.data if isinstance(value, Tensor) else value
        if current() is not None and isinstance(inner, tuple | list) and any(_leaving(v, set()) for v in inner):
            inner = np.stack([door(v) for v in inner])
        if current() is None or not isinstance(inner, Traced):
            return original(value, **({} if dtype is None else {"dtype": dtype}), **options)
        found = inner if dtype is None else inner.astype(dtype, copy=False)
        return found.copy() if copies and found is inner and options.get("copy", True) else found

    return door
