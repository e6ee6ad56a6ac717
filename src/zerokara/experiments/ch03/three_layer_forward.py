"""`three-layer-forward`: how a signal travels through three layers."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch03.vectors import written
from zerokara.experiments.checks import Check, at_most, between, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.nn import ACTIVATIONS, Identity, Linear, Module, Sequential, Softmax, observe
from zerokara.report import Layer, Table, Text, network_diagram

HIDDEN = ("sigmoid", "tanh", "relu")
OUTPUT = ("identity", "softmax", "sigmoid")


@dataclass(frozen=True)
class ThreeLayerForward(Experiment):
    """Linear – sigmoid – Linear – sigmoid – Linear – identity on two inputs, and once more in single numbers."""

    name = "three-layer-forward"
    chapter = 3
    source = "Ch3 §3.4; MEMO p.61"
    title = Text("Forward through three layers", "3 層ニューラルネットワークの順伝播")
    question = Text("How does a signal travel through three layers?", "信号は 3 つの層をどのように伝わるか？")
    formula = (
        r"a^{(k)} = z^{(k-1)}\, W^{(k)} + b^{(k)} \qquad z^{(k)} = h\!\left(a^{(k)}\right) \qquad z^{(0)} = x",
        r"y = \sigma\!\left(a^{(3)}\right)",
    )
    symbols = Text(
        "h is the activation of the hidden layers, σ the function of the output layer; b are the weights of bias "
        "nodes.",
        "h は隠れ層の活性化関数、σ は出力層の関数。b はバイアスノードからの重み。",
    )
    turns = (
        Turn(
            Text("With softmax the outputs become probabilities.", "softmax にすると、出力は確率になります。"),
            {"output": "softmax"},
        ),
        Turn(
            Text(
                "With ReLU the hidden values are no longer squeezed between 0 and 1.",
                "ReLU にすると、隠れ層の値は 0 と 1 の間に押し込められません。",
            ),
            {"hidden": "relu"},
        ),
    )

    x: tuple[float, ...] = knob((0.8, -0.4), "inputs", "入力", low=-1e3, high=1e3)
    w1: tuple[float, ...] = knob(
        (0.5, -0.3, 0.2, 0.4, 0.6, -0.1),
        "weights of layer 1, row by row",
        "第 1 層の重み（行ごと）",
        low=-1e3,
        high=1e3,
    )
    b1: tuple[float, ...] = knob((0.1, 0.0, -0.1), "biases of layer 1", "第 1 層のバイアス", low=-1e3, high=1e3)
    w2: tuple[float, ...] = knob(
        (0.7, -0.5, 0.3, 0.2, -0.4, 0.9),
        "weights of layer 2, row by row",
        "第 2 層の重み（行ごと）",
        low=-1e3,
        high=1e3,
    )
    b2: tuple[float, ...] = knob((0.0, 0.3), "biases of layer 2", "第 2 層のバイアス", low=-1e3, high=1e3)
    w3: tuple[float, ...] = knob(
        (1.2, -0.6, -0.8, 0.5), "weights of layer 3, row by row", "第 3 層の重み（行ごと）", low=-1e3, high=1e3
    )
    b3: tuple[float, ...] = knob((0.05, 0.1), "biases of layer 3", "第 3 層のバイアス", low=-1e3, high=1e3)
    hidden: str = knob("sigmoid", "activation of the hidden layers", "隠れ層の活性化関数", choices=HIDDEN)
    output: str = knob("identity", "function of the output layer", "出力層の関数", choices=OUTPUT)

    def __post_init__(self) -> None:
        super().__post_init__()
        for k, (W, (before, after)) in enumerate(zip(self._flat, self._sizes, strict=True), start=1):
            if len(W) != before * after:
                raise ValueError(
                    f"layer {k} leads from {before} to {after} nodes: w{k} has {before * after} numbers; got {len(W)}"
                )

    @property
    def _flat(self) -> list[tuple[float, ...]]:
        return [self.w1, self.w2, self.w3]

    @property
    def biases(self) -> list[Array]:
        """The biases of every layer."""
        return [np.array(b) for b in (self.b1, self.b2, self.b3)]

    @property
    def _sizes(self) -> list[tuple[int, int]]:
        nodes = [len(v) for v in (self.x, self.b1, self.b2, self.b3)]
        return list(pairwise(nodes))

    @property
    def weights(self) -> list[Array]:
        """W of every layer, as the book writes it: a row for every node that it comes from."""
        return [np.array(W).reshape(size) for W, size in zip(self._flat, self._sizes, strict=True)]

    def measure(self, lab: Lab) -> Arrays:
        """Every value on the way, by layers and by single numbers."""
        layers = self._layers()
        seen: list[Array] = []
        with observe(lambda module, y: None if isinstance(module, Sequential) else seen.append(y.data.copy())):
            Sequential(*layers)(Tensor(np.array([self.x])))
        found: Arrays = {}
        z: list[float] = list(self.x)
        for k, (W, b) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            found |= {f"a{k}": seen[2 * k - 2][0], f"z{k}": seen[2 * k - 1][0]}
            a = [sum(z[i] * W[i, j] for i in range(len(z))) + b[j] for j in range(len(b))]
            z = BY_HAND[self.output if k == 3 else self.hidden](a)
            found |= {f"a{k}.by_hand": np.array(a), f"z{k}.by_hand": np.array(z)}
        return found

    def _layers(self) -> list[Module]:
        layers: list[Module] = []
        for k, (W, b) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            layer = Linear(*W.shape, init=0.0, dtype=np.float64)
            layer.load_state_dict({"weight": W.T, "bias": b})
            layers += [layer, _activation(self.output if k == 3 else self.hidden)]
        return layers

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The network with every value and its bias nodes, and the values before and after each activation."""
        last = t.word("output")
        layers = [Layer(t.word("input"), [f"x{i + 1}" for i in range(len(self.x))], self.x, bias=True)]
        for k, b in enumerate(self.biases, start=1):
            names = [f"y{i + 1}" if k == 3 else f"z{i + 1}" for i in range(len(b))]
            name = last if k == 3 else t("hidden layer {k}", "隠れ層 {k}", k=k)
            layers.append(Layer(name, names, [float(v) for v in found[f"z{k}"]], bias=k < 3))
        edges = [np.vstack([W, b]).T for W, b in zip(self.weights, self.biases, strict=True)]
        rows = [
            [
                t("layer {k}", "第 {k} 層", k=k),
                str(W.shape),
                written(found[f"a{k}"], 6),
                self.output if k == 3 else self.hidden,
                written(found[f"z{k}"], 6),
            ]
            for k, W in enumerate(self.weights, start=1)
        ]
        heads = [
            t.word("layer"),
            t("shape of W", "W の形状"),
            t("sums a", "総和 a"),
            t.word("activation"),
            t("values z", "値 z"),
        ]
        note = t(
            "The node 1 is the bias node; the weights of its edges are the biases.",
            "1 のノードがバイアスノードで、そこからの辺の重みがバイアスです。",
        )
        title = t("Every value on the way", "途中のすべての値")
        return [network_diagram(title, layers, edges, lang=t.lang, note=note), Table(heads, rows)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What came out, and how near the two ways are."""
        gap = _gap(found)
        sizes = "-".join(str(n) for n in (len(self.x), *(len(b) for b in self.biases)))
        count = sum(W.size + len(b) for W, b in zip(self.weights, self.biases, strict=True))
        hidden = np.concatenate([found["z1"], found["z2"]])
        return [
            t(
                "The network {sizes} turns {x} into {y}.",
                "{sizes} のネットワークは {x} を {y} に変えます。",
                sizes=sizes,
                x=written(self.x),
                y=written(found["z3"], 6),
            ),
            t(
                "Three matrix products with {count} weights and biases do it; adding the same products one by one "
                "gives the same up to {gap:.1e}.",
                "{count} 個の重みとバイアスを使う 3 回の行列の積で計算できます。要素を 1 "
                "つずつ足し合わせた結果との差は最大 {gap:.1e} です。",
                count=count,
                gap=gap,
            ),
            t(
                "The hidden values lie between {low:.3f} and {high:.3f}; the outputs go through {output}, and sum to "
                "{total:.4f}.",
                "隠れ層の値は {low:.3f} から {high:.3f} の範囲にあります。出力層の関数は {output} で、出力の合計は "
                "{total:.4f} です。",
                low=hidden.min(),
                high=hidden.max(),
                output=self.output,
                total=found["z3"].sum(),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """By layers and by single numbers is the same; softmax would sum to 1."""
        checks = [
            at_most(
                t(
                    "layers and single numbers: largest relative difference",
                    "層による計算と要素ごとの計算の最大の差（相対値）",
                ),
                _gap(found),
                1e-12,
                "A",
                law=True,
            )
        ]
        if self.output == "softmax":
            checks.append(near(t("sum of the outputs", "出力の合計"), found["z3"].sum(), 1, 1e-12, "A", law=True))
        if self.hidden == "sigmoid":
            hidden = np.concatenate([found["z1"], found["z2"]])
            for which, value in ((t("least", "最小"), hidden.min()), (t("greatest", "最大"), hidden.max())):
                what = t("{which} hidden value", "隠れ層の値の{which}", which=which)
                checks.append(between(what, value, 0, 1, "A", law=True))
        return checks


def _activation(name: str) -> Module:
    return {"identity": Identity, "softmax": Softmax}.get(name, ACTIVATIONS.get(name, Identity))()


def _soft(a: Sequence[float]) -> list[float]:
    e = [math.exp(v - max(a)) for v in a]
    return [v / sum(e) for v in e]


def _each(f: Callable[[float], float]) -> Callable[[Sequence[float]], list[float]]:
    return lambda a: [f(v) for v in a]


BY_HAND: dict[str, Callable[[Sequence[float]], list[float]]] = {
    "sigmoid": _each(lambda v: 1 / (1 + math.exp(-v)) if v > -700 else 0.0),
    "tanh": _each(math.tanh),
    "relu": _each(lambda v: max(v, 0.0)),
    "identity": _each(float),
    "softmax": _soft,
}
"""The activations in single numbers, written down a second time."""


def _gap(found: Found) -> float:
    gaps = [
        np.abs(found[name] - found[f"{name}.by_hand"]) / np.maximum(1, np.abs(found[f"{name}.by_hand"]))
        for name in ("a1", "z1", "a2", "z2", "a3", "z3")
    ]
    return max(float(gap.max()) for gap in gaps)
