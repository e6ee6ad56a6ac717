"""`train-deep-convnet`: can we pass 99 %?"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset, Loader
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch08.deep import INITS, PLACES, deep_net, fewer, picture_shape
from zerokara.experiments.checks import Check, at_least, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS
from zerokara.experiments.tongue import Tongue
from zerokara.models import DeepConvNet, count_parameters
from zerokara.models.deep_conv import FILTERS
from zerokara.optim import Adam
from zerokara.report import Axis, Line, Mark, Rule, Text, chart, percent, significant, whole
from zerokara.training import evaluate, fit, read_history

LAST = "last.safetensors"
AT_ONCE = 50  # mini-batch losses are shown as means of so many


@dataclass(frozen=True)
class TrainDeepConvnet(OnImages):
    """Six convolutions of 3×3, three pools, two linear layers; and one epoch more with dropout in the other places."""

    name = "train-deep-convnet"
    chapter = 8
    source = "Ch8 §8.1.1 train_deepnet"
    cost = "XL"
    title = Text("A deep convolutional network", "深い畳み込みニューラルネットワーク")
    question = Text("Can we pass 99 %?", "正答率 99 % を超えられるか？")
    formula = (
        r"\left[ \text{conv} \to \text{ReLU} \to \text{conv} \to \text{ReLU} \to \text{pool} \right] \times 3",
        r"\to \text{affine} \to \text{ReLU} \to \text{dropout} \to \text{affine} \to \text{dropout} \to \text{softmax}",
    )
    symbols = Text(
        "All filters are 3×3: 16, 16, 32, 32, 64, 64 of them; 50 units in the hidden layer. The last dropout, on the "
        "scores, is the book's.",
        "フィルターはすべて 3×3 で、16、16、32、32、64、64 個。隠れ層は 50 ニューロン。"
        "最後の（スコアに対する）ドロップアウトは本の設定です。",
    )
    quick = {"epochs": 2, "images": 300, "test_images": 300}
    turns = (
        Turn(
            Text("A single epoch already shows most of it.", "1 エポックだけでも、おおよその結果が分かります。"),
            {"epochs": 1},
        ),
        Turn(
            Text("Dropout only where it belongs: the loss is lower.", "スコアを落とさなければ、損失は小さくなります。"),
            {"places": "hidden"},
        ),
    )

    images: int = knob(60_000, "training images at most", "訓練画像の最大数", low=1, high=10**6)
    test_images: int = knob(10_000, "test images at most", "テスト画像の最大数", low=1, high=10**6)
    epochs: int = knob(20, "epochs: as many updates as all images fill", "エポック数", low=1, high=1000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    lr: float = knob(0.001, "learning rate of Adam", "Adam の学習率", low=0, high=10)
    places: str = knob(
        "both",
        "dropout: both (hidden layer and scores, the book), hidden, none",
        "ドロップアウトの場所",
        choices=PLACES,
    )
    dropout: float = knob(0.5, "dropout ratio", "ドロップアウト率", low=0, high=0.95)
    inverted: bool = knob(
        False, "scale up in training, not down in evaluation", "評価時に縮めず、訓練時に拡大する（反転）"
    )
    init: str = knob("he", "initial values", "重みの初期値", choices=tuple(INITS))
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    def measure(self, lab: Lab) -> Arrays:
        """The long training, and one epoch with dropout in the other places; both go on after an interruption."""
        data = fewer(lab.load(self.data), self.images, self.test_images)
        steps = -(-len(data.train) // self.batch_size)
        lab.plan((self.epochs + 1) * steps)
        found: Arrays = {"steps": np.array(steps), "side": np.array(picture_shape(data))}
        found["classes"] = np.array(len(data.classes))
        found["test_images"] = np.array(len(data.test))
        for name, places, epochs in (("full", self.places, self.epochs), ("other", self._other, 1)):
            part = lab.part(name, partial(self._train, lab, data, name, places, epochs), epochs * steps)
            found |= {f"{name}.{key}": value for key, value in part.items()}
        return found

    @property
    def _other(self) -> str:
        return "hidden" if self.places == "both" else "both"

    def _train(self, lab: Lab, data: Dataset, name: str, places: str, epochs: int) -> Arrays:
        model = deep_net(
            data,
            lab.rng("weights"),
            places=places,
            dropout=self.dropout,
            inverted=self.inverted,
            init=self.init,
        )
        loader = Loader(data.train, self.batch_size, seed=lab.seed, sampling=self.sampling)  # type: ignore[arg-type]
        with TemporaryDirectory() as spare:
            folder = (lab.folder or Path(spare)) / f"seed-{lab.seed}" / name
            done = 0
            for record in fit(
                model,
                loader,
                Adam(model, lr=self.lr),
                epochs=epochs,
                validation=data.test,
                run_dir=folder,
                resume=(folder / LAST).exists(),
            ):
                lab.advance(record.step - done)
                done = record.step
            losses, seen = read_history(folder, "step")["loss"], read_history(folder)
        return {
            "losses": np.array(losses),
            "train": np.array(seen["accuracy"], np.float64),
            "test": np.array(seen["val_accuracy"]),
            "parameters": np.array(count_parameters(model)),
            "changed": np.array(_changed(model, data)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Losses of the mini-batches, accuracy after each epoch."""
        updates = Axis(t.word("updates"), low=0, whole=True)
        losses = [
            Line(_place(place, t), *_means(found[f"{name}.losses"]))
            for name, place in (("full", self.places), ("other", self._other))
        ]
        epochs = np.arange(1, self.epochs + 1)
        test = Line(t.word("test"), epochs, found["full.test"])
        training = Line(
            t("training mini-batches, with dropout", "訓練（ドロップアウトあり）"), epochs, found["full.train"]
        )
        passed: list[Mark] = [test, Rule("0.99", y=0.99)]
        epoch = Axis(t.word("epoch"), low=0, whole=True)
        return [
            chart(
                t("Loss of the mini-batches", "ミニバッチの損失"),
                losses,
                updates,
                Axis(t.word("loss"), low=0),
                lang=t.lang,
                note=t(
                    "Means of {n} updates; with dropout as in training.",
                    "{n} 回の更新ごとの平均（訓練時のドロップアウトあり）。",
                    n=AT_ONCE,
                ),
            ),
            chart(
                t("Test accuracy after each epoch", "エポックごとのテストデータの正答率"),
                passed,
                epoch,
                Axis(t.word("test accuracy"), high=1),
                lang=t.lang,
            ),
            chart(
                t("Test and training accuracy", "テストと訓練の正答率"),
                [test, training],
                epoch,
                Axis(t.word("accuracy"), low=0, high=1),
                lang=t.lang,
                note=t(
                    "In training, dropout takes answers away.", "訓練時の正答率は、ドロップアウトの分だけ低くなります。"
                ),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Where it ends, what one epoch gives, and what dropout on the scores does to the loss."""
        test = found.all("full.test").mean(axis=0)
        last, n = float(test[-1]), int(found["test_images"])
        over = np.flatnonzero(test > 0.99)
        loss, other = (_end(found, name) for name in ("full", "other"))
        sentences = [
            t(
                "After {epochs} epochs ({updates} updates) {test} of the test images are classified correctly: "
                "{errors} errors in {n}.",
                "{epochs} エポック（{updates} 回の更新）後のテストデータの正答率は {test} で、"
                "{n} 枚中 {errors} 枚を誤ります。",
                epochs=self.epochs,
                updates=whole(self.epochs * int(found["steps"])),
                test=percent(last, 2),
                errors=significant((1 - last) * n, 3),
                n=whole(n),
            ),
            t(
                "It is above 99 % for the first time after epoch {e}.",
                "初めて 99 % を超えるのは {e} エポック目です。",
                e=over[0] + 1,
            )
            if len(over)
            else t("It does not pass 99 %.", "99 % は超えません。"),
            t(
                "After one epoch the loss of the mini-batches is {loss} with dropout in: {places}; and {other} with "
                "dropout in: {others}. The test accuracies are {a} and {b}.",
                "1 エポック後のミニバッチの損失は、ドロップアウトの場所が「{places}」のとき {loss}、「{others}」のとき "
                "{other} です。テストデータの正答率は {a} と {b} です。",
                loss=significant(float(loss.mean()), 3),
                places=_place(self.places, t),
                other=significant(float(other.mean()), 3),
                others=_place(self._other, t),
                a=percent(float(test[0]), 2),
                b=percent(float(found.mean("other.test")[0]), 2),
            ),
        ]
        if "both" in (self.places, self._other) and loss.mean() != other.mean():
            sentences.append(
                t(
                    "Where scores are dropped, a right answer is often struck out before the loss sees it: the loss "
                    "shown is not the loss of the network that is used.",
                    "スコアを落とすと、正しい答えが損失を計算する前に消されることがあります。表示される損失は、実際に使う"
                    "ネットワークの損失ではありません。",
                )
            )
        return sentences

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers; the parameters by the formula; dropout changes no answer when it is not training."""
        count = _parameters(found["side"], int(found["classes"]))
        epoch = t("after one epoch", "1 エポック後")
        what = t("test answers that dropout of the scores changes", "スコアのドロップアウトで変わるテストの答えの数")
        return [
            near(t.word("parameters"), found.all("full.parameters"), 123_552, 0, "A"),
            at_least(t.word("test accuracy"), found.all("full.test")[:, -1], 0.992, "M"),
            near(f"{epoch}: {t.word('test accuracy')}", found.all("full.test")[:, 0], 0.98, 0.003, "M"),
            near(t("its mini-batch loss", "そのミニバッチの損失"), _end(found, "full"), 1.07, 0.1, "M"),
            near(
                t("{epoch}, scores not dropped: test accuracy", "{epoch}（スコアは落とさない）の正答率", epoch=epoch),
                found.all("other.test")[:, 0],
                0.98,
                0.003,
                "M",
            ),
            near(
                t("its mini-batch loss, too", "そのミニバッチの損失（スコアは落とさない）"),
                _end(found, "other"),
                0.18,
                0.04,
                "M",
            ),
            near(
                t("parameters by the formula minus those of the network", "式によるパラメータ数との差"),
                count - found.all("full.parameters"),
                0,
                0,
                "A",
                law=True,
            ),
            near(what, found.all("full.changed") + found.all("other.changed"), 0, 0, "A", law=True),
        ]


def _end(found: Found, name: str) -> Array:
    """The mean loss of the last hundred mini-batches of the first epoch, for each seed."""
    first = found.all(f"{name}.losses")[:, : int(found["steps"])]
    return np.asarray(first[:, -100:].mean(axis=1))


def _means(losses: Array) -> tuple[Array, Array]:
    """(updates, means of AT_ONCE losses each)."""
    size = min(AT_ONCE, len(losses))
    count = len(losses) // size
    return size * (np.arange(count) + 1), losses[: count * size].reshape(count, size).mean(axis=1)


def _place(place: str, t: Tongue) -> str:
    return {
        "both": t("hidden layer and scores", "隠れ層とスコア"),
        "hidden": t("hidden layer", "隠れ層"),
        "none": t("nowhere", "なし"),
    }[place]


def _changed(model: DeepConvNet, data: Dataset) -> int:
    """How many answers on 500 test images differ without the layers behind fc2."""
    some = data.test.take(500)
    names = [name for name, _ in model.named_children()]
    bare = model[: names.index("fc2") + 1]
    return int(np.sum(evaluate(model, some).predictions != evaluate(bare, some).predictions))


def _parameters(side: Array, classes: int, hidden: int = 50) -> int:
    """Σ filters·(channels·3·3 + 1) over the convolutions, and (inputs + 1)·outputs for both linear layers."""
    channels, height, width = (int(v) for v in side)
    inputs = (channels, *FILTERS[:-1])
    convolutions = sum(f * (9 * c + 1) for c, f in zip(inputs, FILTERS, strict=True))
    rows, columns = ((size // 2 + 2) // 2 // 2 for size in (height, width))
    return convolutions + (FILTERS[-1] * rows * columns + 1) * hidden + (hidden + 1) * classes
