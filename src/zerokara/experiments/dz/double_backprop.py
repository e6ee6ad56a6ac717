"""`double-backprop`: a gradient that stands inside a loss."""

from dataclasses import dataclass

import numpy as np

from zerokara.autodiff import Tensor, gradients, numerical_gradient
from zerokara.autodiff.graph import nodes
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch05.graphs import drawing, leaf
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.dz.orders import expect_formula, of_formula
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Points, Text, chart, graph_figure, significant


@dataclass(frozen=True)
class DoubleBackprop(Experiment):
    """z = (y′)³ + y: the graph of y′ is part of the graph of z, and backpropagation goes through both."""

    name = "double-backprop"
    chapter = "dz"
    source = "V3 s36"
    title = Text("A gradient inside a loss", "損失の中の勾配（double backprop）")
    question = Text("Can a gradient stand inside a loss?", "損失の式に勾配を入れられるか？")
    formula = (
        r"y = x^2, \qquad z = \left(\frac{dy}{dx}\right)^3 + y = 8x^3 + x^2",
        r"\frac{dz}{dx} = 24x^2 + 2x",
    )
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("Another y.", "y を別の式にします。"), {"expression": "sin(x)"}),
        Turn(Text("Without the cube.", "3 乗をやめます。"), {"power": 1.0}),
    )

    expression: str = knob("x**2", "y, a formula in x", "y（x の式）")
    x: float = knob(2.0, "where", "点 x", low=-100, high=100)
    power: float = knob(3.0, "the power of the gradient in z", "z の中の勾配の指数", low=1, high=10)

    def __post_init__(self) -> None:
        super().__post_init__()
        expect_formula(self.expression)

    def measure(self, lab: Lab) -> Arrays:
        """y, y′, z and z′ at x; z′ by differences; z and z′ along x."""
        parts = self._parts(leaf(self.x))
        grid = np.linspace(self.x - 2, self.x + 2, 81)
        along = [self._parts(leaf(v)) for v in grid]
        numerical = numerical_gradient(lambda v: self._parts(leaf(v))[2].item(), np.array(self.x), h=1e-5)
        z = self._parts(leaf(self.x))[2]
        return {
            "here": np.array([part.item() for part in parts]),
            "numerical": numerical,
            "grid": grid,
            "z": np.array([part[2].item() for part in along]),
            "slope": np.array([part[3].item() for part in along]),
            "nodes": np.array(len(nodes(z))),
        }

    def _parts(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """y, y′, z, z′"""
        y = of_formula(self.expression)(x)
        (slope,) = gradients(y, [x], create_graph=True)
        z = slope**self.power + y
        return y, slope, z, gradients(z, [x], create_graph=True)[0]

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The graph that holds both; z and its slope."""
        x = leaf(self.x)
        said = t(
            "{n} operations; the way back of y is part of them.",
            "演算 {n} 個。y の逆伝播もその一部です。",
            n=int(found["nodes"]),
        )
        z, slope = found["here"][2:]
        return [
            graph_figure(
                t("One graph that holds both", "両方を含む 1 つの計算グラフ"),
                drawing(self._parts(x)[2], {"x": x}, t),
                words=said,
                note=said,
                lang=t.lang,
            ),
            chart(
                t("z and dz/dx", "z と dz/dx"),
                [
                    Line("z", found["grid"], found["z"]),
                    Line("dz/dx", found["grid"], found["slope"]),
                    Points(
                        t("at x", "x での値"), [self.x, self.x], [z, slope], [significant(z, 5), significant(slope, 5)]
                    ),
                ],
                Axis("x"),
                Axis(t.word("value")),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The numbers."""
        y, first, z, slope = (significant(v, 7) for v in found["here"])
        return [
            t(
                "y = {y}, dy/dx = {d}, z = {z}, and dz/dx = {s}.",
                "y = {y}、dy/dx = {d}、z = {z}、dz/dx = {s} です。",
                y=y,
                d=first,
                z=z,
                s=slope,
            ),
            t(
                "The gradient went through the first backward pass as through any other computation: "
                "differences say {n}.",
                "勾配は、1 回目の逆伝播の中もふつうの計算と同じように通り抜けます。数値微分では {n} です。",
                n=significant(float(found["numerical"]), 7),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """100, and differences."""
        gap = abs(found["numerical"] - found["here"][3]) / max(1.0, abs(found["here"][3]))
        return [
            near("dz/dx", found["here"][3], 100, 1e-12, "A"),
            near("z", found["here"][2], 68, 1e-12, "A"),
            at_most(t("dz/dx against differences, relative", "dz/dx と数値微分の相対誤差"), gap, 1e-6, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The catalogue's."""
        return [
            Question(
                t(
                    "z = (dy/dx)^{p} + y, y = {e}: dz/dx at {x}?",
                    "z = (dy/dx)^{p} + y、y = {e} のとき、x = {x} での dz/dx は？",
                    p=f"{self.power:g}",
                    e=self.expression,
                    x=f"{self.x:g}",
                ),
                t(
                    "{v}: computed by going back twice.",
                    "{v}（2 回さかのぼって計算した値）。",
                    v=significant(found["here"][3], 7),
                ),
            )
        ]
