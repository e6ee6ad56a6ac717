"""What an auto-encoder's code means: the plane of codes as a picture, and walks from one code to another."""

from typing import Any

import numpy as np

from zerokara.arguments import known, short
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad

PATHS = ("straight", "spherical")


def normal_quantiles(count: int, edge: float = 0.05) -> Array:
    """`count` quantiles of N(0, 1) from `edge` to 1 − `edge`, evenly by probability: rising, symmetric about 0."""
    if count < 2 or not 0 < edge < 0.5:
        raise ValueError(
            f"quantiles are at least 2, between an edge above 0 and below ½; got {short(count)} and {short(edge)}"
        )
    from scipy.special import ndtri  # here, so that the laboratory starts without SciPy

    upper = ndtri(np.linspace(edge, 1 - edge, count))
    return np.asarray((upper - upper[::-1]) / 2)


def latent_plane(model: Any, side: int = 15, edge: float = 0.05, axes: tuple[int, int] = (0, 1)) -> Array:
    """What an auto-encoder decodes at every place of a plane of codes, (side, side, C, H, W), the first row on top.

    From left to right the code number `axes[0]` takes the quantiles of N(0, 1) from `edge` to 1 − `edge`, upwards
    `axes[1]`; the other numbers are 0, the mean. `model` has `decode(codes)` and `latent`, as `models.VAE` has.
    """
    if model.latent < 2 or len({*axes}) != 2 or not all(0 <= axis < model.latent for axis in axes):
        raise ValueError(f"a plane has two of the {model.latent} code numbers; got axes {axes}")
    quantiles = normal_quantiles(side, edge)
    codes = np.zeros((side, side, model.latent), np.float32)
    codes[..., axes[0]] = quantiles
    codes[..., axes[1]] = quantiles[::-1, None]
    pictures = _decoded(model, codes.reshape(-1, model.latent))
    return pictures.reshape(side, side, *pictures.shape[1:])


def code_path(a: Array, b: Array, steps: int = 9, path: str = "straight") -> Array:
    """Codes on the way from a (k,) to b (k,), both included: (steps, k)

    "straight": (1 − s)·a + s·b. "spherical": (sin((1 − s)θ)·a + sin(sθ)·b)/sin θ, θ the angle between them, which
    does not pass near 0, where codes drawn from N(0, 1) hardly ever are; for (nearly) parallel codes the straight one.
    """
    known("path", path, PATHS)
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape or a.ndim != 1 or steps < 2:
        raise ValueError(f"a path of at least 2 steps joins two codes (k,); got {a.shape}, {b.shape}, {short(steps)}")
    s = np.linspace(0, 1, steps)[:, None]
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    cosine = float(np.clip(a @ b / lengths, -1, 1)) if lengths else 1.0
    angle = float(np.arccos(cosine))
    if path == "straight" or np.sin(angle) < 1e-6:
        return (1 - s) * a + s * b
    return np.asarray((np.sin((1 - s) * angle) * a + np.sin(s * angle) * b) / np.sin(angle))


def walk(model: Any, start: Array, end: Array, steps: int = 9, path: str = "straight") -> Array:
    """From one picture to another through the code: (steps, C, H, W); the ends are their reconstructions.

    start, end (C, H, W). `model` has `encode` and `decode`; where it encodes as a mean and a log variance, the means
    are joined. See `code_path`.
    """
    with no_grad():
        given = model.encode(Tensor(np.stack([start, end])))
    codes = (given[0] if isinstance(given, tuple) else given).data
    return _decoded(model, code_path(codes[0], codes[1], steps, path).astype(codes.dtype))


def _decoded(model: Any, codes: Array) -> Array:
    with no_grad():
        found: Array = model.decode(Tensor(codes)).data
    return found
