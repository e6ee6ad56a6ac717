"""One training step of the book's SimpleConvNet, zerokara against plain im2col NumPy and against its own reference.

    python -m benchmarks.simple_convnet [rounds [steps]]

Each takes `steps` steps (20) in its turn; with few, the caches are cold from the others' turns.

28×28 images, conv 1→30 5×5, ReLU, pool 2, linear 4320→100, ReLU, linear 100→10; batch 100, Adam, float32.
"""

import sys
from collections.abc import Callable
from functools import partial

import numpy as np

import zerokara.functional as F
from benchmarks.plain_convnet import PlainConvNet
from benchmarks.sidebyside import interleaved_processes, machine, milliseconds, ratio
from zerokara import kernels, models, optim
from zerokara.autodiff.tensor import Tensor

OURS = "zerokara, compiled"
REFERENCE = "zerokara, reference"
PLAIN32, PLAIN64 = "plain im2col NumPy, float32", "plain im2col NumPy, float64"


def zerokara_step(family: str) -> Callable[[], float]:
    """A training step written in the ordinary way."""
    kernels.use_kernels(family)
    model = first_model()
    optimizer = optim.Adam(model.parameters())
    x, labels = batch()

    def step() -> float:
        loss = F.cross_entropy(model(Tensor(x)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return step


def plain_step(dtype: str) -> Callable[[], float]:
    """The same step in plain NumPy, from the same weights."""
    weights = [p.data for name, p in first_model().named_parameters() if name.endswith("weight")]
    first = [weights[0], *(np.ascontiguousarray(w.T) for w in weights[1:])]  # the book's linear weights are (in, out)
    net = PlainConvNet(np.dtype(dtype), first)
    x, labels = batch()
    pixels = x.astype(dtype)
    return lambda: float(net.step(pixels, labels))


def first_model() -> models.SimpleConvNet:
    """The model before its first step, the same every time."""
    return models.SimpleConvNet(rng=np.random.default_rng(0))


def batch() -> tuple[np.ndarray, np.ndarray]:
    """A hundred images and labels, the same every time."""
    rng = np.random.default_rng(0)
    return rng.random((100, 1, 28, 28), np.float32), rng.integers(0, 10, 100)


def main(rounds: int = 15, steps: int = 20) -> None:
    """Measure and print a table, and the last losses: near, not equal, as the book's Adam has another epsilon."""
    makers = {
        OURS: partial(zerokara_step, "compiled"),
        REFERENCE: partial(zerokara_step, "reference"),
        PLAIN32: partial(plain_step, "float32"),
        PLAIN64: partial(plain_step, "float64"),
    }
    seconds, losses = interleaved_processes(makers, rounds, repeats=steps)
    print(f"one training step of SimpleConvNet, batch 100, {rounds} rounds; {machine()}")
    for name, times in seconds.items():
        print(f"{name:30} {milliseconds(times)}   compiled is faster by {ratio(times, seconds[OURS])}")
    print("losses after the last step:", {name: round(loss, 4) for name, loss in losses.items()})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
