"""`conv-autoencoder`: does convolution help to rebuild?"""

from dataclasses import dataclass, replace

import numpy as np

from zerokara.data import scaled
from zerokara.experiments.ae.teaching import OnPictures, chosen, error, rows, through
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import AutoEncoder, ConvAutoEncoder, count_parameters
from zerokara.report import Cell, Table, Text, significant, whole

LINEAR = 128
"""Units of the first of the linear layers."""


@dataclass(frozen=True)
class ConvAutoencoder(OnPictures):
    """Convolutions there and transposed convolutions back, beside linear layers with as large a code."""

    name = "conv-autoencoder"
    source = "V3 s59; OWN"
    title = Text("The convolutional auto-encoder", "畳み込みオートエンコーダ")
    question = Text("Does convolution help to rebuild?", "畳み込みは再現の役に立つか？")
    formula = (r"H' = (H - 1)\, s - 2 p + k, \qquad 7 \to 14 \to 28 \quad (k = 4,\ s = 2,\ p = 1)",)
    symbols = Text(
        "H and H': rows before and after a transposed convolution with k rows, stride s and padding p.",
        "H と H'：k 行、ストライド s、パディング p の転置畳み込みの前後の行数。",
    )
    turns = (Turn(Text("Twice as many filters.", "フィルターを 2 倍にすると？"), {"filters": (32, 64)}),)

    k: int = knob(32, "numbers in the code", "符号の次元 k", low=1, high=512)
    filters: tuple[int, ...] = knob(
        (16, 32), "filters of the two convolutions", "二つの畳み込みのフィルター数", low=1, high=256, least=2
    )
    epochs: int = knob(5, "passes over the images", "エポック数", low=1, high=10_000)
    epochs_linear: int = knob(10, "passes of the linear layers", "全結合のエポック数", low=1, high=10_000)
    quick = {"images": 256, "judged": 500, "epochs": 1, "epochs_linear": 2}

    def measure(self, lab: Lab) -> Arrays:
        """Errors, parameters and reconstructions of both."""
        train, test = self.pictures(lab)
        unseen, shown = scaled(test.images), chosen(test)
        shape = (int(train.shape[0]), int(train.shape[1]), int(train.shape[2]))
        longer = replace(self, epochs=self.epochs_linear)
        lab.plan(self.updates(len(train)) + longer.updates(len(train)))
        few, many = self.filters[:2]
        conv = ConvAutoEncoder(shape, (few, many), self.k, rng=lab.rng("weights", "conv"))
        conv, losses = self.teach(lab, "conv", conv, train)
        linear, _ = longer.teach(
            lab, "linear", AutoEncoder(shape, (LINEAR,), self.k, rng=lab.rng("weights", self.k)), train
        )
        return {
            "errors": np.array([error(conv, unseen), error(linear, unseen)]),
            "parameters": np.array([count_parameters(conv), count_parameters(linear)]),
            "losses": losses, "originals": shown,
            "conv": through(conv, shown), "linear": through(linear, shown),
        }  # fmt: skip

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Originals and reconstructions; a table."""
        kinds = [t("convolutions", "畳み込み"), t("linear layers", "全結合")]
        named = [
            (t("original", "元の画像"), found["originals"]),
            (kinds[0], found["conv"]), (kinds[1], found["linear"]),
        ]  # fmt: skip
        heads = ["", t("error per pixel", "1 画素あたりの誤差"), t.word("parameters"), t("passes", "エポック数")]
        passes = (self.epochs, self.epochs_linear)
        body: list[list[Cell]] = [
            [kind, significant(float(e), 3), int(n), p]
            for kind, e, n, p in zip(kinds, found.mean("errors"), found["parameters"], passes, strict=True)
        ]
        title = t("Test images from {k} numbers", "{k} 個の数から再現したテスト画像", k=self.k)
        return [rows(title, named, t), Table(heads, body)]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Who is nearer, with how many parameters."""
        (a, b), (n, m) = found.mean("errors").tolist(), found["parameters"].tolist()
        return [
            t(
                "With convolutions the error is {a} a pixel after {e} passes with {n} parameters; with linear layers "
                "{b} after {f} passes with {m}.",
                "畳み込みでは {e} エポック・{n} パラメータで誤差 {a}、全結合では {f} エポック・{m} パラメータで "
                "{b}。",
                a=significant(a, 3), b=significant(b, 3), n=whole(n), m=whole(m), e=self.epochs, f=self.epochs_linear,
            )
        ]  # fmt: skip

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The measured error, and the sizes by hand."""
        conv, linear = found.all("errors").T
        channels, height, width = found["originals"].shape[1:]
        few, many = self.filters[:2]
        maps = many * (height // 4) * (width // 4)
        by_hand = channels * few * 9 + few + few * many * 9 + many + maps * self.k + self.k + self.k * maps + maps
        by_hand += many * few * 16 + few + few * channels * 16 + channels
        return [
            near(t("test error with convolutions", "畳み込みのテスト誤差"), conv, 0.0094, 0.001, "M"),
            near(t("test error with linear layers", "全結合のテスト誤差"), linear, 0.0128, 0.001, "M"),
            holds(t("convolutions are nearer", "畳み込みのほうが近い"), conv < linear, "M"),
            near(
                t("parameters as counted by hand", "パラメータ数（手計算）"),
                found["parameters"][0],
                by_hand,
                0,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The first layer of each."""
        channels, height, width = found["originals"].shape[1:]
        linear, conv = channels * height * width * LINEAR + LINEAR, channels * 9 * self.filters[0] + self.filters[0]
        return [
            Question(
                t(
                    "How many parameters has the first layer: linear, from {d} pixels to {u} units, and convolutional, "
                    "with {f} filters of 3×3?",
                    "最初の層のパラメータはいくつか：{d} 画素から {u} ユニットへの全結合と、3×3 のフィルター {f} 個の"
                    "畳み込みでは？",
                    d=channels * height * width, u=LINEAR, f=self.filters[0],
                ),
                t(
                    "{a} and {b}, biases included: a filter's weights serve every place of the picture.",
                    "{a} 個と {b} 個です（バイアスを含む）。フィルターの重みは、画像のどの場所でも共通です。",
                    a=whole(linear), b=whole(conv),
                ),
            )
        ]  # fmt: skip
