"""Augmentation: alter a whole batch of images at random, each image in its own way.

A transform is a frozen dataclass and a pure function `(batch, rng) → batch`: floating images (N, C, H, W) in 0..1,
never changed in place, and the same result for the same state of `rng`.
"""

from zerokara.data.transforms.affine import Affine
from zerokara.data.transforms.compose import Compose, RandomApply, Transform
from zerokara.data.transforms.elastic import Elastic
from zerokara.data.transforms.light import Light, Noise
from zerokara.data.transforms.place import Crop, Cutout, HorizontalFlip
from zerokara.data.transforms.thickness import Thickness

__all__ = [
    "Affine",
    "Compose",
    "Crop",
    "Cutout",
    "Elastic",
    "HorizontalFlip",
    "Light",
    "Noise",
    "RandomApply",
    "Thickness",
    "Transform",
]
