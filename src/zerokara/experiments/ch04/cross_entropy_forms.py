"""`cross-entropy-forms`: are one-hot and label targets the same loss?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Cell, Grid, Table, Text, grids, significant

EPS = 1e-7
MEMO = (0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.1, 0.1, 0.0, 0.0)
"""MEMO's answer (p.94); its right class is 2."""


@dataclass(frozen=True)
class CrossEntropyForms(Experiment):
    """−Σ t log y / N with one-hot rows, and −mean log y[n, label]: by hand and by zerokara, one sample and a batch."""

    name = "cross-entropy-forms"
    chapter = 4
    source = "Ch4 §4.2.4; MEMO p.94"
    title = Text("Two ways to write the cross entropy", "交差エントロピー誤差の 2 つの書き方")
    question = Text("Are one-hot and label targets the same loss?", "one-hot 表現とラベルでは、同じ損失になるか？")
    formula = (r"E = -\frac{1}{N} \sum_n \sum_k t_{nk} \log y_{nk} \qquad E = -\frac{1}{N} \sum_n \log y_{n,\, t_n}",)
    symbols = Text(
        "N is the number of samples (not of classes); in the first formula t is one-hot, in the second a label.",
        "N はサンプルの数（クラスの数ではない）。1 つ目の式の t は one-hot 表現、2 つ目の式の t はラベル。",
    )
    seeds = 3
    random = True
    turns = (
        Turn(
            Text(
                "As many samples as classes: here a wrong shape would go unnoticed elsewhere.",
                "サンプル数とクラス数を同じにする（形状の間違いに気づきにくい場合）。",
            ),
            {"batch": 10},
        ),
    )

    batch: int = knob(5, "samples in the batch", "バッチのサンプル数", low=1, high=100_000)
    classes: int = knob(10, "classes", "クラスの数", low=2, high=1000)

    def measure(self, lab: Lab) -> Arrays:
        """Random probabilities and labels; the loss in both forms, by hand, by zerokara, and the gradients."""
        rng = lab.rng("probabilities")
        y = rng.dirichlet(np.ones(self.classes), self.batch)
        labels = rng.integers(0, self.classes, self.batch)
        one_hot = np.eye(self.classes)[labels]
        memo = np.array(MEMO)[None]
        scores = np.log(y + EPS)
        by_label, label_gradient = _with_gradient(scores, labels)
        by_one_hot, one_hot_gradient = _with_gradient(scores, one_hot)
        one_by_one = [_one_hot_form(y[n : n + 1], one_hot[n : n + 1]) for n in range(self.batch)]
        return {
            "y": y,
            "labels": labels,
            "one_hot": one_hot,
            "one_hot_form": np.array(_one_hot_form(y, one_hot)),
            "label_form": np.array(_label_form(y, labels)),
            "one_hot_single": np.array(one_by_one),
            "label_single": np.array([_label_form(y[n : n + 1], labels[n : n + 1]) for n in range(self.batch)]),
            "zerokara_one_hot": by_one_hot,
            "zerokara_label": by_label,
            "gradient_gap": np.abs(label_gradient - one_hot_gradient).max(),
            "column_refused": np.array(_refused(lambda: F.cross_entropy(scores, labels[:, None]))),
            "memo": np.array(_label_form(memo, np.array([2]))),
            "memo_classes": np.array(len(MEMO)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The targets in both forms, and the losses in a table."""
        shown = slice(0, 12)
        rows: list[list[Cell]] = []
        samples = min(self.batch, 5)
        for what, one_hot, label in [
            *(
                (t("sample {n}", "サンプル {n}", n=n), found["one_hot_single"][n], found["label_single"][n])
                for n in range(samples)
            ),
            (t("batch, by hand", "バッチ（手計算）"), found["one_hot_form"], found["label_form"]),
            (
                t("batch, zerokara from scores", "バッチ（zerokara、スコアから）"),
                found["zerokara_one_hot"],
                found["zerokara_label"],
            ),
        ]:
            rows.append(
                [what, *(significant(float(v), 12) for v in (one_hot, label)), f"{abs(float(one_hot - label)):.1e}"]
            )
        heads = [
            t.word("loss"),
            t("one-hot target", "one-hot 表現"),
            t("label target", "ラベル"),
            t("difference", "差"),
        ]
        marked = found["one_hot"][shown, :16] == 1
        return [
            grids(
                t("The same targets, written in two ways", "同じ正解の 2 つの書き方"),
                [
                    Grid(np.round(found["y"][shown, :16], 3), t("outputs y", "出力 y"), marked=marked),
                    Grid(found["one_hot"][shown, :16].astype(int), t("one-hot", "one-hot 表現"), marked=marked),
                    Grid(found["labels"][shown, None], t("labels", "ラベル")),
                ],
                lang=t.lang,
                note=t("The right class of every sample is marked.", "各サンプルの正解クラスに印をつけています。"),
            ),
            Table(heads, rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How equal the forms are, what the mean is of, and MEMO's slip."""
        gap = float(np.abs(found.all("one_hot_form") - found.all("label_form")).max())
        return [
            t(
                "Both forms give {loss} for the batch; they differ by {gap:.1e} at most over {seeds:draw|draws}.",
                "どちらの書き方でもバッチの損失は {loss} です。{seeds} 回の抽選での差は最大 {gap:.1e} です。",
                loss=significant(float(found["label_form"]), 6),
                gap=gap,
                seeds=found.seeds,
            ),
            t(
                "The loss of the batch is the mean over its {n} samples: {mean}. Divided by the {k} classes instead "
                "it would be {wrong}.",
                "バッチの損失は {n} 個のサンプルの平均 {mean} です。クラス数 {k} で割ると {wrong} になってしまいます。",
                n=self.batch,
                mean=significant(float(found["one_hot_single"].mean()), 6),
                k=self.classes,
                wrong=significant(float(found["one_hot_single"].sum() / self.classes), 6),
            ),
            t(
                "Labels as a column, shape ({n}, 1), are refused: {refused}. Broadcasting would make a table of them "
                "and give a wrong number in silence.",
                "ラベルを縦 1 列の形状 ({n}, 1) で渡すと拒まれる：{refused}。ブロードキャストで表になり、"
                "黙って間違った値になるのを防ぐためです。",
                n=self.batch,
                refused=t.yes(found["column_refused"]),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Equality to 1e-12, for losses and gradients; MEMO's number and its slip."""
        by_hand = np.abs(found.all("one_hot_form") - found.all("label_form"))
        ours = np.abs(found.all("zerokara_one_hot") - found.all("zerokara_label"))
        means = np.abs(found.all("one_hot_single").mean(axis=1) - found.all("one_hot_form"))
        single = np.abs(found.all("one_hot_single") - found.all("label_single")).max(axis=1)
        bridge = np.abs(found.all("zerokara_label") - found.all("label_form"))
        return [
            near(
                t("loss of MEMO's y, one sample", "MEMO の y の損失（1 サンプル）"), found["memo"], 0.5108255, 5e-8, "A"
            ),
            near(
                t("the same divided by the classes (the slip)", "クラス数で割った値（誤り）"),
                found["memo"] / found["memo_classes"],
                0.0510825,
                5e-8,
                "S",
            ),
            at_most(t("difference of the forms, batch", "2 つの形の差（バッチ）"), by_hand, 1e-12, "A", law=True),
            at_most(
                t("difference of the forms, one sample", "2 つの形の差（1 サンプル）"), single, 1e-12, "A", law=True
            ),
            at_most(t("difference of the forms in zerokara", "zerokara の 2 つの形の差"), ours, 1e-12, "A", law=True),
            at_most(t("difference of their gradients", "勾配の差"), found.all("gradient_gap"), 1e-12, "A", law=True),
            at_most(
                t("batch loss, minus the mean of the samples", "バッチの損失 − サンプルの平均"),
                means,
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t("zerokara, minus by hand (1e-7 in the logarithm)", "zerokara − 手計算（対数の中の 1e-7 の影響）"),
                bridge,
                1e-7 * (self.classes + 2),
                "A",
                law=True,
            ),
            holds(
                t("labels as a column are refused", "縦 1 列のラベルは拒まれる"),
                found.all("column_refused"),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The note's example."""
        y = ", ".join(f"{v:g}" for v in MEMO)
        return [
            Question(
                t(
                    "What is the cross entropy of y = ({y}) for t = 2?",
                    "y = ({y})、t = 2 の交差エントロピー誤差はいくつか？",
                    y=y,
                ),
                t(
                    "{loss}: one sample, so it is divided by 1. {slip} comes out if it is divided by {k}, the number "
                    "of classes.",
                    "{loss} です。サンプルは 1 つなので 1 で割ります。クラス数の {k} で割ると {slip} "
                    "になってしまいます。",
                    loss=significant(float(found["memo"]), 7),
                    k=int(found["memo_classes"]),
                    slip=significant(float(found["memo"] / found["memo_classes"]), 6),
                ),
            )
        ]


def _one_hot_form(y: Array, t: Array) -> float:
    return float(-np.sum(t * np.log(y + EPS)) / len(y))


def _label_form(y: Array, t: Array) -> float:
    return float(-np.sum(np.log(y[np.arange(len(y)), t] + EPS)) / len(y))


def _with_gradient(scores: Array, target: Array) -> tuple[Array, Array]:
    x = Tensor(scores, requires_grad=True)
    loss = F.cross_entropy(x, target)
    loss.backward()
    assert x.grad is not None
    return loss.data, np.asarray(x.grad)


def _refused(do: Callable[[], object]) -> bool:
    try:
        do()
    except (ValueError, TypeError):
        return True
    return False
