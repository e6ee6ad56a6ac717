"""`buy-apple-orange`: a bill with a branch and a sum."""

from dataclasses import dataclass

from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch05 import shopping
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text, significant


@dataclass(frozen=True)
class BuyAppleOrange(Experiment):
    """Two apples of 100 yen and three oranges of 150, with tax: the sum hands the same gradient to both branches."""

    name = "buy-apple-orange"
    chapter = 5
    source = "Ch5 §5.4 buy_apple_orange"
    title = Text("Buying apples and oranges", "りんごとみかんの買い物")
    question = Text("And with a branch and a sum?", "枝分かれと足し算があるとどうなるか？")
    formula = (
        r"L = \Bigl(\sum_i p_i n_i\Bigr) \tau",
        r"\frac{\partial L}{\partial p_i} = n_i \tau, \qquad \frac{\partial L}{\partial n_i} = p_i \tau, \qquad "
        r"\frac{\partial L}{\partial \tau} = \sum_i p_i n_i",
    )
    symbols = Text(
        "pᵢ: price of fruit i, nᵢ: how many, τ: the tax factor, L: the bill.",
        "pᵢ：果物 i の値段、nᵢ：個数、τ：消費税（倍率）、L：支払い総額。",
    )
    turns = (
        Turn(
            Text("A third fruit joins the sum.", "3 つ目の果物を加えてみましょう。"),
            {"prices": (100.0, 150.0, 200.0), "numbers": (2.0, 3.0, 1.0)},
        ),
    )

    prices: tuple[float, ...] = knob((100.0, 150.0), "price of each fruit (yen)", "果物の値段（円）", low=0, high=1e6)
    numbers: tuple[float, ...] = knob((2.0, 3.0), "how many of each", "それぞれの個数", low=0, high=1e6)
    tax: float = knob(1.1, "tax factor", "消費税（倍率）", low=0, high=100)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.prices) != len(self.numbers) or len(self.prices) > shopping.LARGEST:
            raise ValueError(
                f"every fruit has a price and a number, and there are at most {shopping.LARGEST}; "
                f"got {len(self.prices)} prices and {len(self.numbers)} numbers"
            )

    @property
    def factors(self) -> tuple[float, ...]:
        """Prices and numbers in turn, and the tax."""
        return *(v for pair in zip(self.prices, self.numbers, strict=True) for v in pair), self.tax

    def measure(self, lab: Lab) -> Arrays:
        """The bill and its gradients."""
        return shopping.bill(self.factors)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The graph, and what one per cent does."""
        return [shopping.graph(self.factors, found, t), shopping.shares(self.factors, found, t)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The bill, its gradients, and what sum and product do."""
        return [
            *shopping.sentences(self.factors, found, t),
            t(
                "A sum hands on what comes back unchanged: every fruit's subtotal has the gradient {tax}, the tax "
                "factor. A multiplication hands back the other factor, times what came.",
                "加算ノードは上流の値をそのまま返すので、どの果物の小計にも同じ勾配 {tax}（消費税の倍率）が届きます。"
                "乗算ノードは、それに「もう一方の値」を掛けて返します。",
                tax=significant(self.tax, 4),
            ),
            t(
                "The gradient of the tax is the whole sum before tax, {sum}.",
                "消費税の勾配は、税抜きの合計 {sum} です。",
                sum=significant(float(found["gradient"][-1]), 6),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The book's numbers, and the central difference."""
        expected = dict(zip(shopping.names(2, t), (2.2, 110, 3.3, 165, 650), strict=True))
        return [
            near(t("bill (yen)", "総額（円）"), found["total"], 715, 1e-10, "N"),
            *(
                near(t("gradient: {name}", "勾配：{name}", name=name), g, value, 1e-10, "N")
                for (name, value), g in zip(expected.items(), found["gradient"], strict=False)
            ),
            at_most(
                t("backpropagation − central difference, relative", "誤差逆伝播法と中心差分の差（相対）"),
                shopping.disagreement(found),
                1e-7,
                "A",
                law=True,
            ),
        ]
