"""Small trainings in float64, done by one process or several: `python cases.py OUT CASES` writes what came of them."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import zerokara as zk
from tests.parallel import texts
from zerokara import functional as F
from zerokara import nn, optim, parallel, training
from zerokara.arrays import Array, generator
from zerokara.autodiff import Tensor
from zerokara.data import Loader, Split
from zerokara.models import Learner, Objective
from zerokara.parallel import exchange
from zerokara.parallel.team import Team
from zerokara.training import shared_loop
from zerokara.training.shared_step import SharedStepper

OPTIMIZERS: dict[str, Any] = {
    "sgd": lambda model, **options: optim.SGD(model, lr=0.05, **options),
    "momentum": lambda model, **options: optim.Momentum(model, lr=0.05, **options),
    "adam": lambda model, **options: optim.Adam(model, lr=0.01, **options),
}

BUCKET = exchange.BUCKET
DEFAULTS: dict[str, Any] = {
    "optimizer": "sgd",
    "kernels": "reference",
    "network": "linear",
    "batch": 25,
    "examples": 110,
    "width": 7,
    "epochs": 10,
    "seed": 0,
    "clip": None,
    "average": None,
    "schedule": False,
    "decay": 0.0,
    "l1": 0.0,
    "loss": "cross_entropy",
    "shift": False,
    "patience": 0,
    "bucket": 0,
    "spread": None,
}


def network(name: str, width: int, seed: int) -> nn.Module:
    """A network in float64 for pictures of 1×6×6 pixels and three classes."""
    zk.manual_seed(seed)
    d = np.float64
    if name == "linear":
        return nn.Sequential(nn.Flatten(), nn.Linear(36, width, dtype=d), nn.Tanh(), nn.Linear(width, 3, dtype=d))
    if name == "learner":
        return Objective(Rebuilder(width))
    if name == "plain":
        return nn.Sequential(nn.Flatten(), nn.BatchNorm1d(36, dtype=d), nn.Linear(36, 3, dtype=d))
    if name == "convolution":
        return nn.Sequential(
            nn.Conv2d(1, width, 3, dtype=d), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4 * width, 3, dtype=d)
        )
    return nn.SyncBatchNorm.convert_sync_batchnorm(
        nn.Sequential(  # no biases before a batch norm: their gradient is rounding, and Adam divides it by its own size
            nn.Conv2d(1, width, 3, bias=False, dtype=d),
            nn.BatchNorm2d(width, dtype=d),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(16 * width, 5, bias=False, dtype=d),
            nn.BatchNorm1d(5, dtype=d),
            nn.Linear(5, 3, dtype=d),
        )
    )


class Rebuilder(Learner):
    """A network that says itself how badly it rebuilds pictures, more so of higher classes, and draws nothing."""

    def __init__(self, width: int) -> None:
        d = np.float64
        self.layers = nn.Sequential(
            nn.Flatten(), nn.Linear(36, width, dtype=d), nn.Tanh(), nn.Linear(width, 36, dtype=d)
        )

    def loss(self, x: Tensor, labels: Any = None) -> Tensor:
        errors = ((self.layers(x) - x.reshape(x.shape[0], -1)) ** 2).mean(axis=1)
        return (errors * (1.0 + labels)).mean()


LOSSES: dict[str, Any] = {
    "cross_entropy": lambda: F.cross_entropy,
    "weighted": lambda: nn.CrossEntropyLoss(weight=np.array([0.2, 1.0, 3.0]), ignore_index=1),
    "sum": lambda: nn.CrossEntropyLoss(reduction="sum"),
}


def shift(x: Array, rng: np.random.Generator) -> Array:
    """An alteration that draws for every picture."""
    moved = rng.random(len(x)) < 0.5
    return np.where(moved[:, None, None, None], np.roll(x, 1, axis=3), x)


def split(examples: int) -> Split:
    """Noise with a mean that depends on the class."""
    rng = generator(0, "cases")
    labels = rng.integers(0, 3, examples)
    return Split(rng.normal(size=(examples, 1, 6, 6)) + labels[:, None, None, None] / 2, labels)


def trained(team: Team, **changes: Any) -> dict[str, Array]:
    """The weights, the losses and accuracies after a training, on pictures or, with a `cell`, on a text."""
    if "cell" in changes:
        return texts.trained(team, **changes)
    case = DEFAULTS | changes
    zk.use_kernels(case["kernels"])
    exchange.BUCKET = case["bucket"] or BUCKET
    team.spread = team.spread if case["spread"] is None else case["spread"]
    model = network(case["network"], case["width"], case["seed"])
    steppers: list[SharedStepper] = []
    shared_loop.SharedStepper = lambda *given: steppers.append(SharedStepper(*given)) or steppers[-1]  # type: ignore
    optimizer = OPTIMIZERS[case["optimizer"]](model, weight_decay=case["decay"], l1=case["l1"])
    data = split(case["examples"])
    transform = shift if case["shift"] else None
    loader = Loader(data, case["batch"], seed=case["seed"], dtype=np.float64, transform=transform)
    records = list(
        training.fit(
            model,
            loader,
            optimizer,
            epochs=case["epochs"],
            loss=model.loss if isinstance(model, Objective) else LOSSES[case["loss"]](),
            validation=Loader(split(61), 12, dtype=np.float64),  # six batches, the last of one picture
            schedule=optim.CosineLR(0.05, case["epochs"] * len(loader), warmup=3) if case["schedule"] else None,
            clip_norm=case["clip"],
            average=case["average"],
            early_stopping=training.EarlyStopping(patience=case["patience"]) if case["patience"] else None,
            team=team,
        )
    )
    epochs = [r for r in records if r.kind == "epoch"]
    found = {f"weight/{name}": array for name, array in model.state_dict().items()}
    if case["bucket"] and team.size > 1:
        (stepper,) = steppers
        assert len(stepper.messages) > 1, stepper.messages
        assert stepper.recordings > 0  # it was one call, in which the messages left
    found["steps"] = np.array(len(records) - len(epochs))
    found["loss"] = np.array([r.loss for r in records])
    found["images"] = np.array([r.images for r in records])
    found["accuracy"] = np.array([r.accuracy for r in records], np.float64)  # NaN where answers are no classes
    found["validation"] = np.array([[r.val_loss, r.val_accuracy] for r in epochs], np.float64)
    return found


def main() -> None:
    """Do the cases one after another; the first process writes the results."""
    team = parallel.team()
    for number, case in enumerate(json.loads(sys.argv[2])):
        found = trained(team, **case)
        if team.leads:
            np.savez(Path(sys.argv[1]) / f"{number}.npz", **found)


if __name__ == "__main__":
    main()
