"""`batch-norm-layer`: the four steps of batch normalization, forwards and back."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch05.graphs import leaf
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.nn import BatchNorm1d
from zerokara.report import Box, Figure, Grid, Link, Text, block_diagram, grids, significant

LEAVES = ("x", "γ", "β")


@dataclass(frozen=True)
class BatchNormLayer(Experiment):
    """Mean, variance, normalize, scale and shift: from plain operations, beside the layer that does it in one go."""

    name = "batch-norm-layer"
    chapter = 6
    source = "DR 6-2-3"
    title = Text("Batch normalization, step by step", "バッチ正規化の 4 ステップ")
    question = Text("What does the layer compute, forward and back?", "バッチ正規化は順伝播と逆伝播で何を計算するか？")
    formula = (
        r"\mu = \frac 1 m \sum_i x_i, \qquad \sigma^2 = \frac 1 m \sum_i (x_i - \mu)^2",
        r"\hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y_i = \gamma\, \hat x_i + \beta",
        r"\frac{\partial L}{\partial \beta} = \sum_i g_i, \qquad "
        r"\frac{\partial L}{\partial \gamma} = \sum_i g_i \hat x_i",
        r"\frac{\partial L}{\partial x_i} = \frac{\gamma}{\sqrt{\sigma^2 + \varepsilon}} \Bigl( g_i "
        r"- \frac 1 m \frac{\partial L}{\partial \beta} - \frac{\hat x_i}{m} \frac{\partial L}{\partial \gamma} \Bigr)",
    )
    symbols = Text(
        "m: samples in the batch, μ: mean, σ²: variance (not the standard deviation), ε: a small number, γ and β: "
        "scale and shift that are learned, g: the gradient that comes back. The last step takes x̂, not x.",
        "m：バッチのサンプル数、μ：平均、σ²：分散（標準偏差ではありません）、ε：小さな数、"
        "γ と β：学習されるスケールとシフト、g：上流から来る勾配。最後のステップで使うのは x ではなく x̂ です。",
    )
    random = True
    seeds = 3
    turns = (
        Turn(
            Text(
                "With two samples x̂ is 1 and −1 whatever x is, so almost no gradient gets through.",
                "2 サンプルでは x が何でも x̂ は ±1 になり、勾配はほとんど通りません。",
            ),
            {"batch": 2},
        ),
    )

    batch: int = knob(6, "samples", "サンプル数", low=2, high=12)
    features: int = knob(2, "features (columns)", "特徴量（列）の数", low=1, high=8)
    gamma: float = knob(1.5, "scale γ", "スケール γ", low=-100, high=100)
    beta: float = knob(0.5, "shift β", "シフト β", low=-100, high=100)
    eps: float = knob(1e-5, "ε", "ε", low=1e-12, high=1)

    def measure(self, lab: Lab) -> Arrays:
        """All steps and gradients, by plain operations; output and gradients of the layer; central differences."""
        rng = lab.rng("numbers")
        x = (5 + 2 * rng.standard_normal((self.batch, self.features))).round(2)
        g = rng.standard_normal(x.shape).round(2)
        leaves = self._leaves(x)
        parts = self._steps(*leaves.values())
        places = {**leaves, **parts}
        back = gradients(parts["y"], list(places.values()), gradient=g)
        found: Arrays = {"x": x, "g": g} | {name: part.data for name, part in parts.items()}
        found |= {f"d{name}": slope for name, slope in zip(places, back, strict=True)}
        return (
            found
            | self._layer(x, g)
            | {
                "numerical": numerical_gradient(
                    lambda v: np.sum(self._steps(*self._leaves(v).values())["y"].data * g), x
                )
            }
        )

    def _leaves(self, x: Array) -> dict[str, Tensor]:
        ones = np.ones(self.features)
        return dict(zip(LEAVES, map(leaf, (x, self.gamma * ones, self.beta * ones)), strict=True))

    def _steps(self, x: Tensor, gamma: Tensor, beta: Tensor) -> dict[str, Tensor]:
        mean = x.mean(axis=0)
        d = x - mean
        variance = (d * d).mean(axis=0)
        normal = d / F.sqrt(variance + self.eps)
        return {"μ": mean, "d": d, "σ²": variance, "x̂": normal, "y": normal * gamma + beta}

    def _layer(self, x: Array, g: Array) -> Arrays:
        layer = BatchNorm1d(self.features, eps=self.eps, dtype=np.float64)
        assert layer.weight is not None
        assert layer.bias is not None
        layer.weight.data[:], layer.bias.data[:] = self.gamma, self.beta
        inputs = leaf(x)
        y = layer(inputs)
        y.backward(g)
        wanted = {"x": inputs, "γ": layer.weight, "β": layer.bias}
        return {"layer.y": y.data} | {f"layer.d{name}": _gradient(tensor) for name, tensor in wanted.items()}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The steps as grids, the gradients as grids, and the graph."""
        first: list[Grid | str] = [
            Grid(found["x"], "x"),
            "→",
            Grid(
                np.array([found["μ"], found["σ²"]]),
                t("1. mean, 2. variance", "1. 平均　2. 分散"),
                names=(("μ", "σ²"), ()),
            ),
            "→",
            Grid(found["x̂"], t("3. normalized x̂", "3. 正規化 x̂")),
            "→",
            Grid(found["y"], t("4. y = γ·x̂ + β", "4. y = γ·x̂ + β")),
        ]
        sums = Grid(
            np.array([found["y"].mean(axis=0), found["y"].std(axis=0)]), t("mean and std of y", "y の平均と標準偏差")
        )
        back: list[Grid | str] = [
            Grid(found["g"], "g = ∂L/∂y"),
            "→",
            Grid(np.array([found["dγ"], found["dβ"]]), "∂L/∂γ, ∂L/∂β", names=(("γ", "β"), ())),
            "→",
            Grid(found["dx"], "∂L/∂x"),
            "→",
            Grid(_clean(found["dx"].sum(axis=0)), t("column sums of ∂L/∂x", "∂L/∂x の列の和")),
        ]
        return [
            grids(t("Forwards", "順伝播"), [[*first, "→", sums]], lang=t.lang),
            grids(t("Back", "逆伝播"), [back], lang=t.lang),
            self._graph(found, t),
        ]

    def _graph(self, found: Found, t: Tongue) -> Figure:
        """The operations as boxes, each with how large the gradient is that comes back to it."""
        texts = {
            "x": (t("input x", "入力 x"), 0, 0),
            "μ": (t("1. mean μ", "1. 平均 μ"), 0, 1),
            "d": ("d = x − μ", 1, 0),
            "σ²": (t("2. variance σ²", "2. 分散 σ²"), 1, 1),
            "x̂": (t("3. normalize x̂", "3. 正規化 x̂"), 2, 0),
            "γ": ("γ", 2, 1),
            "y": (t("4. scale, shift y", "4. スケール・シフト y"), 3, 0),
            "β": ("β", 3, 1),
        }
        boxes = [
            Box(n, f"{text}\n‖∂L/∂{n}‖ = {_norm(found[f'd{n}'])}", column, row, "soft" if n in LEAVES else "")
            for n, (text, column, row) in texts.items()
        ]
        links = (
            ("x", "μ"),
            ("x", "d"),
            ("μ", "d"),
            ("d", "σ²"),
            ("d", "x̂"),
            ("σ²", "x̂"),
            ("x̂", "y"),
            ("γ", "y"),
            ("β", "y"),
        )
        said = t(
            "Each box shows the length of the gradient that comes back to it. What comes back to x is the sum over "
            "three ways: straight, through the variance and through the mean.",
            "各箱には、そこへ戻ってくる勾配の大きさを示します。"
            "x へ戻る勾配は、直接・分散経由・平均経由の 3 つの道の和です。",
        )
        title = t("The graph, with gradients", "計算グラフと勾配")
        return block_diagram(title, boxes, [Link(*ends) for ends in links], lang=t.lang, note=said, words=said)

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Mean and spread, sums, and what the slips would give."""
        y, x = found["y"], found["x"]
        slip = self.gamma * x + self.beta
        sums = np.abs(found.all("dx").sum(axis=1)).max()
        return [
            t(
                "The columns of x have means {mean} and standard deviations {std}; those of y have means {mean_y} and "
                "standard deviations {std_y}: β and |γ|.",
                "x の列の平均は {mean}、標準偏差は {std} です。y では平均が {mean_y}、標準偏差が {std_y}、"
                "つまり β と |γ| になります。",
                mean=_list(x.mean(axis=0), t), std=_list(x.std(axis=0), t),
                mean_y=_list(y.mean(axis=0), t), std_y=_list(y.std(axis=0), t),
            ),
            t(
                "The gradient of x sums to 0 in every column (within {sums}): moving all samples alike changes "
"nothing.",
                "x の勾配は、どの列でも和が 0 です（誤差 {sums} 以内）。"
"全サンプルを同じだけずらしても何も変わらないからです。",
                sums=significant(float(sums), 2),
            ),
            t(
                "Step 4 with x instead of x̂ would leave the means at {slip}.",
                "ステップ 4 で x̂ の代わりに x を使うと、平均は {slip} のままです。",
                slip=_list(slip.mean(axis=0), t),
            ),
            t(
                "The layer, which does it in one go, differs from the graph by at most {worst}.",
                "1 つの規則で計算する層と、計算グラフとの差は最大 {worst} です。",
                worst=significant(float(_from_layer(found).max()), 2),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """β, γ, sums of 0, and two independent ways to the same gradients."""
        y, variance, dx = found.all("y"), found.all("σ²"), found.all("dx")
        size = 1 + abs(self.gamma) + abs(self.beta)
        std = abs(self.gamma) * np.sqrt(variance / (variance + self.eps))
        steepest = size + np.abs(dx).max(axis=(1, 2))
        return [
            at_most(
                t("column means of y − β", "y の列の平均と β の差"),
                _most(y.mean(axis=1) - self.beta) / size, 1e-9, "A", law=True,
            ),
            near(
                t("standard deviation of y − |γ|", "y の標準偏差と |γ| の差"),
                y.std(axis=1).mean(axis=1) - abs(self.gamma), 0, 1e-3, "A",
            ),
            at_most(
                t("std of y − |γ|·√(σ²/(σ² + ε))", "y の標準偏差と |γ|·√(σ²/(σ² + ε)) の差"),
                _most(y.std(axis=1) - std) / size, 1e-9, "A", law=True,
            ),
            at_most(
                t("column sums of ∂L/∂x", "∂L/∂x の列の和"), _most(dx.sum(axis=1)) / steepest, 1e-9, "A", law=True
            ),
            at_most(
                t("layer − graph: output and all gradients, relative", "層と計算グラフの差：出力と全勾配（相対）"),
                _from_layer(found) / steepest, 1e-8, "A", law=True,
            ),
            at_most(
                t("∂L/∂x − central difference, relative", "∂L/∂x と中心差分の差（相対）"),
                _most(dx - found.all("numerical")) / steepest, 1e-6, "A",
            ),
        ]  # fmt: skip


def _gradient(tensor: Tensor) -> Array:
    assert tensor.grad is not None
    return tensor.grad


def _most(differences: Array) -> Array:
    """The largest, seed by seed."""
    return np.array(np.abs(differences).reshape(len(differences), -1).max(axis=1))


def _from_layer(found: Found) -> Array:
    return np.array(np.max([_most(found.all(n) - found.all(f"layer.{n}")) for n in ("y", "dx", "dγ", "dβ")], axis=0))


def _norm(gradient: Array) -> str:
    return significant(float(np.linalg.norm(gradient)), 3)


def _clean(sums: Array) -> Array:
    """What is only rounding is written as 0."""
    return np.array(np.where(np.abs(sums) < 1e-12, 0.0, sums))


def _list(values: Array, t: Tongue) -> str:
    return t.list(None, *(significant(float(v), 4) for v in values))
