"""`tanh-tower`: the graph of the n-th derivative."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.polynomial import Polynomial

from zerokara import functional as F
from zerokara.autodiff import Tensor, gradients
from zerokara.autodiff.graph import nodes
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch05.graphs import drawing, leaf
from zerokara.experiments.checks import Check, at_most, between, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Line, Table, Text, graph_figure, line_chart, significant

FUNCTIONS = {"tanh": F.tanh, "sin": F.sin, "exp": F.exp, "sigmoid": F.sigmoid}

TANH = (0.419974342, -0.639700008, 0.621626681, 0.665091045, -5.55689355, 13.6240754)
"""The derivatives of tanh at 1, of the orders 1 to 6."""

DRAWN = 2
"""Orders whose graph is drawn; that of order 3 has 25 operations."""


@dataclass(frozen=True)
class TanhTower(Experiment):
    """tanh, differentiated again and again: each derivative is a graph, which is differentiated like any other."""

    name = "tanh-tower"
    chapter = "dz"
    source = "V3 s35"
    title = Text("A tower of derivatives", "高階微分の計算グラフ")
    question = Text(
        "How large does the graph of the n-th derivative grow?", "n 階微分の計算グラフはどこまで大きくなるか？"
    )
    formula = (r"y = \tanh x, \qquad y' = 1 - y^2, \qquad y'' = -2y\,(1 - y^2), \qquad \dots",)
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("The sine's derivatives are sines.", "sin の微分はいつも sin と cos です。"), {"function": "sin"}),
        Turn(Text("One order more.", "もう 1 階進めてみましょう。"), {"orders": 7}),
    )

    function: str = knob("tanh", "what is differentiated", "微分する関数", choices=tuple(FUNCTIONS))
    x: float = knob(1.0, "where", "点 x", low=-5, high=5)
    orders: int = knob(6, "the highest order", "最高の階数", low=2, high=8)

    def measure(self, lab: Lab) -> Arrays:
        """Value and number of operations of every order."""
        values, sizes = [], []
        for order in range(self.orders + 1):
            y = tower(self.function, leaf(self.x), order)
            values.append(y.item())
            sizes.append(len(nodes(y)))
        return {"values": np.array(values), "nodes": np.array(sizes)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Operations against the order; the first graphs; the numbers."""
        orders = np.arange(len(found["nodes"]))
        rows: list[list[Cell]] = [
            [int(n), f"{v:.9g}", int(k)] for n, v, k in zip(orders, found["values"], found["nodes"], strict=True)
        ]
        drawn = []
        for order in range(1, min(DRAWN, self.orders) + 1):
            x = leaf(self.x)
            said = t("{n} operations.", "演算 {n} 個。", n=int(found["nodes"][order]))
            title = t("Order {n}", "{n} 階微分", n=order)
            drawn.append(
                graph_figure(
                    title, drawing(tower(self.function, x, order), {"x": x}, t), words=said, note=said, lang=t.lang
                )
            )
        return [
            line_chart(
                t("Operations in the graph", "計算グラフの演算の数"),
                [Line(self.function, orders, found["nodes"])],
                Axis(t("order", "階数"), whole=True),
                Axis(t("operations", "演算の数"), log=True),
                lang=t.lang,
                note=t(
                    "Logarithmic: a straight line is a factor an order.", "対数目盛。直線なら 1 階ごとに一定の倍率。"
                ),
            ),
            Table([t("order", "階数"), t.word("value"), t("operations", "演算の数")], rows),
            *drawn,
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The growth, and the last value."""
        return [
            t(
                "The graph of order {n} has {k} operations; from order to order it grows {low} to {high} times.",
                "{n} 階微分のグラフには演算が {k} 個あり、1 階ごとに {low} ～ {high} 倍になります。",
                n=self.orders,
                k=int(found["nodes"][-1]),
                low=significant(min(_growth(found)), 2),
                high=significant(max(_growth(found)), 2),
            ),
            t(
                "The derivative of order {n} at x = {x} is {v}.",
                "x = {x} での {n} 階微分の値は {v} です。",
                n=self.orders,
                x=f"{self.x:g}",
                v=f"{found['values'][-1]:.9g}",
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's values; the closed form; the growth."""
        what = t("derivative of order {n}", "{n} 階微分", n="{n}")
        told = [
            near(what.format(n=n), v, e, abs(e) * 1e-8, "A")
            for n, (v, e) in enumerate(zip(found["values"][1:], TANH, strict=False), start=1)
        ]
        exact = closed(self.function, self.x, self.orders)
        gap = np.abs(found["values"] - exact).max() / max(1.0, float(np.abs(exact).max()))
        return [
            *told,
            between(
                t("growth of the graph an order, least", "1 階ごとの演算数の倍率（最小）"),
                min(_growth(found)),
                1.5,
                5,
                "M",
            ),
            between(
                t("growth of the graph an order, greatest", "1 階ごとの演算数の倍率（最大）"),
                max(_growth(found)),
                1.5,
                5,
                "M",
            ),
            at_most(t("distance from the closed form, relative", "閉じた式との差（相対）"), gap, 1e-12, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Why it grows."""
        return [
            Question(
                t("Why does the graph grow by a factor?", "なぜ掛け算で増えていくのか？"),
                t(
                    "Every operation of one order is run again and leaves some more on its way back: {a}.",
                    "各演算が次の階でもう一度計算され、逆向きにもいくつかの演算を残すからです：{a}。",
                    a=" → ".join(map(str, found["nodes"].tolist())),
                ),
            )
        ]


def tower(name: str, x: Tensor, order: int) -> Tensor:
    """The derivative of that order, with its graph."""
    y = FUNCTIONS[name](x)
    for _ in range(order):
        (y,) = gradients(y, [x], create_graph=True)
    return y


def closed(name: str, x: float, orders: int) -> np.ndarray:
    """The derivatives 0 … orders in closed form: those of tanh and σ are polynomials in the function itself."""
    if name in ("sin", "exp"):
        return np.array([np.exp(x) if name == "exp" else np.sin(x + n * np.pi / 2) for n in range(orders + 1)])
    value, slope = (
        (np.tanh(x), Polynomial([1, 0, -1])) if name == "tanh" else (1 / (1 + np.exp(-x)), Polynomial([0, 1, -1]))
    )
    p, found = Polynomial([0, 1]), []
    for _ in range(orders + 1):
        found.append(p(value))
        p = p.deriv() * slope
    return np.array(found)


def _growth(found: Found) -> list[float]:
    """From order 1 on."""
    return [b / a for a, b in pairwise(found["nodes"][1:].tolist())]
