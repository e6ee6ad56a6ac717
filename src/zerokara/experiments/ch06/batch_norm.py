"""`batch-norm`: does batch normalization free us from the initial values?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import Dataset, Split, scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Question, Turn, knob
from zerokara.experiments.ch06.networks import ACTIVATIONS, BOOK_EPS, PLACEMENTS, network
from zerokara.experiments.checks import Check, at_most, between
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn
from zerokara.experiments.tongue import Tongue
from zerokara.nn import BatchNorm1d, Module, observe
from zerokara.optim import SGD
from zerokara.report import Axis, Line, Panel, Text, chart, panels, percent, significant

EXPECTED = (  # panels (counted from 1), without from … to, with from … to
    ((1, 2), (0.097, 0.097), (0.40, 0.54)),
    ((3,), (0.97, 1.0), (0.60, 0.67)),
    ((4,), (0.82, 0.89), (0.76, 0.81)),
    ((5,), (0.24, 0.37), (0.88, 0.90)),
    ((6,), (0.12, 0.19), (0.95, 0.95)),
    ((7,), (0.117, 0.117), (0.99, 0.99)),
    ((8, 9, 10), (0.117, 0.117), (1.0, 1.0)),
    ((11,), (0.117, 0.117), (0.85, 1.0)),
    ((12, 13, 14, 15, 16), (0.117, 0.117), (0.42, 0.99)),
)
"""Final training accuracies."""

TOLERANCE = 0.03
"""What trainings on 1,000 images may differ by (beyond the ranges above)."""

LEARNED = 0.85
"""A network that reads this share of its training images is counted as one that has learned."""


@dataclass(frozen=True)
class BatchNorm(OnImages):
    """Sixteen standard deviations of the initial weights, from far too large to far too small, with and without."""

    name = "batch-norm"
    chapter = 6
    source = "Ch6 §6.3.2 batch_norm_test; DR 6-2-3; MEMO p.186"
    cost = "M"
    title = Text("Batch normalization and initial values", "バッチ正規化と重みの初期値")
    question = Text(
        "Does batch normalization free us from the initial values?",
        "バッチ正規化があれば、初期値を気にしなくてよいか？",
    )
    formula = (
        r"\mu = \frac 1 N \sum_n x_n, \qquad \sigma^2 = \frac 1 N \sum_n (x_n - \mu)^2",
        r"\hat x_n = \frac{x_n - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y_n = \gamma\, \hat x_n + \beta",
    )
    symbols = Text(
        "The sums go over the images of a mini-batch, for each unit on its own. σ² is the variance, γ and β are "
        "learned.",
        "和はニューロンごとにミニバッチの画像について取る。σ² は分散。γ と β は学習される。",
    )
    seeds = 3
    quick = {"count": 4, "iterations": 20, "images": 200}
    turns = (
        Turn(
            Text(
                "Does it matter on which side of the activation it stands?",
                "活性化関数の前と後で、違いはあるでしょうか。",
            ),
            {"placement": "after"},
        ),
        Turn(
            Text("A larger ε is felt by small weights sooner.", "ε を大きくすると、小さい重みほど影響を受けます。"),
            {"eps": 1e-3},
        ),
    )

    std_from: float = knob(1.0, "largest standard deviation", "最大の標準偏差", low=1e-12, high=100)
    std_to: float = knob(1e-4, "smallest standard deviation", "最小の標準偏差", low=1e-12, high=100)
    count: int = knob(16, "how many, in equal ratios", "いくつ試すか（等比）", low=2, high=64)
    placement: str = knob(
        "before", "before or after the activation function", "活性化関数の前か後か", choices=PLACEMENTS
    )
    activation: str = knob("relu", "activation function", "活性化関数", choices=ACTIVATIONS)
    depth: int = knob(5, "hidden layers", "隠れ層の数", low=1, high=50)
    width: int = knob(100, "units in a hidden layer", "隠れ層のニューロン数", low=1, high=10_000)
    eps: float = knob(BOOK_EPS, "ε of batch normalization", "バッチ正規化の ε", low=1e-12, high=1)
    images: int = knob(1000, "training images", "訓練画像の枚数", low=10, high=60_000)
    lr: float = knob(0.01, "learning rate of SGD", "SGD の学習率", low=0, high=100)
    iterations: int = knob(
        191, "updates: 191 are 20 evaluations", "更新回数（191 で評価 20 回）", low=2, high=1_000_000
    )
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=2, high=10_000)
    sampling: str = knob("replacement", "how mini-batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    @property
    def stds(self) -> Array:
        """The standard deviations, the largest first."""
        return np.geomspace(self.std_from, self.std_to, self.count)

    def measure(self, lab: Lab) -> Arrays:
        """Training accuracy (stds, without and with, evaluations), and the variances around the first batch norm."""
        data = lab.load(self.data)
        train = data.train.take(self.images)
        lab.plan(2 * self.count * self.iterations)
        at, curves, losses = np.zeros(0), [], []
        for std in self.stds:
            for norm in ("", self.placement):
                model = self._network(lab, data, float(std), norm)
                learned = learn(
                    lab,
                    model,
                    SGD(model, lr=self.lr),
                    train,
                    iterations=self.iterations,
                    batch_size=self.batch_size,
                    judge=[train],
                    sampling=self.sampling,
                )
                at = learned.at
                curves.append(learned.scores[0])
                losses.append(learned.losses)
        seen = [_first_norm(self._network(lab, data, float(std), self.placement), train) for std in self.stds]
        shape = self.count, 2, -1
        return {
            "at": at,
            "curves": np.array(curves).reshape(shape),
            "losses": np.array(losses).reshape(shape),
            "before": np.array([before for before, _ in seen]),
            "after": np.array([after for _, after in seen]),
        }

    def _network(self, lab: Lab, data: Dataset, std: float, norm: str) -> Module:
        return network(
            data,
            [self.width] * self.depth,
            activation=self.activation,
            init=repr(std),
            batch_norm=norm,
            eps=self.eps,
            rng=lab.rng("weights"),
        )

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """A panel for every standard deviation, and the final accuracies against it."""
        curves, names = found.mean("curves"), self._names(t)
        small = [
            Panel(
                t("std {s}", "標準偏差 {s}", s=significant(std, 2)),
                [Line(name, found["at"], curves[k, b]) for b, name in enumerate(names)],
            )
            for k, std in enumerate(self.stds)
        ]
        accuracy = Axis(t.word("training accuracy"), low=0, high=1)
        std = Axis(t("standard deviation of the initial weights", "重みの初期値の標準偏差"), log=True)
        variance = found.mean("after").mean(axis=1)
        return [
            panels(
                t("Training accuracy with and without", "バッチ正規化の有無と訓練データの正答率"),
                small,
                Axis(t.word("updates"), whole=True),
                accuracy,
                lang=t.lang,
                note=t("Mean over the seeds.", "乱数の種についての平均。"),
            ),
            chart(
                t("In the end", "最後の正答率"),
                [Line(name, self.stds, curves[:, b, -1]) for b, name in enumerate(names)],
                std,
                accuracy,
                lang=t.lang,
            ),
            chart(
                t("Behind the first batch normalization", "最初のバッチ正規化の直後"),
                [Line("", self.stds, variance)],
                std,
                Axis(t("variance of a unit", "ニューロンの分散"), low=0),
                lang=t.lang,
                note=t(
                    "1, were it not for ε: where the variance before is not far above ε, normalizing falls short.",
                    "ε がなければ 1。正規化前の分散が ε に近いと、正規化しきれない。",
                ),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many learned, with and without; where each is best; and where ε is felt."""
        final, stds = found.mean("curves")[:, :, -1], self.stds
        best = [int(np.argmax(final[:, b])) for b in (0, 1)]
        variance = found.mean("after").mean(axis=1)
        weakest = int(np.argmin(variance))
        said = [
            t(
                "Without batch normalization {a} of {n} initial values read more than {share} of the training images "
                "in the end, with it {b}.",
                "最後に訓練データの {share} 以上を正しく読めた初期値は、バッチ正規化なしでは {n} 通り中 {a} 通り、"
                "ありでは {b} 通りです。",
                n=self.count,
                a=int(np.sum(final[:, 0] > LEARNED)),
                b=int(np.sum(final[:, 1] > LEARNED)),
                share=percent(LEARNED, 0),
            ),
            t(
                "The best without is std {s} ({a}), the best with it std {r} ({b}), the worst with it std {q} ({c}).",
                "最もよいのは、なしでは標準偏差 {s}（{a}）、ありでは標準偏差 {r}（{b}）です。"
                "ありで最も悪いのは標準偏差 {q}（{c}）です。",
                s=significant(stds[best[0]], 2),
                a=percent(final[best[0], 0]),
                r=significant(stds[best[1]], 2),
                b=percent(final[best[1], 1]),
                q=significant(stds[int(np.argmin(final[:, 1]))], 2),
                c=percent(float(final[:, 1].min())),
            ),
        ]
        if final[:, 1].min() < LEARNED:
            said.append(
                t(
                    "So it widens the range of good initial values, but does not make them indifferent.",
                    "よい初期値の範囲は広がりますが、初期値がどうでもよくなるわけではありません。",
                )
                if np.sum(final[:, 1] > LEARNED) > np.sum(final[:, 0] > LEARNED)
                else t(
                    "Here it did not widen the range of good initial values.",
                    "ここではよい初期値の範囲は広がりませんでした。",
                )
            )
        if variance[weakest] < 0.9:
            said.append(
                t(
                    "With std {s} the variance behind the first batch normalization is {v} instead of 1: ε = {eps} is "
                    "not small beside the variance before it, {u}.",
                    "標準偏差 {s} では、最初のバッチ正規化の直後の分散が 1 ではなく {v} になります。"
                    "正規化前の分散 {u} に比べて ε = {eps} が小さくないためです。",
                    s=significant(stds[weakest], 2),
                    v=significant(variance[weakest], 3),
                    u=significant(found.mean("before").mean(axis=1)[weakest], 2),
                    eps=significant(self.eps),
                )
            )
        return said

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's accuracies, and that a unit's variance behind the layer is v/(v + ε)."""
        final = found.all("curves")[..., -1]
        checks = []
        for numbers, *ranges in EXPECTED:
            chosen = [n - 1 for n in numbers]
            if chosen[-1] >= self.count:
                break
            for b, (low, high) in enumerate(ranges):
                panel = f"{numbers[0]}–{numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
                what = t("panel {k}, {name}", "{k} 番目、{name}", k=panel, name=self._names(t)[b])
                checks.append(between(what, final[:, chosen, b], low - TOLERANCE, min(1.0, high + TOLERANCE), "N, M"))
        learned = (final > LEARNED).sum(axis=1)
        what = t(
            "of {n} initial values learn, {name}", "{n} 通りのうち学習できた数、{name}", n=self.count, name="{name}"
        )
        checks.append(between(what.format(name=self._names(t)[0]), learned[:, 0], 1, 3, "N, M"))
        checks.append(between(what.format(name=self._names(t)[1]), learned[:, 1], 5, 11, "N, M"))
        before, after = found.all("before"), found.all("after")
        what = t(
            "variance behind the first batch normalization against v/(v + ε), greatest difference",
            "最初のバッチ正規化の直後の分散と v/(v + ε) の差（最大）",
        )
        return [*checks, at_most(what, np.abs(after - before / (before + self.eps)).max(), 0.01, "A", law=True)]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """DR 6-2-3-1."""
        best = [_first_above(found.mean("curves")[:, b], found["at"]) for b in (0, 1)]
        never = t("never", "到達せず")
        reached = [never if n is None else significant(n) for n in best]
        return [
            Question(
                t("Name two effects of batch normalization.", "バッチ正規化の効果を 2 つ挙げよ。"),
                t(
                    "Learning is faster, and gradients vanish less (see gradient-by-depth). Updates until {share} of "
                    "the training images are classified correctly, with the initial values that suit best: {a} "
                    "without, {b} with. "
                    "The learning is faster, not the step: a step has more to compute.",
                    "学習が速くなることと、勾配消失が起こりにくくなること（gradient-by-depth を参照）です。"
                    "訓練データの正答率が {share} を超えるまでの更新回数は、最も合う初期値で、"
                    "なしが {a}、ありが {b} でした。"
                    "速くなるのは学習であって、1 回の更新の計算はむしろ増えます。",
                    share=percent(LEARNED, 0),
                    a=reached[0],
                    b=reached[1],
                ),
            )
        ]

    def _names(self, t: Tongue) -> Sequence[str]:
        return t("without batch norm", "バッチ正規化なし"), t("with batch norm", "バッチ正規化あり")


def _first_norm(model: Module, train: Split) -> tuple[Array, Array]:
    """The variance of every unit before and behind the first batch norm, on the first images. Shapes: (units,)"""
    outputs: list[Array] = []
    reached: list[int] = []

    def look(module: Module, y: Tensor) -> None:
        outputs.append(np.asarray(y.data, dtype=np.float64))
        if isinstance(module, BatchNorm1d):
            reached.append(len(outputs) - 1)

    with observe(look), no_grad():
        model.train()(Tensor(scaled(train.take(1000).images)))
    first = reached[0]
    return outputs[first - 1].var(axis=0), outputs[first].var(axis=0)


def _first_above(curves: Array, at: Array) -> int | None:
    """The fewest updates after which any of the curves (K, evaluations) is above LEARNED."""
    above = np.flatnonzero((curves > LEARNED).any(axis=0))
    return int(at[above[0]]) if above.size else None
