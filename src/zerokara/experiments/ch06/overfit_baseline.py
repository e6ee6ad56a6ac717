"""`overfit-baseline`: what does overfitting look like?"""

from dataclasses import dataclass

from zerokara.experiments.base import Arrays, Piece, Turn
from zerokara.experiments.ch06.overfitting import OnFewImages, accuracy_chart, end, ends, forward_law, loss_chart
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text, percent, significant, whole


@dataclass(frozen=True)
class OverfitBaseline(OnFewImages):
    """Six hidden layers and 300 images: nothing keeps the network from learning them by heart."""

    name = "overfit-baseline"
    source = "Ch6 §6.4.1 overfit_weight_decay; DR 6-4-4-1"
    title = Text("Overfitting", "過学習")
    question = Text("What does overfitting look like?", "過学習はどのように見えるか？")
    formula = (r"g = a_{\text{train}} - a_{\text{test}}",)
    symbols = Text(
        "a is the accuracy, on the images that were learned from and on others; the gap g tells of overfitting.",
        "a は正答率（学習に使った画像と、使っていない画像）。差 g が過学習の程度を表します。",
    )
    quick = {"iterations": 120}
    turns = (
        Turn(
            Text("Ten times the images: how wide is the gap?", "画像を 10 倍にすると、差はどうなるでしょうか？"),
            {"images": 3000},
        ),
        Turn(
            Text(
                "A smaller network has less room to learn by heart.", "小さいネットワークでは丸暗記の余地が減ります。"
            ),
            {"depth": 1, "width": 20},
        ),
    )

    def measure(self, lab: Lab) -> Arrays:
        """Accuracy and loss on the few images and on the test images."""
        lab.plan(self.iterations)
        return self.train(lab, "plain")[1]

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The two curves that part."""
        return [accuracy_chart(found, {"plain": ""}, t), loss_chart(found, {"plain": ""}, t)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The gap, and what the test loss does meanwhile."""
        train, test, loss, other = (end(found, f"plain.{k}") for k in ("train", "test", "train_loss", "test_loss"))
        lowest = found.mean("plain.test_loss")
        best = int(lowest.argmin())
        sentences = [
            t(
                "The network classifies {train} of the images it learned from correctly, and {test} of the test "
                "images: a gap of "
                "{gap}.",
                "学習に使った画像では {train}、テスト画像では {test} を正しく読みます。差は {gap} です。",
                train=percent(train),
                test=percent(test),
                gap=f"{train - test:.2f}",
            ),
            t(
                "The training loss ends at {loss}, the test loss at {other}.",
                "損失は最後に、訓練データで {loss}、テストデータで {other} になります。",
                loss=significant(loss, 2),
                other=significant(other, 3),
            ),
        ]
        if best < len(lowest) - 1:
            sentences.append(
                t(
                    "The test loss is lowest, {low}, after {at} updates; what is learned later helps only the "
                    "training images.",
                    "テスト損失が最小（{low}）なのは {at} 回更新したときで、その後の学習は訓練データにしか効きません。",
                    low=significant(float(lowest[best]), 3),
                    at=whole(int(found["plain.at"][best])),
                )
            )
        return sentences

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers; plain descent with a small step does not raise the loss it descends."""
        begin, last = found.all("plain.train_loss")[:, 0], ends(found, "plain.train_loss")
        gentle = self.optimizer == "sgd" and self.lr <= 0.01 and self.depth <= 10
        what = t(
            "with SGD, lr ≤ 0.01 and at most 10 layers the training loss does not rise",
            "SGD・学習率 0.01 以下・10 層以下なら、訓練損失は上がらない",
        )
        return [
            near(t.word("training accuracy"), ends(found, "plain.train"), 1.0, 0.005, "M"),
            near(t.word("test accuracy"), ends(found, "plain.test"), 0.757, 0.02, "M"),
            near(t.word("training loss"), last, 0.02, 0.01, "M"),
            near(t.word("test loss"), ends(found, "plain.test_loss"), 0.95, 0.1, "M"),
            holds(what, (last <= begin) | (not gentle), "A", law=True),
            forward_law(found, ["plain"], t),
        ]
