"""Whether what the way back needs is still what it was in the forward pass.

A gradient is that of the forward pass as it was computed, or an error. Pullbacks keep arrays: of the inputs, of the
result, of the options. Where somebody has changed one of them since, they would compute a wrong gradient in silence; so
a node remembers what these arrays held, and the engine looks before it calls the pullbacks. What no needed pullback
uses may change freely, and so may everything once the graph is released.

Remembering costs nearly nothing where nobody but the library can write. `Memory` says who can: the result of a rule, or
a parameter, is its tensor's own until somebody is handed the array (`t.data`, `t.numpy()`); up to then it is enough to
count the library's own writes, such as an optimizer's step. Contents are remembered only of what others hold: small
arrays as a copy of their bytes, larger ones as a fingerprint, which is read from memory about as fast as a sum.

While a step is recorded nothing has contents; there the trace is asked how often a value was written to.
"""

from collections.abc import Iterable, Sequence
from inspect import signature
from typing import Any

from zerokara import kernels
from zerokara.arrays import Array, Shape, owner
from zerokara.autodiff.closures import IMMUTABLE, UNKNOWN, collect
from zerokara.kernels import reference, tracing
from zerokara.kernels.tracing import Traced
from zerokara.rules import RULES, Pullback, Rule

Contents = bytes | int

_SMALL = 4096  # bytes up to which a copy is quicker than a fingerprint
_OWN = frozenset(RULES.values())  # rules that hand no array to anybody else


class Memory:
    """Who may write to the memory of a tensor: the library alone, which counts its writes, or (`shared`) anybody.

    Tensors that show the same memory, such as `t` and `t.T`, have one `Memory`.
    """

    __slots__ = ("contents", "kept", "shared", "version")

    def __init__(self) -> None:
        self.version = 0
        self.shared = self.kept = False
        self.contents: Contents | None = None

    def share(self, array: Array) -> None:
        """Somebody is handed `array`, all or part of this memory: from now on only its contents tell of changes."""
        if not self.shared:
            self.shared = True
            self.contents = contents(owner(array)) if self.kept else None

    def write(self) -> None:
        """The library is about to write."""
        self.version += 1
        self.kept = False


class Seen:
    """The contents of arrays, each looked at once in a backward pass."""

    def __init__(self) -> None:
        self.trace = tracing.current()
        self._found: dict[int, tuple[Array, Contents]] = {}  # the arrays themselves too, so that no id is used again

    def contents(self, array: Array) -> Contents:
        """What the array holds."""
        if array.nbytes <= _SMALL:
            return contents(array)
        if id(array) not in self._found:
            self._found[id(array)] = array, contents(array)
        return self._found[id(array)][1]


class Guards:
    """What the arrays of one node held in the forward pass: its inputs, its options, its result."""

    __slots__ = ("arrays", "result", "shapes", "trace", "versions", "wanted", "watched")

    def __init__(
        self,
        rule: Rule,
        inputs: Sequence[Any],
        result: Any,
        pullbacks: Iterable[Pullback],
        options: dict[str, Any],
        trace: tracing.Trace | None,
    ) -> None:
        self.trace = trace
        self.result = result._data
        self.arrays: list[Any] = []
        self.shapes: list[Shape | None] = []
        self.wanted: list[bool] = []
        self.versions: list[tuple[Memory, int, Array]] = []
        """Memory that only the library writes to, how often it had, and an array in it."""
        self.watched: list[tuple[Array, Any]] = []
        """Memory that others write to as well, and what it held."""
        outside: list[Any] = []
        for t in inputs:
            if t is None:
                self.arrays.append(None)
                self.shapes.append(None)
                self.wanted.append(False)
                continue
            array, memory = t._data, t._memory
            self.arrays.append(array)
            self.shapes.append(array.shape)
            self.wanted.append(t.requires_grad)
            if memory is None or memory.shared or trace is not None:
                outside.append(array)
            else:
                memory.kept = True
                self.versions.append((memory, memory.version, array))
        memory = result._memory
        if memory is None or memory.shared or trace is not None:
            outside.append(self.result)
        else:
            memory.kept = True
            self.versions.append((memory, memory.version, self.result))
        for option in options.values():
            if type(option) not in IMMUTABLE:
                collect(option, outside)
        if outside:
            self._watch(rule, outside, pullbacks, options)

    def _watch(self, rule: Rule, outside: list[Any], pullbacks: Iterable[Pullback], options: Any) -> None:
        """Remember the contents of those arrays of others that the way back needs, and of all small ones."""
        small = self.trace is None and rule in _OWN
        for array in outside:
            small = small and array is not UNKNOWN and array.nbytes <= _SMALL
        if small:
            self.watched = [(a, a.tobytes()) for a in outside]
            return
        wanted = [pullback for want, pullback in zip(self.wanted, pullbacks, strict=False) if want]
        kept, places = self.needed(rule, wanted, options, again=True)
        outside = [a for a in (*outside, *kept) if a is not UNKNOWN and (rule not in _OWN or _place(a) in places)]
        now = contents if self.trace is None else self.trace.writes
        self.watched = [(a, now(a)) for a in {id(a): a for a in outside}.values()]

    def needed(
        self, rule: Rule, pullbacks: Iterable[Pullback], options: Any, *, again: bool
    ) -> tuple[list[Any], set[int]]:
        """(the arrays that pullbacks keep, the places of all that they need as it was).

        `again`: the rule is to be run once more, on tensors. Then it also needs all that it was given, if its pullbacks
        keep anything that it has computed from that.
        """
        kept: list[Any] = []
        for pullback in pullbacks:
            collect(pullback, kept)
        places = {_place(a) for a in kept}
        given = [a for a in self.arrays if a is not None]
        collect(tuple(options.values()), given)
        own = {_place(a) for a in given if a is not UNKNOWN}
        if any(a is UNKNOWN for a in kept) or (again and (rule not in _OWN or not places <= own)):
            places |= own
        return kept, places

    def intact(self, seen: Seen) -> bool:
        """Whether nothing has changed; quick where nothing could."""
        if self.trace is None and seen.trace is None:
            for array, before in self.watched:
                if (array.tobytes() if type(before) is bytes else seen.contents(array)) != before:
                    return False
            for memory, version, _ in self.versions:
                if memory.version != version or memory.shared:
                    break
            else:
                return True
        return not self.changed(seen)

    def changed(self, seen: Seen) -> list[Any]:
        """The arrays that hold something else now."""
        found: list[Any] = [
            array
            for memory, version, array in self.versions
            if memory.version != version or (memory.shared and seen.contents(owner(array)) != memory.contents)
        ]
        if self.trace is not None:
            return found + [a for a, before in self.watched if self.trace.writes(a) != before]
        found += [a for a, before in self.watched if seen.contents(a) != before]
        if seen.trace is not None:  # the step that is being recorded will have changed what was computed before it
            found += [
                a for a in (*self.arrays, *(a for a, _ in self.watched)) if a is not None and seen.trace.writes(a)
            ]
        return found


def expect_unchanged(node: Any, way: list[bool], seen: Seen, *, again: bool) -> None:
    """Raise RuntimeError if an array was changed that the way back through a node, to some of its inputs, needs.

    `again`: the rule is about to be run again, on tensors, so that all that it was given must be as it was, unless
    its pullbacks use none of it.
    """
    guards = node.guards
    if way != guards.wanted:
        _expect_wanted(node, way)
    if again:
        _expect_in_place(node)
    for array, shape in zip(guards.arrays, guards.shapes, strict=True):
        if shape is not None and array.shape != shape:
            raise RuntimeError(f"{_name(node, array)} had the shape {shape} in the forward pass: let it keep its shape")
    if guards.intact(seen):
        return
    changed = guards.changed(seen)
    called = [pullback for leads, pullback in zip(way, node.pullbacks, strict=False) if leads]
    _, places = guards.needed(node.rule, called, node.options, again=again)
    for array in changed:
        if _place(array) in places:
            raise RuntimeError(
                f"{_name(node, array)} was changed after the forward pass, and the gradient needs it as it was: "
                "call backward() before changing it, compute the result anew after it, or change a copy"
            )


def _expect_wanted(node: Any, way: list[bool]) -> None:
    for t, leads, wanted in zip(node.inputs, way, node.guards.wanted, strict=True):
        if leads and not wanted:
            raise RuntimeError(
                f"a tensor of shape {t.shape} did not require a gradient when {node.rule.__name__} used it: "
                "set requires_grad before the forward pass"
            )


def _expect_in_place(node: Any) -> None:
    for t, array in zip(node.inputs, node.guards.arrays, strict=True):
        if t is not None and t._data is not array:
            raise RuntimeError(
                f"{_name(node, array)} was replaced (its tensor has another `data` now), and gradients of gradients "
                "need it as it was: ask for them before replacing it, or compute the result anew after it"
            )


def contents(array: Array) -> Contents:
    """What an array holds, in short."""
    if array.nbytes <= _SMALL or array.dtype.hasobject:
        return array.tobytes()
    return (kernels.fingerprint if tracing.current() is None else reference.fingerprint)(array)


def result_memory(rule: Rule, inputs: Iterable[Any], value: Any) -> Memory | None:
    """The memory of a rule's value: that of an input if it is a view of it; None if others may hold it."""
    whole = owner(value) if value.base is not None else value
    for t in inputs:
        if t is not None:
            array = t._data
            if array is whole or (array.base is not None and owner(array) is whole):
                return t._memory  # type: ignore[no-any-return]
    return Memory() if rule in _OWN else None


def hand_out(rule: Rule, inputs: Iterable[Any]) -> None:
    """A rule of somebody else is given the arrays of these tensors, and may keep them."""
    if rule not in _OWN:
        for t in inputs:
            if t is not None and t._memory is not None:
                t._memory.share(t._data)


def _place(array: Any) -> int:
    """What tells whether two arrays share their memory."""
    return id(owner(array.array if isinstance(array, Traced) else array))


def _name(node: Any, array: Any) -> str:
    """What an array is to a node, in words: "the input w of linear, a parameter of shape (10, 20),"."""
    place, rule = _place(array), node.rule.__name__
    shape = f"of shape {tuple(array.shape)}"
    for t, given, name in zip(node.inputs, node.guards.arrays, _input_names(node.rule, len(node.inputs)), strict=True):
        if t is not None and (given is array or _place(given) == place):
            kind = f"a result of {t.node.rule.__name__}" if t.node is not None else f"a {type(t).__name__.lower()}"
            return f"the input {name} of {rule}, {kind} {shape},"
    for name, value in node.options.items():
        held: list[Any] = []
        collect(value, held)
        if any(_place(a) == place for a in held):
            return f"the {name} of {rule}, an array {shape},"
    if _place(node.guards.result) == place:
        return f"the result of {rule}, {shape},"
    return f"an array {shape} that {rule} keeps"


def _input_names(rule: Rule, count: int) -> list[str]:
    """x, w, b; xs[0], xs[1], … of a rule that takes any number of inputs."""
    names: list[str] = []
    for parameter in signature(rule).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            return [*names, *(f"{parameter.name}[{i}]" for i in range(count - len(names)))]
        names.append(parameter.name)
    return names[:count]
