"""`train-two-layer`: mini-batch gradient descent on the digits."""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Turn
from zerokara.experiments.ch04.book_training import BookTraining
from zerokara.experiments.checks import Check, at_most
from zerokara.experiments.found import Found
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text


@dataclass(frozen=True)
class TrainTwoLayer(BookTraining):
    """The network of chapter 4, with sigmoid units.

    The book takes its gradients by numerical differentiation here and could not finish; backpropagation gives the same
    gradients (`gradient-check`), so it is used from the start.
    """

    name = "train-two-layer"
    source = "Ch4 §4.5 train_neuralnet"
    chapter = 4
    title = Text("Learning with mini-batches", "ミニバッチ学習")
    question = Text(
        "Does mini-batch SGD learn the digits, and does it overfit?",
        "ミニバッチの SGD で手書き数字を学習できるか？過学習はしないか？",
    )
    symbols = Text(
        "η is the learning rate, B the batch size, t the labels, a = σ(x W₁ + b₁) the hidden units.",
        "η は学習率、B はバッチサイズ、t はラベル、a = σ(x W₁ + b₁) は隠れ層の出力。",
    )
    turns = (
        Turn(
            Text("ReLU instead of sigmoid learns faster.", "シグモイドの代わりに ReLU を使うと速く学習します。"),
            {"activation": "relu"},
        ),
        Turn(
            Text(
                "A shuffled epoch visits every image once instead of drawing with replacement.",
                "shuffle では、復元抽出と違って 1 エポックで全画像をちょうど 1 回ずつ使います。",
            ),
            {"sampling": "shuffle"},
        ),
    )

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The book's accuracies and those measured after an epoch; the curves stay together."""
        gap = np.abs(found.all("accuracy")[:, 0] - found.all("accuracy")[:, 1]).max(axis=-1)
        # the row says that the curves stay together; over three seeds they came to be 0.006 apart at most
        together = t("largest gap between the two curves", "2 本の曲線の差の最大値")
        return [
            *self.promised(found, t, (0.79, 0.02), (0.948, 0.004, 0.946, 0.004)),
            at_most(together, gap, 0.01, "M"),
        ]
