"""Small trainings on the plane, for what is told of them: one seed, one optimizer, one loader, step by step."""

from dataclasses import dataclass, field

import numpy as np

from zerokara import functional as F
from zerokara import nn, optim
from zerokara.arrays import Array, generator
from zerokara.data import Loader
from zerokara.data.toys import TOYS
from zerokara.training import Diverged
from zerokara.training.divergence import first_bad_place
from zerokara.training.stepping import Stepper


@dataclass(frozen=True, eq=False)
class Points:
    """(N, 2) points and what is to be learned of them; classes is 0 for regression."""

    points: Array
    labels: Array
    classes: int


def drawn(name: str, count: int, noise: float = 0.1) -> Points:
    rng = generator(0, "small", name)
    if name == "hills":
        xy = rng.uniform(-1, 1, (count, 2)).astype(np.float32)
        height = np.sin(np.pi * xy[:, :1]) * np.cos(np.pi * xy[:, 1:])
        return Points(xy, height.astype(np.float32), 0)
    if name == "clouds":
        labels = np.arange(count) % 10
        angle = labels * (np.pi / 5)
        xy = 0.8 * np.stack([np.cos(angle), np.sin(angle)], 1) + noise * rng.standard_normal((count, 2))
        return Points(xy.astype(np.float32), labels, 10)
    draw, classes = TOYS[name]
    split = draw(count, 0)
    return Points(split.images, split.labels, classes)


@dataclass(frozen=True)
class Spec:
    units: tuple[int, ...] = (8, 8)
    activations: tuple[str, ...] = ("tanh",)
    batch_norm: bool = False
    dropout: float = 0.0
    init: str | float | None = None
    optimizer: str = "sgd"
    lr: float = 0.1
    momentum: float = 0.0
    batch: int = 10


@dataclass
class Training:
    spec: Spec
    points: Points
    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        spec, rng, width = self.spec, generator(0, "small weights"), 2
        parts: dict[str, nn.Module] = {}
        for k, units in enumerate(spec.units, 1):
            parts[f"hidden{k}"] = nn.Linear(width, units, init=spec.init, rng=rng)
            if spec.batch_norm:
                parts[f"norm{k}"] = nn.BatchNorm1d(units)
            parts[f"act{k}"] = nn.activation_by_name(spec.activations[0])
            if spec.dropout:
                parts[f"drop{k}"] = nn.Dropout(spec.dropout, rng=generator(0, "small dropout", k))
            width = units
        self.model = nn.Sequential(**parts, out=nn.Linear(width, self.points.classes or 1, init=spec.init, rng=rng))
        self.loss = F.cross_entropy if self.points.classes else F.mse_loss
        settings = {"momentum": spec.momentum} if spec.momentum else {}
        self.optimizer = optim.optimizer_by_name(spec.optimizer, self.model, lr=spec.lr, **settings)
        self.loader = Loader((self.points.points, self.points.labels), min(spec.batch, len(self.points.points)))
        self.model.train()
        self.stepper = Stepper(self.model, self.optimizer, self.loss, None, self._look, lambda norm: None)

    @property
    def step(self) -> int:
        return len(self.losses)

    def next_batch(self) -> tuple[Array, Array]:
        epoch, batch = divmod(self.step, len(self.loader))
        return next(self.loader.epoch(epoch, start=batch))

    def play(self, steps: int) -> None:
        for _ in range(steps):
            x, labels = self.next_batch()
            loss, scores = self.stepper(x, labels)
            self.losses.append(loss)
            self.accuracies.append(float(np.mean(scores.argmax(axis=1) == labels)) if self.points.classes else np.nan)

    def _look(self, value: float, x: Array) -> None:
        if not np.isfinite(value):
            place = first_bad_place(self.model, x)
            raise Diverged(f"the loss became {value}", epoch=1, step=self.step, lr=self.spec.lr, place=place)
