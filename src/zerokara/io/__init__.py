"""Files: weights and checkpoints as safetensors, arrays as .npz, everything written whole or not at all."""

from zerokara.io.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from zerokara.io.files import write_atomically
from zerokara.io.npz import load_npz, save_npz
from zerokara.io.onnx import Exported, OnnxModule, load_onnx, save_onnx
from zerokara.io.safetensors import load_safetensors, save_safetensors
from zerokara.io.saving import load, save
from zerokara.io.weights import load_weights, save_weights

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
