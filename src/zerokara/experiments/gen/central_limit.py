"""`central-limit`: why is the normal curve everywhere?"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Bars, Line, Panel, Text, panels, significant

DRAWS: dict[str, tuple[Callable[[np.random.Generator, tuple[int, int]], Array], float, float]] = {
    "uniform": (lambda rng, shape: rng.random(shape), 0.5, 1 / 12),
    "exponential": (lambda rng, shape: rng.exponential(size=shape), 1.0, 1.0),
    "coin": (lambda rng, shape: (rng.random(shape) < 0.5) * 1.0, 0.5, 0.25),
}
"""How one number is drawn, its mean and its variance."""


@dataclass(frozen=True)
class CentralLimit(Experiment):
    """Sums of a few random numbers beside the normal distribution of the same mean and variance."""

    name = "central-limit"
    chapter = "gen"
    source = "V5 s1"
    title = Text("The central limit theorem", "中心極限定理")
    question = Text("Why is the normal curve everywhere?", "なぜ正規分布はどこにでも現れるのか？")
    formula = (r"\frac{x_1 + \dots + x_N - N m}{\sqrt{N}\, \sigma} \;\to\; N(0, 1)",)
    symbols = Text(
        "m, σ²: mean and variance of one number; of a uniform one ½ and 1/12.",
        "m、σ²：1 つの数の平均と分散（一様分布では ½ と 1/12）。",
    )
    turns = (Turn(Text("A lopsided distribution takes longer.", "偏った分布では？"), {"distribution": "exponential"}),)
    shows = Shows.ALWAYS
    random = True
    quick = {"draws": 4000}

    N: tuple[int, ...] = knob((1, 2, 5, 10), "numbers in a sum", "足す数の個数 N", low=1, high=1000)
    distribution: str = knob("uniform", "uniform, exponential or coin", "1 つの数の分布", choices=tuple(DRAWS))
    draws: int = knob(10_000, "sums", "和の個数", low=100, high=10**6)

    def measure(self, lab: Lab) -> Arrays:
        """The sums, and how far their distribution is from the normal one."""
        from scipy.special import ndtr  # here, so that the laboratory starts without SciPy

        draw, mean, variance = DRAWS[self.distribution]
        found: Arrays = {}
        apart, moments = [], []
        for n in self.N:
            x = draw(lab.rng("sums", n), (self.draws, n)).sum(axis=1)
            z = np.sort((x - n * mean) / math.sqrt(n * variance))
            curve = ndtr(z)
            steps = np.arange(self.draws + 1) / self.draws
            apart.append(max(np.abs(curve - steps[1:]).max(), np.abs(curve - steps[:-1]).max()))
            moments.append([x.mean(), x.var(), x.std(), ((x - x.mean()) ** 4).mean()])
            found[f"sums {n}"] = x
        return {**found, "apart": np.array(apart), "moments": np.array(moments)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Histograms under normal curves."""
        _, mean, variance = DRAWS[self.distribution]
        boxes = []
        for n in self.N:
            spread = math.sqrt(n * variance)
            edges = np.linspace(-4.5, 4.5, 46)
            heights = (
                np.histogram((found[f"sums {n}"] - n * mean) / spread, edges)[0] / self.draws / (edges[1] - edges[0])
            )
            x = np.linspace(-4.5, 4.5, 91)
            normal = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
            boxes.append(Panel(f"N = {n}", [Bars(t("sums", "和"), edges, heights), Line("N(0, 1)", x, normal)]))
        return [
            panels(
                t("Sums of N numbers, scaled to spread 1", "N 個の和（標準化）"), boxes,
                Axis(t("sum", "和")), Axis(t("density", "密度"), low=0), columns=2, lang=t.lang,
            )
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The distance falls."""
        return [
            t(
                "The largest distance of the distribution functions is {d} for N = {n}.",
                "分布関数の最大の差は、N = {n} で {d}。",
                d=t.list(None, *(significant(float(v), 2) for v in found["apart"])), n=t.list(None, *self.N),
            )
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Mean and variance; the distance falls with N."""
        _, mean, variance = DRAWS[self.distribution]
        n = np.array(self.N, float)
        m, v, s, fourth = (found.all("moments")[..., k] for k in range(4))
        off = np.abs(m - n * mean) / (s / math.sqrt(self.draws))
        wide = np.abs(v - n * variance) / np.sqrt(np.maximum(fourth - v * v, 1e-12) / self.draws + 1e-12)
        apart = found.all("apart")
        return [
            at_most(
                t("mean − N·m in standard errors", "平均と N·m の差（標準誤差の何倍か）"),
                off.max(axis=1),
                4.5,
                "A",
                law=True,
            ),
            at_most(
                t("variance − N·σ² in standard errors", "分散と N·σ² の差（標準誤差の何倍か）"),
                wide.max(axis=1),
                5,
                "A",
                law=True,
            ),
            holds(
                t("the last is nearer than the first", "最後の N のほうが最初より近い"), apart[:, -1] < apart[:, 0], "A"
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """How much wider."""
        n, one = max(self.N), math.sqrt(DRAWS[self.distribution][2])
        spread = float(found.mean("moments")[self.N.index(n), 2])
        return [
            Question(
                t(
                    "How many times the spread of one number has the sum of {n}?",
                    "{n} 個の和の標準偏差は、1 個の標準偏差の何倍か？",
                    n=n,
                ),
                t(
                    "√{n} = {r} times: the variances add up, not the spreads. The {d} sums have {m} times.",
                    "√{n} = {r} 倍です。足し算になるのは分散で、標準偏差ではありません。{d} 個の和では {m} 倍でした。",
                    n=n, r=significant(math.sqrt(n), 4), d=f"{self.draws:,}", m=significant(spread / one, 3),
                ),
            )
        ]  # fmt: skip
