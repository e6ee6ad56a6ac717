"""`gradient-penalty`: a loss that punishes steep slopes."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad, tensor
from zerokara.capture import capture
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.dz.penalty import checked, network, penalised
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.optim import Adam
from zerokara.report import Axis, Cell, Line, Points, Table, Text, chart, significant


@dataclass(frozen=True)
class GradientPenalty(Experiment):
    """Fits of noisy points with mean squares + λ·mean (dy/dx)²: the slope stands in the loss and is differentiated."""

    name = "gradient-penalty"
    chapter = "dz"
    source = "V3 s36"
    cost = "M"
    title = Text("A gradient penalty", "勾配ペナルティ")
    question = Text("What does punishing steep slopes do?", "急な傾きに罰を与えると何が起こるか？")
    formula = (r"L = \frac 1 n \sum_i (y(x_i) - t_i)^2 + \lambda\, \frac 1 n \sum_i \left(\frac{dy}{dx}(x_i)\right)^2",)
    symbols = Text("λ is the strength of the penalty.", "λ はペナルティの強さ。")
    random = True
    seeds = 3
    quick = {"steps": 20}
    turns = (
        Turn(
            Text("A very strong penalty flattens all.", "ペナルティを強くしすぎると平らになります。"),
            {"strengths": (0.0, 0.1, 3.0)},
        ),
    )

    strengths: tuple[float, ...] = knob((0.0, 0.01, 0.1), "strengths λ", "ペナルティの強さ λ", low=0, high=100)
    points: int = knob(30, "noisy points", "雑音入りの点の数", low=3, high=1000)
    noise: float = knob(0.3, "standard deviation of the noise", "雑音の標準偏差", low=0, high=10)
    steps: int = knob(1000, "updates", "更新回数", low=1, high=100_000)

    def measure(self, lab: Lab) -> Arrays:
        """The fit, its mean squared slope and its error for each λ; the gradient of the loss by differences."""
        rng = lab.rng("points")
        x = np.sort(rng.uniform(-3, 3, self.points))[:, None]
        t = np.sin(x) + self.noise * rng.standard_normal(x.shape)
        grid = np.linspace(-3, 3, 121)[:, None]
        lab.plan(len(self.strengths))
        fits = [lab.part(f"{s:g}", partial(self._fit, lab, x, t, grid, s), 1) for s in self.strengths]
        return {
            "x": x[:, 0],
            "t": t[:, 0],
            "grid": grid[:, 0],
            "fits": np.array([fit["fit"] for fit in fits]),
            "slopes": np.array([fit["slope"] for fit in fits]),
            "check": np.array(checked(lab.rng("check"), x, t)),
        }

    def _fit(self, lab: Lab, x: Array, t: Array, grid: Array, strength: float) -> Arrays:
        net = network(lab.rng("weights"), 32)
        optimizer = Adam(net, lr=0.01)

        @capture
        def step(x: Tensor, t: Tensor) -> None:
            optimizer.zero_grad()
            penalised(net, x, t, strength)[0].backward()
            optimizer.step()

        for _ in range(self.steps):
            step(tensor(x), tensor(t))
        slope = penalised(net, x, t, strength)[1].item()
        lab.advance()
        with no_grad():
            return {"fit": net(tensor(grid)).data[:, 0], "slope": np.array(slope)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The fits and the numbers."""
        lines = [Line(f"λ = {s:g}", found["grid"], fit) for s, fit in zip(self.strengths, found["fits"], strict=True)]
        heads = ["λ", t("mean squared slope", "傾きの 2 乗の平均"), t("error against the sine", "sin との 2 乗誤差")]
        rows: list[list[Cell]] = [
            [f"{s:g}", significant(a, 3), significant(b, 3)]
            for s, a, b in zip(self.strengths, found.mean("slopes"), self._errors(found).mean(axis=0), strict=True)
        ]
        return [
            chart(
                t("The fits", "当てはめ"),
                [
                    Line("sin x", found["grid"], np.sin(found["grid"]), faint=True),
                    *lines,
                    Points(t("points", "データ"), found["x"], found["t"]),
                ],
                Axis("x"),
                Axis("y"),
                lang=t.lang,
                wide=True,
            ),
            Table(heads, rows, t("Mean over the seeds.", "乱数の種についての平均。")),
        ]

    def _errors(self, found: Found) -> Array:
        """Mean squares against the sine. Shape: (seeds, strengths)."""
        return np.asarray(((found.all("fits") - np.sin(found["grid"])) ** 2).mean(axis=2))

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Flatter and flatter."""
        slopes, errors = found.mean("slopes"), self._errors(found).mean(axis=0)
        best, weak, strong = (int(i) for i in (errors.argmin(), np.argmin(self.strengths), np.argmax(self.strengths)))
        return [
            t(
                "From λ = {a} to {b} the mean squared slope goes from {s} to {e}.",
                "λ を {a} から {b} にすると、傾きの 2 乗の平均は {s} から {e} になります。",
                a=f"{self.strengths[weak]:g}",
                b=f"{self.strengths[strong]:g}",
                s=significant(slopes[weak], 3),
                e=significant(slopes[strong], 3),
            ),
            t(
                "The sine itself is fitted best with λ = {v}.",
                "元の sin に最も近いのは λ = {v} です。",
                v=f"{self.strengths[best]:g}",
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The slope falls; the gradient of the penalised loss is right."""
        slopes = found.all("slopes")
        order = np.argsort(self.strengths)
        falls = (np.diff(slopes[:, order], axis=1) < 0).all(axis=1)
        return [
            holds(t("the slope falls as λ grows", "λ を大きくすると傾きは小さくなる"), falls, "A"),
            at_most(
                t("gradient of the penalised loss against differences", "罰つきの損失の勾配と数値微分の差"),
                found.all("check").max(),
                1e-5,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Why twice."""
        return [
            Question(
                t("Why does this loss need a gradient of a gradient?", "なぜこの損失には勾配の勾配が要るのか？"),
                t(
                    "dy/dx is itself a gradient; the question is how it changes with the weights. Differences agree "
                    "to {e:.0e}.",
                    "dy/dx がすでに勾配で、それが重みでどう変わるかを求めるからです。数値微分との差は {e:.0e} でした。",
                    e=float(found.all("check").max()),
                ),
            )
        ]
