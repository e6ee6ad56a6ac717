"""Batches for the transforms, and every transform with settings that do something."""

import numpy as np

from zerokara.arrays import Array
from zerokara.data.transforms import (
    Affine,
    Compose,
    Crop,
    Cutout,
    Elastic,
    HorizontalFlip,
    Light,
    Noise,
    RandomApply,
    Thickness,
    Transform,
)

EVERY: dict[str, Transform] = {
    "Affine": Affine(rotate=20, shift=2, scale=1.2, stretch=1.1, shear=10),
    "Compose": Compose([Affine(rotate=20), Elastic(), Thickness(), Noise()]),
    "Crop": Crop(2),
    "Cutout": Cutout(3),
    "Elastic": Elastic(0.8, 4),
    "HorizontalFlip": HorizontalFlip(),
    "Light": Light(),
    "Noise": Noise(),
    "RandomApply": RandomApply(Affine(rotate=(90, 90))),
    "Thickness": Thickness(),
}


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def noise_batch(
    n: int = 6, channels: int = 1, height: int = 12, width: int = 12, dtype: type = np.float32, seed: int = 0
) -> Array:
    return rng(seed).random((n, channels, height, width)).astype(dtype)


def smooth_batch(n: int = 4, size: int = 28) -> Array:
    """A soft ring with a spoke in each image: a smooth picture, dark towards the border."""
    row, column = (np.mgrid[:size, :size] - (size - 1) / 2) / size
    ring = np.exp(-150 * (np.hypot(row, column) - 0.25) ** 2)
    spoke = np.exp(-200 * (column**2 + np.maximum(row + 0.05, 0) ** 2)) * np.exp(-20 * row**2)
    return np.repeat(np.maximum(ring, spoke)[None, None], n, axis=0).astype(np.float32)
