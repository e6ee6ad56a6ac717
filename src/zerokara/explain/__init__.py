"""What a network sees: heat maps that explain a score, and curves that judge the maps.

from zerokara import explain
heat = explain.grad_cam(model, x)          # Explanation: heat.map (N, H, W), heat.target, heat.layer, heat.note
explain.deletion(model, x, heat).area      # small for a good map
"""

from collections.abc import Callable

from zerokara.explain.attending import AttentionMap, heads, looks_at
from zerokara.explain.cam import grad_cam, grad_cam_plus_plus
from zerokara.explain.curves import Curve, deletion, insertion
from zerokara.explain.excite import Excitation, excite
from zerokara.explain.filters import Filters, filters
from zerokara.explain.latent import code_path, latent_plane, normal_quantiles, walk
from zerokara.explain.layers import Output, last_maps, watch
from zerokara.explain.maps import FeatureMaps, feature_map, feature_maps
from zerokara.explain.nearest import Neighbour, nearest_words
from zerokara.explain.occlusion import occlusion
from zerokara.explain.over_time import Followed, Reach, follow_units, gradient_by_step, gradient_by_token
from zerokara.explain.pictures import heat_picture, overlay
from zerokara.explain.plane import Plane, features, pca, t_sne
from zerokara.explain.receptive import receptive_field
from zerokara.explain.saliency import integrated_gradients, saliency, smooth_grad
from zerokara.explain.scores import Explanation, Note, class_scores, evaluation
from zerokara.explain.steps import Steps, diffusion_steps
from zerokara.explain.top import TopImages, top_images
from zerokara.explain.unit import Term, Unit, unit
from zerokara.refusing import speaking

METHODS: dict[str, Callable[..., Explanation]] = {
    "saliency": saliency,
    "smooth-grad": smooth_grad,
    "integrated-gradients": integrated_gradients,
    "occlusion": occlusion,
    "grad-cam": grad_cam,
    "grad-cam++": grad_cam_plus_plus,
}
"""Every method that gives a heat map: f(model, x, target=None, …) → Explanation. `LAYERED` ones take `layer=` too."""

LAYERED = ("grad-cam", "grad-cam++")
"""The methods that look at the maps of a layer."""

__all__ = [
    "LAYERED",
    "METHODS",
    "AttentionMap",
    "Curve",
    "Excitation",
    "Explanation",
    "FeatureMaps",
    "Filters",
    "Followed",
    "Neighbour",
    "Note",
    "Output",
    "Plane",
    "Reach",
    "Steps",
    "Term",
    "TopImages",
    "Unit",
    "class_scores",
    "code_path",
    "deletion",
    "diffusion_steps",
    "evaluation",
    "excite",
    "feature_map",
    "feature_maps",
    "features",
    "filters",
    "follow_units",
    "grad_cam",
    "grad_cam_plus_plus",
    "gradient_by_step",
    "gradient_by_token",
    "heads",
    "heat_picture",
    "insertion",
    "integrated_gradients",
    "last_maps",
    "latent_plane",
    "looks_at",
    "nearest_words",
    "normal_quantiles",
    "occlusion",
    "overlay",
    "pca",
    "receptive_field",
    "saliency",
    "smooth_grad",
    "t_sne",
    "top_images",
    "unit",
    "walk",
    "watch",
]

speaking(globals(), __all__)
