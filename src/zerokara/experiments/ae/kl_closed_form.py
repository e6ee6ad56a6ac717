"""`kl-closed-form`: what does the KL term charge for?"""

import math
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Contours, Line, Mark, Points, Text, chart, line_chart, significant

TWO = ((0.7, 0.3), (0.6, 0.4), (0.2, 0.8))


@dataclass(frozen=True)
class KlClosedForm(Experiment):
    """The divergence of a normal distribution from N(0, 1): by formula, and by drawing."""

    name = "kl-closed-form"
    chapter = "ae"
    source = "V5 s5; V5 s7"
    title = Text("The KL divergence of normal distributions", "正規分布の KL ダイバージェンス")
    question = Text("What does the KL term charge for?", "KL の項は何に対する費用か？")
    formula = (
        r"KL(p \,\|\, q) = E_p \left[ \ln \frac{p(x)}{q(x)} \right]",
        r"KL(N(\mu, \sigma^2) \,\|\, N(0, 1)) = \tfrac 1 2 \left( \mu^2 + \sigma^2 - 1 - \ln \sigma^2 \right)",
    )
    symbols = Text(
        "p: the distribution that draws; q: the one that is expected. In nats.",
        "p：実際に引く分布、q：想定する分布。単位はナット。",
    )
    turns = (Turn(Text("A narrower one.", "もっと狭い分布では？"), {"spread": (0.01,)}),)
    quick = {"draws": 5000}
    shows = Shows.ALWAYS
    random = True

    mean: tuple[float, ...] = knob((0.0, 1.0, 0.0), "means μ", "平均 μ", low=-100, high=100)
    spread: tuple[float, ...] = knob((1.0, 1.0, 0.5), "spreads σ", "標準偏差 σ", low=1e-6, high=100)
    draws: int = knob(100_000, "draws for the check", "確認のために引く回数", low=100, high=10**7)

    def _pairs(self) -> list[tuple[float, float]]:
        count = max(len(self.mean), len(self.spread))
        return [(self.mean[i % len(self.mean)], self.spread[i % len(self.spread)]) for i in range(count)]

    def measure(self, lab: Lab) -> Arrays:
        """By formula, by drawing, over a plane of μ and ln σ, and for two outcomes."""
        exact, drawn, errors = [], [], []
        for i, (mean, spread) in enumerate(self._pairs()):
            v = np.array([2 * math.log(spread)])
            exact.append(F.gaussian_kl(np.array([mean]), v).item())
            x = mean + spread * lab.rng("draws", i).standard_normal(self.draws)
            ratio = 0.5 * x * x - 0.5 * ((x - mean) / spread) ** 2 - math.log(spread)
            drawn.append(ratio.mean())
            errors.append(ratio.std() / math.sqrt(self.draws))
        means, spreads = np.linspace(-2, 2, 61), np.linspace(0.1, 2.5, 61)
        m, s = np.meshgrid(means, spreads)
        plane = F.gaussian_kl(m, 2 * np.log(s), reduction="none").data
        two = [[_two(p, q) for q in TWO] for p in TWO]
        return {
            "exact": np.array(exact), "drawn": np.array(drawn), "errors": np.array(errors),
            "means": means, "spreads": spreads, "plane": plane, "two": np.array(two),
        }  # fmt: skip

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The curve over μ and over σ, and the plane of both."""
        means, spreads = found["means"], found["spreads"]
        v = 2 * np.log(spreads)
        over_spread = F.gaussian_kl(0 * v, v, reduction="none").data
        pairs = np.array(self._pairs())
        shown = (np.abs(pairs[:, 0]) <= 2) & (pairs[:, 1] >= 0.1) & (pairs[:, 1] <= 2.5)
        labels = [significant(float(k), 3) for k in found["exact"][shown]]
        plane: list[Mark] = [
            Contours("KL", means, spreads, found["plane"], (0.05, 0.2, 0.5, 1, 1.5, 2, 3)),
            Points(t("computed", "計算した点"), pairs[shown, 0], pairs[shown, 1], labels),
        ]
        kl = Axis(t("KL in nats", "KL（ナット）"), low=0)
        return [
            chart(t("KL over mean and spread", "平均と標準偏差に対する KL"), plane, Axis("μ"), Axis("σ"), lang=t.lang),
            line_chart(
                t("What a mean away from 0 costs (σ = 1)", "平均が 0 から離れる費用（σ = 1）"),
                [Line("½μ²", means, 0.5 * means**2)], Axis("μ"), kl, lang=t.lang,
            ),
            line_chart(
                t("What a spread other than 1 costs (μ = 0)", "標準偏差が 1 でない費用（μ = 0）"),
                [Line("½(σ² − 1 − ln σ²)", spreads, over_spread)], Axis("σ"), kl, lang=t.lang,
            ),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The numbers, and that it is not symmetric."""
        told = [
            t(
                "KL(N({m}, {s}²) ‖ N(0, 1)) = {a}; {n} draws say {b} ± {e}.",
                "KL(N({m}, {s}²) ‖ N(0, 1)) = {a}。{n} 回引いて調べると {b} ± {e}。",
                m=f"{m:g}", s=f"{s:g}", a=significant(a, 4), b=significant(b, 4), e=significant(e, 1), n=self.draws,
            )
            for (m, s), a, b, e in zip(
                self._pairs(), found["exact"].tolist(), found["drawn"].tolist(), found["errors"].tolist(), strict=True
            )
        ]  # fmt: skip
        two = found["two"]
        return [
            *told,
            t(
                "Of two outcomes: (.7, .3) against (.6, .4) {a}, against (.2, .8) {b}, and the other way round "
                "{c}: it "
                "is not symmetric.",
                "二つの結果では、(.7, .3) と (.6, .4) で {a}、(.2, .8) とで {b}、逆向きでは {c}。"
                "対称ではありません。",
                a=significant(two[0, 1], 3), b=significant(two[0, 2], 4), c=significant(two[2, 0], 4),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Known values; never below 0; the draws agree."""
        away = np.abs(found.all("drawn") - found["exact"]) / (found.all("errors") + 1e-12)
        two = found["two"]
        known = {(0.0, 1.0): 0.0, (1.0, 1.0): 0.5, (0.0, 0.5): 0.3181}
        checks = [
            near(f"KL(N({m:g}, {s:g}²) ‖ N(0, 1))", float(k), known[m, s], 1e-4, "A")
            for (m, s), k in zip(self._pairs(), found["exact"], strict=True)
            if (m, s) in known
        ]
        low = np.unravel_index(int(found["plane"].argmin()), found["plane"].shape)
        place = abs(found["means"][low[1]]) + abs(found["spreads"][low[0]] - 1)
        wide = float(found["spreads"][1] - found["spreads"][0] + found["means"][1] - found["means"][0])
        return [
            *checks,
            near(t("(.7, .3) against (.6, .4)", "(.7, .3) と (.6, .4)"), float(two[0, 1]), 0.0216, 1e-4, "A"),
            near(t("(.7, .3) against (.2, .8)", "(.7, .3) と (.2, .8)"), float(two[0, 2]), 0.5827, 1e-4, "N"),
            holds(t("not symmetric", "対称ではない"), abs(two[0, 2] - two[2, 0]) > 0.01, "A", law=True),
            at_least(t("least value on the plane", "平面での最小値"), float(found["plane"].min()), 0, "A", law=True),
            at_most(
                t("distance of the least place from (0, 1)", "最小の場所と (0, 1) の距離"), place, wide, "A", law=True
            ),
            at_most(
                t("draws − formula in standard errors", "引いた結果と式の差（標準誤差の何倍か）"),
                away.max(axis=1),
                4.5,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The KL of a narrow one."""
        value = F.gaussian_kl(np.zeros(1), np.array([2 * math.log(0.5)])).item()
        return [
            Question(
                t("What is the KL of N(0, .5²) to N(0, 1)?", "N(0, .5²) の N(0, 1) に対する KL は？"),
                t("½(.25 − 1 − ln .25) = {x} nats.", "½(.25 − 1 − ln .25) = {x} ナット。", x=significant(value, 3)),
            )
        ]


def _two(p: tuple[float, ...], q: tuple[float, ...]) -> float:
    """Σ p·ln(p/q)"""
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
