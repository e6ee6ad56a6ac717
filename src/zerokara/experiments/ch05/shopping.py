"""The book's fruit shop: Σ price · number, times tax, as a computational graph."""

from collections.abc import Sequence

import numpy as np

from zerokara.autodiff import Tensor, numerical_gradient
from zerokara.experiments.base import Arrays
from zerokara.experiments.ch05.graphs import drawing, leaf, slopes_table
from zerokara.experiments.found import Found
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Figure, Text, bar_chart, graph_figure, significant

FRUITS = (
    Text("apple", "りんご"),
    Text("orange", "みかん"),
    Text("pear", "なし"),
    Text("peach", "もも"),
    Text("melon", "メロン"),
    Text("plum", "すもも"),
)
LARGEST = len(FRUITS)


def total(factors: Sequence[Tensor]) -> Tensor:
    """(price₁ · number₁ + price₂ · number₂ + …) · tax, of factors in that order."""
    *fruits, tax = factors
    costs = [price * number for price, number in zip(fruits[::2], fruits[1::2], strict=True)]
    together = costs[0]
    for cost in costs[1:]:
        together = together + cost
    return together * tax


def bill(factors: Sequence[float]) -> Arrays:
    """The total, and its gradient in every factor: carried back, and by differences."""
    leaves = [leaf(value) for value in factors]
    whole = total(leaves)
    whole.backward()
    return {
        "total": whole.data,
        "gradient": np.array([one.grad for one in leaves]),
        "numerical": numerical_gradient(lambda values: total([leaf(v) for v in values]), np.array(factors)),
    }


def names(count: int, t: Tongue) -> list[str]:
    """What the factors of `count` fruits are called."""
    fruits = [t.of(fruit) for fruit in FRUITS[:count]]
    each = [[fruit, t("number of {f}s", "{f}の個数", f=fruit)] for fruit in fruits]
    return [name for pair in each for name in pair] + [t("tax", "消費税")]


def graph(factors: Sequence[float], found: Found, t: Tongue) -> Figure:
    """The graph: values above each edge, gradients below."""
    called = names(len(factors) // 2, t)
    leaves = [leaf(value) for value in factors]
    return graph_figure(
        t("The bill as a graph", "会計の計算グラフ"),
        drawing(total(leaves), dict(zip(called, leaves, strict=True)), t),
        words=t(
            "The computational graph of the bill, {total} yen: values above the edges, gradients below them.",
            "支払い総額 {total} 円の計算グラフ。矢印の上が値、下が勾配。",
            total=significant(float(found["total"]), 6),
        ),
        note=t(
            "Above each edge the value, below it by how many yen the bill grows if that value grows by 1.",
            "矢印の上は値、下はその値が 1 増えたとき総額が何円増えるか。",
        ),
        lang=t.lang,
        table=slopes_table(
            dict(zip(called, factors, strict=True)), found["gradient"].tolist(), t("the bill", "総額"), t
        ),
    )


def shares(factors: Sequence[float], found: Found, t: Tongue) -> Figure:
    """What one per cent more of each factor adds to the bill."""
    added = found["gradient"] * np.array(factors) / 100
    return bar_chart(
        t("If one of them grows by 1 %", "それぞれが 1 % 増えたら"),
        names(len(factors) // 2, t),
        {t("the bill grows by", "総額の増加"): added},
        Axis(t("added to the bill", "総額の増加"), t("yen", "円"), low=0),
        category=t("what grows", "増えるもの"),
        lang=t.lang,
        note=t(
            "Gradient times one hundredth of the value: so that prices, numbers and the tax can be compared.",
            "勾配 × 値の 1/100。単位の異なる価格・個数・税率を比べられます。",
        ),
    )


def sentences(factors: Sequence[float], found: Found, t: Tongue) -> list[str]:
    """The bill, and what each factor does to it."""
    called = names(len(factors) // 2, t)
    told = [
        t("{name} {g}", "{name} {g}", name=name, g=significant(float(g), 6))
        for name, g in zip(called, found["gradient"], strict=True)
    ]
    return [
        t("The bill is {total} yen.", "総額は {total} 円です。", total=significant(float(found["total"]), 6)),
        t(
            "If a value grows by 1, the bill grows by so many yen: {told}.",
            "値が 1 増えると、総額は次の額（円）だけ増えます：{told}。",
            told=t.list(None, *told),
        ),
    ]


def disagreement(found: Found) -> float:
    """The greatest difference of backpropagation and central differences, relative to the greatest gradient."""
    numerical, back = found["numerical"], found["gradient"]
    return float(np.abs(numerical - back).max() / max(1.0, float(np.abs(back).max())))
