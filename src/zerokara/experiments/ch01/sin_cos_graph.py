"""`sin-cos-graph`: how a curve is drawn, labelled and saved."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor, gradients
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Code, Line, Paragraph, Text, chart, significant

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sin": F.sin,
    "cos": F.cos,
    "tanh": F.tanh,
    "sigmoid": F.sigmoid,
    "exp": F.exp,
}
SAVING = """\
import zerokara as zk

result = zk.experiments.run("sin-cos-graph")
result.write("sin-cos.html")"""


@dataclass(frozen=True)
class SinCosGraph(Experiment):
    """Values at points on the x axis, joined by straight lines: sin alone, then sin and cos in one frame."""

    name = "sin-cos-graph"
    chapter = 1
    source = "Ch1 §1.6 simple_graph, sin_graph, sin_cos_graph"
    title = Text("Sine and cosine as curves", "sin と cos のグラフ")
    question = Text("How is a curve drawn, labelled and saved?", "曲線を描き、ラベルを付け、保存するには？")
    formula = (r"y = \sin x \qquad y = \cos x \qquad \sin^2 x + \cos^2 x = 1",)
    turns = (
        Turn(
            Text(
                "With few points the curve shows what it is: straight pieces.",
                "点を減らすと、曲線が実は短い線分の集まりであることが見えてきます。",
            ),
            {"step": 1.0},
        ),
        Turn(
            Text("Any other curves in one frame.", "ほかの曲線も 1 つの図に重ねられます。"),
            {"functions": ("tanh", "sigmoid")},
        ),
    )

    low: float = knob(0.0, "where x begins", "x の始まり", low=-1000, high=1000)
    high: float = knob(6.0, "where x ends (not included)", "x の終わり（含まない）", low=-1000, high=1000)
    step: float = knob(0.1, "distance of two points", "点の間隔", low=1e-4, high=1000)
    functions: tuple[str, ...] = knob(("sin", "cos"), "the curves", "描く関数", choices=tuple(FUNCTIONS))

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.low < self.high:
            raise ValueError(f"low is less than high; got {self.low:g} and {self.high:g}")
        if (self.high - self.low) / self.step > 100_000:
            raise ValueError("so small a step gives more than 100,000 points; make it larger")

    def measure(self, lab: Lab) -> Arrays:
        """The points, the values there, and two things to check them by."""
        x = np.arange(self.low, self.high, self.step)
        sin, cos = F.sin(x).data, F.cos(x).data
        traced = Tensor(x, requires_grad=True)
        (slope,) = gradients(F.sin(traced).sum(), [traced])
        return {
            "x": x,
            "one": sin**2 + cos**2,
            "slope": slope,
            "cos": cos,
            **{f"y {name}": FUNCTIONS[name](Tensor(x)).data for name in self.functions},
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The first curve alone, all curves, and how to save them."""
        x, axes = found["x"], (Axis("x"), Axis("y"))
        lines = [Line(name, x, found[f"y {name}"]) for name in dict.fromkeys(self.functions)]
        together = t(" and ", " と ").join(line.name for line in lines)
        return [
            chart(t("One curve: {f}", "1 本の曲線：{f}", f=lines[0].name), lines[:1], *axes, lang=t.lang),
            chart(
                t("In one frame: {f}", "1 つの図に：{f}", f=together),
                lines,
                *axes,
                lang=t.lang,
                note=t("The legend tells the curves apart by colour and dash.", "凡例は色と線種で曲線を区別します。"),
            ),
            Paragraph(
                t(
                    "These figures are saved as one HTML file by",
                    "この図は次のようにすると 1 つの HTML ファイルに保存できます。",
                )
            ),
            Code(SAVING),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Points, extremes and the two laws."""
        x, first = found["x"], self.functions[0]
        y = found[f"y {first}"]
        return [
            t(
                "A curve is {n} points, from x = {a} to x = {b}, joined by straight lines; x = {high} itself is not "
                "among them, because arange leaves out its end.",
                "曲線の正体は x = {a} から x = {b} までの {n} 個の点を線分で結んだものです。"
                "arange は終点を含まないため、x = {high} そのものは入っていません。",
                n=len(x),
                a=significant(float(x[0])),
                b=significant(float(x[-1])),
                high=significant(self.high),
            ),
            t(
                "{f} is greatest, {top}, at x = {at}.",
                "{f} の最大値は x = {at} での {top} です。",
                f=first,
                top=significant(float(y.max())),
                at=significant(float(x[y.argmax()])),
            ),
            t(
                "sin² x + cos² x differs from 1 by {d} at most: the rounding of a 64-bit number.",
                "sin² x + cos² x と 1 の差は最大でも {d} で、64 ビット浮動小数点数の丸め誤差です。",
                d=significant(_away(found), 2),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """60 points; sin² + cos² = 1; sin' = cos."""
        x = found["x"]
        uneven = np.abs(np.diff(x) - self.step).max(initial=0.0) / self.step
        return [
            near(t("number of points", "点の個数"), len(x), 60, evidence="A"),
            at_most("|sin² x + cos² x − 1|", _away(found), 1e-15, "A", law=True),
            at_most(
                t("unevenness of the points, relative to the step", "点の間隔のばらつき（step に対する比）"),
                uneven,
                1e-6,
                "A",
                law=True,
            ),
            at_most(
                t("|slope of sin by backpropagation − cos|", "|誤差逆伝播法による sin の傾き − cos|"),
                np.abs(found["slope"] - found["cos"]).max(),
                1e-12,
                "A",
                law=True,
            ),
        ]


def _away(found: Found) -> float:
    return float(np.abs(found["one"] - 1).max())
