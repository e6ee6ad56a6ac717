"""One training step of the book's SimpleConvNet, zerokara against plain im2col NumPy and against its own reference.

    python -m benchmarks.simple_convnet [rounds]

28×28 images, conv 1→30 5×5, ReLU, pool 2, linear 4320→100, ReLU, linear 100→10; batch 100, Adam, float32.
"""

import sys
from collections.abc import Callable

import numpy as np

import zerokara.functional as F
from benchmarks.plain_convnet import PlainConvNet
from benchmarks.sidebyside import interleaved, machine, milliseconds, ratio
from zerokara import kernels, models, optim
from zerokara.autodiff.tensor import Tensor

OURS = "zerokara, compiled"
REFERENCE = "zerokara, reference"
PLAIN32, PLAIN64 = "plain im2col NumPy, float32", "plain im2col NumPy, float64"


def zerokara_step(family: str, x: np.ndarray, labels: np.ndarray) -> Callable[[], float]:
    """A training step written in the ordinary way."""
    model = first_model()
    optimizer = optim.Adam(model.parameters())

    def step() -> float:
        with kernels.use_kernels(family):
            loss = F.cross_entropy(model(Tensor(x)), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss.item()

    return step


def first_model() -> models.SimpleConvNet:
    """The model before its first step, the same every time."""
    return models.SimpleConvNet(rng=np.random.default_rng(0))


def main(rounds: int) -> None:
    """Measure, print a table, and check on the way that all of them learn the same."""
    rng = np.random.default_rng(0)
    x = rng.random((100, 1, 28, 28), np.float32)
    labels = rng.integers(0, 10, 100)
    weights = [p.data for name, p in first_model().named_parameters() if name.endswith("weight")]
    first = [weights[0], *(np.ascontiguousarray(w.T) for w in weights[1:])]  # the book's linear weights are (in, out)
    plain32, plain64 = (PlainConvNet(dtype, first) for dtype in (np.float32, np.float64))
    wide = x.astype(np.float64)
    contestants: dict[str, Callable[[], object]] = {
        OURS: zerokara_step("compiled", x, labels),
        REFERENCE: zerokara_step("reference", x, labels),
        PLAIN32: lambda: plain32.step(x, labels),
        PLAIN64: lambda: plain64.step(wide, labels),
    }
    seconds = interleaved(contestants, rounds, repeats=5)
    print(f"one training step of SimpleConvNet, batch 100, {rounds} rounds; {machine()}")
    for name, times in seconds.items():
        print(f"{name:30} {milliseconds(times)}   compiled is faster by {ratio(times, seconds[OURS])}")
    print("losses after the last step:", {name: round(float(run()), 4) for name, run in contestants.items()})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
