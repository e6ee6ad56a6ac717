"""Whether ONNX Runtime gives the answers that the network itself gives."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape
from zerokara.autodiff import Tensor, no_grad
from zerokara.io.onnx.recording import dtype_of, evaluating, random_batch
from zerokara.nn import Module

TOLERANCE = 1e-4
CHECKED = (1, 2, 5)


def runtime_is_there() -> bool:
    """Whether ONNX Runtime is installed."""
    return importlib.util.find_spec("onnxruntime") is not None


def difference(model: Module, content: bytes, shape: Shape, tokens: int | None = None) -> float:
    """How far the answers lie apart at most, on random batches of several lengths.

    max |a − b| / max(1, max |b|),  b what the model itself answers. Raises ValueError if ONNX Runtime refuses the file,
    or answers in another shape or farther away than 1e-4.
    """
    session = _session(content)
    pairs = (
        (x, y)
        for x in (random_batch(shape, n, dtype_of(model), tokens) for n in CHECKED)
        if (y := _own(model, x)) is not None
    )
    found = max(_apart(_answer(session, x), y) for x, y in pairs)
    if not found <= TOLERANCE:
        raise ValueError(f"ONNX Runtime gives other answers for this network: they differ by {found:.1e}")
    return found


def _session(content: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its exceptions have no common ancestor of their own
        raise ValueError(f"ONNX Runtime refuses this network: {' '.join(str(error).split())[:300]}") from error


def _answer(session: Any, x: Array) -> Array:
    try:
        (y,) = session.run(None, {session.get_inputs()[0].name: x if x.dtype.kind == "i" else x.astype(np.float32)})
    except Exception as error:
        text = " ".join(str(error).split())[:300]
        raise ValueError(f"ONNX Runtime cannot run this network on a batch of {len(x)}: {text}") from error
    return np.asarray(y)


def _own(model: Module, x: Array) -> Array | None:
    """What the model itself answers; None where it refuses a batch of one, which has no spread to normalise by."""
    try:
        with evaluating(model), no_grad():
            y: Any = model(Tensor(x))
            return np.asarray((y[0] if isinstance(y, tuple) else y).data)
    except ValueError:
        if len(x) > 1:
            raise
        return None


def _apart(a: Array, b: Array) -> float:
    if a.shape != b.shape:
        raise ValueError(f"ONNX Runtime answers in the shape {a.shape}; the network itself in {b.shape}")
    if not a.size or np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
        return 0.0
    return float(np.abs(a.astype(np.float64) - b).max() / max(1.0, float(np.abs(b).max())))
