"""The captured step: finds the recording that fits a call, or makes it."""

import copy
import os
import threading
import types
import warnings
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

from zerokara import kernels
from zerokara.arguments import TRUTH, short
from zerokara.autodiff import recording
from zerokara.capture.arguments import inputs
from zerokara.capture.recording import Recording
from zerokara.capture.verifying import verified
from zerokara.kernels import tracing
from zerokara.kernels.convolution import convolution_way

P = ParamSpec("P")
R = TypeVar("R")
_MOST = 16  # recordings kept of one step: for several shapes, for training and evaluation
_TOO_OFTEN = 50  # recordings made because the same thing changed, after which this is said


def capture(step: Callable[P, R], *, verify: bool | None = None) -> "Captured[P, R]":
    """`step`, recorded when it is first called and replayed from then on.

    Arrays and tensors among the arguments, also in lists and dictionaries, are the inputs; other arguments (numbers,
    names, flags) are part of the recording. The step is recorded anew for other shapes, dtypes or flags, and when
    anything that it depends on is not what it was: an attribute of a module, a parameter, a frozen layer, a global
    variable. It returns new tensors, without history, or nests of them.

    Replayed is what is done with tensors and arrays, in place or not, dropout's random numbers, running statistics, and
    the optimizer with its present settings. What ordinary Python does besides (printing, counting) happens only while
    recording. Gradients exist only inside: after a replay every `grad` is None, and a step that makes gradients which
    nothing in it uses is refused. What cannot be followed, such as what depends on a number that has been computed
    (`if loss > 1`, `loss.item()`), raises `CaptureError`, a TypeError that names the line and says what to do;
    everything is then as it was before. A method may be captured, too: each object has recordings of its own.

    `verify=True` (or ZEROKARA_VERIFY=1 in the environment) also runs the step as it is written, at every call, and
    compares everything that it returned and changed. That is slow; `VerificationError` says what differs.

    With the reference kernels nothing is recorded; the function is simply called.
    """
    return Captured(step, verify)


class Captured(Generic[P, R]):
    """A step that is recorded when first called. Made by `capture`."""

    def __init__(self, step: Callable[P, R], verify: bool | None = None) -> None:
        if not callable(step):
            raise TypeError(f"capture expects a function, as step = zk.capture(step); got {short(step)}")
        if verify is not None and not TRUTH.holds(verify):
            raise TypeError(f"capture: verify is True, False or None; got {short(verify)}")
        self.step = step
        self._verify = os.environ.get("ZEROKARA_VERIFY", "0") not in ("", "0") if verify is None else verify
        self._recordings: dict[Any, list[Recording]] = {}
        self._reasons: dict[str, int] = {}
        self.recorded = 0  # how often it was
        self._working = threading.RLock()

    @property
    def __wrapped__(self) -> Callable[P, R]:
        """The step as it is written."""
        return self.step

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Replay the step on these arguments, or record it first."""
        if kernels.kernel_family() == "reference" or tracing.current() is not None:
            return self.step(*args, **kwargs)
        arrays, described = inputs(args, kwargs)
        signature = recording(), convolution_way(), described
        with self._working:
            found = self._find(signature) or self._record(signature, args, kwargs)
            if self._verify:
                return verified(found, self.step, args, kwargs, arrays)  # type: ignore[no-any-return]
            return found.replay(arrays)  # type: ignore[no-any-return]

    def __get__(self, holder: Any, owner: type | None = None) -> Any:
        """As a method: what is recorded belongs to the object whose method it is, is kept in it and goes with it."""
        if holder is None:
            return self
        name = f"_captured_{getattr(self.step, '__qualname__', 'step')}"  # a method that it overrides has another
        try:
            kept = vars(holder)
        except TypeError:
            raise TypeError(
                f"a captured method keeps its recordings in its object; {type(holder).__name__} has only __slots__"
            ) from None
        with self._working:
            found = kept.get(name)
            if found is None or found.step.__self__ is not holder or found.step.__func__ is not self.step:
                found = kept[name] = Captured(types.MethodType(self.step, holder), self._verify)
            return found

    def __deepcopy__(self, memo: dict[int, Any]) -> "Captured[P, R]":
        """The copy has recorded nothing yet; a method is that of the object's copy."""
        return Captured(copy.deepcopy(self.step, memo), self._verify)

    def _find(self, signature: Any) -> Recording | None:
        """A recording for such arguments that still holds; the one used last comes first."""
        kept, reason = self._recordings.get(signature, []), ""
        for place, known in enumerate(kept):
            changed = known.changed()
            if not changed:
                if place:
                    kept.insert(0, kept.pop(place))
                return known
            reason = reason or changed
        if reason:
            self._count(reason)
        return None

    def _record(self, signature: Any, args: Any, kwargs: Any) -> Recording:
        made = Recording(self.step, args, kwargs)
        self.recorded += 1
        if sum(map(len, self._recordings.values())) >= _MOST:
            self._recordings.clear()
        self._recordings.setdefault(signature, []).insert(0, made)
        return made

    def _count(self, reason: str) -> None:
        """A step that is recorded anew all the time is slow: say why, once."""
        self._reasons[reason] = self._reasons.get(reason, 0) + 1
        if self._reasons[reason] == _TOO_OFTEN:
            warnings.warn(
                f"a captured step was recorded anew {_TOO_OFTEN} times because {reason} changed: what changes from "
                "call to call is best given to it as an argument",
                RuntimeWarning,
                stacklevel=4,
            )

    def __repr__(self) -> str:
        count = sum(map(len, self._recordings.values()))
        return f"capture({getattr(self.step, '__name__', self.step)!s}, recordings={count})"
