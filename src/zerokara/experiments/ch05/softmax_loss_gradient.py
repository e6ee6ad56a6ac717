"""`softmax-loss-gradient`: why softmax and cross entropy together have so simple a gradient."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch05.graphs import leaf
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Grid, Text, bar_chart, grids, significant

SHOWN = 4
"""So many samples have bars of their own."""


@dataclass(frozen=True)
class SoftmaxLossGradient(Experiment):
    """Softmax with cross entropy: what comes back is the answer minus the truth."""

    name = "softmax-loss-gradient"
    chapter = 5
    source = "Ch5 §5.6.3"
    title = Text("The gradient of softmax with cross entropy", "Softmax と交差エントロピー誤差の勾配")
    question = Text("Why is the gradient just y − t?", "勾配はなぜ y − t になるのか？")
    formula = (
        r"L = -\frac{1}{N} \sum_n \sum_k t_{nk} \log y_{nk}, \qquad y_{nk} = \frac{e^{s_{nk}}}{\sum_j e^{s_{nj}}}",
        r"\log y_k = s_k - \log \sum_j e^{s_j} \quad\Rightarrow\quad "
        r"\frac{\partial \log y_j}{\partial s_k} = \delta_{jk} - y_k",
        r"\frac{\partial L}{\partial s_{nk}} = \frac{1}{N} \Bigl( y_{nk} \sum_j t_{nj} - t_{nk} \Bigr) "
        r"= \frac{y_{nk} - t_{nk}}{N}",
    )
    symbols = Text(
        "s: scores, y: probabilities, t: targets (1 for the right class), N: samples, δ: 1 where j = k, else 0.",
        "s：スコア、y：確率、t：正解（正解のクラスだけ 1）、N：サンプル数、δ：j = k なら 1、それ以外は 0。",
    )
    turns = (
        Turn(
            Text("A sure and right answer learns nothing more.", "自信をもって正解すると、もう何も学びません。"),
            {"scores": (10.0, 0.0, 0.0, 0.0, 10.0, 0.0), "labels": (0, 0)},
        ),
    )

    scores: tuple[float, ...] = knob(
        (0.3, 2.9, 4.0, 2.0, 1.0, 0.1, -1.0, 0.5, 0.5, 3.0, -2.0, 1.0),
        "scores, sample after sample", "スコア（サンプル順に並べる）", low=-1000, high=1000,
    )  # fmt: skip
    labels: tuple[int, ...] = knob(
        (2, 0, 1, 2), "the right class of every sample, from 0", "各サンプルの正解クラス（0 から）", low=0
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        classes, rest = divmod(len(self.scores), len(self.labels))
        if rest or classes < 2 or max(self.labels) >= classes:
            raise ValueError(
                f"{len(self.labels)} labels need as many rows of at least 2 scores, and lie below their number; "
                f"got {len(self.scores)} scores and the label {max(self.labels)}"
            )

    def measure(self, lab: Lab) -> Arrays:
        """y, t, and the gradient: of label targets, of one-hot targets, through separate layers, by differences."""
        labels = np.array(self.labels)
        scores = np.array(self.scores).reshape(len(labels), -1)
        one_hot = np.eye(scores.shape[1])[labels]
        y = F.softmax(Tensor(scores)).data
        return {
            "scores": scores,
            "y": y,
            "t": one_hot,
            "losses": F.cross_entropy(Tensor(scores), labels, reduction="none").data,
            "labels": _gradient(lambda s: F.cross_entropy(s, labels), scores),
            "one-hot": _gradient(lambda s: F.cross_entropy(s, one_hot), scores),
            "in two steps": _gradient(lambda s: -(F.log(F.softmax(s)) * one_hot).sum() / len(labels), scores),
            "scaled": _gradient(lambda s: 3.0 * F.cross_entropy(s, labels), scores),
            "numerical": numerical_gradient(lambda s: F.cross_entropy(leaf(s), labels), scores),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """y, t and y − t as bars for each sample, and the whole as grids."""
        y, truth = found["y"], found["t"]
        classes = [str(k) for k in range(y.shape[1])]
        bars: list[Piece] = [
            bar_chart(
                t("Sample {n}: the right class is {k}", "サンプル {n}：正解はクラス {k}", n=n + 1, k=self.labels[n]),
                classes,
                {t("answer y", "出力 y"): y[n], t("truth t", "正解 t"): truth[n], "y − t": y[n] - truth[n]},
                Axis(t("probability, difference", "確率・差"), low=-1, high=1),
                category=t.word("class"),
                lang=t.lang,
            )
            for n in range(min(SHOWN, len(y)))
        ]
        right = truth > 0
        return [
            *bars,
            grids(
                t("From scores to gradient", "スコアから勾配まで"),
                [
                    [Grid(found["scores"], t("scores s", "スコア s")), "→", Grid(y, "y = softmax(s)", right)],
                    [
                        "(",
                        Grid(y, "y", right),
                        "−",
                        Grid(truth, "t", right),
                        f") / {len(y)} =",
                        Grid(found["labels"], "∂L/∂s", right),
                    ],
                ],
                lang=t.lang,
                note=t("The right class of every sample is marked.", "各サンプルの正解クラスに印を付けています。"),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Agreement, rows, and who is corrected most."""
        y, gradient, losses = found["y"], found["labels"], found["losses"]
        worst, best = int(np.argmax(losses)), int(np.argmin(losses))
        size = np.abs(gradient).sum(axis=1)
        return [
            t(
                "The gradient is (y − t)/N within {worst}, with label targets and with one-hot targets alike.",
                "勾配は (y − t)/N と {worst} 以内で一致します。ラベルでも one-hot 表現でも同じです。",
                worst=significant(max(_apart(found, "labels"), _apart(found, "one-hot")), 2),
            ),
            t(
                "In every sample only the right class has a negative gradient: a step raises its score and lowers the "
                "others; each row sums to 0 (largest sum {sum}).",
                "どのサンプルでも、正解クラスだけ勾配が負です。1 歩進むと正解のスコアは上がり、他は下がります。"
                "各行の和は 0 です（最大 {sum}）。",
                sum=significant(float(np.abs(gradient.sum(axis=1)).max()), 2),
            )
            if bool(np.all((gradient < 0) <= (found["t"] > 0)))
            else t("Wrong classes have negative gradients too.", "正解以外のクラスにも負の勾配があります。"),
            t(
                "Sample {worst}, which gives the right class only {p}, is corrected by {big} in all; sample {best}, "
                "which gives it {q}, by {small}.",
                "勾配の絶対値の和は、正解の確率が {p} しかないサンプル {worst} で {big}、"
                "確率 {q} のサンプル {best} では {small} です。",
                worst=worst + 1, best=best + 1,
                p=significant(float(y[worst, self.labels[worst]]), 3),
                q=significant(float(y[best, self.labels[best]]), 3),
                big=significant(float(size[worst]), 3), small=significant(float(size[best]), 3),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """(y − t)/N in every form."""
        rows = float(np.abs(found["labels"].sum(axis=1)).max())
        forms = {
            "labels": t("label targets", "ラベル"),
            "one-hot": t("one-hot targets", "one-hot 表現"),
        }
        scaled = float(np.abs(found["scaled"] - 3 * found["labels"]).max())
        return [
            *(
                at_most(f"|∂L/∂s − (y − t)/N|: {label}", _apart(found, form), 1e-12, "A", law=True)
                for form, label in forms.items()
            ),
            near(t("largest sum of a row", "行の和の最大"), rows, 0, 1e-12, "A", law=True),
            near(t("sums of the probabilities", "確率の和"), found["y"].sum(axis=1).max(), 1, 1e-12, "A", law=True),
            at_most(
                t("from softmax, log and product, one after the other", "Softmax・log・積を順に逆伝播した勾配との差"),
                float(np.abs(found["in two steps"] - found["labels"]).max()), 1e-12, "A",
            ),
            at_most(
                t("gradient − central difference", "勾配と中心差分の差"),
                float(np.abs(found["numerical"] - found["labels"]).max()), 1e-8, "A", law=True,
            ),
            at_most(
                t("3 times the loss: 3 times the gradient", "損失を 3 倍すると勾配も 3 倍（差）"), scaled,
                1e-12, "A", law=True,
            ),
        ]  # fmt: skip


def _gradient(loss: Callable[[Tensor], Tensor], scores: Array) -> Array:
    s = leaf(scores)
    loss(s).backward()
    assert s.grad is not None
    return s.grad


def _apart(found: Found, form: str) -> float:
    expected = (found["y"] - found["t"]) / len(found["y"])
    return float(np.abs(found[form] - expected).max())
