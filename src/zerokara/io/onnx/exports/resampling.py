"""Pictures in another size."""

import numpy as np

from zerokara.io.onnx.writing import Given, Step


def upsample_nearest(step: Step, x: Given) -> str:
    """Every pixel repeated. Runtimes resize fractional numbers only; whole numbers and truth values are picked."""
    factors = step.options["factors"]
    if x.dtype.kind == "f":
        scales = step.constant(np.array([1, 1, *factors], np.float32))
        way = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return step.emit("Resize", x.name, "", scales, **way)
    name = x.name
    for axis, factor in enumerate(factors, 2):
        places = (np.arange(shape[axis] * factor) // factor for shape in x.shapes)
        name = step.emit("Gather", name, step.arrays(*places), axis=axis) if factor > 1 else name
    return name
