"""`loss-vs-accuracy`: why not follow the accuracy itself?"""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import learn
from zerokara.experiments.tongue import Tongue
from zerokara.models import TwoLayerNet
from zerokara.nn import Parameter
from zerokara.optim import SGD
from zerokara.report import Axis, Line, Rule, Text, chart, percent, significant
from zerokara.training.metrics import accuracy

H = 1e-4
"""The h of the book's numerical gradient."""


@dataclass(frozen=True)
class LossVsAccuracy(OnImages):
    """One weight of a network that has learned a little is moved; loss and accuracy of its images are watched."""

    name = "loss-vs-accuracy"
    chapter = 4
    source = "Ch4 §4.2.5"
    title = Text("The loss and the accuracy", "損失と正答率")
    question = Text("Why not follow the accuracy itself?", "なぜ正答率そのものを手がかりに学習しないのか？")
    formula = (
        r"\frac{\partial\, \text{accuracy}}{\partial w} = 0 \ \text{almost everywhere} \qquad "
        r"\frac{\partial E}{\partial w} \approx \frac{E(w+h) - E(w-h)}{2h}",
    )
    symbols = Text(
        "w is one weight, E the cross entropy, h = 10⁻⁴.", "w は 1 つの重み、E は交差エントロピー誤差、h = 10⁻⁴。"
    )
    seeds = 3
    quick = {"points": 201}
    turns = (
        Turn(
            Text("A network that has learned nothing yet.", "まだ何も学習していないネットワーク。"), {"iterations": 0}
        ),
        Turn(
            Text(
                "More images make more and smaller steps, but steps they stay.",
                "画像を増やすと段は細かくなりますが、階段であることは変わりません。",
            ),
            {"images": 1000},
        ),
    )

    images: int = knob(100, "images", "画像の枚数", low=2, high=100_000)
    hidden: int = knob(50, "hidden units", "隠れ層のニューロン数", low=1, high=10_000)
    layer: str = knob("fc2", "layer of the weight that is moved", "動かす重みのある層", choices=("fc1", "fc2"))
    weight: int = knob(
        -1,
        "which weight of it, counted from 0; −1: the one with the steepest loss",
        "その層の何番目の重みか（−1 なら損失の傾きが最大のもの）",
        low=-1,
        high=100_000_000,
    )
    reach: float = knob(0.5, "how far it is moved to both sides", "両側に動かす幅", low=1e-3, high=100)
    points: int = knob(1001, "places on the way", "調べる点の数", low=11, high=100_001)
    iterations: int = knob(
        50, "updates before, on the same images", "事前の更新回数（同じ画像で）", low=0, high=100_000
    )
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    lr: float = knob(0.1, "learning rate of SGD", "SGD の学習率", low=0, high=100)
    sampling: str = knob(
        "replacement", "how its mini-batches are drawn", "ミニバッチの選び方", choices=("replacement", "shuffle")
    )

    def measure(self, lab: Lab) -> Arrays:
        """Loss and accuracy along one weight, and both slopes in the middle."""
        data = lab.load(self.data)
        few = data.train.take(self.images)
        lab.plan(self.iterations + self.points)
        model = TwoLayerNet(int(np.prod(few.shape)), self.hidden, len(data.classes), rng=lab.rng("weights"))
        if self.iterations:
            learn(
                lab,
                model,
                SGD(model, lr=self.lr),
                few,
                iterations=self.iterations,
                batch_size=self.batch_size,
                sampling=self.sampling,
            )
        model.eval().astype(np.float64)
        x, labels = Tensor(scaled(few.images, np.float64)), few.labels
        loss = F.cross_entropy(model(x), labels)
        if not np.isfinite(loss.item()):
            raise ValueError(f"with lr = {self.lr:g} the training left the numbers: choose a smaller one")
        loss.backward()
        moved = dict(model.named_parameters())[f"{self.layer}.weight"]
        assert moved.grad is not None
        slopes = np.asarray(moved.grad).ravel().copy()
        if self.weight >= len(slopes):
            raise ValueError(f"{self.layer} has the weights 0 to {len(slopes) - 1}; got weight {self.weight}")
        which = int(np.abs(slopes).argmax()) if self.weight < 0 else self.weight
        shifts = np.linspace(-self.reach, self.reach, self.points)
        watched = _Watched(model, moved, which, x, labels)
        along = np.array([watched(shift) for shift, _ in zip(shifts, lab.steps(self.points), strict=True)])
        near_by = np.array([watched(-H), watched(H)])
        return {
            "shifts": shifts,
            "start": np.array(watched.start),
            "which": np.array(which),
            "loss": along[:, 0],
            "accuracy": along[:, 1],
            "slope": slopes[which],
            "numerical_slopes": (near_by[1] - near_by[0]) / (2 * H),
            "images": np.array(len(few)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both along the weight, and both slopes from point to point."""
        shifts = found["shifts"]
        x = Axis(t("shift of the weight", "重みの変化量"))
        here = Rule(t("now", "現在"), x=0.0)
        middles = (shifts[1:] + shifts[:-1]) / 2
        loss, score = t.word("loss"), t.word("accuracy")
        return [
            chart(
                t("The loss along one weight", "1 つの重みに沿った損失"),
                [Line(loss, shifts, found["loss"]), here],
                x,
                Axis(loss),
                lang=t.lang,
            ),
            chart(
                t("The accuracy along the same weight", "同じ重みに沿った正答率"),
                [Line(score, shifts, found["accuracy"]), here],
                x,
                Axis(score),
                lang=t.lang,
                note=t(
                    "{n} images: a step is 1/{n}.", "画像は {n} 枚なので、1 段は 1/{n} です。", n=int(found["images"])
                ),
            ),
            *(
                chart(
                    t("The slope of the {what}", "{what}の傾き", what=name),
                    [Line(name, middles, np.diff(found[key]) / np.diff(shifts)), here],
                    x,
                    Axis(t("slope from point to point", "点から点への傾き")),
                    lang=t.lang,
                )
                for key, name in (("loss", loss), ("accuracy", score))
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Steps and slopes."""
        levels = len(np.unique(found["accuracy"]))
        loss_slope, score_slope = found["numerical_slopes"]
        return [
            t(
                "While weight {which} of {layer} moves by ±{reach}, the accuracy takes {levels} values between {low} "
                "and {high}; it stays the same between {flat} of neighbouring points.",
                "{layer} の {which} 番の重みを ±{reach} 動かすあいだに、正答率は {low} から {high} のあいだの "
                "{levels} 通りの値しかとりません。隣り合う点の {flat} では変化しません。",
                which=int(found["which"]),
                layer=self.layer,
                reach=significant(self.reach),
                levels=levels,
                low=percent(float(found["accuracy"].min())),
                high=percent(float(found["accuracy"].max())),
                flat=percent(float(_flat(found["accuracy"]))),
            ),
            t(
                "The loss changes between {moving} of them, from {low} to {high}.",
                "損失は隣り合う点の {moving} で変化し、{low} から {high} の値をとります。",
                moving=percent(1 - float(_flat(found["loss"]))),
                low=significant(float(found["loss"].min())),
                high=significant(float(found["loss"].max())),
            ),
            t(
                "In the middle the numerical slope of the loss is {loss}, that of the accuracy {score}{so}",
                "現在の位置での数値微分は、損失が {loss}、正答率が {score} です。{so}",
                loss=significant(float(loss_slope)),
                score=significant(float(score_slope)),
                so=t(": it says nothing about where to go.", "正答率の傾きからは、どちらへ進めばよいか分かりません。")
                if score_slope == 0
                else t(": a step happens to lie just here.", "ちょうど段の位置にあたりました。"),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """A staircase with slope 0 almost everywhere beside a smooth curve."""
        flat = np.array([_flat(scores) for scores in found.all("accuracy")])
        moving = np.array([1 - _flat(losses) for losses in found.all("loss")])
        images = int(found["images"])
        counts = found.all("accuracy") * images
        slopes = found.all("slope")
        gap = np.abs(found.all("numerical_slopes")[:, 0] - slopes) / np.maximum(1e-3, np.abs(slopes))
        levels = [len(np.unique(scores)) for scores in found.all("accuracy")]
        smooth = self.layer == "fc2"  # a weight before ReLU may have a kink within h
        return [
            at_least(
                t("share of neighbouring points with equal accuracy", "隣の点と正答率が等しい割合"), flat, 0.95, "A, M"
            ),
            at_least(
                t("share of neighbouring points with another loss", "隣の点と損失が異なる割合"), moving, 0.99, "A, M"
            ),
            holds(
                t("the slope of the accuracy in the middle is 0", "現在の位置での正答率の傾きは 0"),
                found.all("numerical_slopes")[:, 1] == 0,
                "A",
            ),
            at_least(
                t("different values of the accuracy (it does move)", "正答率の値の種類（動いてはいる）"),
                np.array(levels),
                3,
                "M",
            ),
            at_most(
                t("distance of accuracy · images from whole numbers", "正答率 × 枚数 と整数との差"),
                np.abs(counts - np.rint(counts)).max(axis=1),
                1e-9,
                "A",
                law=True,
            ),
            at_most(
                t(
                    "slope of the loss: numerical against backpropagated, relative",
                    "損失の傾き：数値微分と誤差逆伝播法の相対的な差",
                ),
                gap,
                1e-3,
                "A",
                law=smooth,
            ),
        ]


@dataclass
class _Watched:
    """(loss, accuracy) of the images when one number of a parameter is moved from where it is."""

    model: TwoLayerNet
    parameter: Parameter
    which: int
    x: Tensor
    labels: Array

    def __post_init__(self) -> None:
        self.start = float(self.parameter.data.flat[self.which])

    def __call__(self, shift: float) -> tuple[float, float]:
        self.parameter.data.flat[self.which] = self.start + shift
        with no_grad():
            scores = self.model(self.x)
            found = float(F.cross_entropy(scores, self.labels).item()), accuracy(scores.data, self.labels)
        self.parameter.data.flat[self.which] = self.start
        return found


def _flat(values: Array) -> float:
    """The share of neighbouring values that are equal."""
    return float(np.mean(np.diff(values) == 0))
