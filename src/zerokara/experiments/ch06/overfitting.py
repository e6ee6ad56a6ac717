"""Section 6.4: a network that can learn a few pictures by heart, and what is shown of its trainings."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.data import Split, scaled
from zerokara.experiments.base import Arrays, OnImages, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn
from zerokara.experiments.tongue import Tongue
from zerokara.models import MultiLayerNet
from zerokara.nn import Dropout, Linear, Module, ReLU, Sequential
from zerokara.optim import OPTIMIZERS, Optimizer
from zerokara.report import Axis, Band, Figure, Line, Mark, Text, bar_chart, chart

METHODS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
ACCURACIES = {"train": "training accuracy", "test": "test accuracy"}
SYMBOLS = Text(
    "L is the loss; W stands for all weight matrices, without biases; λ is the strength of the penalty.",
    "L は損失、W はすべての重み行列（バイアスは除く）、λ は罰則の強さ。",
)

DROPOUT = (
    r"y = m \odot x, \qquad P(m = 0) = p, \quad P(m = 1) = 1 - p",
    r"\hat y = (1 - p)\, x",
)
DROPOUT_SYMBOLS = Text(
    "y is the output in training, ŷ in evaluation; p is the dropout ratio, m a mask drawn anew for every value. This "
    "is the book's form; inverted dropout divides by 1 − p in training instead, and leaves evaluation alone.",
    "y は訓練時、ŷ は評価時の出力。p はドロップアウト率、m は値ごとに引き直すマスク。"
    "これは本の形で、反転ドロップアウトでは訓練時に 1 − p で割り、評価時には何もしません。",
)


@dataclass(frozen=True)
class Restraint:
    """What holds a network back: penalties on its weights, and the share of values that dropout drops.

    The book's dropout is not inverted: it drops without scaling up, and evaluation scales down.
    """

    weight_decay: float = 0.0
    l1: float = 0.0
    dropout: float = 0.0
    inverted: bool = False


NOTHING = Restraint()


@dataclass(frozen=True)
class OnFewImages(OnImages):
    """Few training images and a network with weights enough to learn each of them by heart."""

    chapter = 6
    cost = "M"
    seeds = 3

    images: int = knob(300, "training images, the first of the data set", "訓練画像の数（先頭から）", low=2, high=10**6)
    depth: int = knob(6, "hidden layers", "隠れ層の数", low=1, high=50)
    width: int = knob(100, "units in a hidden layer", "隠れ層のニューロン数", low=1, high=10_000)
    iterations: int = knob(601, "updates", "更新回数", low=2, high=1_000_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    optimizer: str = knob("sgd", "optimizer", "最適化手法", choices=METHODS)
    lr: float = knob(0.01, "learning rate", "学習率", low=0, high=100)
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    def train(
        self,
        lab: Lab,
        name: str,
        restraint: Restraint = NOTHING,
        *,
        iterations: int = 0,
        optimizer: str = "",
        lr: float | None = None,
        judgements: int = 20,
    ) -> tuple[Module, Arrays]:
        """A trained network, and how it went: arrays `name.…`. Plan `iterations` steps before.

        It is judged at most `judgements` times on the way, and at the end.
        at: after how many updates was judged, (K,). train, test, train_loss, test_loss: accuracies and losses there.
        size: ‖W‖ there, the root of the sum of all squared weights. by_hand: the last training loss once more, from
        the formulas in double precision.
        """
        data, iterations = lab.load(self.data), iterations or self.iterations
        few, every = data.train.take(self.images), max(10, iterations // judgements)
        model = network(few, len(data.classes), [self.width] * self.depth, restraint, lab.rng("weights"))
        method = OPTIMIZERS[optimizer or self.optimizer](
            model,
            lr=self.lr if lr is None else lr,
            weight_decay=restraint.weight_decay,
            l1=restraint.l1,
            decay="weights",
        )
        sizes: list[float] = []

        def weigh(updates: int) -> None:
            if (updates - 1) % every == 0 or updates == iterations:
                sizes.append(size(weights(model)))

        learned = learn(
            lab,
            model,
            method,
            few,
            iterations=iterations,
            batch_size=self.batch_size,
            judge=[few, data.test],
            every=every,
            sampling=self.sampling,
            after=weigh,
        )
        found = {
            "at": learned.at,
            "train": learned.scores[0],
            "test": learned.scores[1],
            "train_loss": learned.judged_losses[0],
            "test_loss": learned.judged_losses[1],
            "size": np.array(sizes),
            "by_hand": np.array(loss_by_hand(model, few)),
        }
        return model, {f"{name}.{key}": value for key, value in found.items()}


def network(
    few: Split, classes: int, hidden: list[int], restraint: Restraint, rng: np.random.Generator
) -> MultiLayerNet:
    """Linear – ReLU – [dropout] …, He's initial values."""
    model = MultiLayerNet(int(np.prod(few.shape)), hidden, classes, dropout=restraint.dropout, rng=rng)
    for layer in model:
        if isinstance(layer, Dropout):
            layer.inverted = restraint.inverted
    return model


def weights(model: Module) -> list[Array]:
    """The weight matrices, without the biases."""
    return [p.data for p in model.parameters() if p.data.ndim > 1]


def size(arrays: list[Array]) -> float:
    """√Σw², the length of all the numbers together."""
    return float(np.sqrt(sum(np.sum(np.square(a, dtype=np.float64)) for a in arrays)))


def near_zero(model: Module, threshold: float) -> float:
    """The share of weights with |w| < threshold."""
    return float(np.mean(np.abs(np.concatenate([w.ravel() for w in weights(model)])) < threshold))


def loss_by_hand(model: Module, split: Split) -> float:
    """The mean of −log softmax(s)[label], s computed layer by layer as the formulas say, in double precision."""
    x: Array = scaled(split.images, np.float64).reshape(len(split), -1)
    layers = list(model) if isinstance(model, Sequential) else []
    for layer in layers:
        if isinstance(layer, Linear):
            assert layer.bias is not None
            x = x @ layer.weight.data.astype(np.float64).T + layer.bias.data
        elif isinstance(layer, ReLU):
            x = np.maximum(x, 0)
        elif isinstance(layer, Dropout) and not layer.inverted:
            x = x * (1 - layer.p)
    x = x - x.max(axis=1, keepdims=True)
    logs = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    return float(-logs[np.arange(len(x)), split.labels].mean())


def penalty_difference(lab: Lab, method: str, lr: float, restraint: Restraint) -> Array:
    """How differently a network learns if the penalty is given to the optimizer, or written into the loss.

    Three steps of two equal networks in double precision: L + ½·weight_decay·ΣW² + l1·Σ|W|, differentiated by
    autodiff, beside the optimizer's own way. The greatest difference of a parameter, relative to the greatest change.
    """
    x, labels = Tensor(lab.rng("law").normal(size=(8, 5))), np.arange(8) % 3
    ends, moved = [], 0.0
    for inside in (True, False):
        rng = lab.rng("law", "weights")
        model = Sequential(fc1=Linear(5, 4, rng=rng), relu=ReLU(), fc2=Linear(4, 3, rng=rng)).astype(np.float64)
        begin = [p.data.copy() for p in model.parameters()]
        strengths = {"weight_decay": restraint.weight_decay, "l1": restraint.l1} if inside else {}
        _steps(model, OPTIMIZERS[method](model, lr=lr, decay="weights", **strengths), x, labels, restraint, not inside)
        ends.append([p.data for p in model.parameters()])
        moved = max(float(np.abs(p.data - b).max()) for p, b in zip(model.parameters(), begin, strict=True))
    apart = max(float(np.abs(a - b).max()) for a, b in zip(*ends, strict=True))
    return np.array(apart / moved if np.isfinite(moved) and moved else 0.0)


def _steps(
    model: Sequential, optimizer: Optimizer, x: Tensor, labels: Array, restraint: Restraint, written: bool
) -> None:
    for _ in range(3):
        loss = F.cross_entropy(model(x), labels)
        for w in [p for p in model.parameters() if p.ndim > 1] if written else []:
            loss = loss + 0.5 * restraint.weight_decay * (w * w).sum() + restraint.l1 * F.absolute(w).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def masked_mean(lab: Lab, restraint: Restraint, times: int = 400) -> Array:
    """What a dropout layer makes of 500 ones: the share that stays, its mean in training, its value in evaluation."""
    layer = Dropout(restraint.dropout, inverted=restraint.inverted, rng=lab.rng("law", "mask"))
    ones = Tensor(np.ones((times, 500), np.float32))
    dropped = layer.train()(ones).data
    return np.array([np.mean(dropped != 0), dropped.mean(), layer.eval()(ones).data.mean()])


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


def accuracy_chart(found: Found, labels: Mapping[str, str], t: Tongue, title: str = "") -> Figure:
    """Training and test accuracy of the trainings `labels` names, update by update."""
    kinds = {"train": t.word("training"), "test": t.word("test")}
    marks = _curves(found, {f"{name}.{k}": _joined(labels[name], kinds[k]) for name in labels for k in kinds})
    title = title or t("Training and test accuracy", "訓練データとテストデータの正答率")
    return chart(title, marks, _updates(t), Axis(t.word("accuracy"), low=0, high=1), lang=t.lang, note=_note(found, t))


def loss_chart(found: Found, labels: Mapping[str, str], t: Tongue) -> Figure:
    """Training and test loss, without the penalty."""
    kinds = {"train_loss": t.word("training"), "test_loss": t.word("test")}
    marks = _curves(found, {f"{name}.{k}": _joined(labels[name], kinds[k]) for name in labels for k in kinds})
    title = t("Training and test loss", "訓練データとテストデータの損失")
    return chart(title, marks, _updates(t), Axis(t.word("loss"), low=0), lang=t.lang, note=_note(found, t))


def size_chart(found: Found, labels: Mapping[str, str], t: Tongue) -> Figure:
    """‖W‖, update by update."""
    marks = _curves(found, {f"{name}.size": labels[name] for name in labels})
    title = t("How large the weights are", "重みの大きさ")
    return chart(title, marks, _updates(t), Axis("‖W‖ = √Σw²", low=0), lang=t.lang, note=_note(found, t))


def end_chart(found: Found, labels: Mapping[str, str], t: Tongue, category: str) -> Figure:
    """The last accuracies side by side."""
    low, high, series = {}, {}, {}
    for k, kind in {"train": t.word("training"), "test": t.word("test")}.items():
        ends = np.array([found.all(f"{name}.{k}")[:, -1] for name in labels])
        series[kind] = ends.mean(axis=1)
        if found.seeds > 1:
            low[kind], high[kind] = ends.min(axis=1), ends.max(axis=1)
    y = Axis(t.word("accuracy"), low=0, high=1)
    title = t("After learning", "学習のあと")
    return bar_chart(title, list(labels.values()), series, y, category=category, low=low, high=high, lang=t.lang)


def end(found: Found, name: str) -> float:
    """The last value of a curve, the mean over the seeds."""
    return float(found.all(name)[:, -1].mean())


def ends(found: Found, name: str) -> Array:
    """The last value of a curve for each seed."""
    last: Array = found.all(name)[:, -1]
    return last


def forward_law(found: Found, names: list[str], t: Tongue) -> Check:
    """The last training losses are those of the formulas."""
    apart = [
        np.where(np.isfinite(own) & np.isfinite(hand), np.abs(own - hand) / (1e-2 + np.abs(hand)), 0.0)
        for own, hand in ((ends(found, f"{n}.train_loss"), found.all(f"{n}.by_hand")) for n in names)
    ]
    what = t("training loss against the formula, relative difference", "訓練損失と数式による値との相対的な差")
    return at_most(what, np.max(apart, axis=0), 1e-3, "A", law=True)


def penalty_law(found: Found, t: Tongue) -> Check:
    """The optimizer's penalty is the gradient of the penalised loss, and spares the biases."""
    what = t(
        "a step with the penalty in the optimizer against the gradient of the penalised loss, relative difference",
        "罰則を最適化手法に渡した更新と、罰則つき損失の勾配による更新との相対的な差",
    )
    return at_most(what, found.all("penalty_difference"), 1e-6, "A", law=True)


def dropout_laws(found: Found, restraint: Restraint, t: Tongue) -> list[Check]:
    """Dropout keeps 1 − p of the values, and evaluation gives their mean in training. Arrays: `masked`, (3,)."""
    kept, training, evaluation = np.moveaxis(found.all("masked"), 1, 0)
    share, what = 1 - restraint.dropout, t("share of values that dropout keeps", "ドロップアウトが残す値の割合")
    same = t(
        "mean output in training minus the output in evaluation, for inputs of 1",
        "入力 1 に対する訓練時の出力の平均と評価時の出力との差",
    )
    return [
        near(what, kept, share, 0.01, "A", law=True),
        near(same, training - evaluation, 0.0, 0.01 / (share if restraint.inverted else 1), "A", law=True),
    ]


def _curves(found: Found, names: Mapping[str, str]) -> list[Mark]:
    marks: list[Mark] = []
    for name, label in names.items():
        at = found[f"{name.rsplit('.', 1)[0]}.at"]
        marks.append(Line(label, at, found.mean(name)))
        if found.seeds > 1:
            marks.append(Band(label, at, found.low(name), found.high(name)))
    return marks


def _joined(label: str, kind: str) -> str:
    return f"{label}: {kind}" if label else kind


def _updates(t: Tongue) -> Axis:
    return Axis(t.word("updates"), low=0, whole=True)


def _note(found: Found, t: Tongue) -> str:
    return t("The band is the spread of the seeds.", "帯は乱数の種による幅。") if found.seeds > 1 else ""
