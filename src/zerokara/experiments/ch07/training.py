"""Trainings of small convolutional networks: Adam on mini-batches, judged as the book judges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset, Split, scaled
from zerokara.experiments.base import Arrays, Cost, OnImages, knob
from zerokara.experiments.ch06.networks import initial
from zerokara.experiments.ch07 import by_hand
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn, smooth
from zerokara.experiments.tongue import Tongue
from zerokara.models import SimpleConvNet, count_parameters, summarize
from zerokara.nn import Module, Sequential
from zerokara.optim import OPTIMIZERS
from zerokara.report import Axis, Band, Figure, Line, Mark, Table, Text, bar_chart, chart, percent, significant
from zerokara.training import evaluate

METHODS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
CONVOLUTION = (
    r"y_{f,h,w} = b_f + \sum_{c,p,q} x_{c,\,h+p,\,w+q}\; w_{f,c,p,q}",
    r"L = -\frac 1 B \sum_{n=1}^{B} \log \mathrm{softmax}(s_n)_{t_n}",
)
CONVOLUTION_SYMBOLS = Text(
    "f counts the filters, c the channels, p and q the rows and columns of a filter; s are the scores, t the labels, "
    "B is the batch size.",
    "f はフィルター、c はチャンネル、p と q はフィルターの行と列の番号。s はスコア、t はラベル、B はバッチサイズ。",
)


@dataclass(frozen=True)
class ConvTraining(OnImages):
    """A training on the first `images` of the data set; the curves are taken on the first `judged` of either part."""

    chapter = 7
    cost: ClassVar[Cost] = "L"
    seeds = 3
    formula: ClassVar[Sequence[str]] = CONVOLUTION
    symbols = CONVOLUTION_SYMBOLS
    quick = {"iterations": 40, "images": 500, "judged": 100}

    images: int = knob(
        5000, "training images, the first of the data set", "訓練画像の数（先頭から）", low=2, high=10**7
    )
    judged: int = knob(
        1000,
        "images of each part that the curves are judged on",
        "正答率の曲線に使う画像数（訓練・テストそれぞれ）",
        low=1,
        high=10**7,
    )
    iterations: int = knob(1000, "updates", "更新回数", low=2, high=10**6)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    optimizer: str = knob("adam", "optimizer", "最適化手法", choices=METHODS)
    lr: float = knob(0.001, "learning rate", "学習率", low=0, high=100)
    sampling: str = knob(
        "replacement",
        "how mini-batches are drawn: replacement (the book) or shuffle",
        "ミニバッチの選び方：replacement（本と同じ復元抽出）か shuffle",
        choices=SAMPLINGS,
    )

    def pictures(self, lab: Lab) -> Dataset:
        """The data set, cut to the first training images."""
        data = lab.load(self.data)
        return replace(data, train=expect_pictures(data).train.take(self.images))

    def train(self, lab: Lab, name: str, model: Sequential, data: Dataset) -> Arrays:
        """Train the model; how it went, as arrays `name.…`. Plan `iterations` steps before.

        losses: of every mini-batch. at: after how many updates was judged; train, test: the accuracies then.
        end_train, end_test: accuracies on all images in the end. by_hand: how far the scores are from the formulas.
        """
        learned = learn(
            lab,
            model,
            OPTIMIZERS[self.optimizer](model, lr=self.lr),
            data.train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            judge=[data.train.take(self.judged), data.test.take(self.judged)],
            sampling=self.sampling,
        )
        found = {
            "losses": learned.losses,
            "at": learned.at,
            "train": learned.scores[0],
            "test": learned.scores[1],
            "end_train": np.array(accuracy(model, data.train)),
            "end_test": np.array(accuracy(model, data.test)),
            "parameters": np.array(count_parameters(model)),
            "by_hand": np.array(by_hand.difference(model, scaled(data.test.images[:4]))),
        }
        return {f"{name}.{key}": value for key, value in found.items()}

    def curves(self, found: Found, labels: Mapping[str, str], t: Tongue) -> list[Figure]:
        """Smoothed losses, and the accuracies on the way, of the trainings with these names and labels."""
        return [loss_chart(found, labels, t), accuracy_chart(found, labels, t)]

    def laws(self, found: Found, names: Sequence[str], t: Tongue) -> list[Check]:
        """The scores are those of the formulas; with ordinary settings the loss does not rise."""
        apart = np.max([found.all(f"{name}.by_hand") for name in names], axis=0)
        ordinary = self.optimizer == "adam" and self.lr <= 3e-3 and self.iterations >= 40 and self.batch_size >= 50
        rise = np.max([end_losses(found, name, 20) - found.all(f"{name}.losses")[:, 0] for name in names], axis=0)
        formula = t(
            "scores of the trained network against the formula, relative difference",
            "学習後のスコアと数式による値との相対的な差",
        )
        change = t("last losses − first loss, with ordinary settings", "最後の損失 − 最初の損失（ふつうの設定の場合）")
        return [
            at_most(formula, apart, 1e-3, "A", law=True),
            at_most(change, rise, 0.02 if ordinary else np.inf, "M", law=True),
        ]


@dataclass(frozen=True)
class SimpleTraining(ConvTraining):
    """A training of SimpleConvNet, whose sizes are knobs."""

    filters: int = knob(30, "filters", "フィルターの数", low=1, high=1000)
    filter_size: int = knob(5, "rows and columns of a filter", "フィルターの行数と列数", low=1, high=100)
    hidden: int = knob(100, "hidden units", "隠れ層のニューロン数", low=1, high=10_000)
    init: str = knob(
        "0.01",
        "initial weights: a standard deviation, or he, xavier, …",
        "重みの初期値：標準偏差、または he、xavier など",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        initial(self.init)

    def network(self, lab: Lab, data: Dataset, init: str = "") -> SimpleConvNet:
        """The network for these pictures and classes; the same seed gives the same weights."""
        return SimpleConvNet(
            shape_of(data),
            len(data.classes),
            filters=self.filters,
            filter_size=self.filter_size,
            hidden_size=self.hidden,
            init=initial(init or self.init),
            rng=lab.rng("weights"),
        )

    def guess_law(self, found: Found, name: str, t: Tongue) -> Check:
        """Small weights say nothing yet: every class has probability 1/K, so that the first loss is ln K."""
        small = self.init not in ("he", "xavier", "glorot", "default", "identity") and float(self.init) <= 0.01
        surprise = found.all(f"{name}.losses")[:, 0] - np.log(float(found["classes"]))
        what = t(
            "first loss − ln(number of classes), where the initial weights are small",
            "最初の損失 − ln(クラス数)（重みの初期値が小さい場合）",
        )
        return near(what, surprise, 0, 0.05 if small else np.inf, "A", law=True)


def expect_pictures(data: Dataset) -> Dataset:
    """The data set, if it holds pictures."""
    if len(data.train.shape) != 3:
        raise ValueError(f"a convolution needs pictures; {data.name} holds points of shape {data.train.shape}")
    return data


def shape_of(data: Dataset) -> tuple[int, int, int]:
    """Channels, rows and columns of the pictures."""
    C, H, W = expect_pictures(data).train.shape
    return C, H, W


def accuracy(model: Module, split: Split) -> float:
    """The share of right answers."""
    return evaluate(model, split, batch_size=1000).accuracy


def layer_table(model: Sequential, shape: tuple[int, int, int]) -> Arrays:
    """What a network is made of: names, kinds, shapes and parameters of its layers, as arrays."""
    rows = summarize(model, shape)
    return {
        "layers": np.array([row.name for row in rows]),
        "shapes": np.array(["×".join(map(str, row.output_shape)) for row in rows]),
        "counts": np.array([row.parameters for row in rows]),
    }


def shown_layers(found: Found, t: Tongue) -> Table:
    """The arrays of `layer_table` as a table."""
    head = [t.word("layer"), t("output", "出力の形状"), t.word("parameters")]
    names = [str(name) for name in found["layers"]]
    return Table(
        head, [list(row) for row in zip(names, map(str, found["shapes"]), found["counts"].tolist(), strict=True)]
    )


def loss_chart(found: Found, labels: Mapping[str, str], t: Tongue) -> Figure:
    """The losses of the mini-batches, smoothed."""
    marks: list[Mark] = []
    for name, label in labels.items():
        losses = found.all(f"{name}.losses")
        every = max(1, losses.shape[1] // 300)
        updates = np.arange(1, losses.shape[1] + 1)[::every]
        each = np.array([smooth(one, 2 * every + 11)[::every] for one in losses])
        marks.append(Line(label, updates, each.mean(axis=0)))
        if found.seeds > 1:
            marks.append(Band(label, updates, each.min(axis=0), each.max(axis=0)))
    return chart(
        t("The loss while learning", "学習中の損失"),
        marks,
        Axis(t.word("updates"), whole=True),
        Axis(t.word("loss"), low=0),
        lang=t.lang,
        note=t("Of the mini-batches, smoothed.", "ミニバッチの損失を平滑化したもの。") + band_note(found, t),
    )


def accuracy_chart(found: Found, labels: Mapping[str, str], t: Tongue, *, low: float | None = None) -> Figure:
    """Training and test accuracies on the way."""
    marks: list[Mark] = []
    for name, label in labels.items():
        for part, word in (("train", "training"), ("test", "test")):
            key, shown = f"{name}.{part}", f"{label}: {t.word(word)}" if len(labels) > 1 else t.word(word)
            marks.append(Line(shown, found[f"{name}.at"], found.mean(key)))
            if found.seeds > 1:
                marks.append(Band(shown, found[f"{name}.at"], found.low(key), found.high(key)))
    return chart(
        t("Accuracy while learning", "学習中の正答率"),
        marks,
        Axis(t.word("updates"), whole=True),
        Axis(t.word("accuracy"), low=low, high=1),
        lang=t.lang,
        note=t("Judged on the first images of either part.", "訓練・テストそれぞれの先頭の画像で計算。")
        + band_note(found, t),
    )


def end_chart(found: Found, labels: Mapping[str, str], t: Tongue, category: str) -> Figure:
    """The accuracies on all images in the end, side by side."""
    series, low, high = {}, {}, {}
    for part, word in (("end_train", "training"), ("end_test", "test")):
        keys = [f"{name}.{part}" for name in labels]
        series[t.word(word)] = [found.number(key) for key in keys]
        if found.seeds > 1:
            low[t.word(word)] = [float(found.low(key)) for key in keys]
            high[t.word(word)] = [float(found.high(key)) for key in keys]
    title, y = t("After learning", "学習のあと"), Axis(t.word("accuracy"), low=0, high=1)
    return bar_chart(title, list(labels.values()), series, y, category=category, low=low, high=high, lang=t.lang)


def ended(found: Found, name: str, label: str, t: Tongue) -> str:
    """A sentence: where this training ended."""
    return t(
        "{label}: the loss ends at {loss}; {train} of the training and {test} of the test images are classified "
        "correctly.",
        "{label}：損失は最後に {loss}、正答率は訓練データで {train}、テストデータで {test} です。",
        label=label,
        loss=significant(float(end_losses(found, name).mean()), 2),
        train=percent(found.number(f"{name}.end_train"), 2),
        test=percent(found.number(f"{name}.end_test"), 2),
    )


def end_losses(found: Found, name: str, last: int = 100) -> Array:
    """The mean loss of the last mini-batches, one number a seed."""
    mean: Array = found.all(f"{name}.losses")[:, -last:].mean(axis=1)
    return mean


def band_note(found: Found, t: Tongue) -> str:
    """What the band of a chart is, if there is one."""
    return t(" The band is the spread of the seeds.", "帯は乱数の種による幅。") if found.seeds > 1 else ""
