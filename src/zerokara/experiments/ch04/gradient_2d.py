"""`gradient-2d`: where gradients point."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch04.functions import SURFACES
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Arrows, Axis, Contours, Text, chart, significant

TINY = 1e-9
"""Gradients below this size are level ground."""


@dataclass(frozen=True)
class Gradient2d(Experiment):
    """−∇f at every place of a grid, by central differences in both coordinates."""

    name = "gradient-2d"
    chapter = 4
    source = "Ch4 §4.4 gradient_2d"
    title = Text("A field of gradients", "勾配の場")
    question = Text("Where do gradients point?", "勾配はどこを指すか？")
    formula = (
        r"\nabla f = \left(\frac{\partial f}{\partial x_0},\ \frac{\partial f}{\partial x_1}\right)",
        r"-\nabla f = (-2x_0,\ -2x_1) \quad \text{for} \quad f = x_0^2 + x_1^2",
    )
    symbols = Text("The arrows are −∇f: the steepest way down.", "矢印は −∇f、つまり最も急に下る向き。")
    turns = (
        Turn(
            Text(
                "In a long valley the arrows point at its floor, hardly along it.",
                "細長い谷では、矢印は谷底の線を向き、谷に沿った方向にはほとんど向きません。",
            ),
            {"f": "valley"},
        ),
        Turn(
            Text("On a saddle there is no lowest place to point at.", "鞍では、指すべき最も低い点がありません。"),
            {"f": "saddle"},
        ),
    )

    f: str = knob("bowl", "the function", "関数", choices=tuple(SURFACES))
    grid: tuple[float, ...] = knob(
        (-2.0, 2.5, 0.25),
        "grid in both directions: from, below, step",
        "格子（両方向）：始点, 終点（含まない）, 間隔",
        low=-100,
        high=100,
        least=3,
    )
    h: float = knob(1e-4, "half the step of the difference", "中心差分の h", low=1e-7, high=0.1)

    def __post_init__(self) -> None:
        super().__post_init__()
        low, high, step = self.grid[:3]
        if not (low < high and step > 0 and (high - low) / step <= 100):
            raise ValueError(f"the grid is from, below, step, with at most 100 places in a row; got {self.grid}")

    def measure(self, lab: Lab) -> Arrays:
        """The numerical gradient at every place, and the exact one; how f changes on a small step along the arrow."""
        f, places = SURFACES[self.f], np.arange(*self.grid[:3])
        x = np.stack(np.meshgrid(places, places)).reshape(2, -1)
        numerical = np.stack([numerical_gradient(f, point, self.h) for point in x.T], axis=1)
        size = np.hypot(*numerical)
        small = 1e-3 * numerical / np.maximum(size, TINY)
        return {
            "places": places,
            "x": x,
            "gradient": numerical,
            "exact": f.gradient(x),
            "size": size,
            "change": f(x - small) - f(x),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The arrows on the contours."""
        f, fine = SURFACES[self.f], np.linspace(found["places"][0], found["places"][-1], 81)
        arrows = Arrows("−∇f", *found["x"], *-found["gradient"])
        return [
            chart(
                t("−∇f of f = {f}", "f = {f} の −∇f", f=f.written),
                [Contours("", fine, fine, f(np.meshgrid(fine, fine))), arrows],
                Axis("x₀"),
                Axis("x₁"),
                equal=True,
                wide=True,
                lang=t.lang,
                note=t(
                    "The longer an arrow, the steeper the ground; the lines join places of equal height.",
                    "矢印が長いほど急な斜面です。線は同じ高さの点を結んでいます（等高線）。",
                ),
            )
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many arrows there are, how many fall, and how many point at the origin."""
        steep = found["size"] > TINY
        at_origin, longest = _at_origin(found), int(found["size"].argmax())
        return [
            t(
                "{fall} of the {all} arrows lead downhill; level ground, where there is no direction: {level}.",
                "{all} 本の矢印のうち {fall} 本は下り方向です。{level} 本は平らな場所にあり、向きがありません。",
                fall=int((found["change"][steep] < 0).sum()),
                all=steep.size,
                level=int((~steep).sum()),
            ),
            t(
                "{n} arrows point exactly at (0, 0).",
                "ちょうど (0, 0) を指す矢印は {n} 本です。",
                n=int(at_origin.sum()),
            ),
            t(
                "The longest arrow, {size}, stands at ({x}, {y}), where the ground is steepest.",
                "最も長い矢印（{size}）は ({x}, {y}) にあり、そこが最も急です。",
                size=significant(float(found["size"][longest])),
                x=significant(float(found["x"][0, longest])),
                y=significant(float(found["x"][1, longest])),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """−2x everywhere, all towards the origin; agreement with the exact gradient and the way down are laws."""
        steep = found["size"] > TINY
        rounding = 1e-15 * (1 + float(np.abs(SURFACES[self.f](found["x"])).max())) / self.h
        # a step of 1e-3 must not lead over a bottom that lies nearer than that; curvatures are 2 at most here
        falls = found["change"][steep & (found["size"] > 2e-3)] < 0
        return [
            near(t("arrows", "矢印の数"), steep.size, 324, 0, "A"),
            at_most(
                t("largest distance of an arrow from −2x", "矢印と −2x の差の最大値"),
                np.abs(found["gradient"] - 2 * found["x"]).max(),
                1e-9,
                "A",
            ),
            holds(t("all arrows point at (0, 0)", "すべての矢印が (0, 0) を指す"), _at_origin(found)[steep], "A"),
            at_most(
                t("largest distance from the exact gradient", "厳密な勾配との差の最大値"),
                np.abs(found["gradient"] - found["exact"]).max(),
                rounding,
                "A",
                law=True,
            ),
            holds(
                t("a small step along an arrow leads down", "矢印に沿った小さな一歩で f は下がる"),
                falls.all(),
                "A",
                law=True,
            ),
        ]


def _at_origin(found: Found) -> Array:
    """Whether −∇f points from x to the origin, to a millionth of a right angle."""
    x, g = found["x"], found["gradient"]
    across = np.abs(x[0] * g[1] - x[1] * g[0])
    along = np.sum(x * g, axis=0)
    points: Array = (found["size"] > TINY) & (along > 0) & (across <= 1e-6 * along)
    return points
