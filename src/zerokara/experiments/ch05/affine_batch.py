"""`affine-batch`: the affine layer on a whole batch, and why its bias gradient is a sum."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch05.graphs import drawing, leaf
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Grid, Text, graph_figure, grids, significant

LEAVES = ("x", "W", "b")


@dataclass(frozen=True)
class AffineBatch(Experiment):
    """y = x·W + b for a batch: one row a sample, but one b for all of them."""

    name = "affine-batch"
    chapter = 5
    source = "Ch5 §5.6"
    title = Text("The affine layer on a batch", "バッチ版の Affine レイヤ")
    question = Text("Why is the bias gradient a sum over the batch?", "バイアスの勾配はなぜバッチ方向の和なのか？")
    formula = (
        r"y = x W + b, \qquad g = \frac{\partial L}{\partial y}",
        r"\frac{\partial L}{\partial x} = g\,W^{\top}, \qquad \frac{\partial L}{\partial W} = x^{\top} g, \qquad "
        r"\frac{\partial L}{\partial b} = \sum_{n} g_n",
    )
    symbols = Text(
        "x: one row a sample (N × in), W: in × out, b: out numbers, g: the gradient that comes back (N × out).",
        "x：1 行が 1 サンプル（N × 入力数）、W：入力数 × 出力数、b：出力数、g：上流から来る勾配（N × 出力数）。",
    )
    random = True
    seeds = 3
    turns = (
        Turn(
            Text("With one sample the sum has one term.", "サンプルが 1 つなら、和の項も 1 つです。"),
            {"samples": 1},
        ),
        Turn(
            Text("The bias gradient grows with the batch.", "バイアスの勾配はバッチとともに大きくなります。"),
            {"samples": 8},
        ),
    )

    samples: int = knob(2, "samples in the batch", "バッチのサンプル数 N", low=1, high=16)
    inputs: int = knob(3, "inputs", "入力の数", low=1, high=12)
    outputs: int = knob(2, "outputs", "出力の数", low=1, high=12)

    def measure(self, lab: Lab) -> Arrays:
        """The three gradients: carried back, by the formulas, by differences; and b's sample by sample."""
        rng = lab.rng("numbers")
        shapes = {"x": (self.samples, self.inputs), "W": (self.inputs, self.outputs), "b": (self.outputs,)}
        arrays = {name: rng.standard_normal(shape).round(2) for name, shape in shapes.items()}
        g = rng.standard_normal((self.samples, self.outputs)).round(2)
        tensors = {name: leaf(array) for name, array in arrays.items()}
        y = _affine(**tensors)
        y.backward(g)
        layer = {"x": leaf(arrays["x"]), "W": leaf(arrays["W"].T), "b": leaf(arrays["b"])}
        F.linear(layer["x"], layer["W"], layer["b"]).backward(g)
        found: Arrays = {**arrays, "g": g, "y": y.data}
        found |= {f"d{name}": _gradient(tensor) for name, tensor in tensors.items()}
        found |= {f"layer.d{name}": _gradient(tensor) for name, tensor in layer.items()}
        found["layer.dW"] = found["layer.dW"].T
        for name in LEAVES:
            found[f"numerical.d{name}"] = numerical_gradient(partial(_loss, arrays, g, name), arrays[name])
        rows = [_loss_slope_of_b(arrays, g, n) for n in range(self.samples)]
        return found | {"db of each sample": np.array(rows)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Shapes along the graph, and the three gradients as products of grids."""
        tensors = {name: leaf(found[name]) for name in LEAVES}
        g = Tensor(found["g"])
        loss = (_affine(**tensors) * g).sum()
        said = t(
            "Above each edge the shape of what flows, below it the shape of its gradient: always the same. "
            "L = Σ y ⊙ g, so that the gradient at y is g.",
            "矢印の上は流れる配列の形状、下はその勾配の形状。両者は必ず一致します。"
            "L = Σ y ⊙ g なので、y の勾配は g です。",
        )
        dx, dW, db = (Grid(found[f"d{name}"], f"∂L/∂{name}") for name in LEAVES)
        come = Grid(found["g"], "g = ∂L/∂y")
        rows: list[list[Grid | str]] = [
            [come, "·", Grid(found["W"].T, "Wᵀ"), "=", dx],
            [Grid(found["x"].T, "xᵀ"), "·", come, "=", dW],
        ]
        parts: list[Grid | str] = []
        for n, row in enumerate(found["db of each sample"], 1):
            parts += [Grid(row, t("sample {n}", "サンプル {n}", n=n)), "+"]
        return [
            graph_figure(
                t("Shapes along the graph", "計算グラフ上の形状"),
                drawing(loss, {**tensors, "g": g}, t),
                words=said,
                note=said,
                lang=t.lang,
            ),
            grids(t("The gradients of x and W", "x と W の勾配"), rows, lang=t.lang),
            grids(
                t("The gradient of b, sample by sample", "b の勾配（サンプルごと）"),
                [[*parts[:-1], "=", db]],
                lang=t.lang,
                note=t(
                    "b was added for every sample, so it gets a gradient from each of them.",
                    "b はすべてのサンプルに足されたので、それぞれのサンプルから勾配を受け取ります。",
                ),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The shapes, the sum, and the agreement."""
        worst = max(float(_apart(found, name, "numerical").max()) for name in LEAVES)
        shapes = t.list(None, *(f"{name} {found[name].shape}" for name in LEAVES))
        return [
            t(
                "Every gradient has the shape of its array: {shapes}.",
                "どの勾配も元の配列と同じ形状です：{shapes}。",
                shapes=shapes,
            ),
            t(
                "The gradient of b is the sum of what the {n} samples each ask for; it differs from that sum by "
                "at most {worst}.",
                "b の勾配は、{n} 個のサンプルがそれぞれ求める勾配の和です（差は最大 {worst}）。",
                n=self.samples,
                worst=significant(float(np.abs(found["db"] - found["db of each sample"].sum(axis=0)).max()), 2),
            ),
            t(
                "Backpropagation and the central difference agree within {worst}.",
                "誤差逆伝播法と中心差分の差は {worst} 以内です。",
                worst=significant(worst, 2),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The three formulas, the central difference, and the layer."""
        x, W, g = (found.all(name) for name in ("x", "W", "g"))
        formulas = {"x": g @ W.transpose(0, 2, 1), "W": x.transpose(0, 2, 1) @ g, "b": g.sum(axis=1)}
        written = {"x": "g·Wᵀ", "W": "xᵀ·g", "b": "Σ g"}
        checks = [
            at_most(
                f"|∂L/∂{name} − {written[name]}|", _largest(found.all(f"d{name}") - formula), 1e-12, "A", law=True
            )
            for name, formula in formulas.items()
        ]  # fmt: skip
        for name in LEAVES:
            what = t("∂L/∂{n} − central difference", "∂L/∂{n} と中心差分の差", n=name)
            checks.append(at_most(what, _apart(found, name, "numerical"), 1e-8, "A", law=True))
        layer = np.max([_apart(found, name, "layer") for name in LEAVES], axis=0)
        shapes = all(found[f"d{name}"].shape == found[name].shape for name in LEAVES)
        return [
            *checks,
            at_most(t("from nn.Linear's rule", "Linear の規則との差"), layer, 1e-12, "A", law=True),
            holds(t("gradients have the shapes of their arrays", "勾配と配列の形状が同じ"), shapes, "A", law=True),
        ]


def _affine(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    return x @ W + b


def _loss(arrays: Arrays, g: Array, name: str, value: Array) -> float:
    """L = Σ y·g, whose gradient at y is g, with another value of one of the arrays."""
    tensors = {**arrays, name: value}
    return float(np.sum(_affine(*(Tensor(tensors[one]) for one in LEAVES)).data * g))


def _loss_slope_of_b(arrays: Arrays, g: Array, n: int) -> Array:
    """What the n-th sample alone asks of b."""
    b = leaf(arrays["b"])
    _affine(Tensor(arrays["x"][n : n + 1]), Tensor(arrays["W"]), b).backward(g[n : n + 1])
    return _gradient(b)


def _gradient(tensor: Tensor) -> Array:
    assert tensor.grad is not None
    return tensor.grad


def _apart(found: Found, name: str, other: str) -> Array:
    return _largest(found.all(f"d{name}") - found.all(f"{other}.d{name}"))


def _largest(differences: Array) -> Array:
    """The largest, seed by seed."""
    return np.array(np.abs(differences).reshape(len(differences), -1).max(axis=1))
