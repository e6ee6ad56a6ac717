"""Filters made by hand, and a grey photograph to try filters on."""

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import no_grad
from zerokara.experiments.photographs import photograph
from zerokara.experiments.tongue import Tongue
from zerokara.functional import conv2d

SOBEL = np.outer([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0]) / 8
"""The slope from left to right: on a ramp of one grey level a pixel it answers 1."""

SMALL: dict[str, Array] = {
    "sobel-x": SOBEL,
    "sobel-y": SOBEL.T,
    "diagonal-down": (SOBEL + SOBEL.T) / np.sqrt(2),
    "diagonal-up": (SOBEL - SOBEL.T) / np.sqrt(2),
    "laplace": np.array([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]),
    "gauss": np.outer([1.0, 2.0, 1.0], [1.0, 2.0, 1.0]) / 16,
}
EDGES = ("sobel-x", "sobel-y", "diagonal-down", "diagonal-up")


def classic(name: str, size: int) -> Array:
    """The filter of that name with `size` rows and columns: the one of 3×3, smoothed by a Gauss filter first.

    ValueError for an even size or one below 3.
    """
    if size < 3 or size % 2 == 0:
        raise ValueError(f"filters made by hand have an odd number of rows, 3 or more; these would have {size}")
    made = SMALL[name]
    for _ in range((size - 3) // 2):
        made = _smoothed(made)
    return made


def _smoothed(small: Array) -> Array:
    """A filter after a Gauss filter of 3×3, as one filter with two more rows and columns."""
    P, Q = small.shape
    large = np.zeros((P + 2, Q + 2))
    for (i, j), weight in np.ndenumerate(SMALL["gauss"]):
        large[i : i + P, j : j + Q] += weight * small
    return large


def label(name: str, t: Tongue) -> str:
    """What a filter is called."""
    return {
        "sobel-x": t("Sobel, x", "ソーベル x"),
        "sobel-y": t("Sobel, y", "ソーベル y"),
        "diagonal-down": t("Sobel, diagonal ↘", "ソーベル 斜め ↘"),
        "diagonal-up": t("Sobel, diagonal ↗", "ソーベル 斜め ↗"),
        "laplace": t("Laplace", "ラプラシアン"),
        "gauss": t("Gauss", "ガウス"),
    }[name]


def grey(file: str, side: int) -> Array:
    """A photograph as brightness 0..1, (H, W): means of blocks, so that neither side is longer than `side`."""
    brightness = photograph(file) @ np.array([0.299, 0.587, 0.114]) / 255
    block = max(1, -(-max(brightness.shape) // side))
    H, W = (size // block for size in brightness.shape)
    if min(H, W) < 1:
        raise ValueError(f"{file} is too narrow to be shown with {side} pixels on its longer side")
    blocks: Array = brightness[: H * block, : W * block].reshape(H, block, W, block).mean(axis=(1, 3))
    return blocks


def filtered(picture: Array, weights: Array) -> Array:
    """What filters (F, C, P, Q) make of a grey picture (H, W), given to every channel, without bias: (F, H', W')."""
    P, Q = weights.shape[2:]
    if picture.shape[0] < P or picture.shape[1] < Q:
        raise ValueError(f"a filter of {P}×{Q} does not fit into a picture of {picture.shape[0]}×{picture.shape[1]}")
    x = np.broadcast_to(picture, (1, weights.shape[1], *picture.shape)).astype(weights.dtype)
    with no_grad():
        return np.asarray(conv2d(np.ascontiguousarray(x), weights).data[0])
