"""`rosenbrock`: down a valley that is bent like a banana."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import hessian
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.dz.banana import (
    banana,
    distance,
    newton_by_hand,
    seen,
    slopes,
    slopes_by_hand,
    walk,
    walk_by_newton,
)
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Contours, Line, Path, Table, Text, chart, line_chart, significant

NEWTON = ((-0.0025, 0.0), (0.9987, -0.005), (0.9987, 0.9975), (1.0, 1.0))
"""The first steps of Newton's method from (0, 2), to four digits."""

WALKERS = {
    "sgd": Text("gradient descent", "勾配降下法"),
    "momentum": Text("Momentum", "Momentum"),
    "nesterov": Text("Nesterov", "Nesterov"),
    "adagrad": Text("AdaGrad", "AdaGrad"),
    "rmsprop": Text("RMSprop", "RMSprop"),
    "adam": Text("Adam", "Adam"),
    "newton": Text("Newton", "ニュートン法"),
}
"""Optimizers by name, and Newton's method."""

DESCENT = {1_000: (0.6837, 0.4660), 10_000: (0.99450, 0.98901)}


@dataclass(frozen=True)
class Rosenbrock(Experiment):
    """100(y − x²)² + (x − 1)²: optimizers, and Newton's method with the matrix of second derivatives."""

    name = "rosenbrock"
    chapter = "dz"
    source = "V3 s28; V5 s6"
    title = Text("Rosenbrock's banana", "ローゼンブロック関数")
    question = Text("Why is a banana so hard to walk?", "バナナ型の谷は、なぜ進みにくいのか？")
    formula = (
        r"f = 100\,(y - x^2)^2 + (x - 1)^2",
        r"w \leftarrow w - \eta\,\nabla f, \qquad w \leftarrow w - H^{-1} \nabla f",
    )
    symbols = Text(
        "w = (x, y), η: learning rate, H: the Hessian, the matrix of second derivatives.",
        "w = (x, y)、η：学習率、H：ヘッセ行列（2 階微分の行列）。",
    )
    quick = {"steps": 1_000}
    turns = (
        Turn(Text("A larger step jumps out of the valley.", "学習率を大きくすると谷から飛び出します。"), {"lr": 0.002}),
        Turn(
            Text("Other optimizers, at the same rate.", "同じ学習率で、ほかの最適化手法はどうでしょうか。"),
            {"optimizers": ("sgd", "momentum", "adam", "newton")},
        ),
        Turn(Text("Start in the bend.", "谷の曲がり目から出発します。"), {"start": (-1.2, 1.0)}),
    )

    start: tuple[float, ...] = knob((0.0, 2.0), "where it starts: x,y", "出発点 x,y", low=-3, high=3, least=2)
    optimizers: tuple[str, ...] = knob(("sgd", "newton"), "who walks", "最適化手法（複数）", choices=tuple(WALKERS))
    lr: float = knob(0.001, "learning rate of gradient descent", "勾配降下法の学習率", low=1e-6, high=0.1)
    rate: float = knob(0.001, "learning rate of Momentum, Adam, …", "Momentum・Adam などの学習率", low=1e-6, high=1)
    steps: int = knob(50_000, "steps of all but Newton's method", "ニュートン法以外のステップ数", low=1, high=200_000)
    newton_steps: int = knob(6, "steps of Newton's method", "ニュートン法のステップ数", low=1, high=100)

    def measure(self, lab: Lab) -> Arrays:
        """Every way, and the first gradient."""
        start = np.array(self.start[:2])
        found: Arrays = {"gradient": slopes(start)}
        walkers = [name for name in dict.fromkeys(self.optimizers) if name != "newton"]
        lab.plan(self.steps * len(walkers))
        for name in walkers:
            found[_key(name)] = walk(lab, name, start, self.lr if name == "sgd" else self.rate, self.steps)
        if "newton" in self.optimizers:
            found["newton"] = walk_by_newton(start, self.newton_steps)
        return found

    def _ways(self, found: Found, t: Tongue) -> dict[str, Array]:
        """Who walked in words → the way."""
        return {t.of(WALKERS[name]): found[_key(name)] for name in self.optimizers}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The ways on the contours; the distance from (1, 1) step by step; Newton's numbers."""
        x, y = np.linspace(-2, 2, 121), np.linspace(-1, 3, 121)
        surface = Contours("", x, y, 100 * (y[:, None] - x**2) ** 2 + (x - 1) ** 2, (0.3, 3, 20, 100, 300, 900))
        ways = self._ways(found, t)
        lines = [Line(name, np.arange(1, len(way) + 1), np.maximum(distance(way), 1e-16)) for name, way in ways.items()]
        pieces: list[Piece] = [
            chart(
                t("The ways through the valley", "谷を進む道"),
                [surface, *(Path(name, *seen(way).T) for name, way in ways.items())],
                Axis("x", low=-2, high=2),
                Axis("y", low=-1, high=3),
                equal=True,
                lang=t.lang,
            ),
            line_chart(
                t("Distance from (1, 1)", "(1, 1) までの距離"),
                lines,
                Axis(t("step, counted from 1", "ステップ（1 から数える）"), log=True),
                Axis(t("distance", "距離"), log=True, low=1e-16),
                lang=t.lang,
            ),
        ]
        if "newton" in found:
            rows: list[list[Cell]] = [[k, *(f"{v:.7g}" for v in w)] for k, w in enumerate(found["newton"])]
            heads = [t("step", "ステップ"), "x", "y"]
            pieces.append(Table(heads, rows, t("Newton's method.", "ニュートン法。")))
        return pieces

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How far each came, and why."""
        values = np.linalg.eigvalsh(hessian(banana, np.array([1.0, 1.0])))
        return [
            *(
                t(
                    "{name}: {e:.1e} away from (1, 1) after {n} steps.",
                    "{name}：{n} ステップ後、(1, 1) までの距離は {e:.1e} です。",
                    name=name,
                    e=distance(way)[-1],
                    n=len(way) - 1,
                )
                if np.isfinite(way[-1]).all()
                else t(
                    "{name}: the steps were too large, and it flew away.", "{name}：歩幅が大きすぎて発散。", name=name
                )
                for name, way in self._ways(found, t).items()
            ),
            t(
                "At the bottom the valley is {r} times as curved across as along: the step has to be small enough for "
                "the one, and is then tiny for the other.",
                "谷底では、谷を横切る方向の曲率が谷に沿う方向の {r} 倍です。"
                "横切る方向に合わせて学習率を小さくすると、谷に沿ってはほとんど進みません。",
                r=significant(values[1] / values[0], 4),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's places; the gradient and the steps by hand."""
        first = t("first gradient, {k}", "最初の勾配 {k}", k="{k}")
        rows = [
            near(first.format(k=k), v, e, 1e-9, "A") for k, v, e in zip("xy", found["gradient"], (-2, 400), strict=True)
        ]
        if "descent" in found:
            rows += self._of_descent(found["descent"], t)
        if "newton" in found:
            rows += self._of_newton(found["newton"], t)
        gap = np.abs(found["gradient"] - slopes_by_hand(*self.start[:2])).max()
        what = t("the gradient against the one written by hand, relative", "手で書いた勾配との差（相対）")
        return [*rows, at_most(what, gap / max(1.0, float(np.abs(found["gradient"]).max())), 1e-12, "A", law=True)]

    def _of_descent(self, way: Array, t: Tongue) -> list[Check]:
        rows = []
        for k, place in DESCENT.items():
            if k <= self.steps:
                what = t("descent after {k} steps", "勾配降下法、{k} ステップ後", k=k)
                rows += [
                    near(f"{what}, {n}", v, e, 6e-5 if k < 5000 else 6e-6, "A")
                    for n, v, e in zip("xy", way[k], place, strict=True)
                ]
        what = t("distance of descent after 50,000 steps", "勾配降下法、50,000 ステップ後の距離")
        return [*rows, at_most(what, distance(way)[-1], 2e-9, "A")]

    def _of_newton(self, way: Array, t: Tongue) -> list[Check]:
        rows = []
        for k, place in enumerate(NEWTON[: self.newton_steps], start=1):
            what = t("Newton, step {k}", "ニュートン法、ステップ {k}", k=k)
            rows += [near(f"{what}, {n}", v, e, 6e-5, "A") for n, v, e in zip("xy", way[k], place, strict=True)]
        by_hand = np.array([newton_by_hand(*w) for w in way[:-1]])
        gap = np.abs(by_hand - way[1:]).max() / max(1.0, float(np.abs(by_hand).max()))
        return [
            *rows,
            at_most(
                t("distance of Newton after 5 steps", "ニュートン法、5 ステップ後の距離"),
                distance(way)[min(5, len(way) - 1)],
                1e-6,
                "A",
            ),
            at_most(
                t(
                    "Newton's steps against the Hessian written by hand, relative",
                    "手で書いたヘッセ行列によるニュートン法との差（相対）",
                ),
                gap,
                1e-8,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """How long."""
        first = {name: distance(way) < 0.01 for name, way in self._ways(found, t).items()}
        told = [
            t("{name} {n}", "{name} {n}", name=name, n=int(there.argmax()))
            for name, there in first.items()
            if there.any()
        ]
        if not told:
            return []
        asked = t("After how many steps is the distance below 0.01?", "距離が 0.01 未満になるのは何ステップ目か？")
        return [Question(asked, t("{told}.", "{told}。", told=t.list(None, *told)))]


def _key(name: str) -> str:
    """The name of an optimizer's way among what was found."""
    return "descent" if name == "sgd" else name
