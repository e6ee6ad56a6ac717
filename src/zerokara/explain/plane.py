"""Features of a layer in the plane: images that the network finds alike lie near each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zerokara.arguments import checked
from zerokara.arrays import Array
from zerokara.explain.kinds import KINDS
from zerokara.explain.maps import feature_map
from zerokara.explain.scores import Images
from zerokara.nn import Module


@dataclass(frozen=True)
class Plane:
    """A point for each image. method: "pca" or "t-sne". explained: of each axis of PCA, its share of the variance."""

    method: str
    points: Array
    explained: Array | None = None


@checked(KINDS)
def features(model: Module, x: Images, layer: str, *, average: bool = True) -> Array:
    """(N, D): what a layer says of each image; of maps (N, C, H, W) their means, or with average=False all places."""
    value = feature_map(model, x, layer).value
    if value.ndim == 4 and average:
        value = value.mean(axis=(2, 3))
    return np.asarray(value.reshape(len(value), -1))


@checked(KINDS)
def pca(rows: Array) -> Plane:
    """The two directions in which the points differ most:  X − mean = U·S·Vᵀ,  points = (U·S)[:, :2].

    `explained` is S²[:2] / Σ S². Of each axis the side is chosen so that the farthest point lies on the positive one;
    so the same features give the same picture. Pearson (1901).
    """
    centred = _rows(rows, 2).astype(np.float64)
    centred = centred - centred.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    points = np.zeros((len(rows), 2))
    points[:, : len(s)] = u[:, :2] * s[:2]
    farthest = points[np.argmax(np.abs(points), axis=0), [0, 1]]
    shares = np.zeros(2)
    shares[: len(s)] = s[:2] ** 2 / max(float(np.sum(s**2)), np.finfo(float).tiny)
    return Plane("pca", points * np.where(farthest < 0, -1, 1), shares)


@checked(KINDS)
def t_sne(rows: Array, *, perplexity: float = 30.0, seed: int = 0) -> Plane:
    """Near points stay near, by scikit-learn's t-SNE, which starts from PCA.

    Distances between groups and the sizes of groups mean nothing. perplexity: about how many neighbours a point has; at
    most a third of the points. van der Maaten, Hinton: Visualizing data using t-SNE (2008).
    """
    from sklearn.manifold import TSNE

    rows = _rows(rows, 4).astype(np.float64)
    if perplexity <= 0:
        raise ValueError(f"t_sne expects a perplexity > 0; got {perplexity}")
    if not np.any(np.ptp(rows, axis=0)):
        raise ValueError("all images have the same features in this layer: there is nothing to spread out")
    lively = rows[:, np.ptp(rows, axis=0) > 0]
    flat = np.column_stack([lively, np.zeros(len(rows))]) if lively.shape[1] < 2 else lively
    near = min(perplexity, (len(rows) - 1) / 3)
    points = TSNE(2, perplexity=near, init="pca", learning_rate="auto", random_state=seed).fit_transform(flat)
    return Plane("t-sne", np.asarray(points, np.float64))


def _rows(rows: Array, least: int) -> Array:
    rows = np.asarray(rows)
    if rows.ndim != 2 or len(rows) < least or not rows.shape[1]:
        raise ValueError(f"features are (N, D), with N of at least {least}; got {rows.shape}")
    if not np.all(np.isfinite(rows)):
        raise ValueError("features are finite numbers; there are NaN or ∞ among them")
    return rows
