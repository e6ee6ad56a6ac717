"""`chain-rule`: derivatives multiply along a graph."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch05.graphs import drawing, leaf, slopes_table
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Box, Link, Text, block_diagram, graph_figure, significant


@dataclass(frozen=True)
class Chain:
    """z = outer(t), t = inner(x, y), with their derivatives as one writes them by hand."""

    inner: str
    outer: str
    t: Callable[[Tensor, Tensor], Tensor]
    z: Callable[[Tensor], Tensor]
    by_hand: Callable[[float, float], tuple[float, float]]
    written: tuple[str, str]


CHAINS = {
    "square-of-sum": Chain(
        "x + y", "t²", lambda x, y: x + y, lambda t: t**2, lambda x, y: (2 * (x + y),) * 2, ("2(x + y)",) * 2
    ),
    "square-of-product": Chain(
        "x·y",
        "t²",
        lambda x, y: x * y,
        lambda t: t**2,
        lambda x, y: (2 * x * y * y, 2 * x * y * x),
        ("2xy·y", "2xy·x"),
    ),
    "sine-of-sum": Chain(
        "x + y", "sin t", lambda x, y: x + y, F.sin, lambda x, y: (math.cos(x + y),) * 2, ("cos(x + y)",) * 2
    ),
    "exp-of-product": Chain(
        "x·y",
        "exp t",
        lambda x, y: x * y,
        F.exp,
        lambda x, y: (y * math.exp(x * y), x * math.exp(x * y)),
        ("exp(xy)·y", "exp(xy)·x"),
    ),
}


@dataclass(frozen=True)
class ChainRule(Experiment):
    """z = t², t = x + y: the local derivatives of a path are multiplied."""

    name = "chain-rule"
    chapter = 5
    source = "Ch5 §5.2; DR 6-1-1; MEMO p.123"
    title = Text("The chain rule", "連鎖律")
    question = Text(
        "How do derivatives multiply along a graph?", "計算グラフの上で、微分はどのように掛け合わされるか？"
    )
    formula = (
        r"z = t^2, \qquad t = x + y",
        r"\frac{\partial z}{\partial x} = \frac{\partial z}{\partial t}\,\frac{\partial t}{\partial x} "
        r"= 2t \cdot 1 = 2(x + y)",
    )
    symbols = Text(
        "t is the inner result; each fraction belongs to one edge of the graph.",
        "t は途中の値。分数の 1 つ 1 つが計算グラフの 1 本の矢印に対応します。",
    )
    random = True
    seeds = 3
    quick = {"points": 10}
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text(
                "With a product inside, x and y get different gradients.",
                "内側を積にすると、x と y の勾配は別々になります。",
            ),
            {"expression": "square-of-product"},
        ),
        Turn(Text("Where t = 0, nothing comes back.", "t = 0 の点では、何も逆伝播されません。"), {"x": -3.0}),
    )

    expression: str = knob("square-of-sum", "what is differentiated", "微分する式", choices=tuple(CHAINS))
    x: float = knob(2.0, "x", "x の値", low=-10, high=10)
    y: float = knob(3.0, "y", "y の値", low=-10, high=10)
    points: int = knob(100, "random points where it is checked", "確認に使うランダムな点の数", low=1, high=10_000)

    @property
    def chain(self) -> Chain:
        """The chosen functions."""
        return CHAINS[self.expression]

    def measure(self, lab: Lab) -> Arrays:
        """Local derivatives of each step, their products, and the gradient of the whole, at (x, y) and elsewhere."""
        points = np.array([(self.x, self.y), *lab.rng("points").uniform(-2, 2, (self.points, 2))])
        each = [self._slopes(point) for point in points]
        found = {name: np.array([one[name] for one in each]) for name in each[0]}
        return {name: values[0] for name, values in found.items()} | {
            "points": points[1:],
            "from local": _worst(found["product"], found["gradient"]),
            "from hand": _worst(found["by hand"], found["gradient"]),
            "from numerical": _worst(found["numerical"], found["gradient"]),
        }

    def _slopes(self, point: Array) -> Arrays:
        x, y = leaf(point[0]), leaf(point[1])
        t = self.chain.t(x, y)
        z = self.chain.z(t)
        whole = np.array(gradients(z, [x, y], retain_graph=True))
        (outer,) = gradients(z, [t], retain_graph=True)
        inner = np.array(gradients(t, [x, y]))
        return {
            "t": t.data,
            "z": z.data,
            "outer": outer,
            "inner": inner,
            "product": outer * inner,
            "gradient": whole,
            "by hand": np.array(self.chain.by_hand(*point)),
            "numerical": numerical_gradient(lambda p: self.chain.z(self.chain.t(*map(leaf, p))), point),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The graph with values and gradients, and the same with the local derivative on every edge."""
        x, y = leaf(self.x), leaf(self.y)
        inner = self.chain.t(x, y)
        names = {"x": x, "y": y, "t": inner}
        values = {"x": self.x, "y": self.y, "t": float(found["t"])}
        table = slopes_table(values, [*found["gradient"], float(found["outer"])], "z", t)
        outer, (dx, dy) = _written(found["outer"]), map(_written, found["inner"])
        zx, zy = map(_written, found["product"])
        boxes = [
            Box("x", f"x = {_written(self.x)}", 0, 0),
            Box("y", f"y = {_written(self.y)}", 0, 1),
            Box("t", f"t = {self.chain.inner} = {_written(found['t'])}", 1, 0.5),
            Box("z", f"z = {self.chain.outer} = {_written(found['z'])}", 2, 0.5, "accent"),
        ]
        links = [
            Link("x", "t", f"∂t/∂x = {dx}"),
            Link("y", "t", f"∂t/∂y = {dy}"),
            Link("t", "z", f"∂z/∂t = {outer}"),
        ]
        products = t(
            "∂z/∂x = {outer} · {dx} = {zx},   ∂z/∂y = {outer} · {dy} = {zy}",
            "∂z/∂x = {outer} · {dx} = {zx}、   ∂z/∂y = {outer} · {dy} = {zy}",
            outer=outer, dx=dx, dy=dy, zx=zx, zy=zy,
        )  # fmt: skip
        return [
            graph_figure(
                t("Forwards and back", "順伝播と逆伝播"),
                drawing(self.chain.z(inner), names, t),
                words=t(
                    "The computational graph of z: values above the edges, the gradient of z below them.",
                    "z の計算グラフ。矢印の上が値、下が z の勾配。",
                ),
                note=t(
                    "Above each edge the value, below it the gradient of z with respect to that value.",
                    "矢印の上は値、下はその値についての z の勾配。",
                ),
                lang=t.lang,
                table=table,
            ),
            block_diagram(
                t("The local derivatives", "局所的な微分"), boxes, links, lang=t.lang, note=products, words=products
            ),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The products, and how well three ways agree."""
        zx, zy = map(_written, found["gradient"])
        return [
            t(
                "At ({x}, {y}) the gradient of z is ∂z/∂x = {zx} and ∂z/∂y = {zy}: the local derivatives along the "
                "path from z, multiplied.",
                "({x}, {y}) での z の勾配は ∂z/∂x = {zx}、∂z/∂y = {zy} です。"
                "z からの道に沿って局所的な微分を掛け合わせた値になっています。",
                x=_written(self.x), y=_written(self.y), zx=zx, zy=zy,
            ),
            t(
                "At {n} random points backpropagation differs from the formula written by hand by at most {hand}, and "
                "from the central difference by at most {numerical} (relative).",
                "ランダムな {n} 点で、誤差逆伝播法と手で導いた式の差は最大 {hand}、"
                "中心差分との差は最大 {numerical}（相対値）でした。",
                n=self.points,
                hand=_written(found.high("from hand")),
                numerical=significant(float(found.high("from numerical")), 2),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """2(x + y), and the agreement of the ways to it."""
        return [
            near("∂z/∂x", found["gradient"][0], 10, 0, "S"),
            near("∂z/∂y", found["gradient"][1], 10, 0, "S"),
            at_most(
                t("backpropagation − central difference, relative", "誤差逆伝播法と中心差分の差（相対）"),
                found.all("from numerical"), 1e-8, "S",
            ),
            at_most(
                t("backpropagation − formula by hand, relative", "誤差逆伝播法と手で導いた式の差（相対）"),
                found.all("from hand"), 1e-14, "A", law=True,
            ),
            at_most(
                t("backpropagation − product of local derivatives", "誤差逆伝播法と局所的な微分の積の差（相対）"),
                found.all("from local"), 1e-14, "A", law=True,
            ),
        ]  # fmt: skip

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """DR 6-1-1."""
        chain = self.chain
        return [
            Question(
                t(
                    "Let z = {outer} and t = {inner}. What is ∂z/∂x?",
                    "z = {outer}、t = {inner} とします。∂z/∂x は何でしょうか？",
                    outer=chain.outer, inner=chain.inner,
                ),
                t(
                    "{written}. At ({x}, {y}) that is {value}; backpropagation gives {got} and the central difference "
                    "{numerical}.",
                    "{written} です。({x}, {y}) では {value}。"
                    "誤差逆伝播法の結果は {got}、中心差分の結果は {numerical} です。",
                    written=chain.written[0],
                    x=_written(self.x),
                    y=_written(self.y),
                    value=_written(found["by hand"][0]),
                    got=_written(found["gradient"][0]),
                    numerical=significant(float(found["numerical"][0]), 9),
                ),
            )
        ]  # fmt: skip


def _worst(a: Array, b: Array) -> Array:
    return np.array(np.max(np.abs(a - b) / np.maximum(1.0, np.abs(b))))


def _written(value: float | Array) -> str:
    return significant(float(value), 4)
