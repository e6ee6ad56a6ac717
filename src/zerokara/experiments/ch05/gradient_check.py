"""`gradient-check`: is the backpropagation right?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, apply, no_grad, numerical_gradient
from zerokara.data import Split, scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.models import TwoLayerNet
from zerokara.report import Axis, Cell, Table, Text, bar_chart, scientific

NAMES = ("W1", "b1", "W2", "b2")
"""The book's names of the parameters, in the order of the model."""

CASES = ("exact", "book", "kink", "planted")
"""The exact loss; the book's, with 1e-7 in the log; a ReLU put on the edge; a wrong factor in the backpropagation."""

DRAWS = 20
"""So many networks are drawn in search of one in which h crosses no kink."""

Loss = Callable[[Tensor, Array], Tensor]


@dataclass(frozen=True)
class GradientCheck(OnImages):
    """Backpropagation beside central differences, number by number, and what can come between the two.

    The network is one in which h crosses no kink. For the kink, one bias is shifted so that a hidden unit gets h/2 for
    the first image: it is on for +h and off for −h, and the difference is the slope of neither side. For the planted
    fault, the activation passes back `factor` times its gradient.
    """

    name = "gradient-check"
    chapter = 5
    source = "Ch5 §5.7.3 gradient_check"
    cost = "M"
    title = Text("The gradient check", "勾配確認")
    question = Text("Is the backpropagation right?", "誤差逆伝播法の実装は正しいか？")
    formula = (
        r"E = \frac 1 P \sum_{i=1}^{P} \left| \frac{\partial L}{\partial w_i} - "
        r"\frac{L(w_i + h) - L(w_i - h)}{2h} \right|",
    )
    symbols = Text(
        "E is the error of a parameter, P how many numbers it has; the first term comes from backpropagation.",
        "E はパラメータごとの差、P はその要素数。第 1 項は誤差逆伝播法で求めた勾配。",
    )
    seeds = 3
    quick = {"hidden": 2}
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text("A sigmoid has no kink that h could cross.", "シグモイドには、h がまたぐような折れ目がありません。"),
            {"activation": "sigmoid"},
        ),
        Turn(
            Text(
                "A larger h crosses more kinks, and the error of the difference itself grows with h².",
                "h を大きくすると折れ目をまたぎやすくなり、中心差分そのものの誤差も h² に比例して増えます。",
            ),
            {"h": 1e-2},
        ),
    )

    activation: str = knob("relu", "activation function", "活性化関数", choices=("relu", "sigmoid", "tanh"))
    h: float = knob(1e-4, "half the step of the difference", "中心差分の h", low=1e-6, high=1e-2)
    batch_size: int = knob(3, "the first images, so many", "使う画像の数（先頭から）", low=1, high=100)
    hidden: int = knob(50, "hidden units", "隠れ層のニューロン数", low=1, high=1000)
    std: float = knob(0.01, "standard deviation of the initial weights", "重みの初期値の標準偏差", low=0, high=1)
    factor: float = knob(1.1, "the planted wrong factor", "わざと仕込む誤った係数", low=0, high=100)

    def measure(self, lab: Lab) -> Arrays:
        """The mean absolute difference of the two gradients, for every parameter in every case."""
        data = lab.load(self.data)
        few = data.train.take(self.batch_size)
        x = Tensor(scaled(few.images, np.float64))

        for draws in range(1, DRAWS + 1):
            model = TwoLayerNet(
                int(np.prod(data.train.shape)),
                self.hidden,
                len(data.classes),
                activation=self.activation,
                init=self.std,
                rng=lab.rng("weights", draws),
            ).astype(np.float64)
            if not self._crossings(model, x).any():
                break
        lab.plan(6 * sum(p.size for p in model.parameters()))
        right, planted = self._back(model, x, few, 1.0), self._back(model, x, few, self.factor)
        exact = self._differences(lab, model, x, few, F.cross_entropy)
        book = self._differences(lab, model, x, few, _book_loss)
        crossings, before = self._crossings(model, x), self._before(model, x)
        unit = int(np.abs(before[0]).argmin())
        bias = list(model.parameters())[1]
        bias.data[unit] += self.h / 2 - before[0, unit]
        kinked, at_kink = self._back(model, x, few, 1.0), self._differences(lab, model, x, few, F.cross_entropy)
        pairs = {"exact": (right, exact), "book": (right, book), "kink": (kinked, at_kink), "planted": (planted, exact)}
        found = {
            case: np.array([np.abs(a - b).mean() for a, b in zip(*pair, strict=True)]) for case, pair in pairs.items()
        }
        sizes = np.array([np.abs(g).mean() for g in right])
        kinks = self._crossings(model, x)
        return {**found, "size": sizes, "crossings": crossings, "kinks": kinks, "draws": np.array(draws)}

    def _scores(self, model: TwoLayerNet, x: Tensor, factor: float) -> Tensor:
        """The network's forward pass, with `factor` planted in the way back through the activation."""
        flatten, fc1, activation, fc2 = model.children()
        hidden = activation(fc1(flatten(x)))
        return fc2(apply(_faulty, hidden, factor=factor))

    def _back(self, model: TwoLayerNet, x: Tensor, few: Split, factor: float) -> list[Array]:
        """The gradients by backpropagation."""
        model.zero_grad()
        F.cross_entropy(self._scores(model, x, factor), few.labels).backward()
        return [p.grad if p.grad is not None else np.zeros(p.shape) for p in model.parameters()]

    def _differences(self, lab: Lab, model: TwoLayerNet, x: Tensor, few: Split, loss: Loss) -> list[Array]:
        """The gradients by differences, two forward passes a number."""
        gradients = []
        for parameter in model.parameters():
            kept = parameter.data

            def at(w: Array, parameter: Tensor = parameter) -> float:
                lab.advance()
                parameter.data = w
                return float(loss(model(x), few.labels).item())

            with no_grad():
                gradients.append(numerical_gradient(at, kept, self.h))
            parameter.data = kept
        return gradients

    def _before(self, model: TwoLayerNet, x: Tensor) -> Array:
        """What the hidden units get, before their activation. Shape: (images, units)."""
        flatten, fc1, *_ = model.children()
        with no_grad():
            got: Array = fc1(flatten(x)).data
        return got

    def _crossings(self, model: TwoLayerNet, x: Tensor) -> Array:
        """How often ±h on a number of W1 or b1 takes a ReLU over its kink, counted over images and numbers."""
        if self.activation != "relu":
            return np.array([0, 0])
        z, moves = np.abs(self._before(model, x)), self.h * x.data.reshape(len(x), -1)
        return np.array([(z[:, :, None] < moves[:, None, :]).sum(), (z < self.h).sum()])

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The error of every parameter in every case, as bars and as numbers."""
        names = self._names(t)
        series = {names[case]: found.mean(case) for case in CASES}
        heads = [t("case", "場合"), *NAMES]
        rows: list[list[Cell]] = [[names[c], *(f"{v:.1e}" for v in found.mean(c))] for c in CASES]
        rows.append([t("mean size of the gradient", "勾配の大きさの平均"), *(f"{v:.1e}" for v in found.mean("size"))])
        return [
            bar_chart(
                t("How far backpropagation and differences are apart", "誤差逆伝播法と数値微分の差"),
                NAMES,
                series,
                Axis(t("mean absolute difference", "差の絶対値の平均"), log=True, low=self._least(found)),
                category=t("parameter", "パラメータ"),
                lang=t.lang,
                wide=True,
                note=t("The scale is logarithmic; mean over the seeds.", "対数目盛。乱数の種についての平均。"),
            ),
            Table(heads, rows),
        ]

    def _least(self, found: Found) -> float:
        """Where the axis begins, so that the smallest error can be seen."""
        errors = np.concatenate([found.mean(case) for case in CASES])
        return float(errors[errors > 0].min(initial=1e-8)) / 3

    def _names(self, t: Tongue) -> dict[str, str]:
        return {
            "exact": t("exact loss", "厳密な損失"),
            "book": t("log(y + 1e-7), as in the book", "本と同じ log(y + 1e-7)"),
            "kink": t("a unit at its kink", "折れ目の上のユニット"),
            "planted": t("wrong factor {f} planted", "誤った係数 {f} を仕込む", f=f"{self.factor:g}"),
        }

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What each case shows."""
        exact, book, kink, planted = (found.mean(case) for case in CASES)
        wrong = planted / np.maximum(found.mean("size"), 1e-300)
        told = [
            t(
                "With the exact loss both gradients agree to {worst} in every parameter: the backpropagation is right.",
                "厳密な損失では、どのパラメータでも 2 つの勾配の差は {worst} 以下です。"
                "誤差逆伝播法の実装は正しいといえます。",
                worst=scientific(exact.max(), 1),
            )
            if exact.max() < 1e-8
            else t(
                "Even with the exact loss the gradients differ by up to {worst}.",
                "厳密な損失でも、勾配には最大 {worst} の差があります。",
                worst=scientific(exact.max(), 1),
            ),
            t(
                "The 1e-7 that the book adds in the logarithm changes the loss itself, and with it b2 by {b2} "
                "(exact loss: {b2_exact}).",
                "本が対数の中に加える 1e-7 は損失そのものを変えるため、b2 の差は {b2} になります"
                "（厳密な損失では {b2_exact}）。",
                b2=scientific(book[3], 1),
                b2_exact=scientific(exact[3], 1),
            ),
            t(
                "The planted factor stands out in W1 ({w1} of the gradient) and b1 ({b1}), and not in W2 and b2, which "
                "lie after the fault: the check even tells where to look.",
                "仕込んだ係数の影響は、W1（勾配の {w1}）と b1（同 {b1}）にはっきり現れ、"
                "誤りより出力側にある W2 と b2 には現れません。勾配確認は、誤りの場所の手がかりにもなります。",
                w1=f"{100 * wrong[0]:.2g} %",
                b1=f"{100 * wrong[1]:.2g} %",
            ),
        ]
        if self.activation == "relu":
            told.append(self._by_themselves(found, t))
            told.insert(
                2,
                t(
                    "Where h crosses the kink of a ReLU ({n} times here) the difference is wrong, not the "
                    "backpropagation: W1 {w1}, b1 {b1}.",
                    "h が ReLU の折れ目をまたぐと（ここでは {n} 回）、誤っているのは逆伝播ではなく数値微分のほうです。"
                    "W1 の差は {w1}、b1 の差は {b1} になります。",
                    n=round(float(found.mean("kinks").sum())),
                    w1=scientific(kink[0], 1),
                    b1=scientific(kink[1], 1),
                ),
            )
        return told

    def _by_themselves(self, found: Found, t: Tongue) -> str:
        """What is to be said of kinks that nobody planted."""
        draws = int(found.all("draws").sum())
        if found.all("crossings").any():
            return t(
                "No network without such crossings was found: they blur the exact case, too.",
                "折れ目をまたがないネットワークが見つからなかったため、厳密な損失の結果にもその影響が出ています。",
            )
        if draws == found.seeds:
            return t(
                "Here the crossing was planted; among the {n} random networks none had one by itself.",
                "ここではわざと折れ目をまたがせました。乱数で作った {n} 個のネットワークでは、自然には起きていません。",
                n=draws,
            )
        return t(
            "Such crossings also happen by themselves: {n} networks were drawn to find {seeds} without one.",
            "折れ目をまたぐことは自然にも起こります。またがないネットワークを {seeds} 個得るために、{n} 個作りました。",
            n=draws,
            seeds=found.seeds,
        )

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The sizes of the errors, with and without their causes; the planted fault is caught."""
        what = t("{case}: {name}", "{case}：{name}", case="{case}", name="{name}")
        names = self._names(t)
        told = []
        for k, name in enumerate(NAMES):
            told.append(at_most(what.format(case=names["exact"], name=name), found.all("exact")[:, k], 2e-10, "M"))
        book, kink = found.all("book"), found.all("kink")
        clean = found.all("crossings").sum(axis=1) == 0
        worst = np.where(clean[:, None], found.all("exact"), 0).max(axis=1)
        caught = found.all("planted")[:, 0] / np.maximum(found.all("size")[:, 0], 1e-300)
        return [
            *told,
            near(what.format(case=names["book"], name="W1"), book[:, 0], 4e-10, 2e-10, "M"),
            near(what.format(case=names["book"], name="b1"), book[:, 1], 2e-9, 1e-9, "M"),
            near(what.format(case=names["book"], name="W2"), book[:, 2], 6e-9, 3e-9, "N"),
            near(what.format(case=names["book"], name="b2"), book[:, 3], 1.4e-7, 0.1e-7, "N"),
            # the size depends on the unit and its images: the book's numbers within an order of magnitude
            near(what.format(case=names["kink"], name="W1"), kink[:, 0], 1.8e-6, 1.7e-6, "N"),
            near(what.format(case=names["kink"], name="b1"), kink[:, 1], 2.4e-5, 2.3e-5, "N"),
            # L‴·h²/6 and the rounding of L over h
            at_most(
                t("exact loss, no kink crossed: largest error", "厳密な損失、折れ目をまたがない場合：誤差の最大値"),
                worst,
                self.h**2 + 1e-14 / self.h,
                "A",
                law=True,
            ),
            at_least(
                t(
                    "planted fault: error of W1, relative to the fault",
                    "仕込んだ誤り：W1 の差（誤りの大きさに対する比）",
                ),
                caught / max(abs(self.factor - 1), 1e-300),
                0.9 if abs(self.factor - 1) >= 0.01 and self.std > 0 and clean.all() else -np.inf,
                "A",
                law=True,
            ),
        ]


def _faulty(x: Array, *, factor: float) -> tuple[Array, tuple[Callable[[Array], Array]]]:
    """y = x        ∂L/∂x = factor·g: right only if the factor is 1"""
    return x, (lambda g: factor * g,)


def _book_loss(scores: Tensor, labels: Array) -> Tensor:
    """The book's −log(y + 1e-7), mean over the batch (§4.2.4)."""
    y = F.softmax(scores)
    return -F.log(y[np.arange(len(labels)), labels] + 1e-7).mean()
