"""`taylor-sine`: a sine made of powers, and its slope."""

import math
from dataclasses import dataclass

import numpy as np

from zerokara.autodiff import Tensor, gradients
from zerokara.autodiff.graph import nodes
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch05.graphs import drawing, leaf
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Line, Table, Text, graph_figure, line_chart

TERMS = {1e-2: 3, 1e-4: 4, 1e-8: 6, 1e-16: 9, 1e-150: 47}
"""How many terms it takes at π/4 until one is smaller than the threshold; that one is counted."""

OFF = {1e-2: (3.6e-5, 3.2e-4), 1e-4: (-3.1e-7, -3.6e-6), 1e-8: (-6.9e-12, -1.1e-10)}
"""Value and slope less the true ones, by threshold."""


@dataclass(frozen=True)
class TaylorSine(Experiment):
    """sin x as the sum of its Taylor series, cut where a term is small; backpropagation differentiates the sum."""

    name = "taylor-sine"
    chapter = "dz"
    source = "V3 s27"
    title = Text("A sine made of powers", "テイラー展開による sin")
    question = Text("How many terms make a sine, and its slope?", "sin とその傾きを作るには何項必要か？")
    formula = (
        r"\sin x \approx \sum_{i=0}^{n-1} (-1)^i \frac{x^{2i+1}}{(2i+1)!}",
        r"\frac{d}{dx} \sum_{i=0}^{n-1} (-1)^i \frac{x^{2i+1}}{(2i+1)!} = \sum_{i=0}^{n-1} (-1)^i \frac{x^{2i}}{(2i)!}",
    )
    symbols = Text("n is the number of terms.", "n は項の数。")
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("Far from 0 it takes many more.", "0 から離れると、ずっと多くの項が要ります。"), {"x": 20.0}),
        Turn(Text("Where the sine is flat.", "sin の傾きが 0 になる点では。"), {"x": math.pi / 2}),
    )

    x: float = knob(math.pi / 4, "where the sine is computed", "sin を計算する点 x", low=-30, high=30)
    thresholds: tuple[float, ...] = knob(
        (1e-2, 1e-4, 1e-8, 1e-16, 1e-150), "stop at a term smaller than this", "打ち切る項の大きさ", low=1e-300, high=1
    )
    drawn: float = knob(
        1e-2, "threshold of the graph that is drawn", "計算グラフを描くときのしきい値", low=1e-12, high=1
    )

    def measure(self, lab: Lab) -> Arrays:
        """For each threshold the terms, and the errors of value and slope; and term by term."""
        rows = []
        for threshold in self.thresholds:
            x = leaf(self.x)
            y, terms = sine(x, threshold)
            rows.append([len(terms), y.item() - math.sin(self.x), gradients(y, [x])[0] - math.cos(self.x)])
        x = leaf(self.x)
        parts = sine(x, min(self.thresholds))[1]
        values = np.cumsum([part.item() for part in parts])
        slopes = np.cumsum([float(gradients(part, [x])[0]) for part in parts])
        size = sine(leaf(self.x), self.drawn)[0]
        return {
            "rows": np.array(rows, np.float64),
            "value": values - math.sin(self.x),
            "slope": slopes - math.cos(self.x),
            "nodes": np.array(len(nodes(size))),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The errors term by term; the numbers; the graph."""
        shown = slice(0, min(len(found["value"]), 60))
        n = np.arange(1, len(found["value"]) + 1)[shown]
        x = leaf(self.x)
        said = t("{n} operations.", "演算 {n} 個。", n=int(found["nodes"]))
        rows: list[list[Cell]] = [
            [f"{threshold:g}", int(k), f"{v:.1e}", f"{s:.1e}"]
            for threshold, (k, v, s) in zip(self.thresholds, found["rows"], strict=True)
        ]
        heads = [
            t("threshold", "しきい値"),
            t("terms", "項数"),
            t("value − sin x", "値 − sin x"),
            t("slope − cos x", "傾き − cos x"),
        ]
        return [
            line_chart(
                t("Error against terms", "項数と誤差"),
                [
                    Line(t("value", "値"), n, np.maximum(np.abs(found["value"][shown]), 1e-17)),
                    Line(t("slope", "傾き"), n, np.maximum(np.abs(found["slope"][shown]), 1e-17)),
                ],
                Axis(t("terms", "項数"), whole=True),
                Axis(t.word("error"), log=True, low=1e-17),
                lang=t.lang,
                note=t(
                    "The slope has one power less, so it is one step behind.",
                    "傾きは次数が 1 つ低いので、値より少し遅れて近づきます。",
                ),
            ),
            Table(heads, rows),
            graph_figure(
                t("The graph for the threshold {v}", "しきい値 {v} の計算グラフ", v=f"{self.drawn:g}"),
                drawing(sine(x, self.drawn)[0], {"x": x}, t),
                words=said,
                note=said,
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The terms, and that the slope costs nothing extra."""
        k, v, s = found["rows"][0]
        last, worst = int(found["rows"][-1, 0]), np.abs(found["rows"][-1, 1:]).max()
        return [
            t(
                "{k} terms give sin {x} to {v:.0e} and, by backpropagation through the loop, its slope to {s:.0e}.",
                "{k} 項で sin {x} が {v:.0e} まで、ループを逆伝播して得た傾きが {s:.0e} まで求まります。",
                k=int(k),
                x=f"{self.x:.4g}",
                v=abs(v),
                s=abs(s),
            ),
            t(
                "With {n} terms nothing is left but rounding: {e:.0e}.",
                "{n} 項では、残る誤差は丸め誤差の {e:.0e} だけです。",
                n=last,
                e=worst,
            )
            if worst < 1e-12
            else t("With {n} terms {e:.0e} is left.", "{n} 項でも {e:.0e} の誤差が残ります。", n=last, e=worst),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's counts and errors; the remainder of the series."""
        told = []
        for threshold, (k, v, s) in zip(self.thresholds, found["rows"], strict=True):
            what = t("threshold {v}: terms", "しきい値 {v}：項数", v=f"{threshold:g}")
            told.append(near(what, k, TERMS.get(threshold, k), 0, "A"))
            if threshold in OFF:
                for word, error, expected in zip(
                    (t("value", "値"), t("slope", "傾き")), (v, s), OFF[threshold], strict=True
                ):
                    what = t(
                        "threshold {v}: {word} off by", "しきい値 {v}：{word}の誤差", v=f"{threshold:g}", word=word
                    )
                    told.append(near(what, error, expected, abs(expected) * 0.05, "A"))
        beyond = max(abs(v) / _remainder(self.x, int(k)) for k, v, _ in found["rows"])
        return [
            *told,
            at_most(
                t("error of the value over the bound |x|^(2n+1)/(2n+1)!", "値の誤差と上界 |x|^(2n+1)/(2n+1)! の比"),
                beyond,
                1.0,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Exact in float64."""
        exact = np.abs(found["value"]) == 0
        if not exact.any():
            return []
        return [
            Question(
                t(
                    "How many terms until sin({x}) is exact in float64?",
                    "sin({x}) が float64 で正確になるのは何項から？",
                    x=f"{self.x:.4g}",
                ),
                t(
                    "{n}: from there on the sum equals the sine to the last bit. A rule that stops at a term "
                    "below 10⁻¹⁶ sees it after {m}.",
                    "{n} 項です。そこから和は sin と最後のビットまで一致します。10⁻¹⁶ "
                    "未満の項で打ち切る規則では {m} 項になります。",
                    n=int(exact.argmax()) + 1,
                    m=len(sine(leaf(self.x), 1e-16)[1]),
                ),
            )
        ]


def sine(x: Tensor, threshold: float) -> tuple[Tensor, list[Tensor]]:
    """(the sum, its terms), as the book adds them up: the first term below the threshold is the last."""
    total, terms = leaf(0.0).detach(), []
    for i in range(1000):
        terms.append((-1) ** i / math.factorial(2 * i + 1) * x ** (2 * i + 1))
        total = total + terms[-1]
        if abs(terms[-1].item()) < threshold:
            break
    return total, terms


def _remainder(x: float, n: int) -> float:
    """|x|^(2n+1)/(2n+1)!, and the rounding of n terms as large as they get."""
    largest = max(abs(x) ** k / math.factorial(k) for k in range(1, 2 * n, 2))
    return float(abs(x) ** (2 * n + 1) / math.factorial(2 * n + 1)) + 1e-15 * n * max(1.0, largest)
