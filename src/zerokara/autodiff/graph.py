"""The record of a computation, and the way back through it.

Each tensor that came out of a rule remembers its node: the rule, what went in, and the pullbacks. Nodes carry a running
number, and what a node was made from always has smaller numbers; so going back through a graph is going through its
nodes from the largest number to the smallest, without recursion, however deep the graph is.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import ContextDecorator
from contextvars import ContextVar
from itertools import count
from types import TracebackType
from typing import Any, Protocol, TypeVar, overload

import numpy as np

from zerokara import kernels
from zerokara.arrays import Shape
from zerokara.autodiff.guards import Guards, Seen, expect_unchanged
from zerokara.rules import RULES, Pullback, Rule, expect_twice

_recording: ContextVar[bool] = ContextVar("recording", default=True)
_again: ContextVar[str | None] = ContextVar("again", default=None)
_numbers = count()
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Recorded(Protocol):
    """What the graph knows of a tensor."""

    requires_grad: bool
    node: "Node | None"

    @property
    def shape(self) -> Shape:
        """The lengths of its axes."""


class Node:
    """One application of a rule: what went in, and how a gradient gets back to each input."""

    __slots__ = ("guards", "inputs", "number", "options", "pullbacks", "rule")

    def __init__(
        self,
        rule: Rule,
        inputs: tuple[Any, ...],
        options: dict[str, Any],
        pullbacks: tuple[Pullback, ...],
        guards: Guards,
    ) -> None:
        self.rule = rule
        self.inputs = inputs
        self.options = options
        self.pullbacks = pullbacks
        self.guards: Guards | None = guards
        self.number = next(_numbers)

    def release(self) -> None:
        """Let go of all that was kept for the way back."""
        self.inputs = ()
        self.pullbacks = ()
        self.guards = None

    @property
    def released(self) -> bool:
        """Whether a backward pass has gone through here and let go of everything."""
        return not self.pullbacks


class _Recording(ContextDecorator):
    """A `with` block (or decorator) in which recording is on or off; blocks may be nested."""

    def __init__(self, on: bool) -> None:
        self.on = on
        self.before: list[bool] = []

    def __enter__(self) -> None:
        self.before.append(_recording.get())
        _recording.set(self.on)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _recording.set(self.before.pop())


@overload
def no_grad() -> _Recording: ...


@overload
def no_grad(function: Decorated) -> Decorated: ...


def no_grad(function: Any = None) -> Any:
    """Compute without a record, as for inference: it saves time and memory.

    A context (`with no_grad():`) and a decorator (`@no_grad()`, or `@no_grad`).
    """
    return _Recording(False) if function is None else _Recording(False)(function)


def enable_grad() -> _Recording:
    """Compute with a record again, within a block of `no_grad`."""
    return _Recording(True)


class set_grad_enabled:  # noqa: N801  (reads as a function, and is one that `with` can undo)
    """Switch recording on or off: for good, or as `with set_grad_enabled(training):` for a block."""

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool | np.bool_):  # an empty list would switch it off for good, in silence
            raise TypeError(f"set_grad_enabled takes True or False; got {mode!r}")
        self._before = _recording.get()
        _recording.set(bool(mode))

    def __enter__(self) -> None:
        """The switch was made when the object was."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Back to what was before."""
        _recording.set(self._before)


def recording() -> bool:
    """Whether operations are being recorded just now."""
    return _recording.get()


def again() -> str | None:
    """The rule that is being run on tensors just now, for gradients that have gradients; None if there is none."""
    return _again.get()


def pull_back(
    y: Recorded, seed: Any, at: Sequence[Recorded], ordered: list[Node], *, create_graph: bool, retain_graph: bool
) -> dict[int, Any]:
    """Carry the gradient `seed` = ∂L/∂y back to the tensors `at`, through the nodes of y, `ordered` as `nodes(y)`.

    Returns the gradients by `id` of the tensor; a tensor that y does not depend on is missing. With `create_graph` the
    seed is a tensor, the rules are run again on tensors, and so the gradients are tensors with a graph of their own.
    Raises RuntimeError, before anything is computed or released, if an array that is needed was changed in place.
    """
    wanted = {id(t) for t in at}
    ways = _ways(wanted, ordered, create_graph=create_graph)
    if isinstance(seed, np.ndarray):
        seed = seed.view()  # another object in every pass: what pullbacks remember of the last one does not count
    gradients: dict[int, Any] = {id(y): seed}
    waiting: list[tuple[int, Recorded]] = [(-y.node.number, y)] if y.node is not None and y.node.number in ways else []
    with _Recording(create_graph):
        while waiting:  # the largest number first: all users of this tensor are done, so its gradient is complete
            t = heapq.heappop(waiting)[1]
            g = gradients[id(t)] if id(t) in wanted else gradients.pop(id(t))
            assert t.node is not None
            for source, part in _through(t.node, g, ways[t.node.number], create_graph=create_graph):
                if id(source) in gradients:
                    gradients[id(source)] = kernels.add(gradients[id(source)], part)
                    continue
                gradients[id(source)] = part
                if source.node is not None and source.node.number in ways:
                    heapq.heappush(waiting, (-source.node.number, source))
            if not retain_graph:
                t.node.release()
    return {key: g for key, g in gradients.items() if key in wanted}


def _through(node: Node, g: Any, way: list[bool], *, create_graph: bool) -> Iterator[tuple[Recorded, Any]]:
    """The gradients that one node hands to its inputs, calling only the pullbacks that lead somewhere."""
    pullbacks = _run(node, node.rule, *node.inputs, **node.options)[1] if create_graph else node.pullbacks
    assert node.guards is not None
    for t, leads, array, pullback in zip(node.inputs, way, node.guards.arrays, pullbacks, strict=False):
        if leads and t is not None:
            part = _run(node, pullback, g) if create_graph else pullback(g)
            yield t, unbroadcast(part, array.shape, array.dtype, node.rule)


def _run(node: Node, work: Callable[..., Any], *inputs: Any, **options: Any) -> Any:
    """A rule or its pullback, run on tensors."""
    before = _again.set(node.rule.__name__)
    try:
        return work(*inputs, **options)
    except ValueError as error:  # NumPy has its own words for an element that cannot be assigned
        raise (error.__cause__ if isinstance(error.__cause__, NotImplementedError) else error) from None
    finally:
        _again.reset(before)


def _ways(wanted: set[int], ordered: list[Node], *, create_graph: bool) -> dict[int, list[bool]]:
    """By number, the nodes from which a wanted tensor can be reached, and through which of their inputs.

    Where the way goes, all that the pullbacks need is as it was; else RuntimeError says what is not.
    """
    ways: dict[int, list[bool]] = {}
    seen = Seen()
    for node in ordered:
        way = [
            t is not None and (id(t) in wanted or (t.node is not None and t.node.number in ways)) for t in node.inputs
        ]
        if True in way:
            ways[node.number] = way
            if create_graph:
                expect_twice(node.rule, RULES)
            expect_unchanged(node, way, seen, again=create_graph)
    return ways


def leaves(y: Recorded, ordered: list[Node]) -> list[Recorded]:
    """The tensors that want a gradient and came out of no rule: parameters, and inputs marked so."""
    if y.node is None:
        return [y] if y.requires_grad else []
    found: dict[int, Recorded] = {}
    for node in ordered:
        assert node.guards is not None
        for t, wanted in zip(node.inputs, node.guards.wanted, strict=True):
            if wanted and t.node is None and t.requires_grad:
                found[id(t)] = t
    return list(found.values())


def nodes(y: Recorded) -> list[Node]:
    """Every node that y was made by, in the order in which they were made."""
    seen: dict[int, Node] = {}
    waiting = [y.node] if y.node is not None else []
    while waiting:
        node = waiting.pop()
        if node.released:
            raise RuntimeError(
                f"the graph of this result was released by an earlier backward pass (at {node.rule.__name__}): "
                "pass retain_graph=True to that one to go back through it again"
            )
        if node.number not in seen:
            seen[node.number] = node
            waiting += [t.node for t in node.inputs if t is not None and t.node is not None]
    return [seen[number] for number in sorted(seen)]


def unbroadcast(g: Any, shape: Shape, dtype: Any, rule: Rule | None = None) -> Any:
    """Undo broadcasting: sum g over the axes that were added or stretched, so that it has the shape of its input.

    A gradient of any other shape comes from a wrong pullback; it is refused, not reshaped.
    """
    if g.shape != shape:
        extra = g.ndim - len(shape)
        own = g.shape[max(extra, 0) :]
        if extra < 0 or any(n not in (1, m) for n, m in zip(shape, own, strict=True)):
            raise ValueError(
                f"{'' if rule is None else f'{rule.__name__}: '}a pullback gave a gradient of shape {g.shape} for an "
                f"input of shape {shape}: it must have that shape, "
                "or one to which the input was broadcast"
            )
        stretched = (i + extra for i, n in enumerate(shape) if n == 1 and g.shape[i + extra] != 1)
        wide = g.astype(np.float32) if g.dtype == np.float16 else g  # a float16 counts no further than 2048
        g = np.reshape(np.sum(wide, axis=(*range(extra), *stretched)), shape)
    return g if g.dtype == dtype else g.astype(dtype)
