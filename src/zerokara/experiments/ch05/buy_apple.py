"""`buy-apple`: how much each price moves the bill."""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch05 import shopping
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text, significant


@dataclass(frozen=True)
class BuyApple(Experiment):
    """Two apples of 100 yen and 10 % tax: two multiplications, and their gradients."""

    name = "buy-apple"
    chapter = 5
    source = "Ch5 §5.1–5.4 buy_apple, layer_naive"
    title = Text("Buying apples", "りんごの買い物")
    question = Text("How much does each price move the bill?", "それぞれの値段は、支払い総額をどれだけ動かすか？")
    formula = (
        r"L = p \cdot n \cdot \tau",
        r"\frac{\partial L}{\partial p} = n\tau, \qquad \frac{\partial L}{\partial n} = p\tau, \qquad "
        r"\frac{\partial L}{\partial \tau} = p\,n",
    )
    symbols = Text(
        "p: price of an apple, n: how many, τ: the tax factor, L: the bill.",
        "p：りんご 1 個の値段、n：個数、τ：消費税（倍率）、L：支払い総額。",
    )
    turns = (
        Turn(
            Text("Buy more, and every yen on the price counts more.", "たくさん買うほど、値段の 1 円が重くなります。"),
            {"number": 10.0},
        ),
    )

    price: float = knob(100.0, "price of an apple (yen)", "りんご 1 個の値段（円）", low=0, high=1e6)
    number: float = knob(2.0, "how many apples", "りんごの個数", low=0, high=1e6)
    tax: float = knob(1.1, "tax factor", "消費税（倍率）", low=0, high=100)

    @property
    def factors(self) -> tuple[float, float, float]:
        """What is multiplied."""
        return self.price, self.number, self.tax

    def measure(self, lab: Lab) -> Arrays:
        """The bill and its gradients."""
        return shopping.bill(self.factors)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The graph, and what one per cent does."""
        return [shopping.graph(self.factors, found, t), shopping.shares(self.factors, found, t)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The bill, its gradients, and that a multiplication passes back the other factor."""
        added = found["gradient"] * np.array(self.factors) / 100
        alike = np.ptp(added) <= 1e-9 * max(1.0, float(added.max()))
        return [
            *shopping.sentences(self.factors, found, t),
            t(
                "A multiplication hands back what came, times the other factor: the gradient of the tax is price times "
                "number, {value}.",
                "乗算ノードは、上流の値に「もう一方の値」を掛けて返します。消費税の勾配は値段 × 個数 = {value} です。",
                value=significant(float(found["gradient"][2]), 6),
            ),
            t(
                "One per cent more of any of the three adds the same, {one} yen, because the bill is their product.",
                "どれが 1 % 増えても総額の増加は同じ {one} 円です。総額が 3 つの積だからです。",
                one=significant(float(added[0]), 6),
            )
            if alike
            else t("One per cent more adds different amounts.", "1 % の増加の効き方は異なりました。"),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The book's numbers, and the central difference."""
        expected = dict(zip(shopping.names(1, t), (2.2, 110, 200), strict=True))
        return [
            near(t("bill (yen)", "総額（円）"), found["total"], 220, 1e-10, "N"),
            *(
                near(t("gradient: {name}", "勾配：{name}", name=name), g, value, 1e-10, "N")
                for (name, value), g in zip(expected.items(), found["gradient"], strict=True)
            ),
            at_most(
                t("backpropagation − central difference, relative", "誤差逆伝播法と中心差分の差（相対）"),
                shopping.disagreement(found),
                1e-7,
                "A",
                law=True,
            ),
        ]
