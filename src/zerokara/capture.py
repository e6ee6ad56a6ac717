"""Recording a step once and replaying it: one call around an ordinary function.

    def step(x, labels):
        loss = F.cross_entropy(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    step = zk.capture(step)
    for x, labels in loader.epoch(0):
        loss = step(x, labels)

The first call with new shapes runs the function once on stand-ins, which write down what is done with them; the list is
rewritten (a convolution, its bias and the ReLU after it become one pass over the memory), and becomes machine code with
all its memory planned. Every call then replays it: the same numbers without Python in between.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, recording
from zerokara.kernels.tracing import CaptureError, Trace, Traced, alike, replaced, tracing

__all__ = ["CaptureError", "Captured", "capture"]

P = ParamSpec("P")
R = TypeVar("R")
_MOST = 16  # recordings kept of one step: for several shapes, for training and evaluation


def capture(step: Callable[P, R]) -> "Captured[P, R]":
    """`step`, recorded when it is first called and replayed from then on.

    Arrays and tensors among the arguments are the inputs; other arguments (numbers, names, flags) are part of the
    recording. For other shapes, dtypes or flags, and when a parameter was replaced or a module changed between training
    and evaluation, the step is recorded anew. It returns new tensors, without history, or nests of them.

    Replayed is what is done with tensors and arrays, dropout's random numbers, running statistics, and the optimizer
    with its present learning rate. What ordinary Python does besides (printing, counting) happens only while recording.
    Gradients exist only inside: after a replay every `grad` is None. What depends on a number that has been computed
    (`if loss > 1`, `loss.item()`) raises `CaptureError`, a TypeError that says what to do: return it, and look outside.

    With the reference kernels nothing is recorded; the function is simply called.
    """
    return Captured(step)


class Captured(Generic[P, R]):
    """A step that is recorded when first called. Made by `capture`."""

    def __init__(self, step: Callable[P, R]) -> None:
        self.step = step
        self._recordings: dict[Any, list[_Recording]] = {}
        self._working = threading.RLock()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Replay the step on these arguments, or record it first."""
        if kernels.kernel_family() == "reference":
            return self.step(*args, **kwargs)
        arrays, signature = _inputs(args, kwargs)
        with self._working:
            found = self._find(signature) or self._record(signature, args, kwargs)
            return found.replay(arrays)  # type: ignore[no-any-return]

    def _find(self, signature: Any) -> "_Recording | None":
        return next((kept for kept in self._recordings.get(signature, ()) if kept.holds()), None)

    def _record(self, signature: Any, args: Any, kwargs: Any) -> "_Recording":
        made = _Recording(self.step, args, kwargs)
        if sum(map(len, self._recordings.values())) >= _MOST:
            self._recordings.clear()
        self._recordings.setdefault(signature, []).insert(0, made)
        return made

    def __repr__(self) -> str:
        count = sum(map(len, self._recordings.values()))
        return f"capture({getattr(self.step, '__name__', self.step)!s}, recordings={count})"


class _Output:
    """Where a result of the step stands among the outputs of the recording."""

    def __init__(self, position: int, tensor: bool) -> None:
        self.position, self.tensor = position, tensor


class _Recording:
    """One recording of a step: for these shapes, as long as its assumptions hold."""

    def __init__(self, step: Callable[..., Any], args: Any, kwargs: Any) -> None:
        from zerokara.kernels.compiled import fusion, lowering

        trace, result = _traced(step, args, kwargs)
        if not alike(trace, _traced(step, args, kwargs)[0]):
            raise CaptureError(
                "a captured step does the same each time it is called; this one does not: draw random numbers and "
                "count outside of it (dropout may be inside), and give it what changes as arrays"
            )
        self._outputs: list[int] = []
        self._result = replaced(replaced(result, Tensor, self._output), Traced, self._output)
        self._assumptions = trace.assumptions
        self._replay = lowering.lower(trace, fusion.rewritten(trace, self._outputs), self._outputs)
        self._working = threading.Lock()

    def holds(self) -> bool:
        """Whether everything still is as it was recorded."""
        return all(assumption() for assumption in self._assumptions)

    def replay(self, arrays: Sequence[Array]) -> Any:
        """Run it; the results are copies."""
        self._replay(arrays)
        outputs = self._replay.outputs

        def result(output: _Output) -> Any:
            array = np.array(outputs[output.position])
            return Tensor(array) if output.tensor else array

        return replaced(self._result, _Output, result)

    def _output(self, value: Any) -> Any:
        traced = value.data if isinstance(value, Tensor) else value
        if not isinstance(traced, Traced):
            return value
        self._outputs.append(traced.number)
        return _Output(len(self._outputs) - 1, isinstance(value, Tensor))


def _traced(step: Callable[..., Any], args: Any, kwargs: Any) -> tuple[Trace, Any]:
    """Run a step on stand-ins: what it does, and what it returns."""
    from zerokara.kernels.compiled import threads

    trace = Trace(kernels.implementation)
    given = [_stand_in(trace, a) for a in args]
    named = {k: _stand_in(trace, v) for k, v in kwargs.items()}
    try:
        with tracing(trace), threads.recorded_by(lambda function, calls: None):
            return trace, step(*given, **named)
    finally:
        for work in trace.afterwards:
            work()


def _inputs(args: Any, kwargs: Any) -> tuple[list[Array], Any]:
    """The arrays among the arguments, and what a recording depends on."""
    arrays: list[Array] = []
    signature: list[Any] = [recording()]
    for name, value in (*enumerate(args), *kwargs.items()):
        array = value.data if isinstance(value, Tensor) else value
        if isinstance(array, np.ndarray):
            arrays.append(array)
            signature.append((name, isinstance(value, Tensor), array.shape, array.dtype))
        else:
            signature.append((name, _hashable(name, value)))
    return arrays, tuple(signature)


def _hashable(name: Any, value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        raise CaptureError(
            f"a captured step takes arrays, tensors and plain values; argument {name!r} is a {type(value).__name__}: "
            "give its arrays one by one"
        ) from None
    return value


def _stand_in(trace: Trace, value: Any) -> Any:
    """The argument that the step gets while it is being recorded."""
    if isinstance(value, Tensor):
        if value.requires_grad:
            raise CaptureError("the inputs of a captured step cannot require gradients")
        return Tensor(trace.input(value.data))  # type: ignore[arg-type]
    return trace.input(value) if isinstance(value, np.ndarray) else value
