"""`gradient-1d`: the slope at a point, drawn as a tangent."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import numerical_diff
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch04.functions import CURVES
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Mark, Points, Table, Text, chart, significant


@dataclass(frozen=True)
class Gradient1d(Experiment):
    """d = (f(x+h) − f(x−h)) / 2h, and the straight line through (x, f(x)) with that slope."""

    name = "gradient-1d"
    chapter = 4
    source = "Ch4 §4.3.2 gradient_1d"
    title = Text("The tangent", "接線")
    question = Text("What is the tangent?", "接線とは何か？")
    formula = (
        r"d = \frac{f(x+h) - f(x-h)}{2h}",
        r"y = d \cdot t + b, \qquad b = f(x) - d \cdot x",
    )
    symbols = Text(
        "d is the slope of f at x by the central difference, b the intercept of the tangent y(t).",
        "d は中心差分で求めた x での f の傾き、b は接線 y(t) の切片。",
    )
    turns = (
        Turn(
            Text(
                "On a wave the slope changes its sign: the tangent lies level at the crests.",
                "波では傾きの符号が変わり、山の頂上で接線が水平になります。",
            ),
            {"f": "wave", "at": (1.0, 1.5707963, 3.0)},
        ),
        Turn(
            Text(
                "With a very small h the difference drowns in rounding: see also numerical-diff-h.",
                "h を小さくしすぎると、差が丸め誤差に埋もれます（numerical-diff-h も参照）。",
            ),
            {"h": 1e-8},
        ),
    )

    f: str = knob("quadratic", "the function", "関数", choices=tuple(CURVES))
    at: tuple[float, ...] = knob((5.0, 10.0), "where the tangents touch", "接点の x", low=-100, high=100)
    h: float = knob(1e-4, "half the step of the difference", "中心差分の h", low=1e-8, high=1e-2)
    span: tuple[float, ...] = knob((0.0, 20.0), "x drawn from, to", "描く x の範囲", low=-100, high=100, least=2)
    step: float = knob(0.1, "distance of the drawn points", "描く点の間隔", low=0.01, high=10)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.span[0] < self.span[1]:
            raise ValueError(f"span goes from a smaller to a larger x; got {self.span[0]:g}, {self.span[1]:g}")

    def measure(self, lab: Lab) -> Arrays:
        """The slopes by differences, as in the book, and the exact ones."""
        f, at = CURVES[self.f], np.array(self.at)
        x = np.arange(self.span[0], self.span[1], self.step)
        slopes = np.array([numerical_diff(f, a, self.h) for a in at])
        return {
            "x": x,
            "curve": f(x),
            "heights": f(at),
            "slopes": slopes,
            "exact": f.gradient(at),
            "intercepts": f(at) - slopes * at,
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The curve with its tangents, and the numbers."""
        marks: list[Mark] = [Line("f(x)", found["x"], found["curve"])]
        for a, slope, intercept in self._tangents(found):
            name = t("tangent at {x}", "x = {x} での接線", x=_n(a))
            marks.append(Line(name, found["x"], slope * found["x"] + intercept))
        points = Points(t("where they touch", "接点"), np.array(self.at), found["heights"])
        heads = ["x", t("slope d", "傾き d"), t("exact slope", "厳密な傾き"), t("intercept b", "切片 b")]
        rows = [
            [_n(a), f"{slope:.16g}", f"{exact:.16g}", _n(intercept)]
            for (a, slope, intercept), exact in zip(self._tangents(found), found["exact"], strict=True)
        ]
        title = t("f(x) = {f} and its tangents", "f(x) = {f} と接線", f=CURVES[self.f].written)
        return [chart(title, [*marks, points], Axis("x"), Axis("f(x)"), lang=t.lang), Table(heads, rows)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The tangents, and how near the difference comes."""
        told = [
            t(
                "At x = {x} the tangent is y = {d}·t {b}: the slope says how fast f changes just there.",
                "x = {x} での接線は y = {d}·t {b} です。傾きは、その点で f がどれだけ速く変化するかを表します。",
                x=_n(a),
                d=_n(slope),
                b=f"{'−' if intercept < 0 else '+'} {_n(abs(intercept))}",
            )
            for a, slope, intercept in self._tangents(found)
        ]
        away = significant(float(_away(found).max()), 2)
        return [
            *told,
            t(
                "The central difference with h = {h} misses the exact slope by {away} at most.",
                "h = {h} の中心差分と厳密な傾きの差は、最大でも {away} です。",
                h=f"{self.h:g}",
                away=away,
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The numbers that the book prints, and the exact slopes."""
        # the error of a central difference is f‴·h²/6 (|f‴| ≤ 6 for every curve here), plus rounding of f over h
        allowed = self.h**2 + 2e-15 * (1 + float(np.abs(found["heights"]).max())) / self.h
        law = t("distance from the exact slope", "厳密な傾きとの差")
        slope = t("slope at {x}", "x = {x} での傾き", x="{x}")
        first, last = found["slopes"][0], found["slopes"][-1]
        return [
            near(slope.format(x=5), first, 0.1999999999990898, 1e-12, "N"),
            near(slope.format(x=10), last, 0.2999999999986347, 1e-12, "M"),
            near(t("exact slope at 5", "x = 5 での厳密な傾き"), found["exact"][0], 0.2, 1e-15, "A"),
            near(t("exact slope at 10", "x = 10 での厳密な傾き"), found["exact"][-1], 0.3, 1e-15, "A"),
            at_most(law, _away(found).max(), allowed, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """MEMO p. 101."""
        a, slope, intercept = self._tangents(found)[0]
        return [
            Question(
                t(
                    "The book's tangent_line computes d, then y = f(x) − d·x. What are d and y?",
                    "本の tangent_line は d を求め、次に y = f(x) − d·x を計算します。d と y は何でしょう？",
                ),
                t(
                    "d is the slope of the tangent, y its intercept (its height at t = 0). "
                    "At x = {x}: d = {d}, y = {y}.",
                    "d は接線の傾き、y は切片（t = 0 での高さ）です。x = {x} では d = {d}、y = {y} となります。",
                    x=_n(a),
                    d=_n(slope),
                    y=_n(intercept),
                ),
            )
        ]

    def _tangents(self, found: Found) -> list[tuple[float, float, float]]:
        return list(zip(self.at, found["slopes"], found["intercepts"], strict=True))


def _away(found: Found) -> Array:
    away: Array = np.abs(found["slopes"] - found["exact"])
    return away


def _n(value: float) -> str:
    return significant(float(f"{value:.9g}"), 4)
