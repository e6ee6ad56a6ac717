"""The operators that can be imported, one topic a file. Importing this package fills the table `OPERATORS`."""

from zerokara.io.onnx.operators import (
    activation,
    arithmetic,
    attention,
    conv,
    logic,
    norm,
    pool,
    recurrent,
    reduction,
    resize,
    shape,
)

__all__ = [
    "activation",
    "arithmetic",
    "attention",
    "conv",
    "logic",
    "norm",
    "pool",
    "recurrent",
    "reduction",
    "resize",
    "shape",
]
