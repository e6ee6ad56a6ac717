"""How long each method takes to explain one picture, on the clock, with a network from an ONNX file.

python -m benchmarks.explaining squeezenet.onnx
"""

import sys
import time
from pathlib import Path

import numpy as np

import zerokara as zk


def main() -> None:
    """Print the seconds of every method, the second time that it is asked."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        raise SystemExit("usage: python -m benchmarks.explaining MODEL.onnx   (a network for 3×227×227 pictures)")
    model = zk.io.load_onnx(sys.argv[1])
    picture = np.random.default_rng(0).normal(0, 50, (1, 3, 227, 227)).astype(np.float32)
    for name, method in zk.explain.METHODS.items():
        method(model, picture)
        began = time.perf_counter()
        method(model, picture)
        print(f"{name:22} {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
