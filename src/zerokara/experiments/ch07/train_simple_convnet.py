"""`train-simple-convnet`: the book's small convolutional network, trained in full."""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch06.networks import optimizer_label
from zerokara.experiments.ch07.training import SimpleTraining, ended, layer_table, shape_of, shown_layers
from zerokara.experiments.checks import Check, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text, percent, whole


@dataclass(frozen=True)
class SimpleConvNetRecipe(SimpleTraining):
    """Conv – ReLU – pool – Linear – ReLU – Linear on one part of the data; the two recipes say how much of it."""

    def measure(self, lab: Lab) -> Arrays:
        """One training, and what the network is made of."""
        data = self.pictures(lab)
        model = self.network(lab, data)
        lab.plan(self.iterations)
        return {
            **layer_table(model, shape_of(data)),
            **self.train(lab, "net", model, data),
            "classes": np.array(len(data.classes)),
            "of_an_epoch": np.array(max(1, len(data.train) // self.batch_size)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Loss, accuracies, and the layers with their shapes."""
        return [*self.curves(found, {"net": t.word("training loss")}, t), shown_layers(found, t)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many numbers learn, where they started and ended, and the gap between the two parts."""
        counts = found["counts"].tolist()
        largest = int(np.argmax(counts))
        start, gap = found.all("net.test")[:, 0].mean(), found.number("net.end_train") - found.number("net.end_test")
        return [
            t(
                "{n} numbers learn; {share} of them belong to the layer {layer}.",
                "学習するパラメータは {n} 個で、そのうち {share} は {layer} 層のものです。",
                n=whole(sum(counts)),
                share=percent(counts[largest] / sum(counts)),
                layer=found["layers"][largest],
            ),
            t(
                "After the first update {start} of the judged test images are classified correctly.",
                "最初の更新のあとのテスト正答率は {start} です。",
                start=percent(start),
            ),
            ended(found, "net", optimizer_label(self.optimizer, t), t),
            t(
                "Training accuracy is {gap} points above test accuracy.",
                "訓練データの正答率はテストデータより {gap} ポイント高くなりました。",
                gap=f"{100 * gap:.2f}",
            )
            if gap > 0
            else t(
                "Test accuracy is no lower than training accuracy.",
                "テストデータでも訓練データと同じかそれ以上に読めます。",
            ),
        ]

    def usual(self, found: Found, t: Tongue) -> list[Check]:
        """The number of parameters, and the laws."""
        counted = t("parameters", "パラメータの個数")
        return [
            near(counted, found["net.parameters"], 433_890, evidence="A"),
            near(
                t(
                    "parameters of the layers, added up, less those of the network",
                    "層ごとのパラメータ数の和と全体の数との差",
                ),
                found["counts"].sum() - found["net.parameters"],
                0,
                evidence="A",
                law=True,
            ),
            *self.laws(found, ["net"], t),
            self.guess_law(found, "net", t),
        ]


@dataclass(frozen=True)
class TrainSimpleConvnet(SimpleConvNetRecipe):
    """30 filters of 5×5, pool 2, 100 hidden units, N(0, 0.01²); Adam for 20 of the book's epochs of 600 updates."""

    name = "train-simple-convnet"
    source = "Ch7 §7.5 train_convnet; MEMO p.233"
    cost = "XL"
    seeds = 1
    title = Text("A small convolutional network", "小さな畳み込みニューラルネットワーク")
    question = Text("What does a small CNN reach on MNIST?", "小さな CNN は MNIST でどこまで読めるか？")
    turns = (
        Turn(
            Text(
                "He's initial values: is the first epoch better?",
                "He の初期値にすると、最初のエポックは良くなるでしょうか。",
            ),
            {"init": "he", "iterations": 601},
        ),
        Turn(
            Text(
                "A third of the filters: how much is lost?",
                "フィルターを 3 分の 1 にすると、どれだけ落ちるでしょうか。",
            ),
            {"filters": 10},
        ),
    )

    images: int = knob(60_000, "training images, the first ones", "訓練画像の数（先頭から）", low=2, high=10**7)
    iterations: int = knob(
        12_000, "updates: 20 of the book's epochs", "更新回数（本の 20 エポック）", low=2, high=10**6
    )

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The accuracy of the book's weights, and that after one epoch."""
        full = t("test accuracy, all images", "テスト正答率（全画像）")
        early = t("test accuracy after one epoch, first images", "1 エポック後のテスト正答率（先頭の画像）")
        after = np.flatnonzero(found["net.at"] == found["of_an_epoch"] + 1)
        first = found.all("net.test")[:, after[0]] if after.size else np.nan
        # the notebook's .960 is a single run on 1,000 images: its own standard error is .006
        return [
            near(full, found.all("net.end_test"), 0.989, 0.003, "W"),
            near(early, first, 0.960, 0.015, "N"),
            *self.usual(found, t),
        ]
