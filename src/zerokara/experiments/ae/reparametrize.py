"""`reparametrize`: how can a gradient pass through a random draw?"""

import math
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.ae.estimates import drawn, integrated
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.dz.orders import expect_formula
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Bars, Cell, Panel, Table, Text, panels, significant

WAYS, SQUARE = ("path", "score"), "z**2"


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
        "f(z) = z², unless another is asked for. The first line goes through the draw, the second around it: it needs "
        "only the values of f.",
        "f(z) = z²（ほかの式も選べる）。1 行目は引いた値を通る勾配、2 行目は通らない勾配（f の値だけを使う）。",
    )
    turns = (
        Turn(Text("Far from 0: which estimate suffers?", "0 から遠いとき、どちらの推定が悪くなるか？"), {"mean": 5.0}),
        Turn(Text("Another f.", "別の f では？"), {"f": "sin(3 * z)"}),
    )
    quick = {"draws": 2000}
    shows = Shows.ALWAYS
    random = True

    f: str = knob(SQUARE, "f, a formula in z", "f（z の式）")
    mean: float = knob(1.0, "mean μ", "平均 μ", low=-100, high=100)
    spread: float = knob(0.5, "spread σ", "標準偏差 σ", low=0.01, high=100)
    draws: int = knob(10_000, "draws", "引く回数", low=100, high=10**6)

    def __post_init__(self) -> None:
        super().__post_init__()
        expect_formula(self.f, ("z",))
        if not np.isfinite(self._exact()).all():
            raise ValueError(f"f is a formula with a mean over N({self.mean:g}, {self.spread:g}²); {self.f!r} has none")

    def measure(self, lab: Lab) -> Arrays:
        """The gradient of every draw in μ and in σ, both ways."""
        z, path, score = drawn(self.f, self.mean, self.spread, self.draws, lab.rng("draws"))
        return {"z": z, "path": path, "score": score}

    def _exact(self) -> Array:
        """E f(z), and its gradients in μ and in σ, (3,): in closed form for z², else by integration."""
        if self.f == SQUARE:
            return np.array([self.mean**2 + self.spread**2, 2 * self.mean, 2 * self.spread])
        return integrated(self.f, self.mean, self.spread)

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
                body.append([letter, name, *(float(f"{v:.4g}") for v in (values.mean(), error, self._exact()[i + 1]))])
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
        """How many times as much the draws scatter around as through, in μ and in σ, (seeds, 2)."""
        around, path = (found.all(way).std(axis=2) for way in ("score", "path"))
        with np.errstate(divide="ignore", invalid="ignore"):  # a straight f has one and the same slope in every draw
            return np.asarray(np.nan_to_num(around / path, nan=1.0, posinf=np.inf))

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Both are right; one is much noisier."""
        path, score, exact = found["path"].mean(axis=1), found["score"].mean(axis=1), self._exact()[1:]
        r, q = (_number(float(v)) for v in self._spreads(found)[0])
        said = {k: significant(float(v), 4) for k, v in zip("abcdef", (*path, *score, *exact), strict=True)}
        whole = (
            t(
                "E z² = μ² + σ², so its gradients are 2μ = {e} and 2σ = {f}.",
                "E z² = μ² + σ² なので、勾配は 2μ = {e} と 2σ = {f}。",
                **said,
            )
            if self.f == SQUARE
            else t(
                "By numerical integration the gradients of E f(z) for f = {g} are {e} in μ and {f} in σ.",
                "f = {g} のとき、数値積分による E f(z) の勾配は、μ で {e}、σ で {f}。",
                g=self.f,
                **said,
            )
        )
        both = t(
            "Through the draws: {a} and {b}; around them: {c} and {d}.",
            "値を通る推定は {a} と {b}、通らない推定は {c} と {d}。",
            **said,
        )
        return [
            whole + (" " if t.lang == "en" else "") + both,
            t(
                "Around the draws the estimates scatter {r} times as much in μ and {s} times in σ: for the same "
                "error in μ they need {q} times as many draws.",
                "値を通らない推定のばらつきは、μ で {r} 倍、σ で {s} 倍。μ で同じ誤差には {q} 倍の回数が必要です。",
                r=r,
                s=q,
                q=_number(float(self._spreads(found)[0, 0] ** 2), 2),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Both within standard errors of the exact gradients."""
        square, exact, root = self.f == SQUARE, self._exact()[1:], math.sqrt(self.draws)
        whose = t("2μ, 2σ", "2μ・2σ") if square else t("the exact one", "正確な値")
        names = t("through the draws", "値を通る推定"), t("around them", "値を通らない推定")
        rows = []
        for way, name in zip(WAYS, names, strict=True):
            values = found.all(way)
            away = np.abs(values.mean(axis=2) - exact) / (values.std(axis=2) / root + 1e-15)
            what = t(
                "{w}: distance from {x} in standard errors", "{w}：{x} からの差（標準誤差の何倍か）", w=name, x=whose
            )
            rows.append(at_most(what, away.max(axis=1), 4.5, "A", law=square))
        z = found.all("z")
        off = np.abs(z.std(axis=1) / self.spread - 1) * math.sqrt(2 * self.draws)
        what = t("spread of the draws − σ in standard errors", "引いた値の標準偏差と σ の差（標準誤差の何倍か）")
        rows.append(at_most(what, off, 4.5, "A", law=True))
        if not square:
            return rows
        off = np.abs((z**2).mean(axis=1) - self.mean**2 - self.spread**2) / ((z**2).std(axis=1) / root)
        what = t("E z² − (μ² + σ²) in standard errors", "E z² と μ² + σ² の差（標準誤差の何倍か）")
        ratio = self._spreads(found)
        return [
            *rows,
            at_most(what, off, 4.5, "A", law=True),
            *(
                near(
                    t("{k}: spread around ÷ spread through", "{k}：ばらつきの比（通らない ÷ 通る）", k=k),
                    ratio[:, i],
                    expected,
                    0.3,
                    "A",
                )
                for i, (k, expected) in enumerate((("μ", 4.66), ("σ", 3.94)))
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The derivative in σ."""
        f = "z²" if self.f == SQUARE else self.f
        asked = t("What is ∂E[{f}]/∂σ for z ~ N(μ, σ²)?", "z ~ N(μ, σ²) のとき ∂E[{f}]/∂σ は？", f=f)
        said = {
            "x": significant(float(self._exact()[2]), 4),
            "y": significant(float(found["path"][1].mean()), 4),
        }
        told = (
            t("2σ = {x}; the draws say {y}.", "2σ = {x}。引いた値からは {y}。", **said)
            if self.f == SQUARE
            else t("{x} by numerical integration; the draws say {y}.", "数値積分では {x}。引いた値からは {y}。", **said)
        )
        return [Question(asked, told)]


def _number(value: float, digits: int = 3) -> str:
    return significant(value, digits) if math.isfinite(value) else "∞"
