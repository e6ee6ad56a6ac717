"""`l1-l2-geometry`: why the corners of L1 make exact zeros."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.optim import SGD
from zerokara.report import Axis, Contours, Line, Mark, Path, Points, Rule, Text, chart, line_chart, significant

STEPS = 60
"""Every step at least halves the distance to the optimum."""


@dataclass(frozen=True)
class L1L2Geometry(Experiment):
    """(w₁ − 2)² + (w₂ − ½)² with either penalty: where the optimum goes as λ grows."""

    name = "l1-l2-geometry"
    chapter = 6
    source = "DR 6-4-3-1"
    title = Text("Lasso and ridge: diamond and circle", "ラッソとリッジ：ひし形と円")
    question = Text("Why does L1 make exact zeros?", "なぜ L1 正則化は重みをちょうど 0 にするのか？")
    formula = (
        r"E(w) = (w_1 - c_1)^2 + (w_2 - c_2)^2",
        r"\text{L1:}\quad E(w) + \lambda\,(|w_1| + |w_2|), \qquad "
        r"w_i = \text{sign}(c_i)\, \max\bigl(|c_i| - \tfrac \lambda 2,\ 0\bigr)",
        r"\text{L2:}\quad E(w) + \lambda\,(w_1^2 + w_2^2), \qquad w_i = \frac{c_i}{1 + \lambda}",
    )
    symbols = Text(
        "w: two weights, c: the optimum without a penalty, λ: the strength.",
        "w：2 つの重み、c：正則化なしの最適解、λ：正則化の強さ。",
    )
    random = True
    quick = {"points": 500, "walk": 200}
    shows = Shows.QUICKLY
    turns = (
        Turn(
            Text(
                "With the optimum on a diagonal both weights reach 0 together.",
                "最適解が対角線上にあると、2 つの重みは同時に 0 になります。",
            ),
            {"centre": (1.0, 1.0)},
        ),
    )

    centre: tuple[float, ...] = knob(
        (2.0, 0.5), "the optimum without a penalty", "正則化なしの最適解", low=-10, high=10, least=2
    )
    strengths: tuple[float, ...] = knob((0.5, 1.0, 2.0, 4.0), "strengths λ", "正則化の強さ λ", low=0, high=100)
    p: tuple[float, ...] = knob(
        (0.5, 1.0, 2.0, 4.0), "norms whose unit balls are drawn", "単位球を描く p ノルム", low=0.1, high=100
    )
    points: int = knob(
        5000,
        "random points that must not be lower than the optimum",
        "最適解より低くないことを確かめる点の数",
        low=1,
        high=1_000_000,
    )

    walk: int = knob(
        2000,
        "steps of plain descent with λ·sign(w)",
        "λ·sign(w) を使う普通の勾配降下のステップ数",
        low=1,
        high=1_000_000,
    )

    @property
    def goal(self) -> Array:
        """c."""
        return np.array(self.centre[:2])

    def measure(self, lab: Lab) -> Arrays:
        """The optimum for each λ, by descent; what plain descent makes of L1; and whether any other point is lower."""
        sweep = np.linspace(0, max(1.0, *self.strengths), 33)
        lower = lab.rng("points").uniform(-1, 1, (self.points, 2)) * 2 * max(1.0, float(np.abs(self.goal).max()))
        found: Arrays = {"λ": sweep, "plain": np.array([self._plain(s) for s in self.strengths])}
        for kind in ("L1", "L2"):
            best = np.array([self._optimum(kind, s) for s in self.strengths])
            rivals = [self._height(kind, s, lower).min() for s in self.strengths]
            heights = [self._height(kind, s, w) for s, w in zip(self.strengths, best, strict=True)]
            found |= {kind: best, f"{kind}.sweep": np.array([self._optimum(kind, s) for s in sweep])}
            found[f"{kind}.lead"] = np.array(rivals) - np.array(heights)
        return found

    def _optimum(self, kind: str, strength: float) -> Array:
        """w ← w − lr·∇E, then the penalty's own step: less by lr·λ but no further than 0 (L1), or a fraction (L2)."""
        w, lr = Tensor(self.goal.copy() + 1, requires_grad=True), 0.25
        optimizer = SGD([w], lr)
        for _ in range(STEPS):
            optimizer.zero_grad()
            self._error(w).backward()
            optimizer.step()
            shrunk = np.sign(w.data) * np.maximum(np.abs(w.data) - lr * strength, 0)
            w.data[:] = shrunk if kind == "L1" else w.data / (1 + 2 * lr * strength)
        return w.data

    def _plain(self, strength: float) -> Array:
        """The optimizer with λ·sign(w) in its gradient, as networks are trained."""
        w = Tensor(self.goal.copy(), requires_grad=True)
        optimizer = SGD([w], 0.01, l1=strength)
        for _ in range(self.walk):
            optimizer.zero_grad()
            self._error(w).backward()
            optimizer.step()
        return w.data

    def _error(self, w: Tensor) -> Tensor:
        return F.sum((w - self.goal) ** 2)

    def _height(self, kind: str, strength: float, w: Array) -> Array:
        penalty = np.abs(w) if kind == "L1" else w**2
        return np.array(((w - self.goal) ** 2 + strength * penalty).sum(axis=-1))

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Contours with diamond and with circle, the weights over λ, and unit balls of several norms."""
        names = {"L1": t("L1 (lasso)", "L1（ラッソ）"), "L2": t("L2 (ridge)", "L2（リッジ）")}
        lines = [
            Line(f"{kind}: {weight}", found["λ"], found[f"{kind}.sweep"][:, k])
            for kind in names
            for k, weight in enumerate(("w₁", "w₂"))
        ]
        return [
            *(self._plane(kind, name, found, t) for kind, name in names.items()),
            line_chart(
                t("The weights as λ grows", "λ を大きくしたときの重み"),
                lines,
                Axis("λ"),
                Axis(t.word("weight")),
                lang=t.lang,
            ),
            chart(
                t("Unit balls: all w with p-norm 1", "単位球：p ノルムが 1 の w"),
                [*(Line(f"p = {p:g}", *_ball(p)) for p in self.p), Line("p = ∞", *_square())],
                Axis("w₁", low=-1.2, high=1.2),
                Axis("w₂", low=-1.2, high=1.2),
                equal=True,
                lang=t.lang,
                note=t(
                    "Corners on the axes up to p = 1; round above.",
                    "p ≤ 1 では軸上に角があり、それより上では丸くなります。",
                ),
            ),
        ]

    def _plane(self, kind: str, name: str, found: Found, t: Tongue) -> Piece:
        side = 1.25 * max(1.0, float(np.abs(self.goal).max()))
        grid = np.linspace(-side, side, 81)
        error = (grid - self.goal[0]) ** 2 + (grid[:, None] - self.goal[1]) ** 2
        optima = found[kind]
        balls = _ball(1.0 if kind == "L1" else 2.0)
        # the ball through the optimum of the second λ: the error cannot get lower without leaving it, so the contour
        # through that optimum touches the ball there
        through = optima[min(1, len(optima) - 1)]
        touching = float(np.sum((through - self.goal) ** 2))
        levels = [touching * share for share in (0.1, 0.4, 1.0, 2.5, 5.0, 10.0)] if touching > 0 else []
        marks: list[Mark] = [Contours(t("error E", "誤差 E"), grid, grid, error, levels)]
        size = np.abs(through).sum() if kind == "L1" else np.linalg.norm(through)
        if size > 0:
            label = t(
                "equal penalty through λ = {s}",
                "λ = {s} を通る等罰則線",
                s=f"{self.strengths[min(1, len(optima) - 1)]:g}",
            )
            marks.append(Line(label, *(side_ * size for side_ in balls)))
        marks.append(Path(t("optimum as λ grows", "λ を増やしたときの最適解"), *found[f"{kind}.sweep"].T))
        marks.append(Points(t("optima", "最適解"), optima[:, 0], optima[:, 1], [f"λ = {s:g}" for s in self.strengths]))
        marks += [Rule("", x=0.0), Rule("", y=0.0)]
        return chart(
            name,
            marks,
            Axis("w₁", low=-side, high=side),
            Axis("w₂", low=-side, high=side),
            equal=True,
            lang=t.lang,
            note=t(
                "At the optimum a contour of the error touches the line of equal penalty.",
                "最適解では、誤差の等高線と等罰則線が接します。",
            ),
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Which weights are exactly 0, and what plain descent does."""
        zeros = {kind: int(np.count_nonzero(found[kind] == 0)) for kind in ("L1", "L2")}
        told = [
            t(
                "λ = {s}: L1 {a}, L2 {b}", "λ = {s}：L1 {a}、L2 {b}",
                s=f"{s:g}", a=_point(l1), b=_point(l2),
            )
            for s, l1, l2 in zip(self.strengths, found["L1"], found["L2"], strict=True)
        ]  # fmt: skip
        gone = found["L1"] == 0
        near_zero = float(np.abs(found["plain"][gone]).max()) if gone.any() else 0.0
        return [
            t("Optimum (w₁, w₂): {told}.", "最適解 (w₁, w₂)：{told}。", told=t("; ", "、").join(told)),
            t(
                "Of these weights L1 makes {l1} exactly 0 and L2 {l2}: L2 only shrinks them by a factor.",
                "ちょうど 0 になった重みは、L1 では {l1} 個、L2 では {l2} 個です。L2 は何倍かに縮めるだけです。",
                l1=zeros["L1"], l2=zeros["L2"],
            ),
            t(
                "Plain descent with λ·sign(w), as networks are trained, does not stop at 0 but trembles around it, up "
                "to {x} away.",
                "λ·sign(w) を勾配に足すだけの普通の学習では、0 で止まらず周りで震えます（最大 {x}）。",
                x=significant(near_zero, 2),
            )
            if near_zero > 0
            else t(
                "Plain descent with λ·sign(w) ends where L1 has its zeros.",
                "λ·sign(w) を勾配に足す普通の学習も、0 になるべき重みを 0 にします。",
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's points; the closed forms; and that no random point is lower."""
        expected = {("L1", 1.0): (1.5, 0.0), ("L2", 1.0): (1.0, 0.25), ("L1", 4.0): (0.0, 0.0), ("L2", 4.0): (0.4, 0.1)}
        checks = [
            near(f"{kind}, λ = {s:g}: {weight}", found[kind][self.strengths.index(s), k], point[k], 1e-12, "A")
            for (kind, s), point in expected.items()
            if s in self.strengths
            for k, weight in enumerate(("w₁", "w₂"))
        ]
        s = found["λ"][:, None]
        soft = np.sign(self.goal) * np.maximum(np.abs(self.goal) - s / 2, 0)
        apart = max(np.abs(found["L1.sweep"] - soft).max(), np.abs(found["L2.sweep"] - self.goal / (1 + s)).max())
        lead = min(found["L1.lead"].min(), found["L2.lead"].min())
        expected_zeros = np.abs(self.goal) < np.array(self.strengths)[:, None] / 2
        return [
            *checks,
            at_most(t("optima − closed forms, every λ", "最適解と公式の差（すべての λ）"), apart, 1e-9, "A", law=True),
            holds(
                t("L1: exactly 0 where |c| < λ/2", "L1：|c| < λ/2 の重みはちょうど 0"),
                np.all(found["L1"][expected_zeros] == 0), "A", law=True,
            ),
            holds(
                t("L2: 0 only where c is 0", "L2：c が 0 でなければ 0 にならない"),
                np.all((found["L2"] != 0) | (self.goal == 0)), "A", law=True,
            ),
            holds(t("no random point is lower", "ランダムな点で、より低いものはない"), lead >= -1e-9, "A", law=True),
        ]  # fmt: skip

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """DR 6-4-3-1."""
        l1, l2 = (int(np.count_nonzero(found[kind] == 0)) for kind in ("L1", "L2"))
        return [
            Question(
                t(
                    "One picture shows the contours touching a circle, the other a diamond. Which is L1?",
                    "誤差の等高線が円に接する図と、ひし形に接する図があります。L1 正則化を表すのはどちらでしょうか？",
                ),
                t(
                    "The diamond, Lasso: its corners lie on the axes, and there a weight is exactly 0. In this run L1 "
                    "gave {l1} exact zeros and L2 {l2}, for λ = {s}.",
                    "ひし形（ラッソ）です。角が軸の上にあり、そこでは重みがちょうど 0 になります。"
                    "この実行では λ = {s} について、L1 で {l1} 個、L2 で {l2} 個の重みがちょうど 0 になりました。",
                    l1=l1, l2=l2, s=t.list(None, *(f"{s:g}" for s in self.strengths)),
                ),
            )
        ]  # fmt: skip


def _ball(p: float) -> tuple[Array, Array]:
    """All (w₁, w₂) with |w₁|ᵖ + |w₂|ᵖ = 1, around once."""
    angle = np.linspace(0, 2 * np.pi, 361)
    c, s = np.cos(angle), np.sin(angle)
    return np.sign(c) * np.abs(c) ** (2 / p), np.sign(s) * np.abs(s) ** (2 / p)


def _square() -> tuple[Array, Array]:
    """Where the larger of |w₁| and |w₂| is 1."""
    return np.array([1.0, -1, -1, 1, 1]), np.array([1.0, 1, -1, -1, 1])


def _point(w: Array) -> str:
    return f"({', '.join(significant(float(v), 3) for v in w)})"
