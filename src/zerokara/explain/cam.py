"""Explanations by the maps of a layer, weighted by what they mean for a class: Grad-CAM and Grad-CAM++."""

from collections.abc import Callable

import numpy as np

from zerokara.arguments import checked
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.explain.kinds import KINDS
from zerokara.explain.layers import maps_of, watch
from zerokara.explain.pixels import enlarge
from zerokara.explain.scores import (
    Explanation,
    Images,
    Target,
    chosen,
    evaluation,
    explanation,
    in_portions,
    picked,
    prepared,
    targets,
)
from zerokara.nn import Module

Weighted = Callable[[Array, Array], Array]
"""(maps A, gradients ∂S/∂A), both (N, K, h, w) → the weight of each map, (N, K)."""


@checked(KINDS)
def grad_cam(model: Module, x: Images, target: Target = None, layer: str | None = None) -> Explanation:
    """M = max(0, Σₖ αₖ·Aᵏ),  αₖ = 1/Z Σ_ij ∂S/∂Aᵏ_ij: the maps Aᵏ of a layer of Z pixels, each as strongly as its mean
    change moves the score S of the class. `coarse` is M, `map` is M enlarged to the size of the image.

    layer: by its name in `model.named_modules()`; by default the last that gives maps of more than one pixel
    (`last_maps`); the result names it.
    Where the scores are linear in the means of the maps, S = Σₖ wₖ·mean Aᵏ, αₖ = wₖ/Z, so M is the class activation
    map of Zhou et al. (2016), cut at 0 and divided by Z.
    Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra: Grad-CAM (2017).
    """
    return _cam("grad-cam", _mean_gradient, model, x, target, layer)


@checked(KINDS)
def grad_cam_plus_plus(model: Module, x: Images, target: Target = None, layer: str | None = None) -> Explanation:
    """M = max(0, Σₖ wₖ·Aᵏ),  wₖ = Σ_ij αᵏ_ij·max(0, g_ij),  αᵏ_ij = g² / (2g² + g³·Σ_ab Aᵏ_ab),  g = ∂S/∂Aᵏ_ij:
    finds all of several things of one class, where Grad-CAM may show one of them.

    For the score e^S, whose derivatives of all orders are e^S·gⁿ if the network is piecewise linear; the factor e^S,
    the same for the whole image, is left out. layer: as in `grad_cam`.
    Chattopadhay, Sarkar, Howlader, Balasubramanian: Grad-CAM++ (2018).
    """
    return _cam("grad-cam++", _likely_gradient, model, x, target, layer)


def _cam(method: str, weighted: Weighted, model: Module, x: Images, target: Target, layer: str | None) -> Explanation:
    images = prepared(model, x)
    names: list[str] = []

    def portion(part: Array, asked: Array | None) -> tuple[Array, Array, Array]:
        scores, outputs = watch(model, Tensor(part, requires_grad=True))
        classes = targets(asked, scores.data)
        found = maps_of(outputs, model, layer, scores.shape[1])
        (g,) = gradients(chosen(scores, classes), at=[found.value])
        names.append(found.name)
        return _mix(weighted, found.value.data, np.asarray(g)), classes, picked(scores.data, classes)

    with evaluation(model):
        coarse, classes, score = in_portions(portion, images, target)
    heat = enlarge(coarse, *images.shape[2:])
    return explanation(method, heat, classes, score, layer=names[0], coarse=coarse)


def _mix(weighted: Weighted, maps: Array, g: Array) -> Array:
    """max(0, Σₖ wₖ·Aᵏ)"""
    return np.asarray(np.maximum(np.einsum("nk,nkij->nij", weighted(maps, g), maps), 0))


def _mean_gradient(maps: Array, g: Array) -> Array:
    return np.asarray(np.mean(g, axis=(2, 3)))


def _likely_gradient(maps: Array, g: Array) -> Array:
    """Where g > 0, α = 1 / (2 + g·Σ_ab A_ab); elsewhere it does not matter."""
    below = 2 + g * np.sum(maps, axis=(2, 3), keepdims=True)
    useful = (g > 0) & (below != 0)
    return np.asarray(np.sum(np.where(useful, g / np.where(useful, below, 1), 0), axis=(2, 3)))
