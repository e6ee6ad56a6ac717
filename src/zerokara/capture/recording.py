"""One recording of a step: traced twice, rewritten, lowered, and replayed for as long as it holds."""

import threading
from collections.abc import Callable, Sequence
from itertools import repeat
from operator import attrgetter, is_
from typing import Any

import numpy as np

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.capture.arguments import results, stand_ins
from zerokara.capture.stand_ins import following
from zerokara.capture.surroundings import Surroundings, surroundings
from zerokara.capture.watch import Watch
from zerokara.kernels.tracing import CaptureError, Trace, Traced, Value, alike, replaced, tracing, whereabouts_of
from zerokara.kernels.tracing.traced import flat

_grad = attrgetter("grad")
_one_at_a_time = threading.RLock()  # while a step is traced, stand-ins are in the places of its arrays


class _Output:
    """Where a result of the step stands among the outputs of the recording."""

    def __init__(self, position: int, tensor: bool) -> None:
        self.position, self.tensor = position, tensor


class Recording:
    """A step for certain shapes, as long as everything that it depends on is as it was."""

    def __init__(self, step: Callable[..., Any], args: Any, kwargs: Any) -> None:
        from zerokara.kernels.compiled import fusion, lowering, making

        with _one_at_a_time:
            found = surroundings(step, args, kwargs)
            trace, result, left = _traced(step, args, kwargs, found)
            second, _, _ = _traced(step, args, kwargs, found)
            if not alike(trace, second):
                raise CaptureError(
                    "a captured step does the same each time it is called; this one does not: draw random numbers and "
                    "count outside of it (dropout may be inside), and give it what changes as arrays"
                )
            self.trace, self.found = trace, found
            self._watch = Watch(found, trace.assumptions)
        self._outputs: list[int] = []
        self._result = results(result, self._output)
        self._expect_used_gradients(left)
        self._are_outputs = type(self._result) is tuple and all(type(r) is _Output for r in self._result)
        self._forgotten = [leaf for key, leaf in trace.leaves.items() if key in trace.fresh]
        self._expected_none = [leaf for key, leaf in trace.leaves.items() if key not in trace.fresh]
        self._replay = making.together(
            lambda: lowering.lower(trace, fusion.rewritten(trace, self._outputs), self._outputs)
        )
        self._working = threading.Lock()

    def _expect_used_gradients(self, left: Sequence[int]) -> None:
        """Refuse a step that leaves all its gradients to others, who would find none: an optimizer outside, say."""
        operations, trace = self.trace.operations, self.trace
        values = (value for operation in operations for value in flat((operation.args, operation.kwargs)))
        used = {value.number for value in values if isinstance(value, Value)} | set(self._outputs)
        leaves = {id(leaf._data) for leaf in trace.leaves.values()}
        written = [
            trace.root(value.number) for o in operations for value in flat(o.written) if isinstance(value, Value)
        ]
        learned = any(root is not None and id(trace.constants[root]) in leaves for root in written)
        if left and used.isdisjoint(left) and not learned:
            raise CaptureError(
                "a captured step cannot leave gradients for later, they exist only inside it, and nothing in this one "
                "uses them: call optimizer.step() inside the step, or return the gradients"
            )

    def changed(self) -> str:
        """What is not as it was when the step was recorded; "" if everything is."""
        return self._watch.changed()

    def expect_no_gradients(self) -> None:
        """Refuse to add to gradients from before, which the recording knows nothing of."""
        if not all(map(is_, map(_grad, self._expected_none), repeat(None))):
            raise CaptureError(
                "a captured step cannot add to gradients from before it: call zero_grad() first, inside the step"
            )

    def replay(self, arrays: Sequence[Array]) -> Any:
        """Run it; the results are copies."""
        self.expect_no_gradients()
        self._replay(arrays)
        for leaf in self._forgotten:
            if leaf.grad is not None:
                leaf.grad = None
        if type(self._result) is _Output:
            return self._taken(self._result)
        if self._are_outputs:
            return tuple(map(self._taken, self._result))
        return replaced(self._result, _Output, self._taken)

    def _taken(self, output: _Output) -> Any:
        array = np.array(self._replay.outputs[output.position])
        return Tensor(array) if output.tensor else array

    def _output(self, value: Any) -> Any:
        traced = value.data if isinstance(value, Tensor) else value
        self.trace.expect_current(traced)
        if not isinstance(traced, Traced):
            return value
        self._outputs.append(traced.number)
        return _Output(len(self._outputs) - 1, isinstance(value, Tensor))


def _outline(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """What a kernel or a ufunc gives, without its work: zeros of the right shape and layout."""
    from zerokara.kernels.compiled import build, memory, threads

    if isinstance(function, np.ufunc):
        large = any(isinstance(a, np.ndarray) and a.nbytes >= memory.LARGE_ARRAY for a in args)
        of_vectors = function.signature is not None  # matmul: its result has another shape than its arguments together
        plain = kwargs or function.nout > 1 or of_vectors or not large
        return function(*args, **kwargs) if plain else memory.untouched_result(function, args)
    with build.planning(), threads.recorded_by(lambda function, calls: None), memory.allocating(memory.untouched):
        return function(*args, **kwargs)


def _traced(step: Callable[..., Any], args: Any, kwargs: Any, found: Surroundings) -> tuple[Trace, Any, list[int]]:
    """Run a step on stand-ins: what it does, what it returns, and the numbers of the gradients it leaves."""
    trace = Trace(kernels.implementation, _outline)
    given, named = stand_ins(trace, args), stand_ins(trace, kwargs)
    try:
        with tracing(trace), following(found, trace):
            result = step(*given, **named)
            grads = [leaf.grad for leaf in trace.leaves.values()]
            return trace, result, [grad.number for grad in grads if isinstance(grad, Traced)]
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        raise CaptureError(
            f"a captured step cannot change an array in place that it does not reach by a name, or that it keeps for "
            f"later{whereabouts_of(error)}: do it outside, or write y = y + x instead of y += x"
        ) from error
    finally:
        for leaf in trace.leaves.values():
            if isinstance(leaf.grad, Traced):
                leaf.grad = None
