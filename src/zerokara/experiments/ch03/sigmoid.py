"""`sigmoid`: the smooth step."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import numerical_diff
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.ch03.along_x import AlongX, slope
from zerokara.experiments.checks import Check, at_least, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Line, Table, Text, chart, significant

FAR = 1000.0
TYPES = ("float16", "float32", "float64")


@dataclass(frozen=True)
class SigmoidFunction(AlongX):
    """σ(ax) = 1/(1 + e⁻ᵃˣ): from 0 to 1 without a jump."""

    name = "sigmoid"
    chapter = 3
    source = "Ch3 §3.2 sigmoid; MEMO p.45"
    title = Text("The sigmoid function", "シグモイド関数")
    question = Text("What is the smooth step?", "なめらかな「段差」とはどんな関数か？")
    formula = (
        r"\sigma(ax) = \frac{1}{1 + e^{-ax}} \qquad \sigma(-z) = 1 - \sigma(z)",
        r"\left(\frac f g\right)' = \frac{f' g - f g'}{g^2} \;\Rightarrow\; "
        r"\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2} = \sigma(z)\,(1 - \sigma(z))",
    )
    symbols = Text("a is the gain; with a = 1 it is the book's function.", "a はゲイン。a = 1 のとき本の関数になる。")
    turns = (
        Turn(
            Text("With a large gain it becomes a step.", "ゲインを大きくするとステップ関数に近づきます。"),
            {"gain": 20.0},
        ),
    )

    gain: float = knob(1.0, "gain a in σ(ax)", "σ(ax) のゲイン a", low=-1000, high=1000)

    def measure(self, lab: Lab) -> Arrays:
        """The curve and its slope; what happens far out, with the formula as it is written and with ours."""
        a, x = self.gain, self.x
        far = {kind: np.array([-FAR, FAR], dtype=kind) for kind in TYPES}
        quotient = [numerical_diff(lambda u: 1 / (1 + np.exp(-a * u)), float(u)) for u in x]
        return {
            "x": x,
            "y": F.sigmoid(a * x).data,
            "mirrored": F.sigmoid(-a * x).data,
            "middle": F.sigmoid(np.zeros(1)).data[0],
            "slope": slope(lambda u: F.sigmoid(a * u), x),
            "numerical_slope": np.array(quotient),
            "far": np.array([F.sigmoid(values).data for values in far.values()], dtype=np.float64),
            "warnings": np.array([_warnings(F.sigmoid, values) for values in far.values()]),
            "plain_warnings": np.array([_warnings(_as_written, values) for values in far.values()]),
            "exp_slope": np.array(numerical_diff(np.exp, 0.0)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The curve, its slope, and a table of what happens far out."""
        x, name = found["x"], "σ(x)" if self.gain == 1 else f"σ({significant(self.gain)}x)"
        rows: list[list[Cell]] = [
            [
                kind,
                float(found["far"][k, 0]),
                float(found["far"][k, 1]),
                int(found["warnings"][k]),
                int(found["plain_warnings"][k]),
            ]
            for k, kind in enumerate(TYPES)
        ]
        heads = [
            "dtype",
            f"σ(−{FAR:g})",
            f"σ({FAR:g})",
            t("warnings", "警告の数"),
            t("warnings of 1/(1 + exp(−x)) as it is written", "式 1/(1 + exp(−x)) をそのまま計算したときの警告の数"),
        ]
        return [
            chart(
                t("The sigmoid function", "シグモイド関数"),
                [Line(name, x, found["y"])],
                Axis("x"),
                Axis(name, low=-0.1, high=1.1),
                lang=t.lang,
            ),
            chart(
                t("Its slope", "その傾き"),
                [Line(t("slope", "傾き"), x, found["slope"])],
                Axis("x"),
                Axis(t("slope", "傾き")),
                lang=t.lang,
                note=t("By backpropagation.", "誤差逆伝播法による値。"),
            ),
            Table(heads, rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Middle, ends, steepest place, and the overflow."""
        x, s = found["x"], found["slope"]
        steepest = np.abs(s).argmax()
        return [
            t(
                "It runs from {a} at x = {x0} to {b} at x = {x1}, through σ(0) = {m}, "
                "and stays between {low} and {high}.",
                "x = {x0} での {a} から x = {x1} での {b} まで、σ(0) = {m} を通って変化します。"
                "値の範囲は {low} 〜 {high} です。",
                a=significant(float(found["y"][0])),
                b=significant(float(found["y"][-1])),
                x0=significant(float(x[0])),
                x1=significant(float(x[-1])),
                m=significant(float(found["middle"])),
                low=significant(float(found["y"].min())),
                high=significant(float(found["y"].max())),
            ),
            t(
                "It is steepest near x = {x}, where the slope is {s}.",
                "傾きがいちばん急なのは x = {x} の付近で、傾きは {s} です。",
                x=significant(round(float(x[steepest]), 9)),
                s=significant(float(s[steepest])),
            ),
            t(
                "At ±{far} the formula as it is written gives {plain} warnings in the three number types, because e to "
                "the {far} is too large; zerokara's sigmoid gives {ours}.",
                "±{far} で式をそのまま計算すると、e の {far} 乗が大きすぎるため、"
                "3 つの数値型で警告が合計 {plain} 回出ます。"
                "zerokara のシグモイドでは {ours} 回です。",
                far=f"{FAR:g}",
                plain=int(found["plain_warnings"].sum()),
                ours=int(found["warnings"].sum()),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """σ(0) = ½, no warning, symmetry, and two derivatives."""
        y, z = found["y"], found["x"] * self.gain
        falls = np.diff(y) * np.sign(self.gain)
        product = self.gain * y * (1 - y)
        return [
            near("σ(0)", found["middle"], 0.5, evidence="A", law=True),
            near(t("warnings at ±1000", "±1000 での警告の数"), found["warnings"].sum(), 0, evidence="A", law=True),
            holds(
                t("σ(−1000) = 0 and σ(1000) = 1 in every number type", "どの数値型でも σ(−1000) = 0、σ(1000) = 1"),
                (found["far"] == [0, 1]).all(),
                "A",
                law=True,
            ),
            near(t("slope of eˣ at 0", "0 における eˣ の傾き"), found["exp_slope"], 1, 1e-8, "S", law=True),
            at_most(
                t("|σ(−z) − (1 − σ(z))|", "|σ(−z) − (1 − σ(z))|"),
                np.abs(found["mirrored"] - (1 - y)).max(),
                1e-15,
                "A",
                law=True,
            ),
            at_most(
                t("distance from 1/(1 + exp(−z)) where |z| < 700", "|z| < 700 での 1/(1 + exp(−z)) との差"),
                _apart(y, z),
                1e-15,
                "A",
                law=True,
            ),
            at_least(
                t(
                    "least rise from point to point (fall, if the gain is negative)",
                    "隣の点までの増加の最小値（ゲインが負なら減少）",
                ),
                falls.min(initial=0),
                -1e-15,  # rounding
                "A",
                law=True,
            ),
            at_most(
                t("|slope − a·σ(ax)(1 − σ(ax))|, relative to a", "|傾き − a·σ(ax)(1 − σ(ax))|（a に対する比）"),
                np.abs(found["slope"] - product).max() / max(abs(self.gain), 1e-300),
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t("|slope − numerical slope|", "|傾き − 数値微分|"),
                np.abs(found["slope"] - found["numerical_slope"]).max(),
                1e-8,
                "A",
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """MEMO p.45."""
        apart = np.abs(found["slope"] - found["numerical_slope"]).max()
        return [
            Question(
                t("What is the slope of eˣ at 0?", "0 における eˣ の傾きはいくつですか。"),
                t(
                    "1. The central difference gives {v}.",
                    "1 です。中心差分では {v} になりました。",
                    v=significant(float(found["exp_slope"]), 10),
                ),
            ),
            Question(
                t(
                    "What is the derivative of f/g, and with it that of the sigmoid?",
                    "f/g の微分は何ですか。それを使うと、シグモイド関数の微分はどうなりますか。",
                ),
                t(
                    "(f′g − fg′)/g². With f = 1 and g = 1 + e⁻ᶻ it gives e⁻ᶻ/(1 + e⁻ᶻ)² = σ(1 − σ). "
                    "Backpropagation uses this; it differs from the central difference of f/g by {d} at most.",
                    "(f′g − fg′)/g² です。f = 1、g = 1 + e⁻ᶻ とすると e⁻ᶻ/(1 + e⁻ᶻ)² = σ(1 − σ) となります。"
                    "誤差逆伝播法はこの式を使い、"
                    "f/g の中心差分との差は最大でも {d} でした。",
                    d=significant(float(apart), 2),
                ),
            ),
        ]


def _as_written(x: Array) -> Array:
    y: Array = 1 / (1 + np.exp(-x))
    return y


def _warnings(f: Callable[[Array], Any], x: Array) -> int:
    """How many warnings f(x) gives."""
    with warnings.catch_warnings(record=True) as heard, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        f(x)
    return len(heard)


def _apart(y: Array, z: Array) -> float:
    calm = np.abs(z) < 700
    return float(np.abs(y[calm] - _as_written(z[calm])).max(initial=0.0))
