"""`softmax-overflow`: why the greatest score is taken away first."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.ch03.vectors import written
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Table, Text, bar_chart, significant

DTYPES = ("float16", "float32", "float64")


@dataclass(frozen=True)
class SoftmaxOverflow(Experiment):
    """eˣ leaves the numbers soon; softmax does not change when all scores are moved: so the greatest becomes 0."""

    name = "softmax-overflow"
    chapter = 3
    source = "Ch3 §3.5.2; MEMO p.69"
    title = Text("Softmax and overflow", "ソフトマックス関数とオーバーフロー")
    question = Text("Why subtract the maximum?", "なぜ最大値を引くのか？")
    formula = (
        r"\frac{e^{x_k}}{\sum_i e^{x_i}} = \frac{C\, e^{x_k}}{C \sum_i e^{x_i}} = "
        r"\frac{e^{x_k + \log C}}{\sum_i e^{x_i + \log C}} \qquad \log C = -\max_i x_i",
    )
    symbols = Text("x are the scores; C is any positive number.", "x はスコア、C は任意の正の数。")
    turns = (
        Turn(
            Text(
                "In float32, scores of 90 are too much already.",
                "float32 では、スコアが 90 でもうオーバーフローします。",
            ),
            {"scores": (90.0, 80.0, 70.0), "dtype": "float32"},
        ),
        Turn(
            Text(
                "Very negative scores fail the other way: the naive formula divides 0 by 0.",
                "大きな負のスコアでは逆の失敗が起き、素朴な式は 0 を 0 で割ります。",
            ),
            {"scores": (-1010.0, -1000.0, -990.0)},
        ),
    )

    scores: tuple[float, ...] = knob((1010.0, 1000.0, 990.0), "scores", "スコア", low=-10_000, high=10_000, least=2)
    c: float = knob(1000.0, "the factor C in C·eˣ = eˣ⁺ˡᵒᵍ ᶜ", "C·eˣ = eˣ⁺ˡᵒᵍ ᶜ の C", low=1e-300, high=1e300)
    dtype: str = knob("float64", "type of the numbers", "数値の型", choices=DTYPES)

    def measure(self, lab: Lab) -> Arrays:
        """Both formulas, the scores moved by log C, and the greatest x whose eˣ is a number, for every type."""
        x = np.array(self.scores, self.dtype)
        e = F.exp(x).data
        return {
            "exponentials": e.astype(np.float64),
            "naive": (e / e.sum()).astype(np.float64),
            "stable": F.softmax(x).data.astype(np.float64),
            "moved": F.softmax(x + x.dtype.type(np.log(self.c))).data.astype(np.float64),
            "greatest": np.array([_greatest_exponent(np.dtype(name)) for name in DTYPES]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both softmaxes side by side, in numbers too, and how far eˣ reaches."""
        naive, stable = t("naive", "素朴な式"), t("maximum taken away", "最大値を引く")
        names = [f"x{i + 1} = {significant(x)}" for i, x in enumerate(self.scores)]
        rows = [
            [name, *(_shown(float(found[key][i])) for key in ("exponentials", "naive", "stable", "moved"))]
            for i, name in enumerate(names)
        ]
        heads = [t("score", "スコア"), "eˣ", naive, stable, t("moved by log C", "log C だけずらす")]
        return [
            bar_chart(
                t("The same scores, two formulas", "同じスコア、2 つの式"),
                names,
                {naive: found["naive"], stable: found["stable"]},
                Axis(t("output of softmax", "softmax の出力"), low=0, high=1),
                category=t("score", "スコア"),
                lang=t.lang,
                note=t(
                    "Where a bar is missing, the result is not a number.",
                    "棒がないところは、数値になりませんでした（NaN）。",
                ),
            ),
            bar_chart(
                t("How far eˣ reaches", "eˣ が表せる範囲"),
                list(DTYPES),
                {t("greatest x", "最大の x"): found["greatest"]},
                Axis(t("greatest x with a finite eˣ", "eˣ が有限である最大の x"), log=True),
                category=t("type", "型"),
                lang=t.lang,
            ),
            Table(heads, rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What the naive formula gives, what the other, and why."""
        lost = int(np.isnan(found["naive"]).sum())
        limit = float(found["greatest"][DTYPES.index(self.dtype)])
        return [
            t(
                "The naive formula gives {naive}: {lost} of {n} outputs are not numbers.",
                "素朴な式の結果は {naive} で、{n} 個の出力のうち {lost} 個が数値になりません。",
                naive=written(found["naive"]),
                lost=lost,
                n=len(self.scores),
            ),
            t(
                "In {dtype}, eˣ is finite up to x = {limit:.2f}; the greatest score is {top}, {where}.",
                "{dtype} で eˣ が有限なのは x = {limit:.2f} までです。最大のスコア {top} は、{where}。",
                dtype=self.dtype,
                limit=limit,
                top=significant(max(self.scores)),
                where=t("beyond it", "それを超えています")
                if max(self.scores) > limit
                else t("within it", "その範囲内です"),
            ),
            t(
                "With the maximum taken away the greatest exponential is e⁰ = 1, and the outputs are {stable}.",
                "最大値を引けば指数関数の値は最大でも e⁰ = 1 となり、出力は {stable} です。",
                stable=", ".join(_shown(float(v)) for v in found["stable"]),
            ),
            t(
                "Adding log C = {log_c} to all scores changes the outputs by {gap} at most.",
                "すべてのスコアに log C = {log_c} を足しても、出力の変化は最大 {gap} です。",
                log_c=significant(float(np.log(self.c))),
                gap=significant(_change(found), 2),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers, the limits of the types, and shift invariance up to rounding."""
        eps = float(np.finfo(self.dtype).eps)
        rounding = 4 * eps * (max(abs(x) for x in self.scores) + abs(float(np.log(self.c))) + len(self.scores))
        sums = abs(found["stable"].sum() - 1)
        limits = [float(np.log(np.finfo(name).max.astype(np.float64))) for name in DTYPES]
        checks = [
            near(
                t("naive outputs that are no numbers", "素朴な式で数値にならない出力"),
                np.isnan(found["naive"]).sum(),
                3,
                0,
                "A",
            ),
            *(
                near(t("stable: {what}", "最大値を引いた式：{what}", what=what), value, expected, tolerance, "A")
                for what, value, expected, tolerance in (
                    ("1 − y₁", 1 - found["stable"][0], 1 - 0.9999546, 5e-8),
                    ("y₂", found["stable"][1], 4.54e-5, 5e-8),
                    ("y₃", found["stable"][-1], 2.06e-9, 5e-12),
                )
            ),
            *(
                near(
                    t("greatest x in {dtype}", "{dtype} の最大の x", dtype=name),
                    found["greatest"][i],
                    value,
                    0.005,
                    "A",
                )
                for i, (name, value) in enumerate(zip(DTYPES, (11.09, 88.72, 709.78), strict=True))
            ),
            holds(
                t("those limits are the logarithms of the greatest numbers", "その限界は最大の数の対数に等しい"),
                np.allclose(found["greatest"], limits, rtol=2e-3),
                "A",
                law=True,
            ),
            at_most(
                t("|sum of the stable outputs − 1|", "|最大値を引いた出力の合計 − 1|"),
                sums,
                4 * eps * len(self.scores),
                "A",
                law=True,
            ),
            at_most(
                t("change by a shift of log C", "log C だけずらしたときの変化"), _change(found), rounding, "A", law=True
            ),
        ]
        if np.isfinite(found["naive"]).all() and found["exponentials"].min() > float(np.finfo(self.dtype).tiny):
            gap = float(np.abs(found["naive"] - found["stable"]).max())
            what = t("where both are numbers, their difference", "両方が数値のとき、その差")
            checks.append(at_most(what, gap, rounding, "A", law=True))
        return checks

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The note's question about C."""
        back = float(np.exp(np.log(self.c)))
        return [
            Question(
                t(
                    "Why is C = exp(log C), and what is it good for?",
                    "なぜ C = exp(log C) なのか？ それは何の役に立つか？",
                ),
                t(
                    "That is what the logarithm means: exp(log {c}) = {back}. So C·eˣ = eˣ⁺ˡᵒᵍ ᶜ, a factor is a shift "
                    "of the scores, and as factors cancel, softmax(x + c) = softmax(x): here up to {gap}.",
                    "それが対数の定義だからです：exp(log {c}) = {back}。したがって C·eˣ = eˣ⁺ˡᵒᵍ ᶜ、"
                    "つまり係数はスコアの平行移動になります。係数は約分で消えるので softmax(x + c) = softmax(x) "
                    "です（ここでの差は {gap}）。",
                    c=significant(self.c),
                    back=significant(float(f"{back:.12g}")),
                    gap=significant(_change(found), 2),
                ),
            )
        ]


def _greatest_exponent(dtype: np.dtype[np.floating]) -> float:
    """The greatest x of this type whose eˣ is finite, by halving the interval between 1 and 1,000."""
    low, high = dtype.type(1), dtype.type(1000)
    while True:
        middle = dtype.type((float(low) + float(high)) / 2)
        if middle in (low, high):
            return float(low)
        low, high = (middle, high) if np.isfinite(F.exp(np.array(middle)).data) else (low, middle)


def _change(found: Found) -> float:
    change: Array = np.abs(found["moved"] - found["stable"])
    return float(change.max())


def _shown(value: float) -> str:
    return significant(value, 7) if not 0 < abs(value) < 1e-3 else significant(value, 3)
