"""Who writes: digits of people, as ink of any height."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from zerokara.arrays import Array
from zerokara.data import load


@dataclass(frozen=True)
class Hands:
    """Digits that people wrote: pictures (N, H, W) in 0..1, ink bright, and what they are."""

    images: Array
    labels: Array

    def write(self, digit: int, height: int, draw: np.random.Generator, widest: float = np.inf) -> Array:
        """One of the digits of this kind, cut to its ink and `height` pixels tall, inked by rule: 0..1, edges soft.

        One that would be wider than `widest` is made smaller.
        """
        image = self.images[draw.choice(np.flatnonzero(self.labels == digit))]
        rows, columns = (np.flatnonzero((image > 0.3).any(axis=axis)) for axis in (1, 0))
        cut = np.pad(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 1)
        scale = min(height / (cut.shape[0] - 2), widest / (cut.shape[1] - 2))
        size = (max(3, round(cut.shape[1] * scale)), max(3, round(cut.shape[0] * scale)))
        large = np.asarray(Image.fromarray(cut.astype(np.float32)).resize(size, Image.Resampling.BICUBIC))
        return np.clip((large - 0.4) * max(2.0, 1.5 * scale) + 0.5, 0, 1)


def load_hands(folder: Path | None = None) -> Hands:
    """The writers of MNIST's test part, in a folder with MNIST's files; without one those of the bundled 8×8 digits."""
    test = load("mnist", data_dir=folder, download=False).test if folder else load("digits").test
    images = test.images[:, 0].astype(np.float32)
    return Hands(images / max(1.0, float(images.max())), test.labels)
