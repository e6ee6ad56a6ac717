"""Explanation by taking away: a patch covers one place after another, and the score is watched."""

import numpy as np

from zerokara.arguments import checked
from zerokara.arrays import Array
from zerokara.explain.kinds import KINDS
from zerokara.explain.pixels import Fill, filling
from zerokara.explain.scores import (
    Explanation,
    Images,
    Target,
    evaluation,
    explanation,
    picked,
    portions,
    prepared,
    scores_of,
    targets,
)
from zerokara.nn import Module


@checked(KINDS)
def occlusion(
    model: Module,
    x: Images,
    target: Target = None,
    *,
    size: int | None = None,
    stride: int | None = None,
    fill: Fill = None,
) -> Explanation:
    """M_ij = mean of S(x) − S(x with patch p covered) over the patches p that cover pixel ij.

    Above 0 where the class needs the pixel, below where the pixel speaks against it.

    size: of the square patch, an eighth of the shorter side unless given. stride: half a patch unless given; the last
    patch of a row and of a column lies at the border, so that every pixel is covered. fill: what stands in the patch,
    by default the median of each channel of the image.
    Zeiler, Fergus: Visualizing and understanding convolutional networks (2013).
    """
    images = prepared(model, x)
    height, width = images.shape[2:]
    size = max(1, round(min(height, width) / 8)) if size is None else size
    stride = max(1, size // 2) if stride is None else stride
    if not 1 <= size <= min(height, width) or not 1 <= stride <= size:
        raise ValueError(
            f"occlusion expects 1 ≤ stride ≤ size ≤ {min(height, width)}, the shorter side; "
            f"got size={size}, stride={stride}"
        )
    corners = np.array([(i, j) for i in _starts(height, size, stride) for j in _starts(width, size, stride)])
    with evaluation(model):
        scores = scores_of(model, images)
        classes = targets(target, scores)
        score = picked(scores, classes)
        drops = score[:, None] - _covered_scores(model, images, classes, corners, size, filling(images, fill))
    return explanation("occlusion", _spread(drops, score, corners, size, height, width), classes, score, signed=True)


def _starts(length: int, size: int, stride: int) -> list[int]:
    last = length - size
    return sorted({*range(0, last + 1, stride), last})


def _covered_scores(model: Module, images: Array, target: Array, corners: Array, size: int, fill: Array) -> Array:
    """(N, patches): the score of each image's class with one patch covered."""
    found = []
    for part in portions(len(images) * len(corners), images[0].size):
        n, p = np.divmod(np.arange(part.start, part.stop), len(corners))
        covered = images[n]
        for row, image, (i, j) in zip(covered, n, corners[p], strict=True):
            row[:, i : i + size, j : j + size] = fill[image, :, i : i + size, j : j + size]
        found.append(picked(scores_of(model, covered), target[n]))
    return np.concatenate(found).reshape(len(images), len(corners))


def _spread(drops: Array, score: Array, corners: Array, size: int, height: int, width: int) -> Array:
    """(N, H, W): at each pixel the mean drop of the patches over it; what is only rounding counts as 0."""
    rounding = 16 * np.finfo(drops.dtype).eps * (1 + np.abs(score[:, None]))
    drops = np.where(np.abs(drops) <= rounding, 0, drops)
    heat, patches = np.zeros((len(drops), height, width), drops.dtype), np.zeros((height, width), drops.dtype)
    for (i, j), drop in zip(corners, drops.T, strict=True):
        heat[:, i : i + size, j : j + size] += drop[:, None, None]
        patches[i : i + size, j : j + size] += 1
    return heat / patches
