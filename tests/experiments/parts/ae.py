"""The part `ae`: its experiments, and what the program of each gives, beside what the experiment found."""

import numpy as np

from tests.experiments.parts.kinds import Same
from zerokara.experiments import Result


def _touched(result: Result) -> np.ndarray:
    """How often the pixels of each layer's output are touched, one layer after another."""
    return np.concatenate([result[f"touched {i}"].ravel() for i in range(len(result["sizes"]))])


CATALOGUE = (
    "autoencoder-is-pca autoencoder denoising-autoencoder sparse-autoencoder upsampling conv-autoencoder reparametrize "
    "kl-closed-form vae latent-plane interpolation beta vae-mean-or-sum"
)
"""The names, in their order."""

SAME: Same = {
    "autoencoder-is-pca": lambda p, r: (p["errors"], r["errors"]),
    "autoencoder": lambda p, r: (p["errors"], r["errors"][:, 0]),
    "denoising-autoencoder": lambda p, r: (p["errors"], r["errors"][[0, 2]]),
    "sparse-autoencoder": lambda p, r: (p["told"], r["told"][:, :2]),
    "conv-autoencoder": lambda p, r: (p["error"], r["errors"][0]),
    "reparametrize": lambda p, r: ([p["path"], p["score"]], [r["path"], r["score"]]),
    "kl-closed-form": lambda p, r: ([p["exact"], p["drawn"]], [r["exact"], r["drawn"]]),
    "vae": lambda p, r: ([p["kl"], *p["samples"][:20].ravel()], [r["parts"][1], *r["drawn"].ravel()]),
    "latent-plane": lambda p, r: ([*p["plane"].ravel(), *p["codes"].std(axis=0)], [*r["grid"].ravel(), *r["spread"]]),
    "beta": lambda p, r: (p["told"], r["told"][:, 1:]),
    "upsampling": lambda p, r: (np.concatenate([t.ravel() for t in p["touched"]]), _touched(r)),
    "interpolation": lambda p, r: (p["pictures"], r["walk vae"]),
    "vae-mean-or-sum": lambda p, r: (p["kl"], r["told"][:, 0]),
}
"""(names of the program, result) → what the program gives, and what the experiment found."""

LEARNED: set[str] = {
    "autoencoder-is-pca", "autoencoder", "denoising-autoencoder", "sparse-autoencoder", "conv-autoencoder", "vae",
    "latent-plane", "beta", "interpolation", "vae-mean-or-sum",
}  # fmt: skip
"""Experiments that train a network."""
