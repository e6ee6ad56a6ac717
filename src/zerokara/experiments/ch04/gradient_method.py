"""`gradient-method`: following the gradient down a bowl."""

from dataclasses import dataclass

import numpy as np

from zerokara.autodiff import numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Contours, Line, Path, Text, chart, line_chart, significant


@dataclass(frozen=True)
class GradientMethod(Experiment):
    """x ← x − lr·∇f(x) on f(x) = x₀² + x₁². There ∇f = 2x, so every step multiplies x by 1 − 2·lr."""

    name = "gradient-method"
    chapter = 4
    source = "Ch4 §4.4.1 gradient_method"
    title = Text("The gradient method", "勾配法")
    question = Text("Does following the gradient find the bottom?", "勾配をたどれば谷底に着くか？")
    formula = (r"x \leftarrow x - \eta\, \nabla f(x)", r"f(x) = x_0^2 + x_1^2, \qquad \nabla f = (2x_0,\ 2x_1)")
    symbols = Text("η is the learning rate.", "η は学習率。")
    turns = (
        Turn(
            Text(
                "A step of lr = 1 jumps over the bottom and back for ever.", "lr = 1 では谷底を永遠に飛び越え続けます。"
            ),
            {"lr": 1.0},
        ),
        Turn(Text("A tiny step hardly moves.", "とても小さい学習率ではほとんど進みません。"), {"lr": 1e-4}),
    )

    start: tuple[float, ...] = knob((-3.0, 4.0), "where it starts: x₀,x₁", "出発点 x₀,x₁", low=-100, high=100, least=2)
    lr: float = knob(0.1, "learning rate", "学習率", low=0, high=100)
    steps: int = knob(20, "steps", "ステップ数", low=1, high=10_000)

    def measure(self, lab: Lab) -> Arrays:
        """The path, by numerical gradients as in the book."""
        path = [np.array(self.start[:2])]
        for _ in range(self.steps):
            path.append(path[-1] - self.lr * numerical_gradient(_bowl, path[-1]))
        return {"path": np.array(path), "heights": np.array([_bowl(x) for x in path])}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The path on the contours, and the height step by step."""
        path = found["path"]
        side = float(np.clip(1.2 * np.abs(path).max(), 1, 1e6))
        grid = np.linspace(-side, side, 61)
        bowl = Contours("", grid, grid, grid**2 + grid[:, None] ** 2)
        axes = Axis("x₀", low=-side, high=side), Axis("x₁", low=-side, high=side)
        steps = Axis(t.word("steps"), whole=True)
        note = t("The value of f along the way; the scale is logarithmic.", "途中の f の値（対数目盛）。")
        return [
            chart(t("The way down", "下り道"), [bowl, Path("x", *path.T)], *axes, equal=True, lang=t.lang),
            line_chart(
                t("The height", "高さ"),
                [Line("f", np.arange(len(path)), found["heights"])],
                steps,
                Axis("f", log=True),
                lang=t.lang,
                note=note,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Where it ended, and by how much a step shrinks."""
        x, y = (significant(v, 7) for v in found["path"][-1])
        factor = significant(1 - 2 * self.lr, 4)
        return [
            t("After {n} steps it is at ({x}, {y}).", "{n} ステップ後の位置は ({x}, {y})。", n=self.steps, x=x, y=y),
            t(
                "Every step multiplies the position by 1 − 2·lr = {factor}: the bowl is equally steep in all "
                "directions, so the path is straight.",
                "1 ステップごとに位置は 1 − 2·lr = {factor} 倍になります。"
                "このお椀はどの方向にも同じ傾きなので、道は直線です。",
                factor=factor,
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """(1 − 2·lr)ⁿ · start, and the number that the book prints."""
        exact = (1 - 2 * self.lr) ** self.steps * np.array(self.start[:2])
        away = np.abs(found["path"][-1] - exact).max() / max(1.0, float(np.abs(exact).max()))
        what = t("distance from (1 − 2·lr)ⁿ · start, relative", "(1 − 2·lr)ⁿ · 出発点 との相対的な差")
        return [
            near(t("x₀ at the end", "最後の x₀"), found["path"][-1, 0], -0.03458765, 1e-7, "A"),
            near(t("x₁ at the end", "最後の x₁"), found["path"][-1, 1], 0.04611686, 1e-7, "A"),
            at_most(what, away, 1e-3 if abs(1 - 2 * self.lr) <= 1 else np.inf, "A", law=True),
        ]


def _bowl(x: np.ndarray) -> float:
    return float(np.sum(x**2))
