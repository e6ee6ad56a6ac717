"""A soft look-up written out: scores, weights, their sum, and a picture of the numbers on their way."""

from collections.abc import Mapping

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.tongue import Tongue
from zerokara.report import Figure, Grid, grids


def attend(hs: Array, h: Array, temperature: float) -> tuple[Array, Array]:
    """The weights and the sum."""
    scores = hs @ h / temperature
    weights = np.exp(scores - scores.max())
    weights = weights / weights.sum()
    return weights, weights @ hs


def by_hand(hs: list[list[float]], h: list[float], temperature: float) -> list[float]:
    """The weights and then the sum, one multiplication after the other."""
    scores = [sum(a * b for a, b in zip(row, h, strict=True)) / temperature for row in hs]
    exponentials = [np.exp(score - max(scores)) for score in scores]
    weights = [e / sum(exponentials) for e in exponentials]
    return weights + [sum(a * row[j] for a, row in zip(weights, hs, strict=True)) for j in range(len(h))]


def way_of_the_numbers(hs: Array, h: Array, scale: str, found: Mapping[str, Array], t: Tongue) -> Figure:
    """hs·h = scores → weights, and each row times its weight → their sum. scale: what the scores are divided by."""
    words = [f"h{s}" for s in range(1, len(hs) + 1)]
    best, column = np.arange(len(words)) == found["weights"].argmax(), (words, ())
    weights, terms = np.round(found["weights"], 4)[:, None], np.round(found["terms"], 4)
    scores = Grid(found["scores"][:, None], t("scores{scale}", "スコア{scale}", scale=scale), names=column)
    shares = Grid(weights, t("weights, softmax", "重み（softmax）"), marked=best[:, None], names=column)
    weighed = Grid(terms, t("each row times its weight", "各行 × 重み"), names=column)
    total = Grid(np.round(found["context"], 4), t("their sum c", "その和 c"))
    return grids(
        t("Scores, weights, sum", "スコア、重み、重み付き和"),
        [[Grid(hs, "hs", names=column), "·", Grid(h[:, None], "h"), "=", scores, "→", shares], [weighed, "→", total]],
        lang=t.lang,
    )
