"""What a model is: fields that hold parameters, buffers and other modules, and a `forward` that uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self

import numpy as np

from zerokara.annotations import misplaced, named
from zerokara.arguments import short
from zerokara.arrays import Array, DTypeLike
from zerokara.autodiff import Tensor
from zerokara.kernels import tracing
from zerokara.kernels.tracing import as_array
from zerokara.nn import shown
from zerokara.nn.hooks import Handle, Hook
from zerokara.nn.parameter import Parameter
from zerokara.nn.state import Differences, compare, numbers
from zerokara.refusing import CAUGHT, first, outline, told, unwritten

Observer = Callable[["Module", Tensor], None]
_OBSERVERS: ContextVar[tuple[Observer, ...]] = ContextVar("observers", default=())


_LAYERS = __name__.rpartition(".")[0]


class Module:
    """The base of every layer and model: assign the parts as attributes, compute with them in `forward`.

    Parameters and modules are found by walking the attributes in the order of assignment, also inside lists,
    tuples and dictionaries; names are the dotted path, as in PyTorch: `features.0.weight`. Nothing needs to be
    registered and `super().__init__()` may be left out. Arrays that training does not learn but a checkpoint must
    keep (running means) are *buffers*: `register_buffer(name, array)`.
    """

    training: bool = True
    _buffer_names: tuple[str, ...] = ()
    _forward_hooks: tuple[Handle, ...] = ()
    _forward_pre_hooks: tuple[Handle, ...] = ()

    def __init__(self) -> None:
        """Nothing to set. It stands here so that a layer without settings says in words that it takes none."""

    # ── computing ────────────────────────────────────────────────────────────────────────────────────────────────

    def forward(self, *inputs: Any, **options: Any) -> Tensor:
        """The value of the module; every subclass writes its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(): define what it computes")

    def __call__(self, *inputs: Any, **options: Any) -> Tensor:
        """`forward`, seen by whoever observes."""
        try:
            if self._forward_pre_hooks or self._forward_hooks or _OBSERVERS.get():
                return self._observed(inputs, options)
            return self.forward(*inputs, **options)
        except CAUGHT as error:
            if unwritten(error):
                raise self._refusal(error, inputs, options) from first(error)
            self._name(error)
            raise

    def _name(self, error: Exception) -> None:
        """Say which layer it was, where a function that has another name than the layer speaks: pad in ZeroPad2d."""
        kind = type(self).__name__
        ours = type(self).__module__.startswith(_LAYERS) and next(self.children(), None) is None
        if ours and kind.lower() not in str(error).lower().replace("_", ""):
            error.args = (f"{kind}: {error}",) if type(error) in (TypeError, ValueError) else error.args

    def _refusal(self, error: Exception, inputs: tuple[Any, ...], options: dict[str, Any]) -> Exception:
        """What is said of inputs that no layer here has a sentence for."""
        if unfit := misplaced(type(self).__name__, self.forward, inputs, options):
            return TypeError(unfit)
        wrong = [x for x in (*inputs, *options.values()) if not hasattr(x, "shape")]
        if wrong:
            kind = type(self).__name__
            return TypeError(f"{kind} expects tensors or arrays; got {outline(wrong[0])}: make one with zk.tensor(…)")
        return told(error, type(self).__name__, self.forward, named(self.forward, inputs, options))

    def _observed(self, inputs: tuple[Any, ...], options: dict[str, Any]) -> Tensor:
        if tracing.current() is not None:
            tracing.refuse("be observed layer by layer")
        for hook in self._forward_pre_hooks:
            hook(self, inputs)
        y = self.forward(*inputs, **options)
        for hook in self._forward_hooks:
            hook(self, inputs, y)
        seen = y[0] if isinstance(y, tuple) else y
        for observer in _OBSERVERS.get():
            observer(self, seen)
        return y

    def register_forward_hook(self, hook: Hook) -> Handle:
        """After every forward pass of this module, `hook(module, inputs, output)` is called; it returns nothing.

        While a hook is registered, steps that this module is part of are computed as they are written, not replayed.
        """
        return Handle(self, "_forward_hooks", hook)

    def register_forward_pre_hook(self, hook: Hook) -> Handle:
        """Before every forward pass of this module, call `hook(module, inputs)`, which looks and returns nothing."""
        return Handle(self, "_forward_pre_hooks", hook)

    def register_full_backward_hook(self, hook: Hook) -> Handle:
        """Refused: gradients in the middle of a network are asked for, `zk.gradients(loss, at=[tensor])`."""
        raise NotImplementedError(
            "modules have no backward hooks: keep the tensor that a forward hook shows you, and ask for the gradient "
            "there with zk.gradients(loss, [tensor])"
        )

    def apply(self, work: Callable[[Module], None]) -> Self:
        """Call `work(module)` for every module inside, children before parents, and this one last; returns itself."""
        for child in self.children():
            child.apply(work)
        work(self)
        return self

    # ── finding the parts ────────────────────────────────────────────────────────────────────────────────────────

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly inside this one, each once."""
        seen: set[int] = set()
        for name, part in _parts(self):
            if isinstance(part, Module) and _first_time(part, seen):
                yield name, part

    def children(self) -> Iterator[Module]:
        """The modules directly inside this one."""
        return (child for _, child in self.named_children())

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """The module itself (its name is "") and every one inside, each once, with its dotted name."""
        return _named_modules(self, "", set())

    def modules(self) -> Iterator[Module]:
        """The module itself and every one inside, each once."""
        return (module for _, module in self.named_modules())

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Every parameter with its dotted name; one that is shared appears once, under its first name."""
        found: dict[int, tuple[str, Parameter]] = {}
        for name, part in _named_fields(self):
            if isinstance(part, Parameter):
                found.setdefault(id(part), (name, part))
        return iter(found.values())

    def parameters(self) -> Iterator[Parameter]:
        """Every parameter, each once."""
        return (parameter for _, parameter in self.named_parameters())

    def named_buffers(self) -> Iterator[tuple[str, Array]]:
        """Every buffer with its dotted name."""
        return ((name, part) for name, part in _named_fields(self) if not isinstance(part, Parameter))

    def register_buffer(self, name: str, array: Array | None) -> None:
        """Keep `array` as attribute `name` and in `state_dict`, without learning it; None keeps nothing."""
        if name not in self._buffer_names:
            self._buffer_names = (*self._buffer_names, name)
        setattr(self, name, array)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._buffer_names and value is not None:
            value = as_array(value)
        if vars(self).get(name) is not value:
            tracing.count_change()
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        tracing.count_change()
        object.__delattr__(self, name)

    # ── state ────────────────────────────────────────────────────────────────────────────────────────────────────

    def state_dict(self) -> dict[str, Array]:
        """Every parameter and buffer by its dotted name. The arrays are copies: later training leaves them alone."""
        return {name: array.copy() for name, array in _named_arrays(self)}

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> Differences:
        """Copy the arrays of `state` into the parameters and buffers of the same names; dtypes stay the module's.

        Values may be arrays, tensors or anything `np.asarray` reads. Either everything is loaded or nothing:
        `ValueError` lists all missing, unexpected and mis-shaped names. With `strict=False` missing and unexpected
        names are left out and returned.
        """
        own = dict(_named_arrays(self))
        given = {name: numbers(name, value) for name, value in state.items()}
        differences = compare(own, given)
        differences.refuse(type(self).__name__, strict)
        for name, part in _named_fields(self):
            if name in given:
                (part.write() if isinstance(part, Parameter) else part)[...] = given[name]
        return differences

    # ── switching ────────────────────────────────────────────────────────────────────────────────────────────────

    def train(self, mode: bool = True) -> Self:
        """Training mode (dropout drops, batch norm uses the batch) for this module and all inside; returns itself."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Evaluation mode: dropout does nothing, batch norm uses its running statistics."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Forget every parameter's gradient."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Let every parameter learn, or freeze them all."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def astype(self, dtype: DTypeLike) -> Self:
        """Convert every parameter and floating buffer in place (float32, float64); gradients are forgotten."""
        if not np.issubdtype(np.dtype(dtype), np.floating):
            raise TypeError(f"a module computes in floating point; astype expects float32 or float64, got {dtype}")
        for parameter in self.parameters():
            parameter.data, parameter.grad = parameter.data.astype(dtype), None
        for module in self.modules():
            _convert_buffers(module, dtype)
        return self

    def to(self, *where: Any) -> Self:
        """`to("cpu")` is the module itself, `to(dtype)` is `astype(dtype)`; there are no other devices."""
        for place in where:
            kind = str(getattr(place, "type", place)) if not isinstance(place, type | np.dtype) else ""
            if not kind or kind in ("float16", "float32", "float64"):
                self.astype(place)
            elif kind != "cpu":
                raise ValueError(
                    f"modules compute on the CPU, in float16, float32 or float64; got {short(place)}: leave it out"
                )
        return self

    def cpu(self) -> Self:
        """The module itself: it is there already."""
        return self

    def cuda(self, device: Any = None) -> Self:
        """Refused: there are no other devices than the CPU."""
        return self.to("cuda")

    def half(self) -> Self:
        """Convert to float16."""
        return self.astype(np.float16)

    def float(self) -> Self:
        """Convert to float32."""
        return self.astype(np.float32)

    def double(self) -> Self:
        """Convert to float64."""
        return self.astype(np.float64)

    # ── showing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def extra_repr(self) -> str:
        """The settings shown between the parentheses; every layer writes its own."""
        return ""

    def __repr__(self) -> str:
        children = [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in self.named_children()]
        if not children:
            return f"{type(self).__name__}({self.extra_repr()})"
        lines = [self.extra_repr(), *children] if self.extra_repr() else children
        return "\n  ".join([f"{type(self).__name__}(", *lines]) + "\n)"

    def _repr_html_(self) -> str:
        rows = (
            shown.Row(name, f"{type(module).__name__}({module.extra_repr()})", module._own_parameters())
            for name, module in self.named_modules()
            if not any(True for _ in module.children()) or module._own_parameters()
        )
        return shown.module(type(self).__name__, rows, sum(p.size for p in self.parameters()))

    def _own_parameters(self) -> int:
        """How many numbers this module learns itself, without those inside."""
        return sum(part.size for _, part in _parts(self) if isinstance(part, Parameter))


def observing() -> bool:
    """Whether somebody observes modules just now."""
    return bool(_OBSERVERS.get())


@contextmanager
def observe(observer: Observer) -> Iterator[None]:
    """Within the block, `observer(module, output)` is called after every module's forward, children before parents.

    For looking only: shapes for a summary, the first layer that shows a NaN, activations for a histogram. Of a module
    that gives several values (a recurrent layer: outputs and state), the observer sees the first.
    """
    token = _OBSERVERS.set((*_OBSERVERS.get(), observer))
    try:
        yield
    finally:
        _OBSERVERS.reset(token)


_SETTINGS = frozenset({int, float, bool, str, type(None)})
"""What most fields hold besides the parts: passed over at once, since an optimizer walks through them at every step."""


def _parts(module: Module) -> list[tuple[str, Module | Parameter | Array]]:
    """What stands directly in the fields of `module`: modules, parameters and buffers, in order of assignment."""
    found: list[tuple[str, Module | Parameter | Array]] = []
    for name, value in vars(module).items():
        kind = type(value)
        if kind in _SETTINGS or name == "_buffer_names":
            continue
        if isinstance(value, (Module, Parameter)):
            found.append((name, value))
        elif kind is not np.ndarray and isinstance(value, (list, tuple, dict)):
            found += _within(name, value)
        elif name in module._buffer_names:
            found.append((name, value))
    return found


def _within(name: str, held: list[Any] | tuple[Any, ...] | dict[Any, Any]) -> Iterator[tuple[str, Module | Parameter]]:
    for key, value in held.items() if isinstance(held, dict) else enumerate(held):
        if isinstance(value, (Module, Parameter)):
            yield f"{name}.{key}", value
        elif isinstance(value, (list, tuple, dict)):
            yield from _within(f"{name}.{key}", value)


def _named_fields(module: Module, prefix: str = "") -> list[tuple[str, Parameter | Array]]:
    """Every parameter and buffer under every name it has: shared ones appear more than once."""
    found: list[tuple[str, Parameter | Array]] = []
    for name, part in _parts(module):
        if isinstance(part, Module):
            found += _named_fields(part, f"{prefix}{name}.")
        else:
            found.append((prefix + name, part))
    return found


def _named_arrays(module: Module) -> Iterator[tuple[str, Array]]:
    for name, part in _named_fields(module):
        yield name, part._data if isinstance(part, Parameter) else part


def _named_modules(module: Module, name: str, seen: set[int]) -> Iterator[tuple[str, Module]]:
    if _first_time(module, seen):
        yield name, module
        for key, child in module.named_children():
            yield from _named_modules(child, f"{name}.{key}" if name else key, seen)


def _first_time(part: object, seen: set[int]) -> bool:
    if id(part) in seen:
        return False
    seen.add(id(part))
    return True


def _convert_buffers(module: Module, dtype: DTypeLike) -> None:
    for name in module._buffer_names:
        buffer = getattr(module, name)
        if buffer is not None and np.issubdtype(buffer.dtype, np.floating):
            setattr(module, name, buffer.astype(dtype))
