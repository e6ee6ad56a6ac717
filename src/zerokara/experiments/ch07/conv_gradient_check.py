"""`conv-gradient-check`: the gradient of a convolution against central differences, for all strides and paddings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, no_grad, numerical_gradient
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch07.windows import expect_fit
from zerokara.experiments.checks import Check, at_most, between
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.models import SimpleConvNet
from zerokara.nn.init import Init
from zerokara.report import Axis, Text, bar_chart, heat_map, significant

NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
"""The book's names of the parameters, in the order of the model."""

BOOK = (1.6e-6, 2.9e-6, 5e-11, 4e-9, 1e-10, 2e-7)
"""Mean absolute differences that the book's notebook prints."""


@dataclass(frozen=True)
class ConvGradientCheck(Experiment):
    """A small convolutional network in float64, number by number, and the convolution alone.

    As in the book (std 0.01, h = 1e-4) some differences cross the kinks of ReLU and max pooling; with He's initial
    values and a small h they hardly ever do. The convolution alone is linear in each of its inputs, so the difference
    is exact however large h is.
    """

    name = "conv-gradient-check"
    chapter = 7
    source = "Ch7 gradient_check"
    cost = "M"
    title = Text("Checking the gradient of the convolution", "畳み込みの勾配確認")
    question = Text("Is the convolution gradient right?", "畳み込みの勾配は正しいか？")
    formula = (
        r"e = \frac{\lVert g_{\text{back}} - g_{\text{num}} \rVert}"
        r"{\lVert g_{\text{back}} \rVert + \lVert g_{\text{num}} \rVert}, \qquad "
        r"g_{\text{num}} = \frac{L(w + h) - L(w - h)}{2h}",
    )
    symbols = Text(
        "e: the error; g: the gradient of one array of parameters, carried back and by differences; h: a small step.",
        "e：誤差、g：1 つのパラメータ配列の勾配（誤差逆伝播法と数値微分）、h：小さな幅。",
    )
    seeds = 3
    random = True
    quick = {"entries": 10, "strides": (1, 2), "paddings": (0, 1)}
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("Larger filters.", "フィルターを大きくします。"), {"filter_size": 5}),
        Turn(
            Text("With the book's h more kinks are crossed.", "本と同じ h では、折れ目をまたぐことが増えます。"),
            {"h": 1e-4},
        ),
    )

    images: int = knob(2, "images", "画像の数", low=1, high=100)
    size: int = knob(10, "rows and columns of an image", "画像の行数・列数", low=2, high=32)
    filters: int = knob(10, "filters", "フィルター数", low=1, high=64)
    filter_size: int = knob(3, "F: rows and columns of a filter", "F：フィルターの行数・列数", low=1, high=16)
    hidden: int = knob(10, "units of the hidden layer", "隠れ層のニューロン数", low=1, high=100)
    strides: tuple[int, ...] = knob((1, 2, 3), "S: strides", "S：ストライド", low=1, high=8)
    paddings: tuple[int, ...] = knob((0, 1, 2), "P: paddings", "P：パディング", low=0, high=8)
    entries: int = knob(
        200, "so many numbers of each array are checked, all if there are no more",
        "配列ごとに確認する値の数（少なければ全部）",
        low=1, high=100_000,
    )  # fmt: skip
    h: float = knob(1e-6, "h of the central difference", "中心差分の h", low=1e-8, high=1e-2)

    def __post_init__(self) -> None:
        super().__post_init__()
        expect_fit(self.size, self.filter_size, max(self.strides), min(self.paddings))

    def measure(self, lab: Lab) -> Arrays:
        """The network as in the book, then with every stride and padding; and the convolution alone."""
        cases = [(S, P) for S in self.strides for P in self.paddings]
        lab.plan(1 + len(cases))
        book = list(self._compared(lab, 0.01, 1e-4, 1, 0))
        lab.advance()
        errors, alone = [], []
        for S, P in cases:
            errors.append([error for error, _ in self._compared(lab, "he", self.h, S, P)])
            alone.append(self._alone(lab, S, P))
            lab.advance()
        return {
            "book": np.array([difference for _, difference in book]),
            "errors": np.array(errors),
            "alone": np.array(alone),
        }

    def _compared(self, lab: Lab, init: Init, h: float, S: int, P: int) -> Iterator[tuple[float, float]]:
        """For every array of parameters: relative error and mean absolute difference."""
        x = lab.rng("images").random((self.images, 1, self.size, self.size))
        labels = lab.rng("labels").integers(0, 10, self.images)
        sizes = {"filters": self.filters, "filter_size": self.filter_size, "hidden_size": self.hidden}
        shape = (1, self.size, self.size)
        model = SimpleConvNet(shape, stride=S, padding=P, init=init, rng=lab.rng("weights"), **sizes)
        model = model.astype(np.float64)

        def loss() -> Tensor:
            return F.cross_entropy(model(Tensor(x)), labels)

        loss().backward()
        rng = lab.rng("entries")
        for parameter in model.parameters():
            assert parameter.grad is not None
            where = np.sort(rng.permutation(parameter.size)[: self.entries])
            back = parameter.grad.ravel()[where]
            numerical = np.array([_slope(parameter.data, int(i), h, loss) for i in where])
            yield _error(back, numerical), float(np.abs(back - numerical).mean())

    def _alone(self, lab: Lab, S: int, P: int) -> list[float]:
        """Relative errors of the gradients in x, w and b of Σ v·conv2d(x, w, b), by differences with h = 1."""
        rng = lab.rng("alone")
        x = rng.normal(size=(self.images, 1, self.size, self.size))
        w = rng.normal(size=(self.filters, 1, self.filter_size, self.filter_size))
        inputs = [Tensor(a, requires_grad=True) for a in (x, w, rng.normal(size=self.filters))]
        y = F.conv2d(inputs[0], inputs[1], inputs[2], S, P)
        v = rng.normal(size=y.shape)
        back = gradients(y, inputs, gradient=v)

        def value(k: int, moved: Array) -> float:
            given = [Tensor(moved) if i == k else a for i, a in enumerate(inputs)]
            return float((v * F.conv2d(given[0], given[1], given[2], S, P).data).sum())

        errors = []
        for k in range(len(inputs)):
            numerical = numerical_gradient(partial(value, k), inputs[k].data, h=1.0)
            errors.append(_error(np.asarray(back[k]), numerical))
        return errors

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Errors by parameter and by stride and padding; and the book's way beside the book's numbers."""
        errors = found.high("errors")
        table = errors.max(axis=1).reshape(len(self.strides), len(self.paddings))
        error = t.word("relative error")
        return [
            bar_chart(
                t("The largest error of each parameter", "パラメータごとの誤差の最大値"),
                NAMES,
                {error: errors.max(axis=0)},
                Axis(error, log=True),
                category=t("parameter", "パラメータ"),
                lang=t.lang,
                note=t(
                    "Over all strides, paddings and seeds; He, h = {h}.",
                    "すべてのストライド・パディング・乱数の種での最大値。He の初期値、h = {h}。",
                    h=f"{self.h:g}",
                ),
            ),
            heat_map(
                t("The largest error of each case", "場合ごとの誤差の最大値"),
                table,
                [str(S) for S in self.strides],
                [str(P) for P in self.paddings],
                Axis(error, log=True),
                row_name=t.word("stride"),
                column_name=t.word("padding"),
                lang=t.lang,
            ),
            bar_chart(
                t("As in the book: std 0.01, h = 1e-4", "本と同じ設定：標準偏差 0.01、h = 1e-4"),
                NAMES,
                {
                    t("here", "この実行"): found.mean("book"),
                    t("the book's notebook", "本のノートブック"): np.array(BOOK),
                },
                Axis(t("mean absolute difference", "差の絶対値の平均"), log=True),
                category=t("parameter", "パラメータ"),
                lang=t.lang,
                wide=True,
                note=t(
                    "What lies before a ReLU or the pool (W1 to b2) is off where h crosses a kink or changes the "
                    "maximum; the book's b3 by the 1e-7 in its logarithm, which is not needed here.",
                    "ReLU やプーリングより手前（W1〜b2）の差は、h が折れ目や最大値の入れ替わりをまたぐと生じます。"
                    "本の b3 の差は対数の中の 1e-7 によるもので、ここでは使っていません。",
                ),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The worst of all, the convolution alone, and why the book's way is off."""
        errors, alone, book = found.high("errors"), found.high("alone"), found.mean("book")
        worst = np.unravel_index(int(np.argmax(errors)), errors.shape)
        cases = [(S, P) for S in self.strides for P in self.paddings]
        S, P = cases[int(worst[0])]
        return [
            t(
                "In {n} cases the gradients agree to {e} (relative); the worst is {name} at stride {S}, padding {P}.",
                "{n} 通りの設定で、勾配の相対誤差は最大 {e} です（ストライド {S}、パディング {P} の {name}）。",
                n=len(cases), e=significant(float(errors.max()), 2), name=NAMES[int(worst[1])], S=S, P=P,
            ),
            t(
                "The convolution alone is linear in images, filters and biases: there the differences are exact and "
                "agree to {e}, though h = 1.",
                "畳み込みだけなら、画像・フィルター・バイアスのそれぞれについて線形です。"
                "中心差分は h = 1 でも正確で、誤差は最大 {e} です。",
                e=significant(float(alone.max()), 2),
            ),
            t(
                "With the book's settings W1 is off by {w} and b1 by {b} on average, W3 only by {w3}: the first two "
                "lie before the kinks, W3 behind them.",
                "本と同じ設定では、差の平均は W1 が {w}、b1 が {b} ですが、W3 は {w3} です。"
                "W1 と b1 は折れ目より手前に、W3 は後ろにあるからです。",
                w=significant(float(book[0]), 2), b=significant(float(book[1]), 2), w3=significant(float(book[4]), 2),
            )
            if min(book[0], book[1]) > 10 * book[4]
            else t(
                "With the book's settings no kink was crossed here: W1 is off by {w}, b1 by {b}.",
                "本と同じ設定でも、ここでは折れ目をまたぎませんでした：W1 の差は {w}、b1 は {b} です。",
                w=significant(float(book[0]), 2), b=significant(float(book[1]), 2),
            ),
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """At most 1e-6 everywhere; the convolution alone exactly; the book's sizes within a power of ten."""
        book = found.all("book")
        what = t("{name}: largest relative error", "{name}：相対誤差の最大値", name="{name}")
        mean = t("as in the book, {name}: mean difference", "本と同じ設定、{name}：差の平均", name="{name}")
        errors = found.all("errors").max(axis=1)
        checks = [at_most(what.format(name=name), errors[:, k], 1e-6, "M") for k, name in enumerate(NAMES)]
        return [
            *checks,
            # how many kinks are crossed is a matter of luck: the book's numbers within a power of ten
            between(mean.format(name="W1"), book[:, 0], BOOK[0] / 10, BOOK[0] * 10, "N"),
            between(mean.format(name="b1"), book[:, 1], BOOK[1] / 10, BOOK[1] * 10, "N"),
            at_most(mean.format(name="W3"), book[:, 4], BOOK[4], "N"),
            at_most(mean.format(name="b3"), book[:, 5], BOOK[5], "N"),
            at_most(
                t("the convolution alone: relative error in x, w, b", "畳み込みだけ：x, w, b の相対誤差"),
                found.all("alone").max(axis=(1, 2)),
                1e-10,
                "A",
                law=True,
            ),
        ]


def _slope(values: Array, i: int, h: float, loss: Callable[[], Tensor]) -> float:
    """The central difference of the loss in one number, which is put back afterwards."""
    here = values.flat[i]
    with no_grad():
        values.flat[i] = here + h
        above = float(loss())
        values.flat[i] = here - h
        below = float(loss())
    values.flat[i] = here
    return (above - below) / (2 * h)


def _error(back: Array, numerical: Array) -> float:
    norms = float(np.linalg.norm(back) + np.linalg.norm(numerical))
    return float(np.linalg.norm(back - numerical)) / norms if norms else 0.0
