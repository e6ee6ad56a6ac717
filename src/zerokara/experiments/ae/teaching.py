"""What the experiments on auto-encoders share: the pictures, a training, errors, and pictures in rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np

from zerokara.arrays import Array, manual_seed
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import DataError, Split, scaled
from zerokara.experiments.base import Arrays, Chapter, Cost, OnImages, knob
from zerokara.experiments.ch07.mosaics import mosaic
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import learn
from zerokara.experiments.tongue import Tongue
from zerokara.models import Learner, Objective
from zerokara.optim import Adam
from zerokara.report import Figure, Picture, Tile, gallery

L = TypeVar("L", bound=Learner)
AT_ONCE = 1000


@dataclass(frozen=True)
class OnPictures(OnImages):
    """Networks that rebuild pictures: the first training images, shuffled batches, Adam."""

    chapter: ClassVar[Chapter] = "ae"
    cost: ClassVar[Cost] = "M"
    quick = {"images": 256, "epochs": 2, "judged": 500}

    images: int = knob(20_000, "training images, the first ones", "訓練に使う画像の数（先頭から）", low=16, high=10**7)
    judged: int = knob(10_000, "test images", "テスト画像の数", low=1, high=10**7)
    epochs: int = knob(10, "passes over them", "エポック数", low=1, high=10_000)
    batch_size: int = knob(128, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    lr: float = knob(0.001, "learning rate of Adam", "Adam の学習率", low=0, high=10)

    def pictures(self, lab: Lab) -> tuple[Split, Split]:
        """The training images and the test images."""
        data = lab.load(self.data)
        if len(data.train.shape) != 3:
            raise DataError(f"{self.data} has no pictures (C, H, W) but examples of shape {data.train.shape}")
        return data.train.take(self.images), data.test.take(self.judged)

    def updates(self, images: int) -> int:
        """So many updates are the passes over that many images; a part of a batch at the end is left out."""
        return self.epochs * max(1, images // min(self.batch_size, images))

    def teach(
        self, lab: Lab, name: str, model: L, train: Split, schedule: Callable[[int], float] | None = None
    ) -> tuple[L, Array]:
        """The model after its training, and the loss of each mini-batch. Plan `updates` steps in the lab before.

        The random numbers of its loss begin anew with every model, so that an interrupted run goes on as it would have.
        """
        objective = Objective(model)

        def made() -> Arrays:
            manual_seed(lab.seed)
            learned = learn(
                lab, objective, Adam(objective, lr=self.lr), train,
                iterations=self.updates(len(train)), batch_size=self.batch_size, sampling="shuffle",
                loss=objective.loss, schedule=schedule,
            )  # fmt: skip
            return {**model.state_dict(), "losses": learned.losses}

        found = lab.part(name, made, self.updates(len(train)))
        losses = found.pop("losses")
        model.load_state_dict(found)
        model.eval()
        return model, losses


def through(model: Callable[[Tensor], Any], x: Array) -> Array:
    """What a function of tensors gives for many pictures, some at a time."""
    with no_grad():
        return np.concatenate([model(Tensor(x[k : k + AT_ONCE])).data for k in range(0, len(x), AT_ONCE)])


def error(model: Callable[[Tensor], Any], x: Array, target: Array | None = None) -> float:
    """The mean over pixels of (output − target)², the pictures themselves unless another target is given."""
    given = x if target is None else target
    return float(np.mean((through(model, x).astype(np.float64) - given) ** 2))


def principal(x: Array) -> tuple[Array, Array]:
    """Eigenvalues of the covariance of the pictures, falling, and their directions as columns, float64."""
    flat = x.reshape(len(x), -1).astype(np.float64)
    values, vectors = np.linalg.eigh(np.cov(flat, rowvar=False, bias=True))
    return np.maximum(values[::-1], 0), vectors[:, ::-1]


def pca_error(x: Array, mean: Array, directions: Array) -> float:
    """The error of pictures that keep only these directions around the mean."""
    d = x.reshape(len(x), -1).astype(np.float64) - mean
    return float(np.mean((d - (d @ directions) @ directions.T) ** 2))


def rows(title: str, named: Sequence[tuple[str, Array]], t: Tongue, *, columns: int = 0, note: str = "") -> Figure:
    """One row of pictures a name: (n, C, H, W) with values in 0…1, the first channel shown."""
    tiles = []
    for name, pictures in named:
        grey = np.clip(pictures[:, 0], 0, 1)
        tiles.append(Tile([Picture(mosaic(grey, columns or len(grey)), name, wide=True)], name))
    return gallery(title, tiles, lang=t.lang, note=note, large=True)


def chosen(test: Split, count: int = 10) -> Array:
    """The first test image of each class, (n, C, H, W) in 0…1: pictures to look at."""
    first = [int(np.argmax(test.labels == k)) for k in np.unique(test.labels)[:count]]
    return scaled(test.images[first])
