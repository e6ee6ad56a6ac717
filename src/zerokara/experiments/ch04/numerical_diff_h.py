"""`numerical-diff-h`: how small may h be?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, numerical_diff
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Table, Text, chart, scientific, significant

DTYPES = ("float64", "float32")
FORMULAS = ("central", "forward")


@dataclass(frozen=True)
class NumericalDiffH(Experiment):
    """The slopes of σ and of 0.01x² + 0.1x by differences, with h from 10⁻¹ down to 10⁻⁵⁰, in two types of numbers."""

    name = "numerical-diff-h"
    chapter = 4
    source = "Ch4 §4.3.1; MEMO p.99"
    title = Text("How small may h be?", "h はどこまで小さくできるか")
    question = Text("How small may h be in a numerical derivative?", "数値微分の h はどこまで小さくできるか？")
    formula = (
        r"\text{forward: } \frac{f(x+h) - f(x)}{h} \qquad \text{central: } \frac{f(x+h) - f(x-h)}{2h}",
        r"\text{error} \approx \tfrac 1 2 |f^{(2)}|\, h + \frac{\epsilon\, |f|}{h} \qquad "
        r"\text{error} \approx \tfrac 1 6 |f^{(3)}|\, h^2 + \frac{\epsilon\, |f|}{h}",
    )
    symbols = Text(
        "The first part of each error is the formula's own and falls with h; the second is rounding and grows. ε is "
        "the precision of the numbers, f⁽²⁾ and f⁽³⁾ are the second and third derivative.",
        "誤差の第 1 項は公式そのものの誤差で h とともに減り、第 2 項は丸め誤差で h が小さいほど増える。"
        "ε は数値の精度、f⁽²⁾ と f⁽³⁾ は 2 階・3 階の導関数。",
    )
    turns = (
        Turn(
            Text("Where σ is flat, rounding hurts more.", "σ が平らなところでは、丸め誤差がより響きます。"),
            {"sigmoid_x": 6.0},
        ),
        Turn(Text("A large x swallows h sooner.", "x が大きいと、h は早くのみ込まれます。"), {"quadratic_x": 1000.0}),
    )

    sigmoid_x: float = knob(1.0, "where σ is differentiated", "σ を微分する点", low=-20, high=20)
    quadratic_x: float = knob(
        5.0, "where 0.01x² + 0.1x is differentiated", "0.01x² + 0.1x を微分する点", low=-1e6, high=1e6
    )
    smallest: int = knob(50, "the smallest h is 10 to the power −", "最小の h は 10 の −n 乗", low=2, high=300)

    def measure(self, lab: Lab) -> Arrays:
        """The error for every function, type, formula and h."""
        exponents = np.arange(1, self.smallest + 1)
        found: Arrays = {"h": np.array([float(f"1e-{k}") for k in exponents])}
        for name, f, x in self._functions():
            at = Tensor(np.array(x), requires_grad=True)
            value = f(at)
            value.backward()
            assert at.grad is not None
            slope = float(at.grad)
            found |= {f"{name}.slope": np.array(slope), f"{name}.value": value.data}
            for dtype in DTYPES:
                for formula in FORMULAS:
                    found[f"{name}.{dtype}.{formula}"] = _differences(f, x, found["h"].astype(dtype), formula)
            found[f"{name}.zerokara"] = np.array([numerical_diff(f, x, h) for h in found["h"]])
        return found | {"h32": found["h"].astype(np.float32)}

    def _functions(self) -> list[tuple[str, Callable[[Any], Tensor], float]]:
        return [("sigmoid", F.sigmoid, self.sigmoid_x), ("quadratic", _quadratic, self.quadratic_x)]

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Error against h for both functions, and a table for σ."""
        pieces: list[Piece] = [
            chart(
                t("The error for {f}", "{f} での誤差", f=label),
                [
                    Line(f"{_formula(formula, t)}, {dtype}", found["h"], _drawn(_error(found, name, dtype, formula)))
                    for dtype in DTYPES
                    for formula in FORMULAS
                ],
                Axis("h", log=True, low=float(found["h"].min())),
                Axis(t("error of the slope", "傾きの誤差"), log=True),
                lang=t.lang,
                wide=True,
                note=t(
                    "Where a line is missing, the result is not a number or exactly right.",
                    "線がないところは、結果が数値でない（NaN）か、誤差がちょうど 0 です。",
                ),
            )
            for name, label in (
                ("sigmoid", f"σ(x), x = {self.sigmoid_x:g}"),
                ("quadratic", f"0.01x² + 0.1x, x = {self.quadratic_x:g}"),
            )
        ]
        heads = ["h", *(f"{_formula(formula, t)}, {dtype}" for dtype in DTYPES for formula in FORMULAS)]
        columns = [found[f"sigmoid.{dtype}.{formula}"] for dtype in DTYPES for formula in FORMULAS]
        shown = [k for k in range(len(found["h"])) if k < 18 or k in (len(found["h"]) - 1,)]
        rows = [[f"{found['h'][k]:.0e}", *(f"{column[k]:.12g}" for column in columns)] for k in shown]
        return [*pieces, Table(heads, rows, t("slopes of σ", "σ の傾き"))]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The best h, why it is not smaller, and what the smallest gives."""
        best = {formula: _best(found, "sigmoid", "float64", formula) for formula in FORMULAS}
        last = [float(found[f"sigmoid.{dtype}.{formula}"][-1]) for dtype in DTYPES for formula in FORMULAS]
        h = scientific(found["h"][-1], 0)
        low, high = _best(found, "sigmoid", "float32", "central")
        return [
            t(
                "σ in float64: the central difference is best with h = {h_c:.0e}, its error is {e_c:.0e}; the forward "
                "difference with h = {h_f:.0e}, error {e_f:.0e}.",
                "float64 の σ では、中心差分は h = {h_c:.0e} が最良で誤差 {e_c:.0e}、前方差分は h = {h_f:.0e} "
                "が最良で誤差 {e_f:.0e} です。",
                h_c=best["central"][0],
                e_c=best["central"][1],
                h_f=best["forward"][0],
                e_f=best["forward"][1],
            ),
            t(
                "Float32 has half the digits: there the best h is {h:.0e} and the error {e:.0e}.",
                "float32 は桁数が半分なので、最良の h は {h:.0e}、誤差は {e:.0e} です（中心差分）。",
                h=low,
                e=high,
            ),
            t(
                "With h = {h} the results are {results}, the slope is {slope}: x + h rounds to x.",
                "h = {h} では結果は {results} となり、本当の傾き {slope} にはなりません。x + h が x "
                "に丸められるためです。",
                h=h,
                results=t.list(None, *(significant(v) for v in last)),
                slope=significant(float(found["sigmoid.slope"])),
            )
            if not any(abs(v) > 0 for v in last if v == v)
            else t(
                "With h = {h} the results are {results}; the slope is {slope}.",
                "h = {h} での結果は {results}、本当の傾きは {slope} です。",
                h=h,
                results=t.list(None, *(significant(v) for v in last)),
                slope=significant(float(found["sigmoid.slope"])),
            ),
            t(
                "As float32 that h is {value}; the smallest positive float32 is {tiny:.0e}.",
                "この h を float32 にすると {value} です。float32 の正の最小値は {tiny:.0e} です。",
                value=significant(float(found["h32"][-1])),
                tiny=float(np.finfo(np.float32).smallest_subnormal),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's best h and errors; rounding; and the error that the formula predicts."""
        (h_c, e_c), (h_f, e_f) = (_best(found, "sigmoid", "float64", formula) for formula in FORMULAS)
        last = np.array(
            [
                found[f"{name}.{dtype}.{formula}"][-1]
                for name in ("sigmoid", "quadratic")
                for dtype in DTYPES
                for formula in FORMULAS
            ]
        )
        error = _error(found, "sigmoid", "float64", "central")
        value, slope = abs(float(found["quadratic.value"])), float(found["quadratic.slope"])
        predicted = 0.01 * found["h"]
        rounding = 8 * np.finfo(np.float64).eps * (value + abs(self.quadratic_x) * abs(slope) + 1) / found["h"]
        off = np.abs(found["quadratic.float64.forward"] - slope - predicted)
        ours = np.abs(found["sigmoid.float64.central"] - found["sigmoid.zerokara"])
        mid = found["h"] >= 1e-5
        exact = _sigmoid_slope(self.sigmoid_x)
        return [
            near("float32(1e-50)", float(np.float32(found["h"][-1])), 0, 0, "A"),
            holds(
                t("with h = 1e-50 every result is 0 or not a number", "h = 1e-50 の結果はすべて 0 か NaN"),
                ((last == 0) | np.isnan(last)).all(),
                "A",
            ),
            between(t("best central h at σ", "σ の中心差分の最良の h"), h_c, 1e-6 * 0.99, 1e-4 * 1.01, "A"),
            at_most(t("its error (about 2e-12)", "その誤差（約 2e-12）"), e_c, 1e-11, "A"),
            between(t("best forward h at σ", "σ の前方差分の最良の h"), h_f, 1e-9 * 0.99, 1e-7 * 1.01, "A"),
            between(t("its error (about 6e-9)", "その誤差（約 6e-9）"), e_f, 0, 2e-8, "A"),
            at_least(
                t("U shape: error at h = 0.1 over the best", "U 字形：h = 0.1 の誤差と最良の誤差の比"),
                error[0] / e_c,
                100,
                "A",
            ),
            at_least(
                t("U shape: error at h = 1e-15 over the best", "U 字形：h = 1e-15 の誤差と最良の誤差の比"),
                error[min(14, len(error) - 1)] / e_c,
                100,
                "A",
            ),
            at_most(
                t("backpropagated slope of σ, minus σ(1 − σ)", "逆伝播した σ の傾き − σ(1 − σ)"),
                abs(float(found["sigmoid.slope"]) - exact),
                1e-15,
                "A",
                law=True,
            ),
            at_most(
                t(
                    "forward error of the parabola, off from ½f''h, in units of rounding",
                    "放物線の前方差分の誤差と ½f''h の差（丸め誤差の何倍か）",
                ),
                np.max(off / rounding),
                1,
                "A",
                law=True,
            ),
            at_most(
                t(
                    "central error of σ for h ≥ 1e-5, over h²/6 · max|f'''| and rounding",
                    "h ≥ 1e-5 での σ の中心差分の誤差（h²/6 · max|f'''| と丸め誤差に対する比）",
                ),
                np.max(error[mid] / (found["h"][mid] ** 2 / 6 * 0.125 + 8e-16 / found["h"][mid])),
                1,
                "A",
                law=True,
            ),
            at_most(
                t("zerokara's numerical_diff, minus the central difference", "zerokara の numerical_diff − 中心差分"),
                np.max(ours[mid]),
                1e-10,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The note's question."""
        k = len(found["h"]) - 1
        one = float(found["sigmoid.float64.forward"][k])
        return [
            Question(
                t("Why not h = {h:.0e}?", "なぜ h = {h:.0e} ではいけないのか？", h=found["h"][k]),
                t(
                    "It rounds away: as float32 it is {small}, and {x:g} + h = {x:g} in float64: {same}. The "
                    "difference is {one}, the slope {slope}.",
                    "丸められて消えるからです。float32 では {small} になり、float64 でも {x:g} + h = {x:g} か："
                    "{same}。差分の結果は {one}、本当の傾きは {slope} です。",
                    small=significant(float(found["h32"][k])),
                    x=self.sigmoid_x,
                    same=t.yes(self.sigmoid_x + found["h"][k] == self.sigmoid_x),
                    one=significant(one),
                    slope=significant(float(found["sigmoid.slope"])),
                ),
            )
        ]


def _quadratic(x: Any) -> Any:
    return 0.01 * x * x + 0.1 * x


def _sigmoid_slope(x: float) -> float:
    s = 1 / (1 + float(np.exp(-x)))
    return s * (1 - s)


def _differences(f: Callable[[Any], Any], x: float, h: Array, formula: str) -> Array:
    """The slopes for all h, computed in the type of h."""
    at = np.full_like(h, x)
    high, low = (_array(f(at + h)), _array(f(at - h if formula == "central" else at)))
    slopes = (high - low) / (h if formula == "forward" else 2 * h)
    return slopes.astype(np.float64)


def _array(y: Any) -> Array:
    return y.data if isinstance(y, Tensor) else np.asarray(y)


def _error(found: Found, name: str, dtype: str, formula: str) -> Array:
    error: Array = np.abs(found[f"{name}.{dtype}.{formula}"] - found[f"{name}.slope"])
    return error


def _drawn(error: Array) -> Array:
    """An error of 0 has no place on a logarithmic axis."""
    return np.where(error > 0, error, np.nan)


def _best(found: Found, name: str, dtype: str, formula: str) -> tuple[float, float]:
    """The h with the smallest error, and the error."""
    error = np.where(np.isnan(_error(found, name, dtype, formula)), np.inf, _error(found, name, dtype, formula))
    k = int(error.argmin())
    return float(found["h"][k]), float(error[k])


def _formula(name: str, t: Tongue) -> str:
    return {"central": t("central", "中心差分"), "forward": t("forward", "前方差分")}[name]
