"""`numerical-gradient-cost`: what a gradient costs without backpropagation."""

import time
from dataclasses import dataclass
from statistics import median

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad, numerical_gradient
from zerokara.data import scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import batches
from zerokara.experiments.tongue import Tongue
from zerokara.models import TwoLayerNet
from zerokara.report import Axis, Table, Text, bar_chart, duration, significant

NAMES = ("W1", "b1", "W2", "b2")
"""The book's names of the parameters, in the order of the model."""


@dataclass(frozen=True)
class NumericalGradientCost(OnImages):
    """One gradient of the whole network, by central differences and by backpropagation: the times and the numbers."""

    name = "numerical-gradient-cost"
    chapter = 4
    source = "Ch4 §4.5, Ch5"
    cost = "M"
    title = Text("What a numerical gradient costs", "数値微分のコスト")
    question = Text("Why is backpropagation needed?", "なぜ誤差逆伝播法が必要なのか？")
    formula = (
        r"\frac{\partial L}{\partial w_i} \approx \frac{L(w_i + h) - L(w_i - h)}{2h} "
        r"\quad \text{for} \quad i = 1, \dots, P",
    )
    symbols = Text(
        "P is the number of parameters: the network is run 2P times for one gradient.",
        "P はパラメータ数。勾配を 1 回求めるためにネットワークを 2P 回実行する。",
    )
    quick = {"hidden": 2, "batch_size": 10}
    turns = (
        Turn(
            Text(
                "Half as many hidden units: half the parameters, half the forward passes.",
                "隠れ層を半分にすると、パラメータ数も順伝播の回数もおよそ半分になります。",
            ),
            {"hidden": 25},
        ),
    )

    hidden: int = knob(50, "hidden units", "隠れ層のニューロン数", low=1, high=1000)
    batch_size: int = knob(100, "images in the batch", "ミニバッチの画像数", low=1, high=10_000)
    activation: str = knob("sigmoid", "activation function", "活性化関数", choices=("sigmoid", "tanh"))
    h: float = knob(1e-4, "half the step of the difference", "中心差分の h", low=1e-6, high=1e-2)
    iterations: int = knob(10_000, "updates of the extrapolated training", "見積もる学習の更新回数", low=1, high=10**9)
    repeats: int = knob(
        30, "gradients by backpropagation that are timed", "時間を測る誤差逆伝播の回数", low=1, high=10_000
    )

    def measure(self, lab: Lab) -> Arrays:
        """Both gradients in float64, their times, and how often the network was run."""
        data = lab.load(self.data)
        chosen = next(batches(len(data.train), self.batch_size, "replacement", lab.rng("batch")))
        x, labels = Tensor(scaled(data.train.images[chosen], np.float64)), data.train.labels[chosen]
        size = int(np.prod(data.train.shape))
        model = TwoLayerNet(
            size, self.hidden, len(data.classes), activation=self.activation, rng=lab.rng("weights")
        ).astype(np.float64)
        parameters = list(model.parameters())
        lab.plan(2 * sum(p.size for p in parameters))
        passes = 0

        def backpropagation() -> float:
            began = time.perf_counter()
            model.zero_grad()
            F.cross_entropy(model(x), labels).backward()
            return time.perf_counter() - began

        def differences(k: int) -> Array:
            parameter, kept = parameters[k], parameters[k].data

            def loss(w: Array) -> float:
                nonlocal passes
                passes += 1
                lab.advance()
                parameter.data = w
                return float(F.cross_entropy(model(x), labels).item())

            try:
                return numerical_gradient(loss, kept, self.h)
            finally:
                parameter.data = kept

        backpropagation()  # the first time, kernels are loaded
        fast = median(backpropagation() for _ in range(self.repeats))
        exact = [p.grad if p.grad is not None else np.zeros(p.shape) for p in parameters]
        began = time.perf_counter()
        with no_grad():
            numerical = [differences(k) for k in range(len(parameters))]
        slow = time.perf_counter() - began
        away = [np.abs(a - b) for a, b in zip(exact, numerical, strict=True)]
        return {
            "parameters": np.array([p.size for p in parameters]),
            "passes": np.array(passes),
            "seconds": np.array([slow, fast]),
            "difference": np.array([a.mean() for a in away]),
            "largest": np.array([a.max() for a in away]),
            "gradient": np.array([np.abs(g).mean() for g in exact]),
            "inputs": np.array([size, len(data.classes)]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both times, the training they would make, and how well the results agree."""
        slow, fast = found.mean("seconds")
        names = [t.word("numerical gradient"), t.word("backpropagation")]
        passes = [f"{int(found['passes']):,}", t("1 forward, 1 backward", "順伝播 1 回と逆伝播 1 回")]
        heads = [
            t("way", "方法"),
            t("passes for one gradient", "勾配 1 回あたりの計算"),
            t("time of one gradient", "勾配 1 回の時間"),
            t("time of {n} updates", "{n} 回の更新にかかる時間", n=f"{self.iterations:,}"),
        ]
        rows = [
            [name, many, _short(s), duration(s * self.iterations)]
            for name, many, s in zip(names, passes, (slow, fast), strict=True)
        ]
        agreement = {
            t("size of the gradient", "勾配の大きさ"): found.mean("gradient"),
            t("difference of the two ways", "2 つの方法の差"): found.mean("difference"),
        }
        return [
            bar_chart(
                t("Time of one gradient", "勾配を 1 回求める時間"),
                names,
                {t.word("time"): [slow, fast]},
                Axis(t.word("time"), "s", log=True, low=min(slow, fast) / 10),
                lang=t.lang,
                note=t("The scale is logarithmic. Measured on this machine.", "対数目盛。この計算機での測定値。"),
            ),
            bar_chart(
                t("The two gradients beside each other", "2 つの勾配の比較"),
                NAMES,
                agreement,
                Axis(t("mean absolute value", "絶対値の平均"), log=True, low=self._least(found)),
                category=t("parameter", "パラメータ"),
                lang=t.lang,
            ),
            Table(heads, rows),
        ]

    def _least(self, found: Found) -> float:
        """Where the axis of the differences begins, so that the smallest can be seen."""
        differences = found.mean("difference")
        return float(differences[differences > 0].min(initial=1e-8)) / 10

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Passes, times, their ratio, and the agreement."""
        slow, fast = (float(s) for s in found.mean("seconds"))
        return [
            t(
                "{p} parameters: the numerical gradient ran the network {n} times, for a single step.",
                "パラメータは {p} 個。数値微分では、たった 1 ステップのためにネットワークを {n} 回実行しました。",
                p=f"{int(found['parameters'].sum()):,}",
                n=f"{int(found['passes']):,}",
            ),
            t(
                "It took {slow}, backpropagation {fast}: {ratio} times as long.",
                "数値微分は {slow}、誤差逆伝播法は {fast} かかりました。{ratio} 倍の差です。",
                slow=_short(slow),
                fast=_short(fast),
                ratio=significant(float(f"{slow / fast:.2g}")),
            ),
            t(
                "A training of {n} updates would take {slow} instead of {fast}.",
                "{n} 回更新する学習なら、{fast} で済むところが {slow} かかる計算です。",
                n=f"{self.iterations:,}",
                slow=duration(slow * self.iterations),
                fast=duration(fast * self.iterations),
            ),
            t(
                "Both give the same gradient: no number differs by more than {d}.",
                "得られる勾配は同じです。差は最大でも {d} でした。",
                d=significant(float(found.high("largest").max()), 2),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Two passes a parameter, and the same gradient; the times are shown, but not judged."""
        inputs, classes = found["inputs"]
        parameters = (inputs + 1) * self.hidden + (self.hidden + 1) * classes
        counted = t("forward passes of one numerical gradient", "数値微分 1 回あたりの順伝播の回数")
        formula = t("passes − 2·((D + 1)·H + (H + 1)·K)", "順伝播の回数 − 2·((D + 1)·H + (H + 1)·K)")
        same = t("largest difference of the two gradients", "2 つの勾配の差の最大値")
        return [
            near(t("parameters", "パラメータ数"), found.all("parameters").sum(axis=1), 39_760, 0, "A"),
            near(counted, found.all("passes"), 79_520, 0, "A"),
            near(formula, found.all("passes") - 2 * parameters, 0, 0, "A", law=True),
            # the error of a difference is L‴·h²/6 (inputs and weights are below 1 here), plus rounding of L over h
            at_most(same, found.all("largest").max(axis=1), self.h**2 + 1e-14 / self.h, "A", law=True),
        ]


def _short(seconds: float) -> str:
    return f"{significant(1000 * seconds, 2)} ms" if seconds < 0.1 else f"{significant(seconds, 3)} s"
