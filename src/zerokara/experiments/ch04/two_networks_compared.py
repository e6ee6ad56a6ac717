"""`two-networks-compared`: which of two networks is better, and by how much?"""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Band, Line, Points, Table, Text, bar_chart, chart, significant

LOSSES = ("squares", "half-squares", "cross-entropy")
WK = ((0.7, 0.34), (0.85, 0.14))
"""What WK prints: p(5) of the two networks and their losses."""


@dataclass(frozen=True)
class TwoNetworksCompared(Experiment):
    """Two answers to one picture of a 5. The smaller loss wins, and a bound says how large Σ(y − t)² can be at all."""

    name = "two-networks-compared"
    chapter = 4
    source = "WK"
    title = Text("Two networks compared", "2 つのネットワークを比べる")
    question = Text(
        "Which of two networks is better, and by how much?", "どちらのネットワークが、どれだけ優れているか？"
    )
    formula = (
        r"E = \sum_k (y_k - t_k)^2 \qquad "
        r"(1-p)^2 + \frac{(1-p)^2}{K-1} \;\leq\; E \;\leq\; 2\,(1-p)^2",
    )
    symbols = Text(
        "p is the probability of the right class and K the number of classes: the rest is shared equally on the left, "
        "and goes to a single wrong class on the right.",
        "p は正解クラスの確率、K はクラスの数。残りの確率を等分すると左の下限、1 "
        "つの誤ったクラスに集中させると右の上限。",
    )
    turns = (
        Turn(Text("Judge by cross entropy instead.", "交差エントロピー誤差で比べる。"), {"loss": "cross-entropy"}),
        Turn(
            Text(
                "The same p(5), but all of the rest on one wrong class: the squares get worse, the cross entropy does "
                "not.",
                "p(5) は同じまま、残りをすべて 1 つの誤ったクラスに与える。二乗和は悪化し、"
                "交差エントロピー誤差は変わりません。",
            ),
            {"y_a": (0.0, 0.0, 0.0, 0.3, 0.0, 0.7, 0.0, 0.0, 0.0, 0.0)},
        ),
    )

    y_a: tuple[float, ...] = knob(
        (0.02, 0.01, 0.02, 0.12, 0.01, 0.7, 0.04, 0.01, 0.05, 0.02),
        "outputs of network A",
        "ネットワーク A の出力",
        low=0,
        high=1,
        least=2,
    )
    y_b: tuple[float, ...] = knob(
        (0.01, 0.0, 0.02, 0.03, 0.01, 0.85, 0.03, 0.01, 0.02, 0.02),
        "outputs of network B",
        "ネットワーク B の出力",
        low=0,
        high=1,
        least=2,
    )
    right: int = knob(5, "right class", "正解のクラス", low=0, high=10_000)
    loss: str = knob("squares", "the loss that decides", "判定に使う損失", choices=LOSSES)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.y_a) != len(self.y_b):
            raise ValueError(f"both networks know the same classes; got {len(self.y_a)} and {len(self.y_b)} outputs")
        if self.right >= len(self.y_a):
            raise ValueError(f"the classes are 0 to {len(self.y_a) - 1}; got right = {self.right}")
        for name, y in (("y_a", self.y_a), ("y_b", self.y_b)):
            if abs(sum(y) - 1) > 1e-6:
                raise ValueError(f"probabilities sum to 1; those of {name} sum to {sum(y):g}")

    def measure(self, lab: Lab) -> Arrays:
        """Every loss of both, and how large and small the sum of squares can be for any p."""
        t = np.eye(len(self.y_a))[self.right]
        found: Arrays = {"t": t}
        for name, y in (("a", np.array(self.y_a)), ("b", np.array(self.y_b))):
            squares = float(((F.subtract(y, t)) ** 2).sum().item())
            found[name] = np.array([squares, F.squared_error(y, t).item(), -F.log(y).data[self.right]])
        p = np.linspace(0, 1, 101)
        return found | {
            "p": p,
            "most": np.array([_extreme(v, len(t), alone=True) for v in p]),
            "least": np.array([_extreme(v, len(t), alone=False) for v in p]),
            "bounds": np.array(
                [
                    [_extreme(y[self.right], len(t), alone=alone) for alone in (False, True)]
                    for y in (self.y_a, self.y_b)
                ]
            ),
            "wk": np.array(WK),
            "wk_most": np.array([_extreme(v, len(t), alone=True) for v, _ in WK]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both answers, every loss of each, and where losses can lie."""
        classes = [str(k) for k in range(len(self.y_a))]
        own = np.array([self.y_a[self.right], self.y_b[self.right]])
        squares = t("Σ(y − t)²", "Σ(y − t)²")
        possible = t("possible", "とりうる範囲")
        wk = t("as WK prints", "WK の値")
        rows = [
            [_label(name, t), *(float(found[net][i]) for net in "ab"), "A" if found["a"][i] < found["b"][i] else "B"]
            for i, name in enumerate(LOSSES)
        ]
        return [
            bar_chart(
                t("Two answers to one picture", "同じ画像への 2 つの答え"),
                classes,
                {"A": self.y_a, "B": self.y_b, t("target", "正解"): found["t"]},
                Axis(t.word("probability"), low=0, high=1),
                category=t.word("class"),
                lang=t.lang,
                wide=True,
            ),
            bar_chart(
                t("The loss of each", "それぞれの損失"),
                [_label(name, t) for name in LOSSES],
                {"A": found["a"], "B": found["b"]},
                Axis(t.word("loss"), low=0),
                lang=t.lang,
            ),
            chart(
                t("How large the sum of squares can be", "二乗和はどこまで大きくなれるか"),
                [
                    Line(possible, found["p"], found["most"]),
                    Band(possible, found["p"], found["least"], found["most"]),
                    Points(t("A and B", "A と B"), own, [found["a"][0], found["b"][0]], labels=["A", "B"]),
                    Points(wk, found["wk"][:, 0], found["wk"][:, 1]),
                ],
                Axis(t("probability of the right class", "正解クラスの確率"), low=0.5, high=1),
                Axis(squares, low=0, high=0.5),
                lang=t.lang,
            ),
            Table([t.word("loss"), "A", "B", t("better", "優れているほう")], rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Who wins by which measure, and why WK's numbers cannot be."""
        k = LOSSES.index(self.loss)
        a, b = float(found["a"][k]), float(found["b"][k])
        winner, better, worse = ("A", a, b) if a < b else ("B", b, a)
        verdicts = ["A" if x < y else "B" if y < x else "=" for x, y in zip(found["a"], found["b"], strict=True)]
        first = [
            t(
                "By {loss}, {winner} is better: {better} against {worse}, a factor of {times}.",
                "{loss}では {winner} のほうが優れています。{better} と {worse} で、損失は {times} 分の 1 です。",
                loss=_label(self.loss, t),
                winner=winner,
                better=significant(better),
                worse=significant(worse),
                times=significant(worse / better, 3) if better else "∞",
            )
            if a != b
            else t(
                "By {loss} both are equally good: {a}.",
                "{loss}では同点です：{a}。",
                loss=_label(self.loss, t),
                a=significant(a),
            ),
            t(
                "Do the three losses agree on who is better? {same}. By how much is a matter of the measure.",
                "3 つの損失の判定は一致するか：{same}。差の大きさは損失の種類によって変わりますが、"
                "優劣は変わるとは限りません。",
                same=t.yes(len(set(verdicts)) == 1),
            ),
        ]
        return [
            *first,
            *(
                t(
                    "With p = {p} the sum of squares is at most {most} where probabilities sum to 1; the {printed} of "
                    "the note {can}.",
                    "確率の合計が 1 なら、p = {p} のときの二乗和は最大 {most} です。ノートの {printed} は{can}。",
                    p=p,
                    most=significant(float(most), 4),
                    printed=printed,
                    can=t("cannot come from such outputs", "そのような出力からは得られません")
                    if printed > most
                    else t("is possible", "ありえます"),
                )
                for (p, printed), most in zip(WK, found["wk_most"], strict=True)
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """B wins by every loss; the bounds; and every loss lies within them."""
        (low_a, high_a), (low_b, high_b) = found["bounds"]
        a, b = found["a"], found["b"]
        slack = min(a[0] - low_a, high_a - a[0], b[0] - low_b, high_b - b[0])
        return [
            holds(t("B has the smaller loss by every measure", "どの損失でも B のほうが小さい"), (b < a).all(), "A"),
            near(
                t("greatest sum of squares for p = 0.7", "p = 0.7 の二乗和の最大値"),
                found["wk_most"][0],
                0.18,
                1e-12,
                "A",
            ),
            near(
                t("greatest sum of squares for p = 0.85", "p = 0.85 の二乗和の最大値"),
                found["wk_most"][1],
                0.045,
                1e-12,
                "A",
            ),
            holds(
                t("WK's .34 and .14 lie above", "WK の .34 と .14 はそれを超える"),
                (found["wk"][:, 1] > found["wk_most"]).all(),
                "A",
            ),
            at_least(
                t("room between the losses and their bounds", "損失と上下限のあいだの余裕"), slack, -1e-6, "A", law=True
            ),
            at_most(
                t("half the squares, minus ½ · the squares", "二乗和誤差 − ½ · 二乗和"),
                max(abs(a[1] - a[0] / 2), abs(b[1] - b[0] / 2)),
                1e-15,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The note's question."""
        k = LOSSES.index(self.loss)
        a, b = float(found["a"][k]), float(found["b"][k])
        return [
            Question(
                t(
                    "Two networks give the right class {a} and {b}. Which is better, and by what measure?",
                    "2 つのネットワークが正解クラスに与えた確率は {a} と {b}。どちらが、どんな尺度で優れているか？",
                    a=significant(self.y_a[self.right]),
                    b=significant(self.y_b[self.right]),
                ),
                t(
                    "The one with the smaller loss: {who}. By {loss} A has {a} and B has {b}.",
                    "損失の小さいほう（{who}）です。{loss}は A が {a}、B が {b} です。",
                    who="A" if a < b else "B" if b < a else t("neither", "引き分け"),
                    loss=_label(self.loss, t),
                    a=significant(a),
                    b=significant(b),
                ),
            )
        ]


def _extreme(p: float, classes: int, *, alone: bool) -> float:
    """Σ(y − t)² where 1 − p goes to one wrong class alone, or to all of them equally."""
    y: Array = np.zeros(classes)
    y[1 : 2 if alone else classes] = (1 - p) / (1 if alone else classes - 1)
    y[0] = p
    return float(np.sum((y - np.eye(classes)[0]) ** 2))


def _label(name: str, t: Tongue) -> str:
    return {
        "squares": t("sum of squares", "二乗和"),
        "half-squares": t("half of it", "その半分（二乗和誤差）"),
        "cross-entropy": t("cross entropy", "交差エントロピー誤差"),
    }[name]
