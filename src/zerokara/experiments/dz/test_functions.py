"""`test-functions`: three surfaces on which optimizers are tried, and their slopes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, numerical_gradient
from zerokara.autodiff.graph import nodes
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch05.graphs import leaf
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.dz.orders import expect_formula, of_two
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Contours, Mark, Panel, Points, Table, Text, panels, significant


def sphere(x: Tensor, y: Tensor) -> Tensor:
    """x² + y²"""
    return x**2 + y**2


def matyas(x: Tensor, y: Tensor) -> Tensor:
    """0.26(x² + y²) − 0.48xy"""
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


def goldstein(x: Tensor, y: Tensor) -> Tensor:
    """Goldstein and Price, 1971: two brackets of polynomials of degree 4."""
    one = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    other = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return one * other


Surface = Callable[[Tensor, Tensor], Tensor]
SURFACES: dict[str, tuple[str, Surface, tuple[float, float]]] = {
    "sphere": ("Sphere", sphere, (2.0, 2.0)),
    "matyas": ("Matyas", matyas, (0.04, 0.04)),
    "goldstein-price": ("Goldstein–Price", goldstein, (-5376.0, 8064.0)),
}
"""Setting → name, function, and its gradient at (1, 1)."""


@dataclass(frozen=True)
class TestFunctions(Experiment):
    """The gradient of formulas at one point: the engine needs to know nothing of them."""

    __test__ = False  # its name is no test's

    name = "test-functions"
    chapter = "dz"
    source = "V3 s24"
    title = Text("Test functions", "最適化のテスト関数")
    question = Text("Does one engine differentiate any formula?", "1 つの仕組みで、どんな式でも微分できるか？")
    formula = (
        r"f = x^2 + y^2, \qquad f = 0.26\,(x^2 + y^2) - 0.48\,x y",
        r"f = \bigl(1 + (x + y + 1)^2 (19 - 14x + 3x^2 - 14y + 6xy + 3y^2)\bigr)",
        r"\cdot \bigl(30 + (2x - 3y)^2 (18 - 32x + 12x^2 + 48y - 36xy + 27y^2)\bigr)",
    )
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("At the lowest point of the third.", "3 つ目の最小点では。"), {"at": (0.0, -1.0)}),
        Turn(Text("A formula of your own.", "自分の式で試してみましょう。"), {"own": "sin(x) * y + exp(-x * x)"}),
    )

    function: tuple[str, ...] = knob(tuple(SURFACES), "functions", "関数（複数）", choices=tuple(SURFACES))
    own: str = knob("", "one more: a formula in x and y", "追加する自分の式（x と y）")
    at: tuple[float, ...] = knob((1.0, 1.0), "the point x,y", "点 x,y", low=-2, high=2, least=2)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.own:
            return
        expect_formula(self.own, ("x", "y"))
        place = [leaf(v) for v in self.at[:2]]
        with np.errstate(all="ignore"):
            value = of_two(self.own)(*place)
            found = [value.data, *gradients(value, place)]
        if not np.isfinite(found).all():
            here = f"({self.at[0]:g}, {self.at[1]:g})"
            raise ValueError(f"own is a formula with a value and a gradient at {here}, where {self.own!r} has none")

    @property
    def _surfaces(self) -> dict[str, Surface]:
        """Name → function, in the order of the settings."""
        chosen = {SURFACES[key][0]: SURFACES[key][1] for key in self.function}
        return chosen | ({self.own: of_two(self.own)} if self.own else {})

    def measure(self, lab: Lab) -> Arrays:
        """Value, gradient, differences and operations of each."""
        rows = []
        for f in self._surfaces.values():
            x, y = leaf(self.at[0]), leaf(self.at[1])
            z = f(x, y)
            size = len(nodes(z))
            slopes = gradients(z, [x, y])
            numerical = numerical_gradient(partial(_at, f), np.array(self.at[:2]))
            rows.append([z.item(), *map(float, slopes), *numerical, size])
        return {"rows": np.array(rows)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The surfaces and the numbers."""
        x, y = np.linspace(-2, 2, 61), np.linspace(-2, 2, 61)
        grid = np.meshgrid(x, y)
        items = []
        for name, f in self._surfaces.items():
            with np.errstate(all="ignore"):  # one's own formula may have no value in places
                heights = np.broadcast_to(f(leaf(grid[0]), leaf(grid[1])).data, grid[0].shape)
            marks: list[Mark] = [
                Contours("", x, y, heights, _levels(heights)),
                Points(t("the point", "点"), *np.array([self.at[:2]]).T),
            ]
            items.append(Panel(name, marks))
        heads = [t("function", "関数"), "f", "∂f/∂x", "∂f/∂y", t("operations", "演算の数")]
        rows: list[list[Cell]] = [
            [name, *(significant(v, 6) for v in row[:3]), int(row[5])]
            for name, row in zip(self._surfaces, found["rows"], strict=True)
        ]
        title = t("Lines of equal height", "等高線")
        return [
            panels(
                title,
                items,
                Axis("x", low=-2, high=2),
                Axis("y", low=-2, high=2),
                columns=min(3, len(items)),
                lang=t.lang,
            ),
            Table(heads, rows, t("At ({x}, {y}).", "点 ({x}, {y})。", x=f"{self.at[0]:g}", y=f"{self.at[1]:g}")),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The gradients."""
        told = [
            t(
                "{n}: gradient ({a}, {b}).",
                "{n}：勾配 ({a}, {b})。",
                n=name,
                a=significant(row[1], 6),
                b=significant(row[2], 6),
            )
            for name, row in zip(self._surfaces, found["rows"], strict=True)
        ]
        return [
            *told,
            t(
                "The longest formula is a graph of {k} operations; going back through it is the same loop as for {s}.",
                "最も長い式は {k} 個の演算のグラフです。逆にたどる手順は、{s} 個のグラフの場合と同じです。",
                k=int(found["rows"][:, 5].max()),
                s=int(found["rows"][:, 5].min()),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's gradients; differences."""
        told = []
        for key, row in zip(self.function, found["rows"], strict=False):  # one's own formula, the last, has none
            name, _, expected = SURFACES[key]
            told += [
                near(t("{n}, ∂f/∂{k}", "{n} の勾配 ∂f/∂{k}", n=name, k=k), v, e, 1e-9, "A")
                for k, v, e in zip("xy", row[1:3], expected, strict=True)
            ]
        gap = np.abs(found["rows"][:, 1:3] - found["rows"][:, 3:5]) / np.maximum(1, np.abs(found["rows"][:, 1:3]))
        what = t("gradients against differences, relative", "勾配と数値微分の相対誤差")
        return [*told, at_most(what, gap.max(), 1e-4, "A", law=True)]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Which way is down."""
        name, row = [*self._surfaces][-1], found["rows"][-1]
        asked = t("Which way is down on {n} here?", "この点の {n} 関数は、どちらへ進めば下がるか？", n=name)
        way = t("x {a}, y {b}", "x は{a}、y は{b}", a=_way(row[1], t), b=_way(row[2], t))
        return [Question(asked, t("Against the gradient: {way}.", "勾配の逆向き：{way}。", way=way))]


def _at(f: Surface, place: Array) -> float:
    """f at a place (2,), as a number."""
    return float(f(leaf(place[0]), leaf(place[1])).item())


def _levels(heights: Array) -> list[float]:
    """Lines that lie at equal shares of the surface."""
    there = heights[np.isfinite(heights)]
    return sorted({float(f"{v:.2g}") for v in np.quantile(there, (0.03, 0.1, 0.25, 0.45, 0.65, 0.85))})


def _way(slope: float, t: Tongue) -> str:
    return t("greater", "大きく") if slope < 0 else t("smaller", "小さく") if slope > 0 else t("as it is", "そのまま")
