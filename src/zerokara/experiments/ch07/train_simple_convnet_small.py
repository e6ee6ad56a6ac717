"""`train-simple-convnet-small`: the same network on few images."""

from dataclasses import dataclass

from zerokara.experiments.base import Turn
from zerokara.experiments.ch07.train_simple_convnet import SimpleConvNetRecipe
from zerokara.experiments.checks import Check, near
from zerokara.experiments.found import Found
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text


@dataclass(frozen=True)
class TrainSimpleConvnetSmall(SimpleConvNetRecipe):
    """As `train-simple-convnet`, with the first 5,000 images and 1,000 updates."""

    name = "train-simple-convnet-small"
    source = "DR 6-5-8; Ch7 §7.5 train_convnet"
    title = Text("A small CNN in a short time", "小さな CNN を短時間で学習する")
    question = Text("Can it be tried in a minute or two?", "1、2 分で試せるか？")
    turns = (
        Turn(
            Text(
                "Ten times fewer images: how wide does the gap open?",
                "画像を 10 分の 1 にすると、訓練とテストの差はどれだけ開くでしょうか。",
            ),
            {"images": 500},
        ),
        Turn(
            Text("Are He's initial values better here?", "He の初期値のほうが良いでしょうか。"),
            {"init": "he"},
        ),
    )

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's accuracies."""
        few = t("test accuracy, first images", "テスト正答率（先頭の画像）")
        full = t("test accuracy, all images", "テスト正答率（全画像）")
        return [
            near(t.word("training accuracy"), found.all("net.end_train"), 0.995, 0.005, "M"),
            near(few, found.all("net.test")[:, -1], 0.96, 0.01, "M"),
            near(full, found.all("net.end_test"), 0.963, 0.005, "M"),
            *self.usual(found, t),
        ]
