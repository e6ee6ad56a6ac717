"""`train-two-layer-backprop`: the layered network with ReLU."""

from dataclasses import dataclass

from zerokara.experiments.base import Turn, knob
from zerokara.experiments.ch04.book_training import ACTIVATIONS, BookTraining
from zerokara.experiments.checks import Check
from zerokara.experiments.found import Found
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text


@dataclass(frozen=True)
class TrainTwoLayerBackprop(BookTraining):
    """The training of chapter 4 again, with ReLU units and backpropagation through layers."""

    name = "train-two-layer-backprop"
    source = "Ch5 §5.7.4 train_neuralnet"
    chapter = 5
    title = Text("Learning by backpropagation", "誤差逆伝播法による学習")
    question = Text(
        "What does the layered ReLU network reach?", "層で組み立てた ReLU のネットワークはどこまで学習するか？"
    )
    symbols = Text(
        "η is the learning rate, B the batch size, t the labels, a = max(0, x W₁ + b₁) the hidden units.",
        "η は学習率、B はバッチサイズ、t はラベル、a = max(0, x W₁ + b₁) は隠れ層の出力。",
    )
    turns = (
        Turn(
            Text("The sigmoid of chapter 4, beside it.", "第 4 章のシグモイドと比べてみましょう。"),
            {"activation": "sigmoid"},
        ),
        Turn(
            Text(
                "More hidden units read a little better.",
                "隠れ層のニューロンを増やすと、もう少し読めるようになります。",
            ),
            {"hidden": 200},
        ),
    )

    activation: str = knob("relu", "activation function", "活性化関数", choices=ACTIVATIONS)

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The book's accuracies and those measured after an epoch."""
        return self.promised(found, t, (0.903, 0.006), (0.978, 0.003, 0.969, 0.004))
