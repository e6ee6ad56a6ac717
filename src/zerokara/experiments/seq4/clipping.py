"""Two gradients before and after clipping: how they are clipped, drawn, and what holds for any of them."""

import math

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.checks import Check, at_least, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Parameter
from zerokara.report import Axis, Figure, Line, line_chart, significant

LOST = 1e6
"""A perplexity above this is called lost; nothing larger is drawn."""


def clipped(gradients: list[Array], clip: object) -> tuple[list[Array], float]:
    """The gradients after `clip`, and what it returned."""
    parameters = [Parameter(np.zeros_like(g)) for g in gradients]
    for parameter, g in zip(parameters, gradients, strict=True):
        parameter.grad = g.copy()
    norm = clip(parameters)  # type: ignore[operator]
    return [np.array(p.grad) for p in parameters], float(norm or 0.0)


def angle(a: Array, b: Array) -> float:
    """Between two arrays, in degrees; exact for small angles."""
    u, v = a.ravel() / np.linalg.norm(a), b.ravel() / np.linalg.norm(b)
    return math.degrees(2 * math.atan2(float(np.linalg.norm(u - v)), float(np.linalg.norm(u + v))))


def told_perplexity(p: float, t: Tongue) -> str:
    """The number, or that the training is lost."""
    return t("lost", "発散") if p >= LOST else significant(p, 4)


def before_and_after(found: Found, t: Tongue) -> Figure:
    """All numbers of the gradients before, and after clipping in both ways."""
    at = np.arange(1, 1 + found["before"].size)
    return line_chart(
        t("The 18 numbers of two gradients", "2 つの勾配の 18 個の数"),
        [
            Line(t("before", "前"), at, found["before"].ravel()),
            Line(t("clipped by the norm", "ノルムでクリップ"), at, found["after"].ravel()),
            Line(t("clipped by value", "値でクリップ"), at, found["by_value"].ravel()),
        ],
        Axis(t("number", "番号"), whole=True),
        Axis(t.word("value")),
        lang=t.lang,
        wide=True,
        note=t(
            "By the norm all shrink alike; by value the large ones are cut, and the direction turns.",
            "ノルムならすべて同じ割合で縮みます。値なら大きいものだけが切られ、向きが変わります。",
        ),
    )


def laws_of_clipping(found: Found, max_norm: float, t: Tongue) -> list[Check]:
    """The norm afterwards; the direction, which only clipping by value turns; small gradients."""
    n = float(found["norm"])
    expected = max_norm * n / (n + 1e-6) if n > max_norm else n
    return [
        at_most(
            t("norm after clipping − m·n/(n + 10⁻⁶)", "クリップ後のノルム − m·n/(n + 10⁻⁶)"),
            abs(np.linalg.norm(found["after"]) - expected),
            1e-9 * max(1, n),
            "A",
            law=True,
        ),
        at_most(
            t("turn of the direction by the norm, degrees", "ノルムによる向きの変化（度）"),
            angle(found["before"], found["after"]),
            1e-4,
            "A",
            law=True,
        ),
        at_least(
            t("turn of the direction by value, degrees", "値による向きの変化（度）"),
            angle(found["before"], found["by_value"]),
            1,
            "A",
        ),
        holds(
            t("smaller gradients are left alone", "小さい勾配はそのまま"),
            float(found["untouched"]) == 0 or n * 1e-3 > max_norm,
            "A",
            law=True,
        ),
    ]
