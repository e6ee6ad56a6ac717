"""`reparametrize`: how can a gradient pass through a random draw?"""

import math
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Bars, Cell, Panel, Table, Text, panels, significant

WAYS = ("path", "score")


@dataclass(frozen=True)
class Reparametrize(Experiment):
    """The gradient of a mean over draws, through the draws and around them."""

    name = "reparametrize"
    chapter = "ae"
    source = "V5 s7; V3 s59"
    title = Text("The reparametrization trick", "再パラメータ化トリック")
    question = Text(
        "How can a gradient pass through a random draw?", "乱数を引く操作を、勾配はどうやって通り抜けるのか？"
    )
    formula = (
        r"z = \mu + \sigma \varepsilon, \quad \varepsilon \sim N(0, 1), \qquad"
        r" \nabla\, E[f(z)] = E\bigl[f'(z)\, \nabla z\bigr]",
        r"\nabla\, E[f(z)] = E\bigl[f(z)\, \nabla \ln p(z)\bigr]",
    )
    symbols = Text(
        "f(z) = z². The first line goes through the draw, the second around it: it needs only the values of f.",
        "f(z) = z²。1 行目は引いた値を通る勾配、2 行目は通らない勾配（f の値だけを使う）。",
    )
    turns = (
        Turn(Text("Far from 0: which estimate suffers?", "0 から遠いとき、どちらの推定が悪くなるか？"), {"mean": 5.0}),
    )
    quick = {"draws": 2000}
    shows = Shows.ALWAYS
    random = True

    mean: float = knob(1.0, "mean μ", "平均 μ", low=-100, high=100)
    spread: float = knob(0.5, "spread σ", "標準偏差 σ", low=0.01, high=100)
    draws: int = knob(10_000, "draws", "引く回数", low=100, high=10**6)

    def measure(self, lab: Lab) -> Arrays:
        """The gradient of every draw in μ and in σ, both ways."""
        mean = Tensor(np.full(self.draws, self.mean), requires_grad=True)
        log_variance = Tensor(np.full(self.draws, 2 * math.log(self.spread)), requires_grad=True)
        z = F.reparametrize(mean, log_variance, lab.rng("draws"))
        by_mean, by_log_variance = gradients((z * z).sum(), [mean, log_variance])
        by_spread = by_log_variance * 2 / self.spread  # d ln σ² / dσ = 2/σ
        e = (z.data - self.mean) / self.spread
        score = z.data**2 * np.stack([e / self.spread, (e * e - 1) / self.spread])
        return {"z": z.data, "path": np.stack([by_mean, by_spread]), "score": score}

    def _exact(self) -> Array:
        return np.array([2 * self.mean, 2 * self.spread])

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both estimates of every draw as histograms, and a table."""
        names = [t("through the draw", "値を通る"), t("around it", "値を通らない")]
        edge = float(np.quantile(np.abs(found["score"][0]), 0.98))
        bins = np.linspace(-edge, edge, 41)
        body: list[list[Cell]] = []
        for letter, i in (("μ", 0), ("σ", 1)):
            for name, way in zip(names, WAYS, strict=True):
                values = found[way][i]
                error = values.std() / math.sqrt(len(values))
                body.append([letter, name, *(float(f"{v:.4g}") for v in (values.mean(), error, self._exact()[i]))])
        heads = [
            t("gradient in", "勾配"), t("estimate", "推定"), t("mean", "平均"), t("standard error", "標準誤差"),
            t("exact", "正確な値"),
        ]  # fmt: skip
        return [
            panels(
                t("The gradient in μ, draw by draw", "1 回ごとの μ の勾配"),
                [
                    Panel(name, [Bars(name, bins, np.histogram(np.clip(found[way][0], -edge, edge), bins)[0])])
                    for name, way in zip(names, WAYS, strict=True)
                ],
                Axis(t("estimate of one draw", "1 回の推定値")),
                Axis(t.word("count"), low=0),
                columns=2,
                lang=t.lang,
                note=t("What lies beyond the ends is counted in the last bars.", "端を超える値は両端の棒に含めます。"),
            ),
            Table(heads, body),
        ]  # fmt: skip

    def _spreads(self, found: Found) -> Array:
        ratio: Array = found["score"].std(axis=1) / found["path"].std(axis=1)
        return ratio

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Both are right; one is much noisier."""
        path, score, exact = found["path"].mean(axis=1), found["score"].mean(axis=1), self._exact()
        ratio = self._spreads(found)
        said = {k: significant(float(v), 4) for k, v in zip("abcdef", (*path, *score, *exact), strict=True)}
        return [
            t(
                "E z² = μ² + σ², so its gradients are 2μ = {e} and 2σ = {f}. Through the draws: {a} and {b}; around "
                "them: {c} and {d}.",
                "E z² = μ² + σ² なので、勾配は 2μ = {e} と 2σ = {f}。値を通る推定は {a} と {b}、"
                "通らない推定は {c} と {d}。",
                **said,
            ),
            t(
                "Around the draws the estimates scatter {r} times as much in μ and {s} times in σ: for the same "
                "error "
                "they need {q} times as many draws.",
                "値を通らない推定のばらつきは、μ で {r} 倍、σ で {s} 倍。同じ誤差には {q} 倍の回数が必要です。",
                r=significant(float(ratio[0]), 3), s=significant(float(ratio[1]), 3),
                q=significant(float(ratio[0] ** 2), 2),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Both within standard errors of the exact gradients."""
        exact = self._exact()[:, None]
        checks = []
        for way, told in zip(
            WAYS, (t("through the draws", "値を通る推定"), t("around them", "値を通らない推定")), strict=True
        ):
            values = found.all(way)
            away = np.abs(values.mean(axis=2) - exact.T) / (values.std(axis=2) / math.sqrt(self.draws) + 1e-15)
            what = t("{w}: distance from 2μ, 2σ in standard errors", "{w}：2μ・2σ からの差（標準誤差の何倍か）", w=told)
            checks.append(at_most(what, away.max(axis=1), 4.5, "A", law=True))
        z = found.all("z")
        value = np.abs((z**2).mean(axis=1) - self.mean**2 - self.spread**2) / (
            (z**2).std(axis=1) / math.sqrt(self.draws)
        )
        ratio = found.all("score").std(axis=2) / found.all("path").std(axis=2)
        drawn = np.abs(z.std(axis=1) / self.spread - 1) * math.sqrt(2 * self.draws)
        return [
            *checks,
            at_most(
                t("E z² − (μ² + σ²) in standard errors", "E z² と μ² + σ² の差（標準誤差の何倍か）"),
                value,
                4.5,
                "A",
                law=True,
            ),
            at_most(
                t("spread of the draws − σ in standard errors", "引いた値の標準偏差と σ の差（標準誤差の何倍か）"),
                drawn,
                4.5,
                "A",
                law=True,
            ),
            near(
                t("μ: spread around ÷ spread through", "μ：ばらつきの比（通らない ÷ 通る）"),
                ratio[:, 0],
                4.66,
                0.3,
                "A",
            ),
            near(
                t("σ: spread around ÷ spread through", "σ：ばらつきの比（通らない ÷ 通る）"),
                ratio[:, 1],
                3.94,
                0.3,
                "A",
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The derivative in σ."""
        return [
            Question(
                t("What is ∂E[z²]/∂σ for z ~ N(μ, σ²)?", "z ~ N(μ, σ²) のとき ∂E[z²]/∂σ は？"),
                t("2σ = {x}; the draws say {y}.", "2σ = {x}。引いた値からは {y}。",
                  x=significant(2 * self.spread, 4), y=significant(float(found["path"][1].mean()), 4)),
            )
        ]  # fmt: skip
