"""Kernels: arrays in, arrays out. No tensor, no graph. One function per kernel, in two families.

`reference` is plain NumPy, written as the textbook writes it: the definition. `compiled` repeats the same names in
Numba and is what runs by default. The environment variable ZEROKARA_KERNELS or `use_kernels("reference")` chooses.
Numba is imported, and kernels are compiled, when the first compiled kernel is called, not before.

Images have the shape (N, C, H, W), whatever their memory looks like: compiled kernels keep the channels innermost and
hand out views. The dtype of the result is that of the input (float32 or float64). Only optimizer steps change their
arguments. The docstrings are those of the reference.
"""

import functools
import importlib
import os
from collections.abc import Callable
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np

from zerokara.arguments import known
from zerokara.kernels import reference
from zerokara.kernels.convolution import use_convolution
from zerokara.kernels.cores import thread_count
from zerokara.kernels.reference import col2im, conv_output_size, im2col, pool_output_size
from zerokara.processors import processor_count
from zerokara.refusing import CAUGHT, retold, speaking, unwritten

FAMILIES = ("reference", "compiled")

_P = ParamSpec("_P")
_R = TypeVar("_R")

_DEFINITIONS: dict[str, Callable[..., object]] = {}
_ORDINARY = frozenset({np.ndarray, int, float, bool, type(None)})  # most arguments: nothing that takes over a call
_chosen: str | None = None
_add: Callable[[Any, Any], Any] | None = None
_together: Callable[[str, list[tuple[Any, ...]]], None] | None = None
_LARGE = 32_768  # numbers from which on several threads add them faster than NumPy
_loaded: dict[str, Callable[..., object]] = {}  # the chosen family's kernels, empty until the first call


class use_kernels:  # noqa: N801  (reads as a function, and is one that `with` can undo)
    """Switch to a family: `use_kernels("reference")`, for good or, as `with use_kernels("reference"):`, for a block."""

    def __init__(self, family: str) -> None:
        self._before = kernel_family()
        _switch(family)

    def __enter__(self) -> None:
        """The switch was made when the object was."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Back to the family of before."""
        _switch(self._before)


def kernel_family() -> str:
    """The name of the family in use: "reference" or "compiled"."""
    if _chosen is None:
        _switch(os.environ.get("ZEROKARA_KERNELS") or "compiled")
    return cast(str, _chosen)


def warm_up() -> None:
    """Compile every kernel of the family now, so that no later call has to wait."""
    if kernel_family() == "compiled":
        importlib.import_module("zerokara.kernels.compiled").warm_up()


def prepare() -> None:
    """A training will begin: where no kernel has been compiled yet, start the processes that will do it, meanwhile."""
    if kernel_family() == "compiled":
        importlib.import_module("zerokara.kernels.compiled.making").prepare()


def together(step: Callable[..., object], rows: list[tuple[Any, ...]]) -> None:
    """`step(*row)` for every row: a kernel that is an optimizer's step, for many arrays in one call."""
    if not _loaded:
        _load()
    at_once, name = _together, step.__name__
    if at_once is not None:
        at_once(name, rows)
        return
    for row in rows:
        step(*row)


def add(x: Any, y: Any) -> Any:
    """x + y: large arrays of one shape on all threads, anything else as it adds itself."""
    if type(x) is np.ndarray and type(y) is np.ndarray and x.size >= _LARGE and x.shape == y.shape:
        if not _loaded:
            _load()
        if _add is not None:
            return _add(x, y)
    try:
        return x + y
    except CAUGHT as error:
        if unwritten(error):
            raise retold(error, add, (x, y), {}) from error
        raise


def implementation(name: str) -> Callable[..., object]:
    """The function of a kernel in the chosen family, which knows arrays only. ValueError for no name of KERNELS."""
    if not _loaded:
        _load()
    return _loaded[known("kernel", name, _loaded)]


def _switch(family: str) -> None:
    """Choose the family; its kernels are loaded by the next call."""
    global _chosen
    if family not in FAMILIES:
        raise ValueError(f"there is no kernel family {family!r}; choose {' or '.join(FAMILIES)}")
    _chosen = family
    _loaded.clear()


def _load() -> None:
    """Look up the chosen family's kernels; what a family lacks is taken from the reference."""
    global _add, _together
    module = importlib.import_module(f"zerokara.kernels.{kernel_family()}")
    _add, _together = getattr(module, "add", None), getattr(module, "together", None)
    _loaded.update({name: getattr(module, name, plain) for name, plain in _DEFINITIONS.items()})


def _kernel(definition: Callable[_P, _R]) -> Callable[_P, _R]:
    """The public function of a kernel: hands tensors to themselves, arrays to the chosen family.

    What goes wrong in it without words is told in words. A `try` costs nothing while all goes well; one more function
    around every kernel would.
    """
    name = definition.__name__
    _DEFINITIONS[name] = definition

    @functools.wraps(definition)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            for value in (*args, *kwargs.values()) if kwargs else args:
                if type(value) in _ORDINARY:
                    continue
                if type(value) is tuple:  # an index may hold some
                    value = next((v for v in value if hasattr(type(v), "__kernel__")), None)
                if take_over := getattr(type(value), "__kernel__", None):
                    return cast(_R, take_over(value, name, args, kwargs))
            return cast(_R, (_loaded.get(name) or implementation(name))(*args, **kwargs))
        except CAUGHT as error:
            if unwritten(error):
                raise retold(error, definition, args, kwargs) from error
            raise

    return call


conv2d = _kernel(reference.conv2d)
conv2d_grad_x = _kernel(reference.conv2d_grad_x)
conv2d_grad_w = _kernel(reference.conv2d_grad_w)
channel_sum = _kernel(reference.channel_sum)
matmul = _kernel(reference.matmul)
max_pool2d = _kernel(reference.max_pool2d)
max_pool2d_grad = _kernel(reference.max_pool2d_grad)
avg_pool2d = _kernel(reference.avg_pool2d)
avg_pool2d_grad = _kernel(reference.avg_pool2d_grad)
batch_statistics = _kernel(reference.batch_statistics)
batch_norm = _kernel(reference.batch_norm)
batch_norm_grads = _kernel(reference.batch_norm_grads)
count_up = _kernel(reference.count_up)
update_running = _kernel(reference.update_running)
group_norm = _kernel(reference.group_norm)
group_norm_grads = _kernel(reference.group_norm_grads)
layer_norm = _kernel(reference.layer_norm)
layer_norm_grads = _kernel(reference.layer_norm_grads)
attention = _kernel(reference.attention)
attention_grads = _kernel(reference.attention_grads)
attention_grad_bias = _kernel(reference.attention_grad_bias)
sigmoid = _kernel(reference.sigmoid)
erf = _kernel(reference.erf)
ndtr = _kernel(reference.ndtr)
relu = _kernel(reference.relu)
relu_grad = _kernel(reference.relu_grad)
rnn = _kernel(reference.rnn)
rnn_grads = _kernel(reference.rnn_grads)
lstm = _kernel(reference.lstm)
lstm_grads = _kernel(reference.lstm_grads)
gru = _kernel(reference.gru)
gru_grads = _kernel(reference.gru_grads)
gelu_tanh = _kernel(reference.gelu_tanh)
gelu_tanh_grad = _kernel(reference.gelu_tanh_grad)
silu = _kernel(reference.silu)
silu_grad = _kernel(reference.silu_grad)
upsample_nearest = _kernel(reference.upsample_nearest)
upsample_nearest_grad = _kernel(reference.upsample_nearest_grad)
binary_cross_entropy_with_logits = _kernel(reference.binary_cross_entropy_with_logits)
binary_cross_entropy_with_logits_grad = _kernel(reference.binary_cross_entropy_with_logits_grad)
cross_entropy = _kernel(reference.cross_entropy)
cross_entropy_grad = _kernel(reference.cross_entropy_grad)
scatter = _kernel(reference.scatter)
scale_into = _kernel(reference.scale_into)
square_sum = _kernel(reference.square_sum)
fingerprint = _kernel(reference.fingerprint)
sgd_step = _kernel(reference.sgd_step)
momentum_step = _kernel(reference.momentum_step)
adagrad_step = _kernel(reference.adagrad_step)
rmsprop_step = _kernel(reference.rmsprop_step)
adam_step = _kernel(reference.adam_step)

STEPS = frozenset({sgd_step, momentum_step, adagrad_step, rmsprop_step, adam_step})
"""The steps of optimizers, which `together` does for many arrays."""

KERNELS = tuple(_DEFINITIONS)
"""The names of all kernels that every family provides."""

__all__ = [
    "FAMILIES",
    "KERNELS",
    "STEPS",
    "adagrad_step",
    "adam_step",
    "add",
    "attention",
    "attention_grad_bias",
    "attention_grads",
    "avg_pool2d",
    "avg_pool2d_grad",
    "batch_norm",
    "batch_norm_grads",
    "batch_statistics",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad",
    "channel_sum",
    "col2im",
    "conv2d",
    "conv2d_grad_w",
    "conv2d_grad_x",
    "conv_output_size",
    "count_up",
    "cross_entropy",
    "cross_entropy_grad",
    "erf",
    "fingerprint",
    "gelu_tanh",
    "gelu_tanh_grad",
    "group_norm",
    "group_norm_grads",
    "gru",
    "gru_grads",
    "im2col",
    "implementation",
    "kernel_family",
    "layer_norm",
    "layer_norm_grads",
    "lstm",
    "lstm_grads",
    "matmul",
    "max_pool2d",
    "max_pool2d_grad",
    "momentum_step",
    "ndtr",
    "pool_output_size",
    "prepare",
    "processor_count",
    "relu",
    "relu_grad",
    "rmsprop_step",
    "rnn",
    "rnn_grads",
    "scale_into",
    "scatter",
    "sgd_step",
    "sigmoid",
    "silu",
    "silu_grad",
    "square_sum",
    "thread_count",
    "together",
    "update_running",
    "upsample_nearest",
    "upsample_nearest_grad",
    "use_convolution",
    "use_kernels",
    "warm_up",
]

speaking(
    globals(),
    ("col2im", "conv_output_size", "im2col", "implementation", "pool_output_size", "together", "use_convolution"),
)
