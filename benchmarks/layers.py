"""GFLOP/s of the convolutions of well-known networks, forward and backward, next to PyTorch where it is installed.

    python -m benchmarks.layers [rounds]

Nominal operations (2 · N · F · I · J · C · P · Q), taps on padding included, divided by the best time of all rounds;
the contestants take turns. Both get images with the channels innermost and as many threads as zerokara uses.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.sidebyside import interleaved, machine
from zerokara.kernels import compiled
from zerokara.kernels.compiled import threads

# images, channels, filters, pixels along a side, kernel, padding
LAYERS = [
    (100, 1, 30, 28, 5, 0),  # SimpleConvNet
    (100, 1, 16, 28, 3, 1),  # DeepConvNet …
    (100, 16, 16, 28, 3, 1),
    (100, 16, 32, 14, 3, 1),
    (100, 32, 32, 16, 3, 2),
    (100, 32, 64, 14, 3, 1),
    (100, 64, 64, 8, 3, 1),
    (64, 64, 128, 16, 3, 1),  # networks for CIFAR-10
    (64, 3, 64, 32, 3, 1),
    (64, 128, 128, 8, 3, 1),
    (100, 64, 64, 14, 1, 0),
]

Passes = dict[str, Callable[[], object]]


def ours(x: Any, w: Any, b: Any, g: Any, padding: int) -> Passes:
    """Our three passes."""
    options = (1, 1), (padding, padding), (1, 1), 1
    return {
        "forward": lambda: compiled.conv2d(x, w, b, *options),
        "grad x": lambda: compiled.conv2d_grad_x(g, w, x.shape, *options),
        "grad w": lambda: compiled.conv2d_grad_w(g, x, w.shape, *options),
    }


def pytorch(x: Any, w: Any, b: Any, g: Any, padding: int) -> Passes:
    """PyTorch's three passes, or none."""
    try:
        import torch
    except ImportError:
        return {}
    torch.set_num_threads(threads.count())
    images, filters, bias, slopes = (torch.from_numpy(a) for a in (x, w, b, g))
    filters = filters.contiguous(memory_format=torch.channels_last)
    options = [1, 1], [padding, padding], [1, 1]

    def backward(mask: list[bool]) -> object:
        return torch.ops.aten.convolution_backward(
            slopes, images, filters, None, *options, False, [0, 0], 1, [*mask, False]
        )

    return {
        "torch forward": lambda: torch.nn.functional.conv2d(images, filters, bias, *options),
        "torch grad x": lambda: backward([True, False]),
        "torch grad w": lambda: backward([False, True]),
    }


def channels_innermost(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Random images (N, C, H, W) whose memory is (N, H, W, C)."""
    n, c, h, w = shape
    return rng.normal(size=(n, h, w, c)).astype(np.float32).transpose(0, 3, 1, 2)


def main(rounds: int) -> None:
    """Print one line per layer."""
    rng = np.random.default_rng(0)
    print(f"GFLOP/s, float32, {threads.count()} threads, best of {rounds}; {machine()}")
    print(f"{'N, C→F @ H, kernel':26} {'forward':>8} {'grad x':>8} {'grad w':>8}   PyTorch: same three")
    for n, c, f, h, k, padding in LAYERS:
        x, w = channels_innermost(rng, (n, c, h, h)), rng.normal(size=(f, c, k, k)).astype(np.float32)
        side = h + 2 * padding - k + 1
        g, b = channels_innermost(rng, (n, f, side, side)), rng.normal(size=f).astype(np.float32)
        seconds = interleaved(ours(x, w, b, g, padding) | pytorch(x, w, b, g, padding), rounds)
        speeds = [2e-9 * n * f * side * side * c * k * k / min(times) for times in seconds.values()]
        print(f"{f'{n}, {c}→{f} @ {h}, {k}×{k}':26} " + " ".join(f"{speed:8.1f}" for speed in speeds))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
