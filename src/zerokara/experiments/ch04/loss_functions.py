"""`loss-functions`: how wrong is one answer?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch03.vectors import written
from zerokara.experiments.checks import Check, at_least, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Line, Rule, Table, Text, bar_chart, chart, significant


@dataclass(frozen=True)
class LossFunctions(Experiment):
    """½ Σ (y − t)² and −Σ t log(y + eps) of one answer y to a question whose right class is t."""

    name = "loss-functions"
    chapter = 4
    source = "Ch4 §4.2.1–2; MEMO p.94"
    title = Text("Two loss functions", "2 つの損失関数")
    question = Text("How wrong is one answer?", "1 つの答えはどれだけ間違っているか？")
    formula = (
        r"E_2 = \frac{1}{2} \sum_k (y_k - t_k)^2 \qquad E_H = -\sum_k t_k \log (y_k + \varepsilon)",
        r"\frac{\partial E_2}{\partial y_k} = y_k - t_k \qquad "
        r"\frac{\partial E_H}{\partial y_k} = -\frac{t_k}{y_k + \varepsilon}",
    )
    symbols = Text(
        "E₂ is half the sum of squared errors, E_H the cross entropy; y are the outputs, t is 1 at the right class, "
        "else 0.",
        "E₂ は二乗和誤差、E_H は交差エントロピー誤差。y は出力、t は正解のクラスで 1、ほかは 0。",
    )
    turns = (
        Turn(Text("A smaller eps raises the ceiling.", "eps を小さくすると、天井が高くなります。"), {"eps": 1e-12}),
        Turn(
            Text(
                "Another right class: the same answer is worse.",
                "正解を別のクラスにすると、同じ答えでも損失が増えます。",
            ),
            {"t": 7},
        ),
    )

    y: tuple[float, ...] = knob(
        (0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.1, 0.1, 0.0, 0.0), "outputs", "出力", low=0, high=1, least=2
    )
    t: int = knob(2, "right class", "正解のクラス", low=0, high=10_000)
    eps: float = knob(1e-7, "what the logarithm is protected with", "対数の中に足す小さな値", low=0, high=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.t >= len(self.y):
            raise ValueError(f"{len(self.y)} outputs have the classes 0 to {len(self.y) - 1}; got t = {self.t}")

    def measure(self, lab: Lab) -> Arrays:
        """Both losses and gradients of y; the losses with the least output in the right place, and along p = 0 … 1."""
        t = np.eye(len(self.y))[self.t]
        y = np.array(self.y)
        squared, squared_slope = _with_gradient(lambda out: F.squared_error(out, t), y)
        entropy, entropy_slope = _with_gradient(lambda out: self.cross_entropy(out, t), y)
        swapped = y.copy()
        swapped[[self.t, int(y.argmin())]] = swapped[[int(y.argmin()), self.t]]
        p = np.linspace(0, 1, 201)
        moved = np.where(t == 1, p[:, None], (1 - p[:, None]) / (len(y) - 1))
        return {
            "squared": squared,
            "entropy": entropy,
            "squared_slope": squared_slope,
            "entropy_slope": entropy_slope,
            "swapped": swapped,
            "swapped_squared": F.squared_error(swapped, t).data,
            "swapped_entropy": self.cross_entropy(Tensor(swapped), t).data,
            "p": p,
            "squared_by_p": np.array([F.squared_error(row, t).item() for row in moved]),
            "entropy_by_p": np.array([self.cross_entropy(Tensor(row), t).item() for row in moved]),
            "ceiling": self.cross_entropy(Tensor(1 - t), t).data,
            "perfect": self.cross_entropy(Tensor(t), t).data,
        }

    def cross_entropy(self, y: Tensor, t: Array) -> Tensor:
        """−Σ t log(y + eps), as the book writes it for probabilities; only the right class counts."""
        right = int(np.argmax(t))
        return -F.log(y[right] + self.eps)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The answer, and both losses as the probability of the right class moves."""
        p, own = found["p"], self.y[self.t]
        squared, entropy = t("½ sum of squares", "二乗和誤差"), t("cross entropy", "交差エントロピー誤差")
        truth = [float(k == self.t) for k in range(len(self.y))]
        rows: list[list[Cell]] = [
            [t("y", "y"), written(self.y), float(found["squared"]), float(found["entropy"])],
            [
                t("right class and least swapped", "正解と最小の値を交換"),
                written(found["swapped"]),
                float(found["swapped_squared"]),
                float(found["swapped_entropy"]),
            ],
        ]
        return [
            bar_chart(
                t("The answer and the truth", "答えと正解"),
                [str(k) for k in range(len(self.y))],
                {t("output y", "出力 y"): self.y, t("target t", "正解 t"): truth},
                Axis(t.word("value"), low=0, high=1),
                category=t.word("class"),
                lang=t.lang,
            ),
            chart(
                t("Loss against the probability of the right class", "正解クラスの確率と損失"),
                [
                    Line(squared, p, found["squared_by_p"]),
                    Line(entropy, p, found["entropy_by_p"]),
                    Rule(f"y = {significant(own)}", x=own),
                ],
                Axis(t("probability of the right class", "正解クラスの確率"), low=0, high=1),
                Axis(t.word("loss"), low=0),
                lang=t.lang,
                note=t("The other classes share the rest equally.", "残りの確率は、ほかのクラスで等分しています。"),
            ),
            Table([t("answer", "答え"), "y", squared, entropy], rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Both numbers, the ceiling and the floor, and the slopes."""
        total = sum(self.y)
        remark = (
            t("", "")
            if abs(total - 1) < 1e-9
            else t(
                " (The outputs sum to {total}, so they are no probabilities; the formulas do not mind.)",
                "（出力の合計は {total} なので確率ではありませんが、式は計算できます。）",
                total=significant(total),
            )
        )
        return [
            t(
                "For y the sum of squares is {squared}, the cross entropy {entropy}.",
                "この y の二乗和誤差は {squared}、交差エントロピー誤差は {entropy} です。",
                squared=significant(float(found["squared"]), 6),
                entropy=significant(float(found["entropy"]), 12),
            )
            + remark,
            t(
                "Cross entropy looks at the right class only, and punishes what is surely wrong: with probability 0 "
                "it is {ceiling}, its ceiling, because {eps} is added in the logarithm; the sum of squares is {most} "
                "at most here.",
                "交差エントロピー誤差は正解クラスだけを見て、確信をもった誤りを強く罰します。確率 0 のとき {ceiling} "
                "で、これが天井です（対数の中に {eps} を足すため）。ここでの二乗和誤差は最大でも {most} です。",
                ceiling=significant(float(found["ceiling"]), 5),
                eps=f"{self.eps:g}",
                most=significant(float(found["squared_by_p"].max()), 3),
            ),
            t(
                "A perfect answer gets {perfect}: adding {eps} moves even the floor a little.",
                "完全に正しい答えの損失は {perfect} です。{eps} を足すため、下限もわずかに動きます。",
                perfect=significant(float(found["perfect"]), 2),
                eps=f"{self.eps:g}",
            ),
            t(
                "If the right class had the least output instead, the losses would be {squared} and {entropy}.",
                "正解のクラスの出力が最小の値だったなら、損失は {squared} と {entropy} になります。",
                squared=significant(float(found["swapped_squared"]), 4),
                entropy=significant(float(found["swapped_entropy"]), 5),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """MEMO's numbers, the book's ceiling, and the gradients by formula."""
        y, one_hot = np.array(self.y), np.eye(len(self.y))[self.t]
        squared_gap = np.abs(found["squared_slope"] - (y - one_hot)).max()
        expected = -one_hot[self.t] / (y[self.t] + self.eps) if y[self.t] + self.eps > 0 else -np.inf
        slope = found["entropy_slope"][self.t]
        gap = 0.0 if slope == expected else abs(slope / expected - 1)
        others = np.abs(np.delete(found["entropy_slope"], self.t)).max()
        rises = np.diff(found["entropy_by_p"]).max()
        return [
            near(t("cross entropy", "交差エントロピー誤差"), found["entropy"], 0.510825457099, 1e-11, "A"),
            near(t("half the sum of squares", "二乗和誤差"), found["squared"], 0.1025, 1e-12, "A"),
            near(t("ceiling, −log(0 + eps)", "天井 −log(0 + eps)"), found["ceiling"], 16.118, 5e-4, "A"),
            at_most(
                t("slope of the squares, minus y − t", "二乗和誤差の傾き − (y − t)"), squared_gap, 1e-15, "A", law=True
            ),
            at_most(
                t(
                    "slope of the cross entropy against −1/(y + eps), relative",
                    "交差エントロピー誤差の傾きと −1/(y + eps) の差（相対値）",
                ),
                gap,
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t("slope of the cross entropy in the other classes", "ほかのクラスについての傾き"),
                others,
                0,
                "A",
                law=True,
            ),
            at_most(
                t("rise of the cross entropy when p grows", "p が増えたときの交差エントロピー誤差の増加"),
                rises,
                0,
                "A",
                law=True,
            ),
            at_least(
                t("least half sum of squares along p", "p に沿った二乗和誤差の最小値"),
                found["squared_by_p"].min(),
                0,
                "A",
                law=True,
            ),
        ]


def _with_gradient(loss: Callable[[Tensor], Tensor], y: Array) -> tuple[Array, Array]:
    out = Tensor(y, requires_grad=True)
    value = loss(out)
    value.backward()
    assert out.grad is not None
    return value.data, np.asarray(out.grad)
