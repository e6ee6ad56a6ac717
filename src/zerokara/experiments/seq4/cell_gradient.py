"""`cell-gradient`: how much of the gradient reaches the past in each cell."""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, between, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.sequence_models import KINDS, cell_name, reach, recurrent
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Line, Table, Text, line_chart, scientific, significant

EXPECTED = {"rnn": 6e-14, "gru": 5e-11, "lstm": 3e-11, "lstm+1": 7e-5, "lstm+3": 0.33}
"""‖∂h_T/∂x_{T−50}‖ over ‖∂h_T/∂x_T‖ with one seed: orders of magnitude."""


@dataclass(frozen=True)
class CellGradient(Experiment):
    """Cells with their initial weights read random inputs; the gradient of the last state goes back to each input."""

    name = "cell-gradient"
    chapter = "seq4"
    source = "V2 ch6"
    cost = "M"
    title = Text("What a cell lets through", "セルが通す勾配")
    question = Text(
        "How much of the gradient reaches the past in each cell?", "各セルでは、勾配がどれだけ過去まで届くか？"
    )
    formula = (
        r"\text{reach}(k) = \left\lVert \frac{\partial h_T}{\partial x_{T-k}} \right\rVert, \qquad "
        r"\frac{\partial c_t}{\partial c_{t-1}} = f_t \approx \sigma(b)",
    )
    symbols = Text(
        "f: forget gate, b: its bias, k: steps back.", "f：忘却ゲート、b：そのバイアス、k：さかのぼるステップ数。"
    )
    random = True
    seeds = 3
    quick = {"sequences": 4, "hidden": 16}
    shows = Shows.ALWAYS
    turns = (Turn(Text("A wider state.", "状態を大きくすると。"), {"hidden": 128}),)

    kinds: tuple[str, ...] = knob(KINDS, "cells", "セル", choices=KINDS)
    inputs: int = knob(16, "input size I", "入力の大きさ I", low=1, high=256)
    hidden: int = knob(64, "hidden size H", "隠れ状態の大きさ H", low=1, high=512)
    steps: int = knob(100, "steps T", "ステップ数 T", low=51, high=500)
    sequences: int = knob(16, "sequences N", "系列の数 N", low=1, high=512)

    def measure(self, lab: Lab) -> Arrays:
        """The reach of each cell by k."""
        x = lab.rng("x").standard_normal((self.sequences, self.steps, self.inputs))
        v = lab.rng("v").standard_normal((self.sequences, self.hidden))
        layers = [recurrent(k, self.inputs, self.hidden, lab.rng("weights"), np.float64) for k in self.kinds]
        norms = np.array([reach(layer, x, v)[::-1] for layer in layers])
        return {"norms": norms, "ratio": norms[:, 50] / norms[:, 0]}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The reach against k; a cell alone."""
        k = np.arange(self.steps)
        norms = np.exp(np.log(np.maximum(found.all("norms"), 1e-300)).mean(axis=0))
        lines = [Line(cell_name(kind, t), k, row / row[0]) for kind, row in zip(self.kinds, norms, strict=True)]
        ratio = _ratio(found)
        rows: list[list[Cell]] = [[cell_name(kind, t), f"{r:.1e}"] for kind, r in zip(self.kinds, ratio, strict=True)]
        alone: list[list[Cell]] = [
            [b, significant(_sigma(b), 3), *(significant(_sigma(b) ** n, 3) for n in (20, 50, 100))]
            for b in (0, 1, 3, 5)
        ]
        return [
            line_chart(
                t("How much comes back after k steps", "k ステップさかのぼったときの勾配"),
                lines,
                Axis(t("steps back, k", "さかのぼるステップ数 k"), whole=True),
                Axis(t("norm, share of that at k = 0", "ノルム（k = 0 を 1 とする）"), log=True, low=1e-20),
                lang=t.lang,
                wide=True,
                note=t("Logarithmic; geometric mean over the seeds.", "対数目盛。乱数の種についての幾何平均。"),
            ),
            Table([t("cell", "セル"), t("k = 50 over k = 0", "k = 50 と k = 0 の比")], rows),
            Table(
                [t("bias b", "バイアス b"), "σ(b)", "σ(b)^20", "σ(b)^50", "σ(b)^100"],
                alone,
                t("A forget gate alone.", "忘却ゲートだけの場合。"),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The order."""
        ratio = _ratio(found)
        order = np.argsort(ratio)
        best, worst = self.kinds[order[-1]], self.kinds[order[0]]
        return [
            t(
                "Most reaches back in {a}: after 50 steps {r} of the last step's gradient; least in {b}: {s}.",
                "最も遠くまで届くのは{a}で、50 ステップ前に {r} が残ります。最も届かないのは{b}の {s} です。",
                a=cell_name(best, t),
                r=scientific(ratio.max(), 1),
                b=cell_name(worst, t),
                s=scientific(ratio.min(), 1),
            ),
            t(
                "As they are made, LSTM and GRU are not much better than an RNN: their gates begin half open, "
                "and 0.5⁵⁰ = {v}.",
                "作りたての LSTM や GRU は RNN とあまり変わりません。ゲートは半開きで始まり、0.5⁵⁰ = {v} だからです。",
                v=scientific(0.5**50, 0),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Orders of magnitude; the gate alone."""
        power = np.log10(np.maximum(found.all("ratio"), 1e-300))
        what = t("{name}: power of ten of the ratio", "{name}：比の常用対数", name="{name}")
        told = [
            near(what.format(name=cell_name(k, t)), power[:, i], float(np.round(np.log10(EXPECTED[k]), 1)), 1.7, "M")
            for i, k in enumerate(self.kinds)
        ]
        alone = [(0, 20, 9.5e-7), (1, 20, 0.0019), (3, 20, 0.378)]
        told += [near(f"σ({b})^{n}", _sigma(b) ** n, v, v * 0.02, "A") for b, n, v in alone]
        if {"lstm", "lstm+1", "lstm+3"} <= set(self.kinds):
            low, middle, high = (power[:, self.kinds.index(k)] for k in ("lstm", "lstm+1", "lstm+3"))
            told.append(
                between(
                    t("each step of the bias helps, powers of ten", "バイアスを上げるごとの改善（常用対数）"),
                    np.minimum(middle - low, high - middle),
                    1,
                    12,
                    "M",
                )
            )
        gap = np.abs(found.all("norms")).min() if np.isfinite(found.all("norms")).all() else np.inf
        return [
            *told,
            at_most(t("a norm is never negative, and finite", "ノルムは負にならず有限"), -gap, 0, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The catalogue's."""
        half = 0.5 ** (1 / 100)
        return [
            Question(
                t(
                    "Which bias lets half of the memory survive 100 steps?",
                    "記憶の半分が 100 ステップ後も残るバイアスは？",
                ),
                t(
                    "σ(b)¹⁰⁰ = ½: b = ln({f}/(1 − {f})) = {b}.",
                    "σ(b)¹⁰⁰ = ½ より b = ln({f}/(1 − {f})) = {b}。",
                    f=significant(half, 5),
                    b=significant(np.log(half / (1 - half)), 3),
                ),
            )
        ]


def _ratio(found: Found) -> np.ndarray:
    """The geometric mean over the seeds."""
    return np.asarray(np.exp(np.log(np.maximum(found.all("ratio"), 1e-300)).mean(axis=0)))


def _sigma(b: float) -> float:
    return float(1 / (1 + np.exp(-b)))
