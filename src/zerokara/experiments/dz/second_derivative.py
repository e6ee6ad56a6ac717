"""`second-derivative`: the gradient of a gradient."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.dz.orders import Function, derivatives, expect_formula, of_formula
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Mark, Points, Text, bar_chart, chart, significant

SMOOTH: dict[str, Function] = {
    "exp": F.exp, "log": F.log, "sqrt": F.sqrt, "sin": F.sin, "cos": F.cos, "tanh": F.tanh, "sigmoid": F.sigmoid,
    "softplus": F.softplus, "gelu": F.gelu, "silu": F.silu, "mish": F.mish, "erf": F.erf, "x**3": lambda x: x**3,
    "1 / x": lambda x: 1 / x, "softmax": lambda x: F.softmax(x)[0], "log_softmax": lambda x: F.log_softmax(x)[0],
}  # fmt: skip
"""Rules that promise a second derivative, as functions of positive numbers."""

PLACES = np.array([0.3, 0.9, 1.7])


@dataclass(frozen=True)
class SecondDerivative(Experiment):
    """y, y′ and y″ of a formula: y′ is recorded as it is computed, and then differentiated as y was."""

    name = "second-derivative"
    chapter = "dz"
    source = "V3 s31–33"
    title = Text("The second derivative", "2 階微分")
    question = Text("What is the gradient of a gradient?", "勾配の勾配とは何か？")
    formula = (r"y = x^4 - 2x^2, \qquad y' = 4x^3 - 4x, \qquad y'' = 12x^2 - 4",)
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("A formula of your own.", "自分の式で試してみましょう。"), {"expression": "x * exp(-x * x)"}),
        Turn(
            Text("Where y″ is 0 the curve turns.", "y″ = 0 の点では曲線の曲がる向きが変わります。"), {"x": 1 / 3**0.5}
        ),
    )

    expression: str = knob("x**4 - 2*x**2", "a formula in x", "x の式")
    x: float = knob(2.0, "where y″ is looked at", "y″ を調べる点 x", low=-100, high=100)
    side: float = knob(
        2.2, "the curves are drawn from −side to side", "曲線を描く範囲（−side ～ side）", low=0.1, high=100
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        expect_formula(self.expression)

    def measure(self, lab: Lab) -> Arrays:
        """The three curves, their values at x, and every rule's second derivative beside differences."""
        grid = np.linspace(-self.side, self.side, 221)
        here, curves = (derivatives(of_formula(self.expression), np.array(p), 2) for p in ([self.x], grid))
        slope = numerical_gradient(
            lambda p: derivatives(of_formula(self.expression), p, 1)[1].sum(), np.array([self.x])
        )
        return {
            "grid": grid,
            "curves": np.array(curves),
            "here": np.array(here)[:, 0],
            "numerical": slope,
            "rules": np.array([_error(f) for f in SMOOTH.values()]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The curves, and how near each rule's second derivative is."""
        curves = zip(("y", "y′", "y″"), found["curves"], strict=True)
        lines: list[Mark] = [Line(name, found["grid"], curve) for name, curve in curves]
        marked = Points(t("at x", "x での値"), [self.x] * 3, found["here"], [significant(v, 4) for v in found["here"]])
        shown = [*lines, marked] if abs(self.x) <= self.side else lines
        return [
            chart(self.expression.replace("**", "^"), shown, Axis("x"), Axis(t.word("value")), lang=t.lang),
            bar_chart(
                t("Second derivatives of the rules against differences", "各ルールの 2 階微分と数値微分の差"),
                list(SMOOTH),
                {t.word("relative error"): np.maximum(found["rules"], 1e-16)},
                Axis(t.word("relative error"), log=True, low=1e-16, high=1e-5),
                lang=t.lang,
                wide=True,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The three numbers, and the worst rule."""
        y, first, second = (significant(v, 7) for v in found["here"])
        worst = int(found["rules"].argmax())
        return [
            t(
                "At x = {x} the value is {y}, the slope {first}, and the slope of the slope {second}.",
                "x = {x} では y = {y}、y′ = {first}、y″ = {second} です。",
                x=f"{self.x:g}",
                y=y,
                first=first,
                second=second,
            ),
            t(
                "Of {n} rules, each differentiated twice, the one farthest from differences is {name}: {e:.0e}.",
                "{n} 個のルールを 2 回ずつ微分しました。数値微分との差が最も大きいのは {name} の {e:.0e} です。",
                n=len(SMOOTH),
                name=list(SMOOTH)[worst],
                e=float(found["rules"][worst]),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """8, 24, 44; the rules."""
        y, first, second = found["here"]
        return [
            near("y", y, 8, 1e-12, "A"),
            near("y′", first, 24, 1e-12, "A"),
            near("y″", second, 44, 1e-12, "A"),
            at_most(
                t("y″ against differences of y′, relative", "y″ と y′ の数値微分の相対誤差"),
                abs(found["numerical"][0] - second) / max(1.0, abs(second)),
                1e-6,
                "A",
            ),
            at_most(
                t("second derivatives of the rules, largest relative error", "各ルールの 2 階微分の相対誤差（最大）"),
                found["rules"].max(),
                1e-6,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """y″."""
        asked = t("{y} at {x}: y″?", "y = {y} の x = {x} での y″ は？", y=self.expression, x=f"{self.x:g}")
        return [
            Question(
                asked, t("{v}: computed, not guessed.", "{v}（計算で求めた値）。", v=significant(found["here"][2], 7))
            )
        ]


def _error(f: Function) -> float:
    """The second derivative of f at PLACES against differences of its first."""
    exact = derivatives(f, PLACES, 2)[2]
    numerical = numerical_gradient(lambda x: derivatives(f, x, 1)[1].sum(), PLACES)
    return float(np.abs(exact - numerical).max() / max(1.0, float(np.abs(exact).max())))
