"""`maximum-likelihood`: which normal curve fits best?"""

import math
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Bars, Contours, Line, Mark, Points, Text, chart, significant


@dataclass(frozen=True)
class MaximumLikelihood(Experiment):
    """Heights that were drawn from a normal distribution, and the likelihood of others."""

    name = "maximum-likelihood"
    chapter = "gen"
    source = "V5 s2; V5 s3"
    title = Text("Maximum likelihood", "最尤推定")
    question = Text("Which normal curve fits best?", "どの正規分布が最もよく当てはまるか？")
    formula = (r"\hat\mu = \frac{1}{N} \sum_n x_n, \qquad \hat\sigma^2 = \frac{1}{N} \sum_n (x_n - \hat\mu)^2",)
    symbols = Text(
        "x: the heights in cm. The divisor is N, not N − 1: the likeliest spread is a little too small.",
        "x：身長（cm）。割るのは N − 1 ではなく N です（最尤の標準偏差は少しだけ小さめ）。",
    )
    turns = (Turn(Text("Few people.", "人数が少ないと？"), {"people": 20}),)
    shows = Shows.ALWAYS
    random = True
    quick = {"people": 2000}

    people: int = knob(25_000, "heights", "人数", low=2, high=10**6)
    mean: float = knob(172.7, "mean of the drawing", "分布の平均", low=-1000, high=1000)
    spread: float = knob(4.83, "spread of the drawing", "分布の標準偏差", low=0.01, high=1000)

    def measure(self, lab: Lab) -> Arrays:
        """The fit, the gradient there, and the likelihood around it."""
        from scipy.special import ndtr  # here, so that the laboratory starts without SciPy

        x = self.mean + self.spread * lab.rng("heights").standard_normal(self.people)
        m, s = float(x.mean()), float(x.std())
        where = [Tensor(np.full(1, value), requires_grad=True) for value in (m, 2 * math.log(s))]
        slopes = gradients(self._loss(x, *where), where)
        around = 3 * s / math.sqrt(self.people)
        means, spreads = np.linspace(m - around, m + around, 41), np.linspace(s - around, s + around, 41)
        spreads = np.maximum(spreads, s / 50)
        moments = (s * s + (m - means) ** 2)[None]
        surface = -0.5 * (math.log(2 * math.pi) + 2 * np.log(spreads)[:, None] + moments / (spreads**2)[:, None])
        return {
            "fit": np.array([m, s]), "slopes": np.array([float(g[0]) for g in slopes]),
            "means": means, "spreads": spreads, "surface": surface * self.people,
            "heights": x[:5000], "tall": np.array([1 - ndtr((180 - m) / s), np.mean(x > 180)]),
        }  # fmt: skip

    @staticmethod
    def _loss(x: Array, mean: Tensor, log_variance: Tensor) -> Tensor:
        y = F.broadcast_to(mean, x.shape)
        return F.gaussian_nll_loss(y, x, log_var=F.broadcast_to(log_variance, x.shape), full=True)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The heights under the curve; the surface."""
        m, s = found["fit"]
        edges = np.linspace(m - 4 * s, m + 4 * s, 41)
        heights = np.histogram(found["heights"], edges)[0] / len(found["heights"]) / (edges[1] - edges[0])
        x = np.linspace(edges[0], edges[-1], 101)
        curve = np.exp(-(((x - m) / s) ** 2) / 2) / (s * math.sqrt(2 * math.pi))
        best = found["surface"].max()
        levels = [float(best - d) for d in (0.5, 1, 2, 3, 4, 6)]
        surface: list[Mark] = [
            Contours(t("log likelihood", "対数尤度"), found["means"], found["spreads"], found["surface"], levels[::-1]),
            Points(t("fit", "当てはめ"), [m], [s]),
        ]
        return [
            chart(
                t("Heights and the likeliest curve", "身長と、最も尤もらしい曲線"),
                [Bars(t("heights", "身長"), edges, heights), Line(t("fit", "当てはめ"), x, curve)],
                Axis(t("height in cm", "身長（cm）")), Axis(t("density", "密度"), low=0), lang=t.lang,
            ),
            chart(
                t("The log likelihood around it", "対数尤度の地形"), surface, Axis("μ"), Axis("σ"), lang=t.lang,
            ),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The fit."""
        m, s = found["fit"]
        return [
            t(
                "The likeliest curve has μ = {m} and σ = {s}; the heights were drawn with {a} and {b}. Taller "
                "than 180 cm "
                "is a share of {p} by the curve, {q} by counting.",
                "最も尤もらしいのは μ = {m}、σ = {s}（引いた分布は {a} と {b}）。180 cm を超える割合は、曲線で "
                "{p}、数えて {q}。",
                m=significant(float(m), 5), s=significant(float(s), 4), a=f"{self.mean:g}", b=f"{self.spread:g}",
                p=significant(float(found["tall"][0]), 3), q=significant(float(found["tall"][1]), 3),
            )
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """No slope at the fit; nothing around it is likelier."""
        fit = found.all("fit")
        errors = np.abs(fit - [self.mean, self.spread]) / (self.spread / np.sqrt([self.people, 2 * self.people]))
        surface = found["surface"]
        middle = surface[20, 20]
        return [
            at_most(
                t("gradient at the fit", "当てはめでの勾配"),
                np.abs(found.all("slopes")).max(axis=1),
                1e-9,
                "A",
                law=True,
            ),
            holds(
                t("nothing around is likelier", "周りにより尤もらしい点はない"),
                (surface <= middle + 1e-6).all(),
                "A",
                law=True,
            ),
            at_most(
                t("fit − drawing in standard errors", "当てはめと分布の差（標準誤差の何倍か）"),
                errors.max(axis=1),
                4.5,
                "A",
                law=True,
            ),
            near(t("share above 180 cm", "180 cm を超える割合"), found.all("tall")[:, 0], 0.065, 0.003, "N"),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """N or N − 1."""
        s, times = float(found.mean("fit")[1]), math.sqrt(self.people / (self.people - 1))
        return [
            Question(
                t(
                    "By how much does the spread grow if one divides by N − 1 instead of N = {n}?",
                    "N = {n} のかわりに N − 1 で割ると、標準偏差はどれだけ大きくなるか？",
                    n=f"{self.people:,}",
                ),
                t(
                    "√(N/(N − 1)) = {r} times: {a} becomes {b}.",
                    "√(N/(N − 1)) = {r} 倍で、{a} が {b} になります。",
                    r=significant(times, 6), a=significant(s, 6), b=significant(s * times, 6),
                ),
            )
        ]  # fmt: skip
