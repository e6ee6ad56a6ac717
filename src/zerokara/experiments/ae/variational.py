"""What the experiments on the variational auto-encoder share: its training, its parts on the test images, a judge."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from zerokara.arrays import Array, manual_seed
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import Split, scaled
from zerokara.digits import load_reader
from zerokara.experiments.ae.teaching import AT_ONCE, OnPictures
from zerokara.experiments.base import knob
from zerokara.experiments.lab import Lab
from zerokara.models import VAE
from zerokara.models.committee import Reader

GRID = (28, 28)
"""The pictures that the reader reads."""


@dataclass(frozen=True)
class OnVae(OnPictures):
    """An experiment with variational auto-encoders of one hidden layer on either side."""

    hidden: int = knob(256, "units of the hidden layers", "隠れ層のユニット数", low=1, high=4096)

    def vae(self, lab: Lab, train: Split, latent: int, beta: float = 1.0, likelihood: str = "bernoulli") -> VAE:
        """A new one for these pictures."""
        rng = lab.rng("weights", latent)
        return VAE(train.shape, (self.hidden,), latent, beta=beta, likelihood=likelihood, rng=rng)


def parts(model: VAE, x: Array, seed: int = 0) -> tuple[float, float]:
    """Reconstruction and KL in nats a picture, one draw a picture, from the default generator that starts at `seed`."""
    manual_seed(seed)
    total = np.zeros(2)
    with no_grad():
        for k in range(0, len(x), AT_ONCE):
            batch = x[k : k + AT_ONCE]
            total += len(batch) * np.array([part.item() for part in model.parts(Tensor(batch))])
    rebuilt, kl = total / len(x)
    return float(rebuilt), float(kl)


def means(model: VAE, x: Array) -> Array:
    """The means of the codes, (N, latent)."""
    with no_grad():
        return np.concatenate([model.encode(x[k : k + AT_ONCE])[0].data for k in range(0, len(x), AT_ONCE)])


def certainty(pictures: Array) -> Array:
    """How sure the reader that came with zerokara is of each picture, (N,); NaN where they are not of its size."""
    if pictures.shape[-2:] != GRID:
        return np.full(len(pictures), np.nan)
    return np.asarray(_reader().probabilities(np.clip(pictures[:, 0], 0, 1).astype(np.float32)).max(axis=1))


@lru_cache(maxsize=1)
def _reader() -> Reader:
    return load_reader().settled()


def neighbours(codes: Array, labels: Array, known: Array, known_labels: Array, count: int = 5) -> float:
    """The share of codes whose `count` nearest known ones have their class, by majority (ties: the lowest class)."""
    right = 0
    for k in range(0, len(codes), AT_ONCE):
        part = codes[k : k + AT_ONCE].astype(np.float64)
        distance = (part**2).sum(axis=1)[:, None] - 2 * part @ known.T + (known.astype(np.float64) ** 2).sum(axis=1)
        nearest = known_labels[np.argpartition(distance, count, axis=1)[:, :count]]
        votes = (nearest[:, :, None] == np.arange(int(known_labels.max()) + 1)).sum(axis=1)
        right += int(np.count_nonzero(votes.argmax(axis=1) == labels[k : k + AT_ONCE]))
    return right / len(codes)


def pixels(split: Split) -> Array:
    """All pictures of a split in 0…1."""
    return scaled(split.images)
