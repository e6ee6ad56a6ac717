"""`gradient-through-time`: one matrix, many times."""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.seq4.powers import W, norms_back, norms_by_rule
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Line, Table, Text, line_chart, scientific, significant

PRINTED = {
    (1.0, 1): (2.4684, 6e-5, "C"),
    (1.0, 2): (3.3357, 6e-5, "C"),
    (1.0, 3): (4.7833, 6e-5, "C"),
    (0.5, 1): (1.2342, 6e-5, "A"),
    (0.5, 20): (2.3794e-4, 1e-7, "A"),
    (1.0, 20): (249.4956, 6e-4, "C"),
}
"""(Factor of W, step) → norm, by how much it may differ by rounding, and the evidence."""


@dataclass(frozen=True)
class GradientThroughTime(Experiment):
    """dh ← dh·Wᵀ, as in a recurrent network without tanh: the norm step by step, for W times several factors."""

    name = "gradient-through-time"
    chapter = "seq4"
    source = "V2 ch6 rnn_gradient_graph"
    title = Text("The gradient through time", "時間をさかのぼる勾配")
    question = Text("Why do gradients explode or vanish over time?", "なぜ勾配は時間とともに爆発・消失するのか？")
    formula = (
        r"\frac{\partial L}{\partial h_{t-1}} = \frac{\partial L}{\partial h_t}\, W^\top, \qquad \lVert dh "
        r"\rVert \sim \rho(W)^k",
    )
    symbols = Text(
        "ρ(W): spectral radius, the largest |eigenvalue|; k: steps back.",
        "ρ(W)：スペクトル半径（固有値の絶対値の最大）、k：さかのぼったステップ数。",
    )
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("Just at the edge: radius 1.", "ちょうど境目：スペクトル半径 1。"), {"scales": (0.7967,)}),
        Turn(Text("A hundred steps.", "100 ステップ。"), {"steps": 100}),
        Turn(
            Text("A larger W has a larger radius: about √H.", "W を大きくすると半径も大きく、およそ √H に。"),
            {"hidden": 100},
        ),
    )

    scales: tuple[float, ...] = knob((1.0, 0.5), "W is multiplied by these", "W に掛ける係数", low=0.01, high=10)
    hidden: int = knob(
        3,
        "size H of the state; of another size W is drawn",
        "状態の大きさ H（3 以外では W を乱数で作る）",
        low=2,
        high=200,
    )
    steps: int = knob(20, "steps back", "さかのぼるステップ数", low=2, high=200)

    def measure(self, lab: Lab) -> Arrays:
        """Norms √(Σ dh²)/N of N = 2 rows of ones; an orthogonal matrix; the same through the rule of an RNN."""
        w = W if self.hidden == len(W) else lab.rng("W").standard_normal((self.hidden, self.hidden))
        return {
            "norms": np.array([norms_back(s * w, self.steps) for s in self.scales]),
            "orthogonal": norms_back(np.linalg.qr(w)[0], self.steps),
            "radius": np.abs(np.linalg.eigvals(w)).max(),
            "stretch": np.linalg.norm(w, 2),
            "by_rule": np.array([norms_by_rule(s * w, self.steps) for s in self.scales]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The norms, and what a power of the radius would be."""
        at = np.arange(1, self.steps + 1)
        pairs = list(zip(self.scales, found["norms"], strict=True))
        power = t("{n} × radius^k", "{n} × 半径^k", n="{n}")
        radii = {s: float(s * found["radius"]) for s in self.scales}
        lines = [
            *(Line(f"W × {s:g}", at, norms) for s, norms in pairs),
            *(
                Line(power.format(n=f"{s:g}"), at, n[-1] * radii[s] ** (at - float(self.steps)), faint=True)
                for s, n in pairs
            ),
            Line(t("orthogonal W", "直交行列 W"), at, found["orthogonal"]),
        ]
        rows: list[list[Cell]] = [
            [f"{s:g}", *(significant(v, 5) for v in (norms[0], norms[-1], norms[-1] / norms[-2], radii[s]))]
            for s, norms in pairs
        ]
        first, last, ratio = t("step 1", "ステップ 1"), t("last step", "最後"), t("last ratio", "最後の比")
        heads = ["×", first, last, ratio, t("spectral radius", "スペクトル半径")]
        return [
            line_chart(
                t("The norm of the gradient, step by step back", "さかのぼるごとの勾配のノルム"),
                lines,
                Axis(t("steps back", "さかのぼったステップ数"), whole=True),
                Axis(t("norm / N", "ノルム / N"), log=True),
                lang=t.lang,
                wide=True,
                note=t(
                    "Logarithmic: a straight line is a factor a step.",
                    "対数目盛。直線なら 1 ステップごとに一定の倍率。",
                ),
            ),
            Table(heads, rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Factor by factor."""
        told = [
            t(
                "W × {s}: from {a} to {b} in {n} steps; the ratio goes to {r}, the spectral radius.",
                "W × {s}：{n} ステップで {a} から {b} になります。比はスペクトル半径 {r} に近づきます。",
                s=f"{s:g}",
                a=significant(norms[0], 5),
                b=significant(norms[-1], 5),
                n=self.steps,
                r=significant(float(s * found["radius"]), 6),
            )
            for s, norms in zip(self.scales, found["norms"], strict=True)
        ]
        told.append(
            t(
                "The largest stretch of one step, {v}, is not what decides: only the eigenvalues last. An "
                "orthogonal matrix keeps the norm.",
                "1 ステップの最大の伸び {v} ではなく、固有値が決めます。直交行列はノルムを保ちます。",
                v=significant(float(found["stretch"]), 4),
            )
        )
        return told

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The printed norms, the radius."""
        norms, radius = found["norms"], float(found["radius"])
        told = [
            near(
                t("W × {s}, step {k}", "W × {s}、ステップ {k}", s=f"{s:g}", k=k), norms[self.scales.index(s), k - 1], *v
            )
            for (s, k), v in PRINTED.items()
            if self.hidden == len(W) and s in self.scales and k <= self.steps
        ]
        if told:
            told += [
                near(t("spectral radius", "スペクトル半径"), radius, 1.25519, 6e-6, "A"),
                near(t("largest singular value", "最大の特異値"), found["stretch"], 2.659, 6e-4, "A"),
            ]
        bound = max(
            n[-1] / (n[0] * max(1e-300, (s * float(found["stretch"])) ** (self.steps - 1)))
            for s, n in zip(self.scales, norms, strict=True)
        )
        gap = np.abs(found["by_rule"] / norms - 1).max()
        kept = np.abs(found["orthogonal"] / found["orthogonal"][0] - 1).max()
        laws = {
            t("orthogonal W: change of the norm", "直交行列：ノルムの変化"): (kept, 1e-10),
            t("growth over the largest that is possible", "可能な最大の伸びに対する比"): (bound, 1 + 1e-9),
            t("through the rule of the RNN, relative difference", "RNN のルールを通した結果との相対差"): (gap, 1e-9),
        }
        return [*told, *(at_most(what, value, high, "A", law=True) for what, (value, high) in laws.items())]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The catalogue's."""
        r = float(found["radius"])
        return [
            Question(
                t(
                    "Spectral radius {r}: how many times larger is a gradient after 20 steps? After 100?",
                    "スペクトル半径 {r} のとき、勾配は 20 ステップ後に何倍？ 100 ステップ後は？",
                    r=significant(r, 3),
                ),
                t(
                    "About {a} and {b} times: {r}²⁰ and {r}¹⁰⁰.",
                    "およそ {a} 倍と {b} 倍：{r}²⁰ と {r}¹⁰⁰ です。",
                    r=significant(r, 3),
                    a=significant(r**20, 2),
                    b=scientific(r**100, 0),
                ),
            )
        ]
