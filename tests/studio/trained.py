"""Networks beside the reader for the drawing page: a small run, and an ONNX file, made once for all tests of a session."""

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from zerokara import nn
from zerokara.arrays import generator
from zerokara.io import load_weights, save_onnx, save_safetensors
from zerokara.recipes import RECIPES, override, run

WEIGHTS = "weights.safetensors"


@cache
def runs() -> Path:
    """A folder with two runs: one whose name a link can hold, one whose name it cannot."""
    folder = Path(mkdtemp(prefix="zerokara-runs-"))
    run(override(RECIPES["digits-small"], epochs=1), run_dir=folder / "small")
    other = shutil.copytree(folder / "small", folder / "lr 0.1 ü")
    weights = {name: array * np.float32(0.9) for name, array in load_weights(other / WEIGHTS).items()}
    save_safetensors(other / WEIGHTS, weights)
    return folder


@cache
def onnx() -> bytes:
    """A network of one linear layer for pictures of 28 × 28 in grey, with ten classes."""
    model = nn.Sequential(flat=nn.Flatten(), fc=nn.Linear(784, 10, rng=generator(3, "onnx")))
    path = Path(mkdtemp(prefix="zerokara-onnx-")) / "net.onnx"
    save_onnx(model, path, (1, 28, 28), classes="0123456789", compare=False)
    return path.read_bytes()
