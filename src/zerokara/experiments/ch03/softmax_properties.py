"""`softmax-properties`: are the outputs probabilities?"""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch03.vectors import written
from zerokara.experiments.checks import Check, at_least, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Rule, Table, Text, bar_chart, chart, significant

SHIFT = 100.0


@dataclass(frozen=True)
class SoftmaxProperties(Experiment):
    """Softmax of a few scores beside the sigmoid of each: both lie between 0 and 1, one of them sums to 1."""

    name = "softmax-properties"
    chapter = 3
    source = "Ch3 §3.5.3; WK"
    title = Text("What softmax promises", "ソフトマックス関数の性質")
    question = Text(
        "Are the outputs probabilities? Do sigmoids sum to 1 too?",
        "出力は確率といえるか？ シグモイドの出力も合計 1 になるか？",
    )
    formula = (
        r"y_k = \frac{e^{x_k / T}}{\sum_i e^{x_i / T}} \qquad \sum_k y_k = 1 \qquad "
        r"\sigma(x_k) = \frac{1}{1 + e^{-x_k}}",
    )
    symbols = Text("x are the scores, T is the temperature.", "x はスコア、T は温度。")
    turns = (
        Turn(
            Text(
                "A low temperature: nearly all for the greatest.",
                "温度を下げると、ほとんどが最大のスコアに集まります。",
            ),
            {"temperature": 0.2},
        ),
        Turn(
            Text("A high temperature: nearly the same for all.", "温度を上げると、どれもほぼ等しくなります。"),
            {"temperature": 20.0},
        ),
    )

    scores: tuple[float, ...] = knob((0.3, 2.9, 4.0), "scores", "スコア", low=-500, high=500, least=2)
    temperature: float = knob(
        1.0, "temperature T, by which scores are divided", "温度 T（スコアを割る数）", low=1e-3, high=1e3
    )

    def measure(self, lab: Lab) -> Arrays:
        """Softmax, sigmoids, softmax of shifted scores and at other temperatures."""
        x = np.array(self.scores) / self.temperature
        temperatures = np.geomspace(0.1, 100, 91)
        return {
            "softmax": F.softmax(x).data,
            "sigmoid": F.sigmoid(x).data,
            "shifted": F.softmax(x + SHIFT).data,
            "pair": F.softmax(x[:2]).data,
            "sigmoid_of_difference": F.sigmoid(x[:1] - x[1:2]).data,
            "temperatures": temperatures,
            "by_temperature": F.softmax(np.array(self.scores) / temperatures[:, None]).data,
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Before and after, and the temperature."""
        names = [f"x{i + 1}" for i in range(len(self.scores))]
        score, output = t("score", "スコア"), t.word("output")
        rows = [
            [f"{name} = {significant(x)}", *(significant(float(found[key][i]), 8) for key in ("softmax", "sigmoid"))]
            for i, (name, x) in enumerate(zip(names, self.scores, strict=True))
        ]
        rows.append([t("sum", "合計"), *(significant(float(found[key].sum()), 8) for key in ("softmax", "sigmoid"))])
        return [
            bar_chart(t("Before: the scores", "変換前：スコア"), names, {score: self.scores}, Axis(score), lang=t.lang),
            bar_chart(
                t("After", "変換後"),
                names,
                {"softmax": found["softmax"], t("sigmoid", "シグモイド"): found["sigmoid"]},
                Axis(output, low=0, high=1),
                lang=t.lang,
            ),
            chart(
                t("The temperature", "温度の働き"),
                [
                    *(Line(name, found["temperatures"], found["by_temperature"][:, i]) for i, name in enumerate(names)),
                    Rule(f"T = {significant(self.temperature)}", x=self.temperature),
                    Rule("1 / n", y=1 / len(names)),
                ],
                Axis(t("temperature T", "温度 T"), log=True),
                Axis(t("output of softmax", "softmax の出力"), low=0, high=1),
                lang=t.lang,
                note=t("n is the number of scores.", "n はスコアの個数。"),
            ),
            Table([score, "softmax", t("sigmoid", "シグモイド")], rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Sums, order, shifts, and what sigmoids do not do."""
        softmax, sigmoid = found["softmax"], found["sigmoid"]
        return [
            t(
                "Softmax turns {x} into {y}: no output is negative, and their sum is {total}.",
                "softmax は {x} を {y} に変えます。負の出力はなく、合計は {total} です。",
                x=written(self.scores),
                y=written(softmax, 8),
                total=significant(float(f"{softmax.sum():.12g}")),
            ),
            t(
                "The order of the scores is kept: {kept}. So inference may leave softmax out.",
                "スコアの大小の順は保たれるか：{kept}。だから推論では softmax を省けます。",
                kept=t.yes(_order_kept(self.scores, softmax)),
            ),
            t(
                "Adding {shift} to all scores changes the outputs by {gap:.1e} at most: only differences count.",
                "すべてのスコアに {shift} を足しても、出力の変化は最大 {gap:.1e} です。効くのはスコアの差だけです。",
                shift=significant(SHIFT),
                gap=float(np.abs(found["shifted"] - softmax).max()),
            ),
            t(
                "The sigmoids of the same scores sum to {total}: each lies between 0 and 1, but together they are no "
                "probabilities of classes that exclude each other.",
                "同じスコアのシグモイドの合計は {total} です。ひとつひとつは 0 と 1 の間にありますが、"
                "互いに排他的なクラスの確率にはなりません。",
                total=significant(float(sigmoid.sum()), 6),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers; sum, order and shift for any scores."""
        softmax = found["softmax"]
        shift = np.abs(found["shifted"] - softmax).max()
        size = max(1.0, max(abs(x) for x in self.scores) / self.temperature, SHIFT)
        two = abs(found["pair"][0] - found["sigmoid_of_difference"][0])
        return [
            *(
                near(t("output {i}", "出力 {i}", i=i + 1), softmax[min(i, len(softmax) - 1)], value, 5e-9, "A")
                for i, value in enumerate((0.01821127, 0.24519181, 0.73659691))
            ),
            at_least(
                t("|sum of the sigmoids − 1|", "|シグモイドの合計 − 1|"), abs(found["sigmoid"].sum() - 1), 0.1, "A"
            ),
            at_most(t("|sum of the outputs − 1|", "|出力の合計 − 1|"), abs(softmax.sum() - 1), 1e-12, "A", law=True),
            holds(t("no output is negative", "負の出力はない"), (softmax >= 0).all(), "A", law=True),
            holds(
                t("the order of the scores is kept", "スコアの大小の順が保たれる"),
                _order_kept(self.scores, softmax),
                "A",
                law=True,
            ),
            at_most(
                t("change by a shift of all scores", "全スコアをずらしたときの変化"),
                shift,
                4e-16 * size + 1e-15,
                "A",
                law=True,
            ),
            at_most(
                t(
                    "of two scores, softmax is the sigmoid of their difference: error",
                    "2 個のスコアなら softmax は差のシグモイド：その誤差",
                ),
                two,
                1e-12,
                "A",
                law=True,
            ),
        ]


def _order_kept(scores: tuple[float, ...], softmax: np.ndarray) -> bool:
    return bool((np.diff(softmax[np.argsort(scores, kind="stable")]) >= 0).all())
