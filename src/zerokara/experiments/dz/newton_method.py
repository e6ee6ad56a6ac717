"""`newton-method`: a step that knows the curvature, beside one that knows the slope only."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.dz.orders import derivatives, newton, of_formula
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Line, Path, Table, Text, chart, line_chart, significant

QUARTIC = "x**4 - 2*x**2"
"""Valleys at −1 and 1, a hill at 0."""

EXPECTED = (1.454545, 1.151047, 1.025326, 1.000908, 1.0000012, 1 + 2.3e-12)


@dataclass(frozen=True)
class NewtonMethod(Experiment):
    """Newton's method on y = x⁴ − 2x² with y′ and y″ from the graph, and gradient descent from the same start."""

    name = "newton-method"
    chapter = "dz"
    source = "V3 s29, s33"
    title = Text("Newton's method", "ニュートン法")
    question = Text(
        "How much faster is a step that knows the curvature?", "曲がり具合まで使うと、どれだけ速く谷底に着くか？"
    )
    formula = (
        r"x \leftarrow x - \frac{y'(x)}{y''(x)} = \frac{2x^3}{3x^2 - 1}",
        r"x \leftarrow x - \eta\, y'(x), \qquad y = x^4 - 2x^2",
    )
    symbols = Text("η is the learning rate of gradient descent.", "η は勾配降下法の学習率。")
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text("Near 0 Newton climbs the hill instead.", "0 の近くから出発すると、山の頂上へ向かいます。"),
            {"start": 0.4},
        ),
        Turn(Text("Descent with a larger step.", "勾配降下法の学習率を大きくしてみましょう。"), {"lr": 0.1}),
    )

    start: float = knob(2.0, "where both start", "出発点", low=-10, high=10)
    lr: float = knob(0.01, "learning rate of gradient descent", "勾配降下法の学習率", low=1e-4, high=1)
    newton_steps: int = knob(8, "steps of Newton's method", "ニュートン法のステップ数", low=1, high=100)
    steps: int = knob(150, "steps of gradient descent", "勾配降下法のステップ数", low=1, high=10_000)

    def measure(self, lab: Lab) -> Arrays:
        """Both ways."""
        f = of_formula(QUARTIC)
        way = [self.start]
        for _ in range(self.steps):
            slope = float(derivatives(f, np.array(way[-1]), 1)[1])
            way.append(float(np.clip(way[-1] - self.lr * slope, -1e6, 1e6)))
        return {"newton": newton(f, self.start, self.newton_steps), "descent": np.array(way)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The distance from the bottom step by step; the ways on the curve; the numbers."""
        ways = {t("Newton", "ニュートン法"): found["newton"], t("gradient descent", "勾配降下法"): found["descent"]}
        lines = [Line(name, np.arange(len(way)), away(way)) for name, way in ways.items()]
        side = float(np.clip(np.abs(found["newton"]).max(), 1.5, 4)) + 0.1
        grid = np.linspace(-side, side, 161)
        paths = [Path(name, way, _height(way)) for name, way in ways.items() if np.abs(way).max() <= side]
        rows: list[list[Cell]] = [
            [k, f"{x:.10g}", f"{e:.2g}"]
            for k, (x, e) in enumerate(zip(found["newton"], away(found["newton"]), strict=True))
        ]
        return [
            line_chart(
                t("Distance from the bottom", "谷底までの距離"),
                lines,
                Axis(t.word("steps"), whole=True),
                Axis(t("distance", "距離"), log=True, low=1e-16),
                lang=t.lang,
                note=t(
                    "Logarithmic: Newton's digits double with every step.",
                    "対数目盛。ニュートン法では 1 ステップごとに正しい桁数が 2 倍になります。",
                ),
            ),
            chart(
                t("On the curve", "曲線の上の道"),
                [Line("y", grid, _height(grid)), *paths],
                Axis("x"),
                Axis("y"),
                lang=t.lang,
            ),
            Table([t("step", "ステップ"), "x", t("distance", "距離")], rows, t("Newton's method.", "ニュートン法。")),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Steps until the same nearness."""
        a, b = steps_to(found["newton"]), steps_to(found["descent"])
        return [
            t(
                "Newton's method is within 0.001 of a point without slope after {a}; gradient descent after {b}.",
                "傾き 0 の点から 0.001 以内に入るまで、ニュートン法は {a}、勾配降下法は {b} でした。",
                a=_told(a, t),
                b=_told(b, t),
            ),
            t(
                "After {n} steps Newton's method is {e:.1e} away, gradient descent after {m} steps {d:.1e}.",
                "ニュートン法は {n} ステップ後に {e:.1e}、勾配降下法は {m} ステップ後に {d:.1e} の距離にいます。",
                n=len(found["newton"]) - 1,
                e=away(found["newton"])[-1],
                m=self.steps,
                d=away(found["descent"])[-1],
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers, and the step in closed form."""
        way = found["newton"]
        closed = 2 * way[:-1] ** 3 / (3 * way[:-1] ** 2 - 1)
        gap = np.abs(closed - way[1:]) / np.maximum(1, np.abs(closed))
        step = t("Newton, step {k}", "ニュートン法、ステップ {k}", k="{k}")
        shown = [near(step.format(k=k + 1), way[k + 1], v, 6e-7, "A") for k, v in enumerate(EXPECTED[: len(way) - 1])]
        return [
            *shown,
            at_most(
                t("distance from 1 after 6 steps", "6 ステップ後の 1 からの距離"),
                abs(way[min(6, len(way) - 1)] - 1),
                3e-12,
                "A",
            ),
            near(
                t("gradient descent: steps to 0.001", "勾配降下法：0.001 以内までのステップ数"),
                steps_to(found["descent"]),
                70,
                0,
                "A",
            ),
            at_most(
                t("distance from 2x³/(3x² − 1), relative", "2x³/(3x² − 1) との差（相対）"),
                gap.max(initial=0),
                1e-9,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Why so few."""
        e = away(found["newton"])
        pairs = [b / a**2 for a, b in pairwise(e) if 1e-8 < a < 0.3 and b > 0]
        if not pairs:
            return []
        return [
            Question(
                t("Why do the digits double?", "なぜ正しい桁数が 2 倍になるのか？"),
                t(
                    "The next error is about {c} times the square of the last one.",
                    "次の誤差は、前の誤差の 2 乗の約 {c} 倍だからです。",
                    c=significant(pairs[-1], 3),
                ),
            )
        ]


def away(way: Array) -> Array:
    """The distance from the nearest point at which y′ = 4x³ − 4x is 0."""
    distance: Array = np.abs(way[:, None] - np.array([-1.0, 0.0, 1.0])).min(axis=1)
    return distance


def steps_to(way: Array, near: float = 1e-3) -> float:
    """After how many steps it is so near, NaN for never."""
    there = away(way) <= near
    return float(there.argmax()) if there.any() else float("nan")


def _height(x: Array) -> Array:
    y: Array = x**4 - 2 * x**2
    return y


def _told(steps: float, t: Tongue) -> str:
    return t("never", "到達せず") if np.isnan(steps) else t("{n} steps", "{n} ステップ", n=int(steps))
