"""`rosenbrock`: down a valley that is bent like a banana."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, hessian, tensor
from zerokara.capture import capture
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.optim import SGD
from zerokara.report import Axis, Cell, Contours, Line, Path, Table, Text, chart, line_chart, significant

NEWTON = ((-0.0025, 0.0), (0.9987, -0.005), (0.9987, 0.9975), (1.0, 1.0))
"""The first steps of Newton's method from (0, 2), to four digits."""

DESCENT = {1_000: (0.6837, 0.4660), 10_000: (0.99450, 0.98901)}


@dataclass(frozen=True)
class Rosenbrock(Experiment):
    """100(y − x²)² + (x − 1)²: gradient descent, and Newton's method with the matrix of second derivatives."""

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
        Turn(Text("Start in the bend.", "谷の曲がり目から出発します。"), {"start": (-1.2, 1.0)}),
    )

    start: tuple[float, ...] = knob((0.0, 2.0), "where it starts: x,y", "出発点 x,y", low=-3, high=3, least=2)
    lr: float = knob(0.001, "learning rate of gradient descent", "勾配降下法の学習率", low=1e-6, high=0.1)
    steps: int = knob(50_000, "steps of gradient descent", "勾配降下法のステップ数", low=1, high=200_000)
    newton_steps: int = knob(6, "steps of Newton's method", "ニュートン法のステップ数", low=1, high=100)

    def measure(self, lab: Lab) -> Arrays:
        """Both ways, and the first gradient."""
        w = tensor(np.array(self.start[:2]), requires_grad=True)
        optimizer = SGD([w], lr=self.lr)

        @capture
        def step() -> Tensor:
            optimizer.zero_grad()
            f = banana(w)
            f.backward()
            optimizer.step()
            return f

        way = [w.data.copy()]
        lab.plan(self.steps)
        with np.errstate(all="ignore"):  # a step that is too large flies away
            for _ in lab.steps(self.steps):
                step()
                way.append(w.data.copy())
        return {"descent": np.array(way), "newton": self._newton(), "gradient": slopes(np.array(self.start[:2]))}

    def _newton(self) -> Array:
        way = [np.array(self.start[:2])]
        for _ in range(self.newton_steps):
            way.append(way[-1] - np.linalg.solve(hessian(banana, way[-1]), slopes(way[-1])))
        return np.array(way)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The ways on the contours; the distance from (1, 1) step by step; Newton's numbers."""
        x, y = np.linspace(-2, 2, 121), np.linspace(-1, 3, 121)
        names = t("gradient descent", "勾配降下法"), t("Newton", "ニュートン法")
        seen = found["descent"][np.unique(np.geomspace(1, len(found["descent"]), 60).astype(int) - 1)]
        inside = np.isfinite(seen).all(axis=1) & (np.abs(seen) < 3).all(axis=1)
        surface = Contours("", x, y, 100 * (y[:, None] - x**2) ** 2 + (x - 1) ** 2, (0.3, 3, 20, 100, 300, 900))
        ways = [found["descent"], found["newton"]]
        lines = [
            Line(name, np.arange(1, len(way) + 1), np.maximum(distance(way), 1e-16))
            for name, way in zip(names, ways, strict=True)
        ]
        rows: list[list[Cell]] = [[k, *(f"{v:.7g}" for v in w)] for k, w in enumerate(found["newton"])]
        return [
            chart(
                t("The ways through the valley", "谷を進む道"),
                [surface, Path(names[0], *seen[inside].T), Path(names[1], *found["newton"].T)],
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
            Table([t("step", "ステップ"), "x", "y"], rows, t("Newton's method.", "ニュートン法。")),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How far each came, and why."""
        end, last = distance(found["descent"])[-1], distance(found["newton"])[-1]
        values = np.linalg.eigvalsh(hessian(banana, np.array([1.0, 1.0])))
        return [
            t(
                "Gradient descent is still {e:.1e} away from (1, 1) after {n} steps, Newton's method {m:.1e} "
                "after {k}.",
                "(1, 1) までの距離は、勾配降下法が {n} ステップ後に {e:.1e}、ニュートン法が {k} ステップ後に "
                "{m:.1e} です。",
                e=end,
                n=self.steps,
                m=last,
                k=self.newton_steps,
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
        count = len(found["newton"])
        told = [
            near(t("first gradient, {k}", "最初の勾配 {k}", k=k), v, e, 1e-9, "A")
            for k, v, e in zip("xy", found["gradient"], (-2, 400), strict=True)
        ]
        for k, place in DESCENT.items():
            if k <= self.steps:
                what = t("descent after {k} steps", "勾配降下法、{k} ステップ後", k=k)
                told += [
                    near(f"{what}, {n}", v, e, 6e-5 if k < 5000 else 6e-6, "A")
                    for n, v, e in zip("xy", found["descent"][k], place, strict=True)
                ]
        for k, place in enumerate(NEWTON[: self.newton_steps], start=1):
            what = t("Newton, step {k}", "ニュートン法、ステップ {k}", k=k)
            told += [
                near(f"{what}, {n}", v, e, 6e-5, "A") for n, v, e in zip("xy", found["newton"][k], place, strict=True)
            ]
        by_hand = np.array([_by_hand(*w) for w in found["newton"][:-1]])
        gap = np.abs(by_hand - found["newton"][1:]).max() / max(1.0, float(np.abs(by_hand).max()))
        return [
            *told,
            at_most(
                t("distance of descent after 50,000 steps", "勾配降下法、50,000 ステップ後の距離"),
                distance(found["descent"])[-1],
                2e-9,
                "A",
            ),
            at_most(
                t("distance of Newton after 5 steps", "ニュートン法、5 ステップ後の距離"),
                distance(found["newton"])[min(5, count - 1)],
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
        near_enough = distance(found["descent"]) < 0.01
        if not near_enough.any():
            return []
        return [
            Question(
                t(
                    "How many steps of descent bring it within 0.01?",
                    "勾配降下法で距離が 0.01 未満になるのは何ステップ目か？",
                ),
                t(
                    "{n}; Newton's method took {k}.",
                    "{n} ステップ目です。ニュートン法では {k} ステップ目でした。",
                    n=int(near_enough.argmax()),
                    k=int((distance(found["newton"]) < 0.01).argmax()),
                ),
            )
        ]


def banana(w: Tensor) -> Tensor:
    """100(y − x²)² + (x − 1)²"""
    x, y = w[0], w[1]
    return 100 * (y - x * x) ** 2 + (x - 1) ** 2


def slopes(w: Array) -> Array:
    """∇f by backpropagation."""
    at = tensor(w, requires_grad=True)
    return gradients(banana(at), [at])[0]  # type: ignore[no-any-return]


def distance(way: Array) -> Array:
    """From (1, 1)."""
    return np.asarray(np.linalg.norm(way - 1, axis=1))


def _by_hand(x: float, y: float) -> Array:
    """A step of Newton's method, with the derivatives written out."""
    slope = np.array([-400 * x * (y - x * x) + 2 * (x - 1), 200 * (y - x * x)])
    curvature = np.array([[1200 * x * x - 400 * y + 2, -400 * x], [-400 * x, 200.0]])
    step: Array = np.array([x, y]) - np.linalg.solve(curvature, slope)
    return step
