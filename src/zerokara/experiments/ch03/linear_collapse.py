"""`linear-collapse`: why an activation must be non-linear."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch03.along_x import AlongX
from zerokara.experiments.checks import Check, at_least, at_most
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.nn import ACTIVATIONS, Linear, activation_by_name
from zerokara.report import Axis, Line, Mark, Points, Text, chart, percent, significant


@dataclass(frozen=True)
class LinearCollapse(AlongX):
    """Random layers x → W·x + b, one after the other, and the single layer that does the same."""

    name = "linear-collapse"
    chapter = 3
    source = "Ch3 §3.2.6"
    title = Text("Linear layers collapse into one", "線形な層は 1 層につぶれる")
    question = Text("Why must an activation be non-linear?", "なぜ活性化関数は非線形でなければならないのか？")
    formula = (
        r"W_3 (W_2 (W_1 x + b_1) + b_2) + b_3 = W x + b",
        r"W = W_3 W_2 W_1 \qquad b = W_3 W_2 b_1 + W_3 b_2 + b_3",
    )
    symbols = Text("Wₖ and bₖ are the weights and the bias of layer k.", "Wₖ、bₖ は k 番目の層の重みとバイアス。")
    seeds = 3
    random = True
    turns = (
        Turn(Text("Ten layers are no more than one.", "10 層にしても 1 層と変わりません。"), {"depth": 10}),
        Turn(
            Text("A smooth activation bends it just as well.", "なめらかな活性化関数でも、同じように曲がります。"),
            {"activation": "tanh"},
        ),
    )

    depth: int = knob(3, "layers", "層の数", low=1, high=100)
    activation: str = knob(
        "relu", "activation of the second network", "2 つ目のネットワークの活性化関数", choices=tuple(ACTIVATIONS)
    )
    width: int = knob(10, "units in a hidden layer", "隠れ層のニューロン数", low=1, high=1000)
    outputs: int = knob(3, "outputs", "出力の数", low=1, high=6)

    def measure(self, lab: Lab) -> Arrays:
        """The layers without activation, their product as one layer, and the same layers with an activation."""
        x, rng = self.x[:, None], lab.rng("weights")
        sizes = [1, *[self.width] * (self.depth - 1), self.outputs]
        layers = [Linear(n, m, rng=rng, dtype=np.float64) for n, m in pairwise(sizes)]
        weight, bias = _as_one(layers)
        bent = _forward(layers, x, self.activation)
        straight = np.hstack([x, np.ones_like(x)])
        fit = straight @ np.linalg.lstsq(straight, bent, rcond=None)[0]
        return {
            "x": x[:, 0],
            "layers": _forward(layers, x, "identity"),
            "one": x @ weight.T + bias,
            "bent": bent,
            "fit": fit,
            "unexplained": np.array(_unexplained(bent, fit)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Many layers and one layer overlaid; with an activation, and the straight lines that come nearest."""
        x, every = found["x"], slice(None, None, max(1, len(found["x"]) // 20))
        flat: list[Mark] = []
        bent: list[Mark] = []
        for k in range(self.outputs):
            name = t("output {k}", "出力 {k}", k=k + 1)
            flat += [Line(name, x, found["layers"][:, k]), Points(name, x[every], found["one"][every, k])]
            bent.append(Line(name, x, found["bent"][:, k]))
        nearest = t("nearest straight line", "最も近い直線")
        bent += [Line(nearest, x, found["fit"][:, k], faint=True) for k in range(self.outputs)]
        return [
            chart(
                t("Without activation", "活性化関数なし"),
                flat,
                Axis("x"),
                Axis(t.word("output")),
                lang=t.lang,
                note=t(
                    "Lines: {d} layers. Markers: the single layer.",
                    "線は {d} 層、印は 1 層にまとめたもの。",
                    d=self.depth,
                ),
            ),
            chart(
                t("With {f} between the layers", "層の間に {f} を入れると", f=self.activation),
                bent,
                Axis("x"),
                Axis(t.word("output")),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How far one layer is from many, without and with an activation."""
        return [
            t(
                "{d} layers without activation and the one layer differ by {gap} at most: they are the same function.",
                "活性化関数のない {d} 層と 1 層の差は最大でも {gap} で、同じ関数です。",
                d=self.depth,
                gap=significant(float(_gap(found).max()), 2),
            )
            if _gap(found).max() < 1e-9
            else t(
                "{d} layers without activation and the one layer differ by {gap}.",
                "活性化関数のない {d} 層と 1 層の差は {gap} です。",
                d=self.depth,
                gap=significant(float(_gap(found).max()), 2),
            ),
            t(
                "With {f} between them, even the nearest straight lines leave {share} of the variation unexplained "
                "({low} to {high} over the seeds).",
                "層の間に {f} を入れると、最も近い直線でも変動の {share} は説明できません"
                "（乱数の種により {low} 〜 {high}）。",
                f=self.activation,
                share=percent(found.number("unexplained"), 2),
                low=percent(float(found.low("unexplained")), 2),
                high=percent(float(found.high("unexplained")), 2),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """One layer does what many do; with an activation none can."""
        scale = np.maximum(1.0, np.abs(found.all("layers")).max(axis=(1, 2)))
        turns = np.abs(np.diff(found.all("layers"), n=2, axis=1)).max(axis=(1, 2), initial=0.0)
        unexplained = found.all("unexplained")
        checks = [
            at_most(
                t("difference of many layers and one", "多層と 1 層の差"),
                _gap(found) / scale,
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t("bend of the outputs without activation", "活性化関数なしの出力の曲がり"),
                turns / scale,
                1e-9,
                "A",
                law=True,
            ),
            at_least(
                t(
                    "least share of the variation that no single layer explains, with {f}",
                    "{f} を入れたとき、1 層では説明できない変動の割合の最小値",
                    f=self.activation,
                ),
                unexplained.min(),
                0.01,  # 0.017 is the least of 200 seeds
                "M",
            ),
        ]
        if self.depth == 1 or self.activation == "identity":
            what = t("distance from a straight line: nothing is between the layers", "直線とのずれ（層の間に何もない）")
            away = np.abs(found.all("bent") - found.all("fit")).max(axis=(1, 2))
            checks.append(at_most(what, away / scale, 1e-9, "A", law=True))
        return checks


def _as_one(layers: list[Linear]) -> tuple[Array, Array]:
    """W and b of the one layer: W ← Wₖ·W, b ← Wₖ·b + bₖ, layer by layer."""
    weight, bias = np.eye(layers[0].in_features), np.zeros(layers[0].in_features)
    for layer in layers:
        own = 0.0 if layer.bias is None else layer.bias.data
        weight, bias = layer.weight.data @ weight, layer.weight.data @ bias + own
    return weight, bias


def _forward(layers: list[Linear], x: Array, activation: str) -> Array:
    """Layer after layer, with the activation between them."""
    bend, signal = activation_by_name(activation), Tensor(x)
    for layer in layers[:-1]:
        signal = bend(layer(signal))
    return layers[-1](signal).data


def _unexplained(y: Array, fit: Array) -> float:
    """Σ (y − fit)² / Σ (y − mean)²; 0 where y does not vary."""
    total = float(np.square(y - y.mean(axis=0)).sum())
    return float(np.square(y - fit).sum()) / total if total > 0 else 0.0


def _gap(found: Found) -> Array:
    gap: Array = np.abs(found.all("layers") - found.all("one")).max(axis=(1, 2))
    return gap
