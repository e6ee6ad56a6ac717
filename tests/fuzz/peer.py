"""zerokara's tensors and functions, done by PyTorch: the same program gives an independent answer.

Only the names are zerokara's. Values, gradients and broadcasting are PyTorch's; where PyTorch has no function of that
kind, the formula is written in its operations.
"""

import operator
from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from zerokara.arrays import manual_seed


def plain(value: Any) -> Any:
    """A PyTorch tensor of whatever a program computes with; Python's numbers stay what they are."""
    if isinstance(value, Tensor):
        return value.t
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and not value.ndim):
        return value.item()  # a number, which does not decide the type: see docs/autodiff.md
    return torch.tensor(np.array(value)) if isinstance(value, np.ndarray) else value


def _index(index: Any) -> Any:
    if isinstance(index, tuple):
        return tuple(_index(i) for i in index)
    if isinstance(index, list):
        return torch.tensor(index)
    return plain(index)


def _forward(array: Any) -> Any:
    """PyTorch knows no negative strides."""
    return array.copy() if any(s < 0 for s in array.strides) else array


class Tensor:
    """Holds a tensor of PyTorch's and answers as one of zerokara's."""

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self.t: Any = torch.as_tensor(_forward(np.asarray(data))) if not isinstance(data, torch.Tensor) else data
        if requires_grad:
            self.t.requires_grad_(True)

    @property
    def data(self) -> Any:
        return self.t.detach().numpy()

    @data.setter
    def data(self, array: Any) -> None:
        self.t.data = torch.tensor(np.array(array))

    @property
    def grad(self) -> Any:
        return None if self.t.grad is None else self.t.grad.numpy().copy()

    @grad.setter
    def grad(self, array: Any) -> None:
        self.t.grad = None if array is None else torch.tensor(np.array(array))

    @property
    def requires_grad(self) -> bool:
        return bool(self.t.requires_grad)

    @requires_grad.setter
    def requires_grad(self, on: bool) -> None:
        self.t.requires_grad_(on)

    shape = property(lambda self: tuple(self.t.shape))
    ndim = property(lambda self: self.t.ndim)
    size = property(lambda self: self.t.numel())
    dtype = property(lambda self: self.data.dtype)
    T = property(lambda self: self.transpose())

    def __len__(self) -> int:
        return len(self.t)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(self.data, dtype=dtype)

    def item(self) -> Any:
        return self.t.item()

    def detach(self) -> "Tensor":
        return Tensor(self.t.detach())

    def backward(self, gradient: Any = None) -> None:
        self.t.backward(plain(gradient))

    def zero_grad(self) -> None:
        self.t.grad = None

    # arithmetic

    def __add__(self, o: Any) -> Any:
        return Tensor(self.t + plain(o))

    def __sub__(self, o: Any) -> Any:
        return Tensor(self.t - plain(o))

    def __rsub__(self, o: Any) -> Any:
        return Tensor(plain(o) - self.t)

    def __mul__(self, o: Any) -> Any:
        return Tensor(self.t * plain(o))

    def __truediv__(self, o: Any) -> Any:
        return Tensor(self.t / plain(o))

    def __rtruediv__(self, o: Any) -> Any:
        return Tensor(plain(o) / self.t)

    def __pow__(self, o: Any) -> Any:
        return Tensor(self.t ** plain(o))

    def __rpow__(self, o: Any) -> Any:
        return Tensor(plain(o) ** self.t)

    def __matmul__(self, o: Any) -> Any:
        return Tensor(self.t @ plain(o))

    def __rmatmul__(self, o: Any) -> Any:
        return Tensor(plain(o) @ self.t)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Any:
        return Tensor(-self.t)

    def __pos__(self) -> Any:
        return Tensor(+self.t)

    def __abs__(self) -> Any:
        return Tensor(self.t.abs())

    def __lt__(self, o: Any) -> Any:
        return (self.t < plain(o)).numpy()

    def __le__(self, o: Any) -> Any:
        return (self.t <= plain(o)).numpy()

    def __gt__(self, o: Any) -> Any:
        return (self.t > plain(o)).numpy()

    def __ge__(self, o: Any) -> Any:
        return (self.t >= plain(o)).numpy()

    def __eq__(self, o: Any) -> Any:
        return (self.t == plain(o)).numpy()

    def __ne__(self, o: Any) -> Any:
        return (self.t != plain(o)).numpy()

    __hash__ = object.__hash__

    def __getitem__(self, index: Any) -> Any:
        return Tensor(taken(self.t, index))

    # methods

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        return Tensor(_reduced_over(self.t, axis, keepdims, torch.sum))

    def mean(self, axis: Any = None, keepdims: bool = False) -> Any:
        return Tensor(_reduced_over(_fractional(self.t), axis, keepdims, torch.mean))

    def max(self, axis: Any = None, keepdims: bool = False) -> Any:
        return Tensor(_reduced_over(self.t, axis, keepdims, torch.amax))

    def min(self, axis: Any = None, keepdims: bool = False) -> Any:
        return Tensor(_reduced_over(self.t, axis, keepdims, torch.amin))

    def var(self, axis: Any = None, keepdims: bool = False, ddof: int = 0) -> Any:
        return Tensor(_reduced_over(_fractional(self.t), axis, keepdims, torch.var, correction=ddof))

    def std(self, axis: Any = None, keepdims: bool = False, ddof: int = 0) -> Any:
        return Tensor(_reduced_over(_fractional(self.t), axis, keepdims, torch.std, correction=ddof))

    def reshape(self, *shape: Any) -> Any:
        return Tensor(
            self.t.reshape(shape[0] if len(shape) == 1 and not isinstance(shape[0], int | np.integer) else shape)
        )

    def flatten(self, start_axis: int = 0) -> Any:
        return Tensor(self.t.flatten(start_axis))

    def transpose(self, *axes: Any) -> Any:
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int | np.integer) else axes
        return Tensor(self.t.permute(*([int(a) for a in order] or reversed(range(self.t.ndim)))))

    def swapaxes(self, a: int, b: int) -> Any:
        return Tensor(self.t.swapaxes(int(a), int(b)))

    def squeeze(self, axis: Any = None) -> Any:
        return Tensor(self.t.squeeze() if axis is None else self.t.squeeze(int(axis)))

    def expand_dims(self, axis: int) -> Any:
        return Tensor(self.t.unsqueeze(int(axis)))

    def broadcast_to(self, shape: Any) -> Any:
        return Tensor(self.t.broadcast_to(shape))

    def clip(self, low: Any = None, high: Any = None) -> Any:
        return Tensor(self.t.clamp(plain(low), plain(high)))

    def astype(self, dtype: Any) -> Any:
        return Tensor(self.t.to(torch.from_numpy(np.empty(0, dtype)).dtype))

    def argmax(self, axis: Any = None) -> Any:
        return self.data.argmax(axis)

    def argmin(self, axis: Any = None) -> Any:
        return self.data.argmin(axis)

    # np.exp(t), array * t, np.concatenate([t, t])

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        if out is not None or method != "__call__":  # an array that takes in a tensor's numbers
            shown = [i.data if isinstance(i, Tensor) else i for i in inputs]
            return getattr(ufunc, method)(*shown, **options, **({"out": out} if out else {}))
        if ufunc.__name__ in _OPERATORS:
            found = _OPERATORS[ufunc.__name__](*(plain(i) for i in inputs))
            return found.numpy() if found.dtype == torch.bool else Tensor(found)
        return _MAPPED[ufunc.__name__](*inputs)

    def __array_function__(self, function: Any, kinds: Any, args: Any, kwargs: Any) -> Any:
        name = function.__name__
        if name in ("where", "concatenate", "stack"):
            from tests.fuzz.peer_functions import F

            return getattr(F, name)(*args, **kwargs)
        if name == "copyto":
            return np.copyto(args[0], args[1].data)
        if name in ("shape", "ndim", "size"):
            return getattr(args[0], name)
        return getattr(args[0], name)(*args[1:], **kwargs)

    for _name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "abs"):
        locals()[_name] = lambda self, _name=_name: Tensor(getattr(self.t, _name)())


_OPERATORS = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "power": operator.pow, "matmul": operator.matmul, "less": operator.lt, "less_equal": operator.le,
    "greater": operator.gt, "greater_equal": operator.ge, "equal": operator.eq, "not_equal": operator.ne,
}  # fmt: skip


def _reduced_over(t: Any, axis: Any, keepdims: bool, function: Any, **options: Any) -> Any:
    """Over these axes: () means none, as in NumPy; to PyTorch it means all."""
    axes = tuple(range(t.ndim)) if axis is None else axis
    if isinstance(axes, tuple) and len(axes) == 0:
        return function(t.unsqueeze(-1), -1, keepdim=False, **options)
    return function(
        t, tuple(int(a) for a in axes) if isinstance(axes, tuple) else int(axes), keepdim=keepdims, **options
    )


def _fractional(t: Any) -> Any:
    return t if t.is_floating_point() else t.float()


def taken(t: Any, index: Any) -> Any:
    """t[index], with backward slices, which PyTorch does not know."""
    parts = index if isinstance(index, tuple) else (index,)
    if Ellipsis in [p for p in parts if p is Ellipsis]:
        at = next(i for i, p in enumerate(parts) if p is Ellipsis)
        used = sum(p is not None for p in parts) - 1
        parts = (*parts[:at], *(slice(None),) * (t.ndim - used), *parts[at + 1 :])
    turned, axis = [], 0
    for p in parts:
        if isinstance(p, slice) and p.step is not None and p.step < 0:
            p = torch.as_tensor(np.arange(t.shape[axis])[p].copy())
            t, p = t.index_select(axis, p), slice(None)
        turned.append(_index(p))
        axis += p is not None
    return t[tuple(turned)]


def torches(value: Any) -> Any:
    """A tensor of PyTorch's, whatever comes; a fraction of Python's is a float32."""
    if isinstance(value, np.ndarray):
        return torch.tensor(np.array(value))
    t = plain(value)
    return t if isinstance(t, torch.Tensor) else torch.tensor(t, dtype=torch.float32 if isinstance(t, float) else None)


def two(x: Any, y: Any) -> tuple[Any, Any]:
    x, y = plain(x), plain(y)
    if not isinstance(x, torch.Tensor):
        x = torch.tensor(x, dtype=y.dtype)
    return x, y if isinstance(y, torch.Tensor) else torch.tensor(y, dtype=x.dtype)


def one(function: Any) -> Any:
    return lambda x: Tensor(function(torches(x)))


def both(function: Any) -> Any:
    return lambda x, y: Tensor(function(*two(x, y)))


def _array_of(name: str) -> Any:
    return lambda x: getattr(np, name)(x.data)


_MAPPED: dict[str, Any] = {
    **{name: one(getattr(torch, name)) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "square", "negative")},
    **{name: both(getattr(torch, name)) for name in ("maximum", "minimum", "logaddexp")},
    **{name: _array_of(name) for name in ("sign", "isfinite", "isnan", "isinf")},
    "absolute": one(torch.abs),
}


def tensor(value: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """As `zk.tensor`: a copy."""
    own = not isinstance(value, np.ndarray | np.generic | Tensor)
    array = np.array(value.data if isinstance(value, Tensor) else value, dtype)
    if own and dtype is None and array.dtype == np.float64:
        array = array.astype(np.float32)
    return Tensor(torch.as_tensor(array), requires_grad)


def no_grad() -> AbstractContextManager[Any]:
    return torch.no_grad()


zk = SimpleNamespace(Tensor=Tensor, tensor=tensor, no_grad=no_grad, manual_seed=manual_seed)
Tensors = Sequence[Tensor]
