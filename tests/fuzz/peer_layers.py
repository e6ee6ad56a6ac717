"""zerokara's layers and optimizers on PyTorch's tensors, written anew: `nn` and `optim` for a program of the fuzzer."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from tests.fuzz.peer import Tensor, torches
from tests.fuzz.peer_functions import F


class Parameter(Tensor):
    def __init__(self, data: Any) -> None:
        super().__init__(np.array(data, order="C"), requires_grad=True)


class Module:
    training = True
    buffers: tuple[str, ...] = ()

    def __call__(self, *inputs: Any) -> Any:
        return self.forward(*inputs)  # type: ignore[attr-defined]

    def parts(self) -> Iterator[tuple[str, Any]]:
        """Modules, parameters and buffers directly inside, also in lists and dictionaries."""
        for name, value in vars(self).items():
            yield from _within(name, value)
            if name in self.buffers and value is not None:
                yield name, value

    def named_modules(self, prefix: str = "", seen: set[int] | None = None) -> Iterator[tuple[str, Any]]:
        seen = set() if seen is None else seen
        if id(self) in seen:
            return
        seen.add(id(self))
        yield prefix, self
        for name, value in self.parts():
            if isinstance(value, Module):
                yield from value.named_modules(f"{prefix}.{name}" if prefix else name, seen)

    def named(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        for name, value in self.parts():
            if isinstance(value, Module):
                yield from value.named(f"{prefix}{name}.")
            else:
                yield prefix + name, value

    def named_parameters(self) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        for name, value in self.named():
            if isinstance(value, Parameter) and id(value) not in seen:
                seen.add(id(value))
                yield name, value

    def named_buffers(self) -> Iterator[tuple[str, Any]]:
        return ((name, value) for name, value in self.named() if not isinstance(value, Parameter))

    def parameters(self) -> Iterator[Any]:
        return (p for _, p in self.named_parameters())

    def register_buffer(self, name: str, array: Any) -> None:
        self.buffers = (*self.buffers, name)
        setattr(self, name, array)

    def state_dict(self) -> dict[str, Any]:
        return {name: np.array(v.data if isinstance(v, Parameter) else v) for name, v in self.named()}

    def load_state_dict(self, state: dict[str, Any], strict: bool = True) -> None:
        for name, v in self.named():
            if name in state:
                (v.data if isinstance(v, Parameter) else v)[...] = state[name]

    def train(self, mode: bool = True) -> Any:
        for _, module in self.named_modules():
            module.training = mode
        return self

    def eval(self) -> Any:
        return self.train(False)

    def requires_grad_(self, on: bool = True) -> Any:
        for p in self.parameters():
            p.requires_grad = on
        return self

    def astype(self, dtype: Any) -> Any:
        for p in self.parameters():
            on = p.requires_grad
            p.t = torches(p.data.astype(dtype)).requires_grad_(on)
        for _, module in self.named_modules():
            for name in module.buffers:
                value = getattr(module, name)
                if value is not None and value.dtype.kind == "f":
                    setattr(module, name, value.astype(dtype))
        return self


def _within(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Module | Parameter):
        yield name, value
    elif isinstance(value, list | tuple | dict):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _within(f"{name}.{key}", item)


class Linear(Module):
    def __init__(self, inside: int, out: int, bias: bool = True) -> None:
        self.weight = Parameter(np.zeros((out, inside), np.float32))
        self.bias = Parameter(np.zeros(out, np.float32)) if bias else None

    def forward(self, x: Any) -> Any:
        return F.linear(x, self.weight, self.bias)


class Conv2d(Module):
    def __init__(
        self,
        inside: int,
        out: int,
        size: int,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        self.weight = Parameter(np.zeros((out, inside // groups, size, size), np.float32))
        self.bias = Parameter(np.zeros(out, np.float32)) if bias else None
        self.how = stride, padding, dilation, groups

    def forward(self, x: Any) -> Any:
        return F.conv2d(x, self.weight, self.bias, *self.how)


class BatchNorm(Module):
    def __init__(
        self, count: int, eps: float = 1e-5, momentum: Any = 0.1, affine: bool = True, track_running_stats: bool = True
    ) -> None:
        self.eps, self.momentum = eps, momentum
        self.weight = Parameter(np.ones(count, np.float32)) if affine else None
        self.bias = Parameter(np.zeros(count, np.float32)) if affine else None
        kept = track_running_stats
        self.register_buffer("running_mean", np.zeros(count, np.float32) if kept else None)
        self.register_buffer("running_var", np.ones(count, np.float32) if kept else None)
        self.register_buffer("num_batches_tracked", np.array(0, np.int64) if kept else None)

    def forward(self, x: Any) -> Any:
        tracked: Any = self.num_batches_tracked  # type: ignore[attr-defined]
        by_batch = self.training or self.running_mean is None  # type: ignore[attr-defined]
        if by_batch and x.size <= x.shape[1]:
            raise ValueError("one value per channel")
        if self.training and tracked is not None:
            tracked += 1
        momentum = 1 / max(1, int(tracked or 1)) if self.momentum is None else self.momentum
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, by_batch, momentum, self.eps
        )  # type: ignore[attr-defined]


class LayerNorm(Module):
    def __init__(self, shape: Any, eps: float = 1e-5, elementwise_affine: bool = True, bias: bool = True) -> None:
        self.shape, self.eps = (shape,) if isinstance(shape, int) else tuple(shape), eps
        self.weight = Parameter(np.ones(self.shape, np.float32)) if elementwise_affine else None
        self.bias = Parameter(np.zeros(self.shape, np.float32)) if elementwise_affine and bias else None

    def forward(self, x: Any) -> Any:
        return F.layer_norm(x, self.shape, self.weight, self.bias, self.eps)


class GroupNorm(Module):
    def __init__(self, num_groups: int, count: int, eps: float = 1e-5, affine: bool = True) -> None:
        self.num_groups, self.eps = num_groups, eps
        self.weight = Parameter(np.ones(count, np.float32)) if affine else None
        self.bias = Parameter(np.zeros(count, np.float32)) if affine else None

    def forward(self, x: Any) -> Any:
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)


class Upsample(Module):
    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        self.size, self.scale_factor = size, scale_factor

    def forward(self, x: Any) -> Any:
        return F.interpolate(x, self.size, self.scale_factor)


class RMSNorm(Module):
    def __init__(self, shape: Any, eps: float | None = None, elementwise_affine: bool = True) -> None:
        self.shape, self.eps = (shape,) if isinstance(shape, int) else tuple(shape), eps
        self.weight = Parameter(np.ones(self.shape, np.float32)) if elementwise_affine else None

    def forward(self, x: Any) -> Any:
        given = torches(x)
        weight = None if self.weight is None else torches(self.weight).to(given.dtype)
        return Tensor(torch.nn.functional.rms_norm(given, self.shape, weight, self.eps))


class LocalResponseNorm(Module):
    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x: Any) -> Any:
        return F.local_response_norm(x, self.size, self.alpha, self.beta, self.k)


class Dropout(Module):
    def __init__(self, p: float = 0.5, inverted: bool = True, rng: Any = None) -> None:
        self.p, self.inverted, self.rng = p, inverted, rng

    def forward(self, x: Any) -> Any:
        y = F.dropout(x, self.p, self.training, self.rng)
        return y if self.inverted else y * (1 - self.p)


class MaxPool2d(Module):
    def __init__(self, size: int, stride: Any = None, padding: int = 0, ceil_mode: bool = False) -> None:
        self.how = size, stride, padding, 1, ceil_mode

    def forward(self, x: Any) -> Any:
        return F.max_pool2d(x, *self.how)


class AvgPool2d(Module):
    def __init__(
        self, size: int, stride: Any = None, padding: int = 0, ceil_mode: bool = False, count_include_pad: bool = True
    ) -> None:
        self.how = size, stride, padding, ceil_mode, count_include_pad

    def forward(self, x: Any) -> Any:
        return F.avg_pool2d(x, *self.how)


class AdaptiveAvgPool2d(Module):
    def __init__(self, size: int) -> None:
        self.size = size

    def forward(self, x: Any) -> Any:
        return F.adaptive_avg_pool2d(x, self.size)


def _function(function: Any, *settings: tuple[str, Any]) -> type[Module]:
    """A layer without parameters: a function, and the settings that it keeps as attributes."""

    class Layer(Module):
        def __init__(self, *given: Any) -> None:
            for k, (name, usual) in enumerate(settings):
                setattr(self, name, given[k] if k < len(given) else usual)

        def forward(self, x: Any) -> Any:
            return function(x, *(getattr(self, name) for name, _ in settings))

    return Layer


class Recurrent(Module):
    """One layer, step by step in PyTorch's operations; the sequences come first, and lengths mask what is behind."""

    gates = 1

    def __init__(self, inside: int, hidden: int, batch_first: bool = True, bidirectional: bool = False) -> None:
        self.hidden, self.ends = hidden, ("_l0", "_l0_reverse")[: 2 if bidirectional else 1]
        rows = self.gates * hidden
        for end in self.ends:
            for name, shape in (("weight_ih", (rows, inside)), ("weight_hh", (rows, hidden)), ("bias_ih", (rows,)),
                                ("bias_hh", (rows,))):  # fmt: skip
                setattr(self, name + end, Parameter(np.zeros(shape, np.float32)))

    def forward(self, x: Any, state: Any = None, lengths: Any = None) -> Any:
        given = torches(x)
        steps = given.shape[1]
        counts = torch.full((len(given),), steps) if lengths is None else torch.as_tensor(np.asarray(lengths))
        found = [self.way(given, counts, end) for end in self.ends]
        return Tensor(torch.cat(found, 2)), None

    def way(self, x: Any, counts: Any, end: str) -> Any:
        w, u, b, c = (torches(getattr(self, name + end)) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        states = [x.new_zeros(len(x), self.hidden)] * 2
        outputs = [states[0]] * x.shape[1]
        times = range(x.shape[1])
        for t in reversed(times) if "reverse" in end else times:
            new = self.cell(x[:, t] @ w.T + b, states[0] @ u.T + c, states)
            here = (t < counts)[:, None]
            states = [torch.where(here, n, s) for n, s in zip(new, states, strict=True)]
            outputs[t] = torch.where(here, new[0], torch.zeros_like(new[0]))
        return torch.stack(outputs, 1)

    def cell(self, a: Any, b: Any, states: list[Any]) -> list[Any]:
        return [torch.tanh(a + b)] * 2


class LSTM(Recurrent):
    gates = 4

    def cell(self, a: Any, b: Any, states: list[Any]) -> list[Any]:
        i, f, g, o = (a + b).chunk(4, 1)
        c = f.sigmoid() * states[1] + i.sigmoid() * g.tanh()
        return [o.sigmoid() * c.tanh(), c]


class GRU(Recurrent):
    gates = 3

    def cell(self, a: Any, b: Any, states: list[Any]) -> list[Any]:
        (r, z, n), (s, y, m) = a.chunk(3, 1), b.chunk(3, 1)
        z = (z + y).sigmoid()
        return [(1 - z) * (n + (r + s).sigmoid() * m).tanh() + z * states[0]] * 2


class Sequential(Module):
    def __init__(self, *layers: Any) -> None:
        for layer in layers:
            self.append(layer)

    def append(self, layer: Any) -> None:
        setattr(self, str(len(list(iter(self)))), layer)

    def __iter__(self) -> Iterator[Any]:
        return iter([v for v in vars(self).values() if isinstance(v, Module)])

    def forward(self, x: Any) -> Any:
        for layer in self:
            x = layer(x)
        return x


nn = SimpleNamespace(
    Module=Module, Parameter=Parameter, Linear=Linear, Conv2d=Conv2d, BatchNorm1d=BatchNorm, BatchNorm2d=BatchNorm,
    LayerNorm=LayerNorm, RMSNorm=RMSNorm, GroupNorm=GroupNorm, Upsample=Upsample,
    LocalResponseNorm=LocalResponseNorm, Dropout=Dropout, MaxPool2d=MaxPool2d, AvgPool2d=AvgPool2d,
    AdaptiveAvgPool2d=AdaptiveAvgPool2d, GlobalAvgPool2d=_function(F.global_avg_pool2d), Flatten=_function(F.flatten),
    Identity=_function(lambda x: x), ReLU=_function(F.relu), Tanh=_function(F.tanh), Sigmoid=_function(F.sigmoid),
    GELU=_function(F.gelu, ("approximate", "none")), SiLU=_function(F.silu),
    Softplus=_function(F.softplus, ("beta", 1.0), ("threshold", 20.0)),
    LeakyReLU=_function(F.leaky_relu, ("negative_slope", 0.01)),
    RNN=Recurrent, LSTM=LSTM, GRU=GRU,
    Sequential=Sequential, ModuleList=lambda layers: Sequential(*layers),
)  # fmt: skip
