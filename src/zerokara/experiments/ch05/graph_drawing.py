"""`graph-drawing`: the graph that an expression built, and the graph of a network's loss."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, numerical_gradient
from zerokara.autodiff.graph import nodes
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch05.expressions import compute, variables
from zerokara.experiments.ch05.graphs import drawing, leaf
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Cell, Table, Text, graph_figure, significant, whole

SAMPLES, FEATURES, WIDTH, CLASSES = 4, 3, 5, 2


@dataclass(frozen=True)
class GraphDrawing(Experiment):
    """Every operation on tensors leaves a node; together they are the computational graph."""

    name = "graph-drawing"
    chapter = 5
    source = "Ch5 §5.1"
    title = Text("The graph behind an expression", "式の計算グラフ")
    question = Text("What graph did this expression build?", "この式はどんな計算グラフを作ったか？")
    formula = (
        r"n = 2d + 3, \qquad m = 3(d + 1) + d + 2",
        r"L = \frac{1}{N} \sum_i H_i\bigl(\dots \tanh(x W_1^{\top} + b_1) \dots\bigr)",
    )
    symbols = Text(
        "d: hidden layers of the network, n: operations, m: edges into them, H: cross entropy. A linear layer takes "
        "three tensors; tanh, loss and mean take one.",
        "d：隠れ層の数、n：演算の数、m：演算に入る矢印の数、H：交差エントロピー誤差。"
        "全結合層は 3 つ、tanh・損失・平均は 1 つずつテンソルを受け取ります。",
    )
    random = True
    seeds = 3
    turns = (
        Turn(
            Text("Draw an expression of your own.", "自分の式を描いてみましょう。"),
            {"expression": "sigmoid(w * x + b)", "values": (1.0, 2.0, -1.0)},
        ),
        Turn(Text("Two more layers are four more operations.", "2 層増やすと、演算は 4 つ増えます。"), {"depth": 3}),
    )

    expression: str = knob("sin(x) * (x + y)", "an expression of names and numbers", "変数と数からなる式")
    values: tuple[float, ...] = knob(
        (2.0, 3.0), "values of its variables, in the order in which they are read", "変数の値（式に現れる順）",
        low=-1e6, high=1e6,
    )  # fmt: skip
    depth: int = knob(1, "hidden layers of the network", "ネットワークの隠れ層の数", low=0, high=40)

    def __post_init__(self) -> None:
        super().__post_init__()
        wanted = variables(self.expression)
        if len(wanted) != len(self.values):
            raise ValueError(
                f"{self.expression} has the variables {', '.join(wanted) or 'none'}; got {len(self.values)} values"
            )
        self._expression(np.array(self.values))

    def _expression(self, values: Array) -> tuple[Tensor, dict[str, Tensor]]:
        named = {name: leaf(value) for name, value in zip(variables(self.expression), values, strict=True)}
        with np.errstate(all="ignore"):  # log 0 is shown, not complained of
            return compute(self.expression, named), named

    def measure(self, lab: Lab) -> Arrays:
        """Both graphs in order, and the gradients that came back through them beside central differences."""
        values = np.array(self.values)
        rng = lab.rng("network")
        network = _network(self.depth, rng)
        labels = rng.integers(0, CLASSES, SAMPLES)
        x = network["x"].data.copy()
        return {
            **_listed("expression", *self._expression(values)),
            **_listed("network", _loss(network, labels), network),
            "expression.numerical": numerical_gradient(lambda v: self._expression(v)[0], values),
            "network.numerical": numerical_gradient(lambda v: _loss({**network, "x": leaf(v)}, labels), x).ravel(),
            "labels": labels,
        } | {f"network.{name}": tensor.data for name, tensor in network.items()}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both drawings, and the order of the operations."""
        network = {name: leaf(found[f"network.{name}"]) for name in _network(self.depth, np.random.default_rng(0))}
        value, named = self._expression(np.array(self.values))
        said = [
            t(
                "{ops} operations, {edges} edges; values stand above the edges, gradients below them.",
                "演算 {ops} 個、矢印 {edges} 本。矢印の上が値、下が勾配です。",
                ops=found[f"{which}.rules"].size,
                edges=int(found[f"{which}.edges"]),
            )
            for which in ("expression", "network")
        ]
        return [
            graph_figure(self.expression, drawing(value, named, t), words=said[0], note=said[0], lang=t.lang),
            _order("expression", found, t),
            graph_figure(
                t("The loss of a network; hidden layers: {n}", "ネットワークの損失（隠れ層の数：{n}）", n=self.depth),
                drawing(_loss(network, found["labels"]), network, t),
                words=said[1],
                note=said[1] + t(" Of arrays the shape is shown.", "配列は形状だけを示します。"),
                lang=t.lang,
            ),
            _order("network", found, t),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The counts, the order, and the branch."""
        ops, edges = found["network.rules"].size, int(found["network.edges"])
        return [
            t(
                "The expression {e} built {ops} operations with {edges} edges into them; its value is {value}.",
                "式 {e} は演算 {ops} 個、そこへ入る矢印 {edges} 本の計算グラフになりました。値は {value} です。",
                e=self.expression,
                ops=found["expression.rules"].size,
                edges=int(found["expression.edges"]),
                value=significant(float(found["expression.value"]), 6),
            ),
            t(
                "The loss of the network took {ops} operations and {edges} edges, for {n} numbers to be learned.",
                "ネットワークの損失は演算 {ops} 個、矢印 {edges} 本です。学習するパラメータは {n} 個あります。",
                ops=ops,
                edges=edges,
                n=whole(sum(found[name].size for name in found if name.startswith(("network.W", "network.b")))),
            ),
            t(
                "Each operation is numbered after everything that goes into it, so backpropagation is a walk from the "
                "last number to the first.",
                "どの演算も、入力になる演算より後の番号を持ちます。逆伝播は番号を最後から逆にたどるだけです。",
            )
            if bool(np.all(found.all("network.ordered")))
            else t("The order is broken.", "順序が正しくありません。"),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Counts, order, and the gradients that the graph gives."""
        d = self.depth
        both = ("expression", "network")
        ordered = np.all([found.all(f"{which}.ordered") for which in both], axis=0)
        return [
            near(t("operations of the expression", "式の演算の数"), found["expression.rules"].size, 3, 0, "A"),
            near(t("edges of the expression", "式の矢印の数"), found["expression.edges"], 5, 0, "A"),
            near(
                t("operations of the network", "ネットワークの演算の数"), found["network.rules"].size, 2 * d + 3, 0,
                "A", law=True,
            ),
            near(
                t("edges of the network", "ネットワークの矢印の数"), found["network.edges"], 3 * (d + 1) + d + 2, 0,
                "A", law=True,
            ),
            holds(
                t("every operation comes after its inputs", "どの演算も入力より後にある"), ordered, "A", law=True
            ),
            at_most(
                t("network: gradient − central difference, relative", "ネットワーク：勾配と中心差分の差（相対）"),
                _worst(found, "network"), 1e-6, "A", law=True,
            ),
            at_most(  # no law: an expression may have a kink or a pole where it is looked at
                t("expression: gradient − central difference, relative", "式：勾配と中心差分の差（相対）"),
                _worst(found, "expression"), 1e-8, "A",
            ),
        ]  # fmt: skip


def _network(depth: int, rng: np.random.Generator) -> dict[str, Tensor]:
    sizes = [FEATURES, *[WIDTH] * depth, CLASSES]
    arrays = {"x": rng.standard_normal((SAMPLES, FEATURES))}
    for i, (size, to) in enumerate(pairwise(sizes), 1):
        arrays |= {f"W{i}": rng.standard_normal((to, size)) * (2 / size) ** 0.5, f"b{i}": np.full(to, 0.1)}
    return {name: leaf(array) for name, array in arrays.items()}


def _loss(network: dict[str, Tensor], labels: Array) -> Tensor:
    h, layers = network["x"], len(network) // 2
    for i in range(1, layers + 1):
        h = F.linear(h, network[f"W{i}"], network[f"b{i}"])
        h = F.tanh(h) if i < layers else h
    return F.cross_entropy(h, labels)


def _listed(which: str, y: Tensor, named: dict[str, Tensor]) -> Arrays:
    """The operations in their order, where each takes its inputs from, and the gradient of y in the first inputs."""
    ordered = nodes(y)
    number = {node.number: i + 1 for i, node in enumerate(ordered)}
    names = {id(tensor): name for name, tensor in named.items()}

    def source(tensor: Tensor) -> str:
        if tensor.node is not None:
            return f"({number[tensor.node.number]})"
        return names[id(tensor)] if id(tensor) in names else f"{tensor.item():g}"

    taken = [[source(tensor) for tensor in node.inputs if tensor is not None] for node in ordered]
    early = [s.node is None or s.node.number < n.number for n in ordered for s in n.inputs if s is not None]
    wanted = list(named.values()) if which == "expression" else [named["x"]]
    return {
        f"{which}.value": y.data,
        f"{which}.rules": np.array([node.rule.__name__ for node in ordered]),
        f"{which}.inputs": np.array([", ".join(inputs) for inputs in taken]),
        f"{which}.edges": np.array(len(early)),
        f"{which}.ordered": np.array(all(early) and ordered[-1] is y.node),
        f"{which}.gradient": np.concatenate([g.ravel() for g in gradients(y, wanted)]),
    }


def _order(which: str, found: Found, t: Tongue) -> Table:
    rows: list[list[Cell]] = [
        [f"({i})", str(rule), str(inputs)]
        for i, (rule, inputs) in enumerate(zip(found[f"{which}.rules"], found[f"{which}.inputs"], strict=True), 1)
    ]
    heads = [t("order", "順序"), t("operation", "演算"), t("takes", "受け取るもの")]
    return Table(heads, rows, t("The operations in the order in which they were done.", "演算を行った順の一覧。"))


def _worst(found: Found, which: str) -> Array:
    back, numerical = found.all(f"{which}.gradient"), found.all(f"{which}.numerical")
    return np.array(np.max(np.abs(back - numerical) / np.maximum(1.0, np.abs(back)), axis=1))
