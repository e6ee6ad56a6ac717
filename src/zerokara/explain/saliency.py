"""Explanations by the gradient of a score in the pixels: saliency, SmoothGrad, integrated gradients."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from zerokara.arguments import checked
from zerokara.arrays import Array, generator
from zerokara.explain.kinds import KINDS
from zerokara.explain.pixels import filling
from zerokara.explain.scores import (
    Explanation,
    Images,
    Note,
    Target,
    evaluation,
    explanation,
    in_portions,
    input_gradients,
    picked,
    portions,
    prepared,
    scores_of,
    targets,
)
from zerokara.nn import Module


@checked(KINDS)
def saliency(model: Module, x: Images, target: Target = None) -> Explanation:
    """M_ij = max_c |∂S/∂x_cij|: where a small change of a pixel changes the score S of the class most.

    Simonyan, Vedaldi, Zisserman: Deep inside convolutional networks (2013).
    """
    images = prepared(model, x)
    with evaluation(model):
        g, classes, score = in_portions(partial(input_gradients, model), images, target)
    return explanation("saliency", np.max(np.abs(g), axis=1), classes, score)


@checked(KINDS)
def smooth_grad(
    model: Module, x: Images, target: Target = None, *, samples: int = 16, noise: float = 0.15, seed: int = 0
) -> Explanation:
    """M_ij = max_c |1/n Σₖ ∂S/∂x_cij (x + εₖ)|, εₖ ~ N(0, σ²): saliency, averaged over noisy copies of the image.

    samples: n. noise: σ as a share of the range of the image, max x − min x. The same seed gives the same noise.
    Smilkov, Thorat, Kim, Viégas, Wattenberg: SmoothGrad (2017).
    """
    _expect("smooth_grad", "samples", samples, least=1)
    if noise < 0:
        raise ValueError(f"smooth_grad expects noise ≥ 0; got {noise}")
    images = prepared(model, x)
    sigma = noise * np.ptp(images, axis=(1, 2, 3), keepdims=True)

    def noisy(n: Array, k: Array) -> Array:
        draws = [generator(seed, "smooth-grad", int(i)).standard_normal(images.shape[1:], np.float32) for i in k]
        return np.asarray(images[n] + sigma[n] * np.stack(draws))

    with evaluation(model):
        scores = scores_of(model, images)
        classes = targets(target, scores)
        g = _mean_gradients(model, images, classes, noisy, np.full(samples, 1 / samples))
    return explanation("smooth-grad", np.max(np.abs(g), axis=1), classes, picked(scores, classes))


@checked(KINDS)
def integrated_gradients(
    model: Module, x: Images, target: Target = None, *, steps: int = 16, baseline: Any = 0.0
) -> Explanation:
    """A_cij = (x − x′)_cij · ∫₀¹ ∂S/∂x_cij (x′ + a·(x − x′)) da,  M_ij = Σ_c A_cij: signed, and nothing is lost:
    Σ_ij M_ij = S(x) − S(x′), the difference between the score of the image and that of the baseline x′ (completeness).

    The integral is computed at `steps` points by the rule of Gauss and Legendre; a note says where the sum misses the
    difference by more than a twentieth. baseline: a number, or an array that broadcasts to the images; None: the
    median of each channel. Sundararajan, Taly, Yan: Axiomatic attribution for deep networks (2017).
    """
    _expect("integrated_gradients", "steps", steps, least=1)
    images = prepared(model, x)
    start = filling(images, baseline)
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    places = ((nodes + 1) / 2).astype(images.dtype)

    def on_the_way(n: Array, k: Array) -> Array:
        return np.asarray(start[n] + places[k, None, None, None] * (images[n] - start[n]))

    with evaluation(model):
        scores, scores_at_start = scores_of(model, images), scores_of(model, start)
        classes = targets(target, scores)
        g = _mean_gradients(model, images, classes, on_the_way, weights / 2)
    heat = np.sum((images - start) * g, axis=1)
    score, before = picked(scores, classes), picked(scores_at_start, classes)
    details = {"baseline_score": before, "notes": _missed(heat, score - before)}
    return explanation("integrated-gradients", heat, classes, score, signed=True, **details)


def _mean_gradients(
    model: Module, images: Array, target: Array, point: Callable[[Array, Array], Array], weights: Array
) -> Array:
    """Σₖ weights[k] · ∂S/∂x at point(n, k) for every image n; points of several images are computed at once."""
    mean = np.zeros_like(images)
    for part in portions(len(images) * len(weights), images[0].size):
        n, k = np.divmod(np.arange(part.start, part.stop), len(weights))
        g, _, _ = input_gradients(model, point(n, k), target[n])
        for i, weight, one in zip(n, weights[k], g, strict=True):
            mean[i] += float(weight) * one
    return mean


def _missed(heat: Array, difference: Array) -> tuple[tuple[Note, ...], ...]:
    gaps = np.abs(np.sum(heat, axis=(1, 2)) - difference)
    return tuple(
        (_incomplete(float(gap), float(d)),) if gap > 0.05 * abs(d) + 1e-3 else ()
        for gap, d in zip(gaps, difference, strict=True)
    )


def _incomplete(gap: float, difference: float) -> Note:
    return Note(
        f"the sum of the map misses the difference of the scores, {difference:.3g}, by {gap:.2g}: take more steps",
        f"マップの合計がスコアの差 {difference:.3g} から {gap:.2g} ずれています。ステップ数を増やしてください",
    )


def _expect(method: str, name: str, value: int, least: int) -> None:
    if value < least:
        raise ValueError(f"{method} expects {name} of at least {least}; got {value}")
