"""Files: weights and checkpoints as safetensors, arrays as .npz, everything written whole or not at all."""

import importlib
from typing import TYPE_CHECKING, Any

from zerokara.io.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from zerokara.io.files import write_atomically
from zerokara.io.npz import load_npz, save_npz
from zerokara.io.safetensors import load_safetensors, save_safetensors
from zerokara.io.saving import load, save
from zerokara.io.weights import load_weights, save_weights

if TYPE_CHECKING:
    from zerokara.io.onnx import Exported, OnnxModule, load_onnx, save_onnx

OF_ONNX = ("Exported", "OnnxModule", "load_onnx", "save_onnx")
"""What is imported when it is first asked for: reading a file of weights needs none of it."""

__all__ = [
    "Checkpoint",
    "Exported",
    "OnnxModule",
    "load",
    "load_checkpoint",
    "load_npz",
    "load_onnx",
    "load_safetensors",
    "load_weights",
    "save",
    "save_checkpoint",
    "save_npz",
    "save_onnx",
    "save_safetensors",
    "save_weights",
    "write_atomically",
]


def __getattr__(name: str) -> Any:
    if name in OF_ONNX:
        return getattr(importlib.import_module("zerokara.io.onnx"), name)
    raise AttributeError(f"module 'zerokara.io' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
