"""Matrix products of training steps: GFLOP/s of ours, of NumPy's library, and of PyTorch where it is installed.

python -m benchmarks.products [--rounds 15]

One thread each, in turns, seconds of the processor, the best of the rounds: what the kernel can do, whoever else uses
the machine. Printed beside them is the largest difference to the product in float64.
"""

import argparse
import importlib.util
import os
import time
from collections.abc import Callable
from typing import Any

ONE = dict.fromkeys(("ZEROKARA_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

PRODUCTS = {  # name: rows, depth, columns; whether the left, and the right matrix is turned
    "VAE 784-400": (100, 784, 400, False, True),
    "VAE, gradient of the weights": (784, 100, 400, True, False),
    "GPT 128-512": (4096, 128, 512, False, True),
    "GPT, gradient of the weights": (512, 4096, 128, True, False),
    "GPT 512-128, gradient of the weights": (128, 4096, 512, True, False),
    "GPT 128-128, gradient of the weights": (128, 4096, 128, True, False),
    "scores of 10,000 words": (700, 200, 10_000, False, True),
    "words, gradient of the weights": (10_000, 700, 200, True, False),
    "words, back to the layer": (700, 10_000, 200, False, False),
    "LSTM, gradient of the weights": (800, 700, 200, True, False),
    "square": (1024, 1024, 1024, False, False),
}


def contestants(x: Any, y: Any) -> dict[str, Callable[[], Any]]:
    """The product in every library."""
    from zerokara import kernels

    found: dict[str, Callable[[], Any]] = {"zerokara": lambda: kernels.matmul(x, y), "numpy": lambda: x @ y}
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        left, right = torch.from_numpy(x), torch.from_numpy(y)
        found["torch"] = lambda: torch.mm(left, right)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.products", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="a part of a name")
    asked = parser.parse_args()
    os.environ.update(ONE)  # before anybody's library is loaded
    import numpy as np

    print(f"{'GFLOP/s':38} rows × depth × columns  zerokara  numpy  torch     error")
    for name, (m, depth, n, turned, right_turned) in PRODUCTS.items():
        if asked.only not in name:
            continue
        rng = np.random.default_rng(0)
        x = rng.standard_normal((depth, m) if turned else (m, depth), np.float32)
        y = rng.standard_normal((n, depth) if right_turned else (depth, n), np.float32)
        x, y = x.T if turned else x, y.T if right_turned else y
        products = contestants(x, y)
        best = dict.fromkeys(products, float("inf"))
        for _ in range(asked.rounds + 1):  # the first one compiles
            for library, product in products.items():
                began = time.thread_time()
                product()
                best[library] = min(best[library], time.thread_time() - began)
        error = np.abs(products["zerokara"]() - x.astype(np.float64) @ y.astype(np.float64)).max()
        speeds = [f"{2 * m * depth * n / best[library] / 1e9:6.1f}" if library in best else "     –"
                  for library in ("zerokara", "numpy", "torch")]  # fmt: skip
        print(f"{name:38} {f'{m}×{depth}×{n}':>22}    " + " ".join(speeds) + f"   {error:.1e}", flush=True)


if __name__ == "__main__":
    main()
