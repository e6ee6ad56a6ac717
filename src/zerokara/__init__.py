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
    gradients,
    no_grad,
    numerical_diff,
    numerical_gradient,
    tensor,
)
from zerokara.capture import Captured, CaptureError, capture
from zerokara.kernels import use_kernels
from zerokara.release import __version__

if TYPE_CHECKING:
    from zerokara import data as data
    from zerokara import digits as digits
    from zerokara import experiments as experiments
    from zerokara import explain as explain
    from zerokara import io as io
    from zerokara import models as models
    from zerokara import nn as nn
    from zerokara import optim as optim
    from zerokara import recipes as recipes
    from zerokara import report as report
    from zerokara import training as training

LAZY = ("data", "digits", "experiments", "explain", "io", "models", "nn", "optim", "recipes", "report", "training")
"""Sub-packages that are imported when they are first asked for."""

__all__ = [
    *LAZY,
    "CaptureError",
    "Captured",
    "Drawing",
    "Tensor",
    "__version__",
    "arrays",
    "autodiff",
    "capture",
    "check_gradients",
    "default_generator",
    "draw",
    "functional",
    "generator",
    "gradients",
    "kernels",
    "manual_seed",
    "no_grad",
    "numerical_diff",
    "numerical_gradient",
    "rules",
    "tensor",
    "use_kernels",
]


def __getattr__(name: str) -> Any:
    if name in LAZY:
        return importlib.import_module(f"zerokara.{name}")
    raise AttributeError(f"zerokara has no {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
