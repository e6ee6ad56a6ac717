"""`activation-layers`: what ReLU and Sigmoid pass forwards and back."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch05.graphs import leaf
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Grid, Line, Mark, Points, Text, chart, grids, significant


@dataclass(frozen=True)
class ActivationLayers(Experiment):
    """ReLU lets a gradient through or not; Sigmoid weakens it by y(1 − y)."""

    name = "activation-layers"
    chapter = 5
    source = "Ch5 §5.5; MEMO p.142–143"
    title = Text("Activation layers", "活性化関数のレイヤ")
    question = Text("What do ReLU and Sigmoid layers pass back?", "ReLU と Sigmoid のレイヤは何を逆伝播するか？")
    formula = (
        r"\frac{\partial}{\partial x}\,\text{ReLU}(x) = \begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
        r"\sigma = \frac{1}{1 + e^{-x}}, \qquad \left(\frac{f}{g}\right)' = \frac{f'g - fg'}{g^2}",
        r"\sigma' = \frac{0 \cdot (1 + e^{-x}) - 1 \cdot (-e^{-x})}{(1 + e^{-x})^2} "
        r"= \frac{1}{1 + e^{-x}} \cdot \frac{e^{-x}}{1 + e^{-x}} = y\,(1 - y)",
    )
    symbols = Text(
        "σ is differentiated as a quotient with f = 1 and g = 1 + e⁻ˣ; y = σ(x).",
        "σ を f = 1、g = 1 + e⁻ˣ の商として微分します。y = σ(x) です。",
    )
    turns = (
        Turn(
            Text("Far from 0, Sigmoid passes almost nothing back.", "0 から遠いと、Sigmoid はほとんど何も返しません。"),
            {"input": (-10.0, -5.0, 0.0, 5.0, 10.0)},
        ),
    )

    input: tuple[float, ...] = knob((-1.0, 0.5, 0.0, 2.0), "what goes in", "入力 x", low=-700, high=700)
    gradient: float = knob(1.0, "∂L/∂y that comes back, for every number", "上流から来る勾配 ∂L/∂y", low=-1e3, high=1e3)

    def measure(self, lab: Lab) -> Arrays:
        """Both layers, forwards and back, and central differences of σ and of f/g."""
        x = np.array(self.input)
        came = np.full(x.shape, self.gradient)
        found: Arrays = {"x": x, "mask": x > 0}
        for name, layer in (("relu", F.relu), ("sigmoid", F.sigmoid)):
            tensor = leaf(x)
            y = layer(tensor)
            y.backward(came)
            assert tensor.grad is not None
            found |= {name: y.data, f"{name}.gradient": tensor.grad}
        quotient = leaf(x)
        (1 / (1 + F.exp(-quotient))).backward(came)
        assert quotient.grad is not None
        return found | {
            "quotient.gradient": quotient.grad,
            "numerical": self.gradient * numerical_gradient(lambda v: F.sigmoid(leaf(v)).sum(), x),
            "exp slope": numerical_gradient(lambda v: F.exp(leaf(v)).sum(), np.zeros(1))[0],
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Input, mask, output and gradient of each layer, and the two derivatives as curves."""
        came = Grid(np.full(found["x"].shape, self.gradient), "∂L/∂y")
        y = found["sigmoid"]
        kept = Grid(found["mask"].astype(int), t("mask: x > 0", "マスク：x > 0"), marked=found["mask"])
        back = t("∂L/∂x, passed back", "∂L/∂x（逆伝播の結果）")
        rows: list[list[Grid | str]] = [
            [Grid(found["x"], "x"), "→", kept, "→", Grid(found["relu"], "y = ReLU(x)")],
            [came, "×", kept, "=", Grid(found["relu.gradient"], back)],
        ]
        smooth_rows: list[list[Grid | str]] = [
            [Grid(found["x"], "x"), "→", Grid(y, "y = σ(x)")],
            [came, "×", Grid(y * (1 - y), "y(1 − y)"), "=", Grid(found["sigmoid.gradient"], back)],
        ]
        side = max(3.0, min(8.0, float(np.abs(found["x"]).max()) * 1.2))
        u = np.linspace(-side, side, 161)
        s = 1 / (1 + np.exp(-u))
        inside = np.abs(found["x"]) <= side
        marks: list[Mark] = [
            Line("ReLU", np.array([-side, 0, 0, side]), np.array([0, 0, 1, 1])),
            Line("Sigmoid", u, s * (1 - s)),
            Points(
                t("at the inputs: ReLU", "入力での値：ReLU"),
                found["x"][inside],
                _per(found["relu.gradient"], self)[inside],
            ),
            Points(
                t("at the inputs: Sigmoid", "入力での値：Sigmoid"),
                found["x"][inside],
                _per(found["sigmoid.gradient"], self)[inside],
            ),
        ]
        return [
            grids(t("ReLU, forwards and back", "ReLU の順伝播と逆伝播"), rows, lang=t.lang),
            grids(t("Sigmoid, forwards and back", "Sigmoid の順伝播と逆伝播"), smooth_rows, lang=t.lang),
            chart(
                t("What a gradient is multiplied with", "勾配に掛かる係数"),
                marks,
                Axis("x"),
                Axis("∂y/∂x", low=-0.05, high=1.05),
                lang=t.lang,
                wide=True,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What passed, and how weak."""
        passed = int(np.count_nonzero(found["relu.gradient"]))
        factors = _per(found["sigmoid.gradient"], self)
        return [
            t(
                "ReLU passes the gradient on unchanged to {passed} of {n} inputs and holds it back at the others, "
                "those with x ≤ 0; 0 itself counts among them.",
                "ReLU は {n} 個の入力のうち {passed} 個へ勾配をそのまま通し、x ≤ 0 の残りでは止めます（0 も）。",
                passed=passed, n=found["x"].size,
            ),
            t(
                "Sigmoid passes something back everywhere, but weakened: by factors from {low} to {high}.",
                "Sigmoid はどこでも勾配を返しますが、{low} ～ {high} 倍に弱まります。",
                low=significant(float(factors.min()), 3), high=significant(float(factors.max()), 3),
            ),
            t(
                "y(1 − y), the quotient rule and the central difference agree within {worst}: the layer needs only its "
                "own output.",
                "y(1 − y)、商の微分、中心差分は {worst} 以内で一致します。"
                "レイヤは自分の出力だけ覚えていれば十分です。",
                worst=significant(max(_apart(found, "numerical"), _apart(found, "quotient.gradient")), 2),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Zero where x ≤ 0; y(1 − y)."""
        x, y = found["x"], found["sigmoid"]
        came = self.gradient
        scale = max(1.0, abs(came))
        return [
            holds(
                t("ReLU: 0 where x ≤ 0, unchanged elsewhere", "ReLU：x ≤ 0 で 0、それ以外はそのまま"),
                np.all(found["relu.gradient"] == np.where(x > 0, came, 0.0)), "A", law=True,
            ),
            at_most(
                t("Sigmoid: gradient − g·y(1 − y)", "Sigmoid：勾配と g·y(1 − y) の差"),
                np.abs(found["sigmoid.gradient"] - came * y * (1 - y)).max() / scale, 1e-15, "A", law=True,
            ),
            at_most(
                t("Sigmoid: gradient − central difference", "Sigmoid：勾配と中心差分の差"),
                _apart(found, "numerical") / scale, 1e-9, "A", law=True,
            ),
            at_most(
                t("Sigmoid: gradient − quotient rule through the graph", "Sigmoid：勾配と、商の計算グラフの勾配の差"),
                _apart(found, "quotient.gradient") / scale, 1e-15, "A", law=True,
            ),
        ]  # fmt: skip

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """MEMO p.45."""
        slope = significant(float(found["exp slope"]), 6)
        return [
            Question(
                t("What is the slope of eˣ at 0? What is the derivative of f/g?",
                    "eˣ の x = 0 での傾きは？　f/g の微分は？"),
                t(
                    "1 (the central difference gives {slope}), and (f′g − fg′)/g². With f = 1 and g = 1 + e⁻ˣ that is "
                    "y(1 − y); it differs from the central difference of σ by at most {worst} here.",
                    "1（中心差分では {slope}）と (f′g − fg′)/g² です。f = 1、g = 1 + e⁻ˣ なら y(1 − y) になり、"
                    "σ の中心差分との差は最大 {worst} でした。",
                    slope=slope, worst=significant(_apart(found, "numerical"), 2),
                ),
            )
        ]  # fmt: skip


def _per(gradient: np.ndarray, experiment: ActivationLayers) -> np.ndarray:
    """A gradient for every unit that came."""
    return gradient / experiment.gradient if experiment.gradient else gradient


def _apart(found: Found, other: str) -> float:
    return float(np.abs(found["sigmoid.gradient"] - found[other]).max())
