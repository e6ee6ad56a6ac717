"""`sigmoid-vs-relu`: why ReLU is preferred today."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch03.along_x import AlongX, slope
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Text, bar_chart, chart, percent, significant

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {"sigmoid": F.sigmoid, "tanh": F.tanh, "ReLU": F.relu}
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0, "ReLU": 1.0}


@dataclass(frozen=True)
class SigmoidVsRelu(AlongX):
    """The functions, their slopes, and the slope that is left after k of them in a row (chain rule: a product)."""

    name = "sigmoid-vs-relu"
    chapter = 3
    source = "Ch3 §3.2; RYO, DR 6-2-1"
    title = Text("Sigmoid, tanh or ReLU", "シグモイド関数・tanh・ReLU の比較")
    question = Text("Why is ReLU preferred today?", "なぜ今は ReLU がよく使われるのか？")
    formula = (
        r"\sigma' = \sigma (1 - \sigma) \le \frac 1 4 \qquad \tanh' = 1 - \tanh^2 \le 1 \qquad "
        r"\text{ReLU}' \in \{0, 1\}",
        r"\frac{d}{dx}\, f(f(\cdots f(x))) = f'(\cdot) \cdots f'(\cdot)",
    )
    symbols = Text("With a gain a, f(ax) has a times the slope.", "ゲイン a を付けた f(ax) の傾きは a 倍になる。")
    seeds = 3
    random = True
    quick = {"samples": 500}
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text(
                "More layers: the sigmoid's slope all but vanishes.",
                "層を増やすと、シグモイド関数の傾きはほぼ消えます。",
            ),
            {"layers": 20},
        ),
        Turn(
            Text(
                "A gain of 4 lifts the bound of the sigmoid to 1.",
                "ゲインを 4 にすると、シグモイド関数の上限は 1 に上がります。",
            ),
            {"gain": 4.0},
        ),
    )

    low: float = knob(-6.0, "where x begins", "x の始まり", low=-1000, high=1000)
    high: float = knob(6.0, "where x ends (not included)", "x の終わり（含まない）", low=-1000, high=1000)
    layers: int = knob(6, "layers k in a row", "重ねる層の数 k", low=1, high=100)
    gain: float = knob(1.0, "gain a in f(ax)", "f(ax) のゲイン a", low=0.01, high=100)
    samples: int = knob(
        10_000, "normal random inputs, to count zeros", "0 を数えるための正規乱数の入力の数", low=100, high=10_000_000
    )

    def measure(self, lab: Lab) -> Arrays:
        """Curves, slopes, slopes through 1 … k layers, and how many outputs are 0 for inputs from N(0, 1)."""
        x, inputs = self.x, lab.rng("inputs").standard_normal(self.samples)
        found: Arrays = {"x": x, "not_positive": np.array((inputs <= 0).mean())}
        for name in FUNCTIONS:
            through = [slope(lambda u, name=name, k=k: self._deep(name, k, u), x) for k in range(1, self.layers + 1)]  # type: ignore[misc]
            found |= {
                f"{name}.y": self._deep(name, 1, Tensor(x)).data,
                f"{name}.slope": through[0],
                f"{name}.slope_at_0": slope(lambda u, name=name: self._deep(name, 1, u), np.zeros(1))[0],  # type: ignore[misc]
                f"{name}.steepest": np.array([np.abs(one).max() for one in through]),
                f"{name}.deepest": through[-1],
                f"{name}.zeros": np.array((self._deep(name, 1, Tensor(inputs)).data == 0).mean()),
            }
        return found

    def _deep(self, name: str, layers: int, x: Tensor) -> Tensor:
        """f(a·f(a·… f(a·x)))."""
        for _ in range(layers):
            x = FUNCTIONS[name](x * self.gain)
        return x

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Curves, slopes, the slope left after k layers, and the share of zeros."""
        x, k = found["x"], np.arange(1, self.layers + 1)
        left = [Line(_label(name, t), k, found[f"{name}.steepest"]) for name in FUNCTIONS]
        bound = t("bound of the sigmoid", "シグモイド関数の上限")
        zeros = {t.word("share"): [found.number(f"{name}.zeros") for name in FUNCTIONS]}
        return [
            chart(
                t("The functions", "関数"),
                [Line(_label(name, t), x, found[f"{name}.y"]) for name in FUNCTIONS],
                Axis("x"),
                Axis("f(x)", low=-1.2, high=3),
                lang=t.lang,
            ),
            chart(
                t("Their slopes", "関数の傾き"),
                [Line(_label(name, t), x, found[f"{name}.slope"]) for name in FUNCTIONS],
                Axis("x"),
                Axis(t.word("slope"), low=-0.05 * self.gain, high=1.1 * self.gain),
                lang=t.lang,
            ),
            chart(
                t("What is left of the slope after k layers", "k 層を通ったあとに残る傾き"),
                [*left, Line(bound, k, (STEEPEST["sigmoid"] * self.gain) ** k, faint=True)],
                Axis(t("layers k", "層の数 k"), whole=True),
                Axis(t("largest slope over all x", "傾きの最大値（すべての x で）"), log=True),
                lang=t.lang,
                note=t("The scale is logarithmic.", "縦軸は対数目盛。"),
            ),
            bar_chart(
                t("How many outputs are exactly 0", "ちょうど 0 になる出力の割合"),
                [_label(name, t) for name in FUNCTIONS],
                zeros,
                Axis(t.word("share"), low=0, high=1),
                category=t("for normally distributed inputs", "正規分布に従う入力に対して"),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Steepest slopes, what is left of them, and the zeros."""
        left = {name: float(found[f"{name}.steepest"][-1]) for name in FUNCTIONS}
        mean = {name: float(np.abs(found[f"{name}.deepest"]).mean()) for name in FUNCTIONS}
        best = max(mean, key=lambda name: mean[name])
        return [
            t(
                "The steepest slope of the sigmoid is {s}, of tanh {h}, of ReLU {r}.",
                "傾きの最大値は、シグモイド関数が {s}、tanh が {h}、ReLU が {r} です。",
                s=significant(float(found["sigmoid.steepest"][0])),
                h=significant(float(found["tanh.steepest"][0])),
                r=significant(float(found["ReLU.steepest"][0])),
            ),
            t(
                "After {k} layers the sigmoid lets through a slope of {s} at most (the bound is {bound}), tanh {h}, "
                "ReLU {r}; averaged over these x, {s_mean}, {h_mean} and {r_mean}: the most is left with {best}.",
                "{k} 層を通ると、残る傾きの最大値は、"
                "シグモイド関数で {s}（上限は {bound}）、tanh で {h}、ReLU で {r} です。"
                "これらの x での平均は順に {s_mean}、{h_mean}、{r_mean} で、いちばん多く残るのは {best} です。",
                k=self.layers,
                s=significant(left["sigmoid"], 3),
                bound=significant(self._bound("sigmoid"), 3),
                h=significant(left["tanh"], 3),
                r=significant(left["ReLU"], 3),
                s_mean=significant(mean["sigmoid"], 2),
                h_mean=significant(mean["tanh"], 2),
                r_mean=significant(mean["ReLU"], 2),
                best=_label(best, t),
            ),
            t(
                "At x = {x} the slope through {k} layers is {s} for the sigmoid, {h} for tanh, {r} for ReLU.",
                "x = {x} で {k} 層を通った傾きは、シグモイド関数で {s}、tanh で {h}、ReLU で {r} です。",
                x=significant(float(found["x"][-1])),
                k=self.layers,
                s=significant(float(found["sigmoid.deepest"][-1]), 2),
                h=significant(float(found["tanh.deepest"][-1]), 2),
                r=significant(float(found["ReLU.deepest"][-1]), 2),
            ),
            t(
                "For normal random inputs {r} of ReLU's outputs are exactly 0 (sparse), {s} of the "
                "sigmoid's, {h} of tanh's.",
                "正規乱数の入力に対し、ReLU の出力の {r} がちょうど 0 です（スパース）。"
                "シグモイド関数では {s}、tanh では {h} です。",
                r=percent(found.number("ReLU.zeros")),
                s=percent(found.number("sigmoid.zeros")),
                h=percent(found.number("tanh.zeros")),
            ),
        ]

    def _bound(self, name: str) -> float:
        """(a · the steepest slope of f)ᵏ."""
        return float((self.gain * STEEPEST[name]) ** self.layers)

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The bounds of slopes, of their products, and the zeros."""
        k, near_one = np.arange(1, self.layers + 1), 1 + 1e-9
        checks = [
            near(
                t("σ′ at 0", "0 での σ′"), found["sigmoid.slope_at_0"], self.gain / 4, 1e-12 * self.gain, "A", law=True
            ),
            near(
                t("tanh′ at 0", "0 での tanh′"), found["tanh.slope_at_0"], self.gain, 1e-12 * self.gain, "A", law=True
            ),
            holds(
                t("ReLU′ is 0 or the gain", "ReLU′ は 0 かゲインのどちらか"),
                np.isin(found["ReLU.slope"], [0, self.gain]).all(),
                "A",
                law=True,
            ),
        ]
        for name, steepest in STEEPEST.items():
            excess = (found[f"{name}.steepest"] / (self.gain * steepest) ** k).max()
            what = t(
                "{f}: slope through k layers over its bound, at most",
                "{f}：k 層を通った傾きと上限の比の最大値",
                f=_label(name, t),
            )
            checks.append(at_most(what, excess, near_one, "A", law=True))
        zeros = found.all("ReLU.zeros")
        return [
            *checks,
            at_most(
                t("slope of the sigmoid through 6 layers", "6 層を通ったシグモイド関数の傾き"),
                found["sigmoid.steepest"][-1],
                2.4415e-4,
                "A",
            ),
            near(
                t("slope of ReLU through 6 layers, at most", "6 層を通った ReLU の傾きの最大値"),
                found["ReLU.steepest"][-1],
                1,
                evidence="A",
            ),
            near(t("share of zeros of ReLU", "ReLU の出力が 0 になる割合"), zeros, 0.5, 0.02, "A"),
            holds(
                t(
                    "ReLU is 0 exactly for the inputs that are not positive",
                    "ReLU が 0 になるのは正でない入力に対してだけ",
                ),
                zeros == found.all("not_positive"),
                "A",
                law=True,
            ),
        ]


def _label(name: str, t: Tongue) -> str:
    return t("sigmoid", "シグモイド関数") if name == "sigmoid" else name
