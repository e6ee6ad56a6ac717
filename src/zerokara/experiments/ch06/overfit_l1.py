"""`overfit-l1`: what does L1 do that L2 does not?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Split
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch06.overfitting import (
    ACCURACIES,
    SYMBOLS,
    OnFewImages,
    Restraint,
    accuracy_chart,
    end,
    end_chart,
    ends,
    forward_law,
    loss_chart,
    near_zero,
    penalty_difference,
    penalty_law,
    weights,
)
from zerokara.experiments.checks import Check, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Module
from zerokara.report import Axis, Picture, Text, Tile, bar_chart, gallery, percent, significant

SHOWN = 4


@dataclass(frozen=True)
class OverfitL1(OnFewImages):
    """The same network with no penalty, with λΣ|W| for two strengths, and with ½λΣW²."""

    name = "overfit-l1"
    source = "Ch6 §6.4; DR 6-4-3, 6-4-4-1"
    title = Text("L1 regularization", "L1 正則化")
    question = Text("What does L1 do that L2 does not?", "L1 正則化は、L2 にない何をするか？")
    formula = (
        r"L' = L + \lambda \sum \left| W \right|",
        r"W \leftarrow W - \eta \left( \frac{\partial L}{\partial W} + \lambda\, \text{sign}(W) \right)",
    )
    symbols = SYMBOLS
    quick = {"iterations": 120}
    turns = (
        Turn(
            Text(
                "A smaller step: is the strong penalty still as unsteady?",
                "学習率を下げると、強い罰則でも落ち着くでしょうか？",
            ),
            {"lr": 0.01},
        ),
    )

    iterations: int = knob(1000, "updates", "更新回数", low=2, high=1_000_000)
    lr: float = knob(0.1, "learning rate", "学習率", low=0, high=100)
    l1: tuple[float, ...] = knob((0.005, 0.0005), "the strengths λ of L1", "L1 の λ（複数）", low=0, high=1)
    weight_decay: float = knob(0.01, "λ of L2, for comparison", "比較する L2 の λ", low=0, high=10)
    threshold: float = knob(1e-3, "|w| below this is near zero", "|w| がこれ未満なら「ほぼ 0」", low=0, high=1)

    def measure(self, lab: Lab) -> Arrays:
        """Every training from the same initial values; the share of weights near zero, and the first layer."""
        few = lab.load(self.data).train.take(self.images)
        found: Arrays = {}
        restraints = self._restraints()
        lab.plan(len(restraints) * self.iterations)
        for name, restraint in restraints.items():
            model, trained = self.train(lab, name, restraint)
            found |= trained | {
                f"{name}.near_zero": np.array(near_zero(model, self.threshold)),
                f"{name}.first": _first_layer(model, few),
            }
        strongest = Restraint(l1=max(self.l1))
        return found | {"penalty_difference": penalty_difference(lab, self.optimizer, self.lr, strongest)}

    def _restraints(self) -> dict[str, Restraint]:
        return {
            "plain": Restraint(),
            "l2": Restraint(weight_decay=self.weight_decay),
            **{f"l1.{k}": Restraint(l1=strength) for k, strength in enumerate(self.l1)},
        }

    def _labels(self, t: Tongue) -> dict[str, str]:
        return {
            "plain": t("no penalty", "罰則なし"),
            "l2": f"L2 λ = {self.weight_decay:g}",
            **{f"l1.{k}": f"L1 λ = {strength:g}" for k, strength in enumerate(self.l1)},
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracies, losses, the share of weights near zero, and what the first layer looks at."""
        labels = self._labels(t)
        shares = {t.word("share"): [found.number(f"{name}.near_zero") for name in labels]}
        tiles = [
            Tile(
                [Picture(_shade(w), t("weights of a unit", "ニューロンの重み")) for w in found[f"{name}.first"]], label
            )
            for name, label in labels.items()
        ]
        return [
            accuracy_chart(found, {n: labels[n] for n in labels if n != "l2"}, t),
            loss_chart(found, {n: labels[n] for n in labels if n != "l2"}, t),
            end_chart(found, labels, t, t("penalty", "罰則")),
            bar_chart(
                t("Weights near zero", "ほぼ 0 の重み"),
                list(labels.values()),
                shares,
                Axis(t("share with |w| < {limit}", "|w| < {limit} の割合", limit=f"{self.threshold:g}"), low=0, high=1),
                category=t("penalty", "罰則"),
                lang=t.lang,
            ),
            gallery(
                t("The first layer", "第 1 層の重み"),
                tiles,
                note=t(
                    "The weights of the units with the longest weights, as pictures: grey is 0, white positive, black "
                    "negative.",
                    "重みの大きいニューロンを画像として表示。灰色が 0、白が正、黒が負。",
                ),
                large=True,
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What became of the weights and of the accuracies."""
        labels = self._labels(t)
        tests = {name: end(found, f"{name}.test") for name in labels}
        best = max(tests, key=lambda name: tests[name])
        sentences = [
            t(
                "{label}: {share} of the weights are near zero; {train} of the training and {test} of the test images "
                "are classified correctly.",
                "{label}：重みの {share} がほぼ 0。正答率は訓練 {train}、テスト {test} です。",
                label=label,
                share=percent(found.number(f"{name}.near_zero")),
                train=percent(end(found, f"{name}.train")),
                test=percent(tests[name]),
            )
            for name, label in labels.items()
        ]
        spread = np.ptp(ends(found, f"l1.{int(np.argmax(self.l1))}.test"))
        return [
            *sentences,
            t(
                "Best on the test images is: {best}. Between the seeds the test accuracy with the strongest L1 differs "
                "by up to {spread}.",
                "テスト画像で最も良いのは「{best}」です。最も強い L1 では、テストの正答率が乱数の種により最大 "
                "{spread} 違います。",
                best=labels[best],
                spread=significant(float(spread), 2),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers; L1 makes weights vanish, L2 does not."""
        checks = [near(_near(t("no penalty", "罰則なし"), t), found.all("plain.near_zero"), 0.012, 0.003, "M")]
        expected = {
            0.005: {"near_zero": (0.94, 1.0), "train": (0.45, 0.99), "test": (0.36, 0.74)},
            0.0005: {"near_zero": (0.48, 0.54), "train": (0.99, 1.0), "test": (0.775, 0.805)},
        }
        for k, strength in enumerate(self.l1):
            for key, (low, high) in expected.get(strength, {}).items():
                label = f"L1 λ = {strength:g}"
                what = _near(label, t) if key == "near_zero" else f"{label}: {t.word(ACCURACIES[key])}"
                measured = found.all(f"l1.{k}.near_zero") if key == "near_zero" else ends(found, f"l1.{k}.{key}")
                checks.append(between(what, measured, low, high, "M"))
        mild = int(np.argmin(self.l1))
        return [
            *checks,
            holds(
                t("the weaker L1 reads more test images than no penalty", "弱い L1 は罰則なしより正答率が高い"),
                ends(found, f"l1.{mild}.test") > ends(found, "plain.test"),
                "M",
            ),
            holds(
                t("L1 brings more weights near zero than L2", "L1 は L2 より多くの重みをほぼ 0 にする"),
                found.all(f"l1.{mild}.near_zero") > found.all("l2.near_zero"),
                "A",
            ),
            penalty_law(found, t),
            forward_law(found, list(self._restraints()), t),
        ]


def _near(label: str, t: Tongue) -> str:
    return t("{label}: share of weights near zero", "{label}：ほぼ 0 の重みの割合", label=label)


def _first_layer(model: Module, few: Split) -> Array:
    """The weights of the units with the longest weights, as pictures, (SHOWN, H, W); colours are averaged."""
    first = weights(model)[0]
    longest = np.argsort(-np.linalg.norm(first, axis=1), kind="stable")[:SHOWN]
    pictures: Array = first[longest].reshape(-1, *few.shape).mean(axis=1)
    return pictures


def _shade(w: Array) -> Array:
    most = float(np.abs(w).max(initial=0.0))
    return 0.5 + 0.5 * w / (most if np.isfinite(most) and most else 1.0)
