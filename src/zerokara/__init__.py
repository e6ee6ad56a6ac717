"""zerokara (ゼロから): deep learning with no framework underneath; every formula in the open, at full speed.

    import zerokara as zk
    from zerokara import functional as F, nn, optim

What needs a heavy library (data sets, plots, the command line) is loaded when it is first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

from zerokara import arrays, autodiff, functional, kernels, rules
from zerokara.arrays import default_generator, generator, manual_seed
from zerokara.autodiff import (
    Drawing,
    Tensor,
    check_gradients,
    draw,
    dtypes,
    enable_grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    methods,
    no_grad,
    numerical_diff,
    numerical_gradient,
    set_grad_enabled,
    tensor,
)
from zerokara.autodiff import no_grad as inference_mode
from zerokara.autodiff import recording as is_grad_enabled
from zerokara.autodiff.creation import (
    arange,
    as_tensor,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    is_tensor,
    linspace,
    ones,
    ones_like,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    zeros,
    zeros_like,
)
from zerokara.autodiff.devices import cuda, device
from zerokara.autodiff.elsewhere import NAMES as ELSEWHERE
from zerokara.autodiff.elsewhere import absent
from zerokara.autodiff.joining import allclose, cat, einsum, equal, stack, where
from zerokara.capture import Captured, CaptureError, capture
from zerokara.functional import erf, logaddexp, maximum, minimum
from zerokara.kernels import use_kernels
from zerokara.refusing import speaking
from zerokara.release import __version__

if TYPE_CHECKING:
    from zerokara import data as data
    from zerokara import digits as digits
    from zerokara import estimators as estimators
    from zerokara import experiments as experiments
    from zerokara import explain as explain
    from zerokara import generation as generation
    from zerokara import io as io
    from zerokara import models as models
    from zerokara import nn as nn
    from zerokara import optim as optim
    from zerokara import parallel as parallel
    from zerokara import recipes as recipes
    from zerokara import report as report
    from zerokara import training as training

LAZY = (
    "data", "digits", "estimators", "experiments", "explain", "generation", "io", "models", "nn", "optim", "parallel",
    "recipes", "report", "training",
)  # fmt: skip
"""Sub-packages that are imported when they are first asked for."""

OF_FILES = ("load", "save")
"""Functions of `io` that stand here too."""

__all__ = [
    *LAZY,
    *OF_FILES,
    *methods.NAMES,
    *dtypes.NAMES,
    "CaptureError",
    "Captured",
    "Drawing",
    "Tensor",
    "__version__",
    "allclose",
    "arange",
    "arrays",
    "as_tensor",
    "autodiff",
    "capture",
    "cat",
    "check_gradients",
    "cuda",
    "default_generator",
    "device",
    "draw",
    "einsum",
    "empty",
    "empty_like",
    "enable_grad",
    "equal",
    "erf",
    "eye",
    "from_numpy",
    "full",
    "full_like",
    "functional",
    "generator",
    "gradients",
    "hessian",
    "hvp",
    "inference_mode",
    "is_grad_enabled",
    "is_tensor",
    "jacobian",
    "kernels",
    "linspace",
    "logaddexp",
    "manual_seed",
    "maximum",
    "minimum",
    "no_grad",
    "numerical_diff",
    "numerical_gradient",
    "ones",
    "ones_like",
    "rand",
    "rand_like",
    "randint",
    "randn",
    "randn_like",
    "randperm",
    "rules",
    "set_grad_enabled",
    "stack",
    "tensor",
    "use_kernels",
    "where",
    "zeros",
    "zeros_like",
]


def __getattr__(name: str) -> Any:
    if name in LAZY:
        return importlib.import_module(f"zerokara.{name}")
    if name in OF_FILES:
        return getattr(importlib.import_module("zerokara.io"), name)
    if name in methods.FUNCTIONS:
        return methods.FUNCTIONS[name]
    if name in dtypes.NAMES:
        return getattr(dtypes, name)
    raise absent("zerokara", name, ELSEWHERE, __all__)


def __dir__() -> list[str]:
    return sorted(__all__)


speaking(globals(), set(__all__) - {"Tensor", "as_tensor"}, naming=True)
