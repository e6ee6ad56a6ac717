"""`gradient-simplenet`: the gradient of a loss in the weights."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor, gradients, numerical_gradient, tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Text, bar_chart, heat_map, significant

CLASSES = 3


@dataclass(frozen=True)
class GradientSimplenet(Experiment):
    """The smallest network, one matrix: how the loss of its answer changes with every single weight."""

    name = "gradient-simplenet"
    chapter = 4
    source = "Ch4 §4.4.2 gradient_simplenet"
    title = Text("The gradient of a small network", "小さなネットワークの勾配")
    question = Text("What is the gradient of a loss in the weights?", "重みに関する損失の勾配とは何か？")
    formula = (
        r"y = \mathrm{softmax}(x W), \qquad L = -\log y_t",
        r"\frac{\partial L}{\partial W} = x^{\mathsf T} (y - t)",
        r"W \leftarrow W - \eta\, \frac{\partial L}{\partial W}",
    )
    symbols = Text(
        "W has a row for every input and a column for every class; t is 1 for the right class and 0 elsewhere; η is "
        "the learning rate.",
        "W の行は入力、列はクラスに対応。t は正解クラスだけ 1、ほかは 0。η は学習率。",
    )
    random = True
    seeds = 3
    turns = (
        Turn(
            Text(
                "A step that is too large can overshoot the valley.",
                "ステップが大きすぎると谷を飛び越えることがあります。",
            ),
            {"lr": 100.0},
        ),
        Turn(
            Text(
                "An input of 0 has no say: the gradient of its weights is 0.",
                "値が 0 の入力は結果に影響しないため、その重みの勾配は 0 になります。",
            ),
            {"x": (0.6, 0.0)},
        ),
    )

    x: tuple[float, ...] = knob((0.6, 0.9), "the input", "入力 x", low=-100, high=100)
    label: int = knob(2, "the right class: 0, 1 or 2", "正解クラス（0, 1, 2）", low=0, high=CLASSES - 1)
    lr: float = knob(0.1, "learning rate of the one step", "1 ステップの学習率", low=0, high=1e6)
    h: float = knob(1e-4, "half the step of the difference", "中心差分の h", low=1e-6, high=1e-2)

    def measure(self, lab: Lab) -> Arrays:
        """The gradient by differences, by backpropagation and by the formula; the loss before and after one step."""
        x, labels = np.array([self.x]), np.array([self.label])
        W = lab.rng("weights").standard_normal((len(self.x), CLASSES))

        def loss(W: Tensor) -> Tensor:
            return F.cross_entropy(Tensor(x) @ W, labels)

        weights = tensor(W, requires_grad=True)
        (dW,) = gradients(loss(weights), at=weights)
        y = F.softmax(Tensor(x @ W)).data[0]
        return {
            "W": W,
            "y": y,
            "dW": dW,
            "numerical": numerical_gradient(lambda w: loss(Tensor(w)), W, self.h),
            "formula": np.outer(x, y - np.eye(CLASSES)[self.label]),
            "loss": np.array([loss(Tensor(w)).item() for w in (W, W - self.lr * dW)]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """W and dW as heat maps, and the loss before and after one step."""
        rows = [f"x{_below(i)} = {v:g}" for i, v in enumerate(self.x)]
        columns = [f"{k}{' ✓' if k == self.label else ''}" for k in range(CLASSES)]
        inputs, classes = t.word("input"), t.word("class")
        series = {
            t("before the step", "ステップ前"): found.all("loss")[:, 0],
            t("after the step", "ステップ後"): found.all("loss")[:, 1],
        }
        return [
            heat_map(
                t("The weights W", "重み W"),
                found["W"],
                rows,
                columns,
                Axis("W"),
                row_name=inputs,
                column_name=classes,
                lang=t.lang,
            ),
            heat_map(
                t("Their gradient ∂L/∂W", "勾配 ∂L/∂W"),
                found["dW"],
                rows,
                columns,
                Axis("∂L/∂W"),
                lang=t.lang,
                note=t("✓ marks the right class; first seed.", "✓ は正解クラス。最初の乱数の種の結果。"),
                row_name=inputs,
                column_name=classes,
            ),
            bar_chart(
                t(
                    "One step against the gradient, lr = {lr}",
                    "勾配と逆向きに 1 ステップ（lr = {lr}）",
                    lr=f"{self.lr:g}",
                ),
                [str(k) for k in range(found.seeds)],
                series,
                Axis(t.word("loss"), low=0),
                category=t("random weights, number", "乱数で決めた重み（番号）"),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The answer, the gradient's signs, the way its rows go together, and the step."""
        y, before, after = found["y"], *found["loss"]
        column = found["dW"][:, self.label]
        positive = np.all(np.array(self.x) > 0)
        told = [
            t(
                "The network gives the right class the probability {p}: the loss is {loss}.",
                "ネットワークが正解クラスに与えた確率は {p}、損失は {loss} です。",
                p=significant(float(y[self.label]), 3),
                loss=significant(float(before), 3),
            ),
            t(
                "Every row of ∂L/∂W is y − t = ({d}) times its input, so every row sums to 0: what one class loses, "
                "the others gain.",
                "∂L/∂W の各行は y − t = ({d}) にその入力を掛けたものです。そのため各行の和は 0 になり、"
                "あるクラスが失った分をほかのクラスが得ます。",
                d=t.list(None, *(significant(float(v), 3) for v in y - np.eye(CLASSES)[self.label])),
            ),
            t(
                "The step changes the loss from {before} to {after}.",
                "1 ステップで損失は {before} から {after} になりました。",
                before=significant(float(before), 4),
                after=significant(float(after), 4),
            ),
        ]
        if positive:
            told.insert(
                1,
                t(
                    "The gradient is negative ({g}) in the column of the right class: larger weights there would lower "
                    "the loss.",
                    "正解クラスの列の勾配は負（{g}）です。そこの重みを大きくすると損失が下がります。",
                    g=t.list(None, *(significant(float(v), 3) for v in column)),
                ),
            )
        return told

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The formula, whichever way the gradient is taken; rows in the ratio of the inputs; the step."""
        dW, x = found.all("dW"), np.array(self.x)
        scale = max(1.0, float(np.abs(x).max()))
        # L is convex, and its curvature along W is |x|²/2 at most: a step of lr ≤ 2/|x|² cannot raise it
        safe = 0 < self.lr * float(x @ x) <= 2
        level = np.abs(dW).max(axis=(1, 2)) < 1e-6  # then there is nothing to gain
        falls = (found.all("loss")[:, 1] < found.all("loss")[:, 0]) | level | (not safe)
        rows = np.abs(dW[:, 1] * x[0] - dW[:, 0] * x[1]) if len(x) > 1 else np.zeros(1)

        def off(name: str) -> float:
            return float(np.abs(found.all(name) - dW).max())

        return [
            at_most(
                t(
                    "rows in the ratio {a}:{b}, difference",
                    "行の比が {a}:{b}（ずれ）",
                    a=f"{x[0]:g}",
                    b=f"{x[min(1, len(x) - 1)]:g}",
                ),
                rows.max(),
                1e-12 * scale**2,
                "A",
                law=True,
            ),
            at_most(
                t("largest sum of a row of ∂L/∂W", "∂L/∂W の行の和の最大値"),
                np.abs(dW.sum(axis=-1)).max(),
                1e-12 * scale,
                "A",
                law=True,
            ),
            at_most(
                t("∂L/∂W: distance from xᵀ(y − t)", "∂L/∂W と xᵀ(y − t) の差"),
                off("formula"),
                1e-12 * scale,
                "A",
                law=True,
            ),
            at_most(
                t("∂L/∂W: distance from the differences", "∂L/∂W と数値微分の差"),
                off("numerical"),
                # |L‴| ≤ |x|³ and rounding of L over h
                scale**3 * self.h**2 + 1e-14 * scale * 10 / self.h,
                "A",
                law=True,
            ),
            holds(
                t("the step lowers the loss, if lr ≤ 2/|x|²", "lr ≤ 2/|x|² なら、1 ステップで損失が下がる"),
                falls,
                "A",
                law=True,
            ),
        ]


def _below(index: int) -> str:
    return str(index).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
