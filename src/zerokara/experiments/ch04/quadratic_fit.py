"""`quadratic-fit`: learning as solving for a function."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.optim import SGD
from zerokara.report import (
    Axis,
    Cell,
    Contours,
    Figure,
    Line,
    Mark,
    Path,
    Points,
    Table,
    Text,
    chart,
    scientific,
    significant,
)

CASES = ("exact", "noisy")
CURVE = np.linspace(-1.2, 1.2, 97)


@dataclass(frozen=True)
class QuadraticFit(Experiment):
    """A polynomial through points by gradient descent, beside the solution that algebra gives.

    As many points as unknowns, without noise: a system of equations. More points, with noise: least squares.
    """

    name = "quadratic-fit"
    chapter = 4
    source = "WK"
    title = Text("Learning a parabola", "放物線を学習する")
    question = Text('Is learning "solving for the function"?', "学習とは「関数を求める（方程式を解く）」ことか？")
    formula = (
        r"y = a x^2 + b x + c, \qquad L = \frac 1 n \sum_{i=1}^{n} \left(a x_i^2 + b x_i + c - y_i\right)^2",
        r"w = (a,\ b,\ c), \qquad w \leftarrow w - \eta\, \frac{\partial L}{\partial w}",
    )
    symbols = Text("n is the number of points, η the learning rate.", "n は点の数、η は学習率。")
    random = True
    seeds = 3
    turns = (
        Turn(
            Text(
                "A polynomial of degree 5 has six unknowns, and descent needs much longer.",
                "5 次式では未知数が 6 個になり、勾配降下法ではずっと時間がかかります。",
            ),
            {"degree": 5, "coefficients": (1.0, 0.0, -1.0, 1.0, -2.0, 0.5)},
        ),
        Turn(
            Text(
                "Fewer points than unknowns: many parabolas fit.",
                "点が未知数より少ないと、当てはまる放物線は無数にあります。",
            ),
            {"points": 2, "noise": 0.0},
        ),
    )

    coefficients: tuple[float, ...] = knob(
        (1.0, -2.0, 0.5), "the true coefficients, highest power first", "真の係数（次数の高い順）", low=-100, high=100
    )
    degree: int = knob(2, "degree of the fitted polynomial", "当てはめる多項式の次数", low=1, high=8)
    points: int = knob(20, "how many noisy points", "ノイズのある点の数", low=1, high=10_000)
    noise: float = knob(0.3, "standard deviation of the noise", "ノイズの標準偏差", low=0, high=100)
    lr: float = knob(0.3, "learning rate", "学習率", low=0, high=10)
    steps: int = knob(600, "steps of gradient descent", "勾配降下法のステップ数", low=1, high=100_000)

    def measure(self, lab: Lab) -> Arrays:
        """Both cases: the points, the solution by algebra, and the way of gradient descent."""
        few = np.linspace(-1, 1, self.degree + 1)
        many = np.sort(lab.rng("points").uniform(-1, 1, self.points))
        noise = self.noise * lab.rng("noise").standard_normal(self.points)
        x = {"exact": few, "noisy": many}
        y = {"exact": self._truth(few), "noisy": self._truth(many) + noise}
        found: Arrays = {}
        lab.plan(2 * self.steps)
        for case in CASES:
            powers = np.vander(x[case], self.degree + 1)  # columns …, x², x, 1
            found |= {
                f"{case}.x": x[case],
                f"{case}.y": y[case],
                f"{case}.powers": powers,
                f"{case}.solution": np.linalg.solve(powers, y[case])
                if case == "exact"
                else np.linalg.lstsq(powers, y[case], rcond=None)[0],
                f"{case}.way": self._descend(lab, powers, y[case]),
            }
        ranks = [np.linalg.matrix_rank(np.vander(np.linspace(-1, 1, k), self.degree + 1)) for k in range(1, 9)]
        return {**found, "ranks": np.array(ranks)}

    def _truth(self, x: Array) -> Array:
        y: Array = np.polyval(np.array(self.coefficients), x)
        return y

    def _descend(self, lab: Lab, powers: Array, y: Array) -> Array:
        w = tensor(np.zeros(powers.shape[1]), requires_grad=True)
        optimizer, way = SGD([w], lr=self.lr), [w.data.copy()]
        for _ in lab.steps(self.steps):
            optimizer.zero_grad()
            F.mse_loss(Tensor(powers) @ w, y).backward()
            optimizer.step()
            way.append(w.data.copy())
        return np.array(way)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """For both cases the curves while learning, and the way on the loss surface; the numbers."""
        figures: list[Piece] = []
        for case in CASES:
            figures += [self._curves(case, found, t), self._surface(case, found, t)]
        rows: list[list[Cell]] = []
        for case in CASES:
            solution, end = found[f"{case}.solution"], found[f"{case}.way"][-1]
            rows.append([self._called(case, t), t("algebra", "代数で解く"), *map(float, solution)])
            rows.append([self._called(case, t), t("gradient descent", "勾配降下法"), *map(float, end)])
        return [*figures, Table([t("points", "点"), t("way", "方法"), *self._unknowns], rows)]

    def _called(self, case: str, t: Tongue) -> str:
        if case == "exact":
            return t("{n} points, no noise", "{n} 点、ノイズなし", n=self.degree + 1)
        return t("{n} noisy points", "ノイズのある {n} 点", n=self.points)

    @property
    def _unknowns(self) -> list[str]:
        return list("abc") if self.degree == 2 else [f"w{k}" for k in range(self.degree, -1, -1)]

    def _curves(self, case: str, found: Found, t: Tongue) -> Figure:
        way = found[f"{case}.way"]
        shown = sorted({min(k, self.steps) for k in (1, 10, 50, self.steps)})
        y = found[f"{case}.y"]
        room = 0.5 * float(np.ptp(y)) + 0.1
        marks: list[Mark] = [Line(t("step {k}", "ステップ {k}", k=k), CURVE, np.polyval(way[k], CURVE)) for k in shown]
        marks.append(Line(t("solution", "解"), CURVE, np.polyval(found[f"{case}.solution"], CURVE)))
        marks.append(Points(t("points", "点"), found[f"{case}.x"], y))
        return chart(
            t("While learning: {case}", "学習の途中：{case}", case=self._called(case, t)),
            marks,
            Axis("x"),
            Axis("y", low=float(y.min()) - room, high=float(y.max()) + room),
            lang=t.lang,
        )

    def _surface(self, case: str, found: Found, t: Tongue) -> Figure:
        """The loss over the first two unknowns, the others at their best."""
        way, solution = found[f"{case}.way"][:, :2], found[f"{case}.solution"][:2]
        reach = 1.2 * float(np.nanmax(np.clip(np.abs(way - solution), 0.5, 1e3)))
        a, b = (np.linspace(middle - reach, middle + reach, 41) for middle in solution)
        powers, y = found[f"{case}.powers"], found[f"{case}.y"]
        rest = powers[:, 2:]
        project = np.eye(len(y)) - rest @ np.linalg.pinv(rest) if rest.size else np.eye(len(y))
        fitted = powers[:, 0] * a[None, :, None] + powers[:, 1] * b[:, None, None]
        loss = np.mean(((fitted - y) @ project) ** 2, axis=-1)
        shown = np.unique(np.geomspace(1, len(way), 40).astype(int)) - 1
        first, second, *others = self._unknowns
        note = t("{w} at its best everywhere.", "{w} は各点で最適な値。", w=t.list(None, *others)) if others else ""
        return chart(
            t("The loss surface: {case}", "損失の地形：{case}", case=self._called(case, t)),
            [Contours("", a, b, loss), Path(t("gradient descent", "勾配降下法"), *way[shown].T)],
            Axis(first),
            Axis(second),
            equal=True,
            lang=t.lang,
            note=note,
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How near descent comes, and what noise changes."""
        told = []
        for case in CASES:
            away = self._away(case, found)
            told.append(
                t(
                    "{case}: after {n} steps every coefficient is within {away} of the solution.",
                    "{case}：{n} ステップ後、どの係数も解との差は {away} 以下です。",
                    case=self._called(case, t),
                    n=self.steps,
                    away=scientific(away.max(), 1),
                )
            )
        if len(self.coefficients) == self.degree + 1:
            off = np.abs(found.all("noisy.solution") - np.array(self.coefficients)).max()
            told.append(
                t(
                    "With noise the best parabola is not the true one: it misses a coefficient by up to {off}. "
                    "Learning finds what fits the points, not what made them.",
                    "ノイズがあると、最もよく当てはまる曲線は真の曲線とは異なり、係数の差は最大 {off} です。"
                    "学習で求まるのは点に合う関数であり、点を生み出した関数そのものではありません。",
                    off=significant(float(off), 2),
                )
            )
        told.append(
            t(
                "Learning solves for the coefficients, but step by step: it needs only the slope of the loss, so it "
                "also works where no formula gives the solution.",
                "学習とは、係数を少しずつ求めていくことです。"
                "必要なのは損失の傾きだけなので、解の公式がない場合にも使えます。",
            )
        )
        return told

    def _away(self, case: str, found: Found) -> Array:
        """The largest distance of a coefficient from the solution, for every seed."""
        away: Array = np.abs(found.all(f"{case}.way")[:, -1] - found.all(f"{case}.solution")).max(axis=1)
        return away

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Descent reaches the solutions, and goes the way that (I − lr·H)ⁿ says."""
        off = max(self._off_formula(case, k, found) for case in CASES for k in range(found.seeds))
        return [
            at_most(
                t("3 points: distance from the exact solution", "3 点：厳密な解との差"),
                self._away("exact", found),
                1e-6,
                "A",
            ),
            at_most(
                t("noisy points: distance from least squares", "ノイズのある点：最小二乗解との差"),
                self._away("noisy", found),
                1e-6,
                "A",
            ),
            near(
                t("unknowns − points that fix them", "未知数の数 − 解が 1 つに決まる点の数"),
                self.degree + 1 - self._enough(found),
                0,
                0,
                "A",
                law=self.degree <= 7,
            ),
            at_most(
                t("distance from w* + (I − lr·H)ⁿ(w⁰ − w*), relative", "w* + (I − lr·H)ⁿ(w⁰ − w*) との相対的な差"),
                off,
                1e-6,
                "A",
                law=True,
            ),
        ]

    def _off_formula(self, case: str, k: int, found: Found) -> float:
        """On a quadratic loss with second derivative H, n steps of descent multiply the error by (I − lr·H)ⁿ."""
        powers, way, solution = (found.all(f"{case}.{what}")[k] for what in ("powers", "way", "solution"))
        H = 2 / len(powers) * powers.T @ powers
        with np.errstate(all="ignore"):
            factor = np.linalg.matrix_power(np.eye(len(H)) - self.lr * H, self.steps)
            expected = solution + factor @ (way[0] - solution)
        if not np.isfinite(expected).all():
            return 0.0  # lr is so large that both have left the numbers
        return float((np.abs(way[-1] - expected) / max(1.0, float(np.abs(expected).max()))).max())

    def _enough(self, found: Found) -> int:
        """How many points leave only one solution."""
        full = np.flatnonzero(found["ranks"] == self.degree + 1)
        return int(full[0]) + 1 if full.size else 0

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """WK: how many points fix a, b, c?"""
        n = self._enough(found)
        return [
            Question(
                t("How many points fix {w}?", "{w} を決めるには点がいくつ必要？", w=t.list(None, *self._unknowns)),
                t(
                    "{n}: that many equations are independent of one another; with {less} points there are only "
                    "{rank} equations for {all} unknowns.",
                    "{n} 点です。{n} 点あれば独立な式がそろいます。"
                    "{less} 点では、{all} 個の未知数に対して独立な式が {rank} 個しかありません。",
                    n=n,
                    less=n - 1,
                    rank=int(found["ranks"][max(0, n - 2)]),
                    all=self.degree + 1,
                ),
            )
        ]
