"""`hyperparameter-count`: what is chosen in a network, and what it learns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import DeepConvNet, SimpleConvNet, count_parameters, summarize
from zerokara.nn import Module
from zerokara.report import Axis, Cell, Table, Text, bar_chart, percent, whole

MODELS = {"SimpleConvNet": SimpleConvNet, "DeepConvNet": DeepConvNet}

FUNCTION = Text("which function", "関数の種類")
SIZE, STRIDE = Text("size", "サイズ"), Text("stride", "ストライド")
CHOSEN: dict[str, Sequence[Text]] = {
    "Conv2d": (Text("filters", "フィルター数"), SIZE, STRIDE, Text("padding", "パディング")),
    "Linear": (Text("units", "ニューロン数"),),
    "ReLU": (FUNCTION,),
    "MaxPool2d": (Text("kind", "種類"), SIZE, STRIDE),
    "Dropout": (Text("ratio", "割合"),),
    "Flatten": (),
}
"""What is chosen for a layer of each kind. The units of the last layer are given: one a class."""

TRAINING = (
    Text("initial values", "初期値"),
    Text("optimizer", "最適化手法"),
    Text("learning rate", "学習率"),
    Text("batch size", "バッチサイズ"),
    Text("epochs", "エポック数"),
)


@dataclass(frozen=True)
class HyperparameterCount(Experiment):
    """A table of every layer: what we choose for it, and how many numbers it learns."""

    name = "hyperparameter-count"
    chapter = 7
    source = "N7 7.2.4; Ch7 §7.5; Ch8 §8.1"
    title = Text("Chosen or learned", "決めるもの、学習するもの")
    question = Text("How many settings does a CNN have?", "CNN の設定項目はいくつあるか？")
    formula = (r"F \cdot C \cdot k^2 + F", r"n_{in} \cdot n_{out} + n_{out}")
    symbols = Text(
        "What a convolution learns (F filters with C channels of k×k), and an affine layer (n inputs and outputs).",
        "学習する数の個数。1 行目は畳み込み層（F：フィルター数、C：チャンネル数、k：行数）、"
        "2 行目は全結合層（n：入力と出力の数）。",
    )
    turns = (
        Turn(
            Text("Photographs of three colours and 32×32 pixels.", "3 色、32×32 画素の写真なら？"),
            {"channels": 3, "size": 32},
        ),
    )

    models: tuple[str, ...] = knob(tuple(MODELS), "the networks", "ネットワーク", choices=tuple(MODELS))
    channels: int = knob(1, "channels of an image", "画像のチャンネル数", low=1, high=16)
    size: int = knob(28, "rows and columns of an image", "画像の行数・列数", low=8, high=64)
    classes: int = knob(10, "classes", "クラス数", low=2, high=1000)

    def measure(self, lab: Lab) -> Arrays:
        """The layers of each network as it was built, by running it once."""
        found: Arrays = {}
        shape = (self.channels, self.size, self.size)
        for name in self.models:
            model: Module = MODELS[name](shape, self.classes)
            rows = summarize(model, shape)
            found |= {
                f"{name}.layers": np.array([row.name for row in rows]),
                f"{name}.kinds": np.array([row.kind for row in rows]),
                f"{name}.learned": np.array([row.parameters for row in rows]),
                f"{name}.total": np.array(count_parameters(model)),
            }
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Learned numbers by layer; what is chosen; the totals."""
        pieces: list[Piece] = [self._totals(found, t)]
        for name in self.models:
            with_weights = found[f"{name}.learned"] > 0
            pieces.append(
                bar_chart(
                    t("{name}: learned numbers", "{name}：学習する数の個数", name=name),
                    [str(layer) for layer in found[f"{name}.layers"][with_weights]],
                    {t("learned", "学習する数"): found[f"{name}.learned"][with_weights]},
                    Axis(t("learned numbers", "学習する数の個数"), low=0),
                    category=t.word("layer"),
                    lang=t.lang,
                )
            )
        return [*pieces, *(self._table(name, found, t) for name in self.models)]

    def _totals(self, found: Found, t: Tongue) -> Table:
        heads = [
            t.word("network"),
            t("chosen: layers", "決める項目：層"),
            t("chosen: training", "決める項目：学習"),
            t("learned numbers", "学習する数"),
        ]
        rows: list[list[Cell]] = [
            [name, self._chosen(name, found), len(TRAINING), int(found[f"{name}.total"])] for name in self.models
        ]
        return Table(heads, rows, t("Chosen by us, learned by the network.", "人が決めるものと、学習されるもの。"))

    def _chosen(self, name: str, found: Found) -> int:
        return sum(len(CHOSEN[kind]) for kind in found[f"{name}.kinds"].tolist()) - 1

    def _table(self, name: str, found: Found, t: Tongue) -> Table:
        heads = [name, t("kind", "種類"), t("chosen by us", "人が決める"), t("learned", "学習する数")]
        columns = (found[f"{name}.{key}"].tolist() for key in ("layers", "kinds", "learned"))
        rows: list[list[Cell]] = [
            [layer, kind, t.list(None, *map(t.of, CHOSEN[kind])) or None, int(learned) or None]
            for layer, kind, learned in zip(*columns, strict=True)
        ]
        rows[-1][2] = t("nothing: one unit a class", "なし（クラスごとに 1 個）")
        rows.append([t("training", "学習"), "", t.list(None, *map(t.of, TRAINING)), None])
        return Table(heads, rows)

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The counts, where the numbers are, and which network has fewer."""
        told = []
        for name in self.models:
            learned, layers = found[f"{name}.learned"], found[f"{name}.layers"]
            told.append(
                t(
                    "{name}: {a} settings of layers and {b} of the training are ours; {n} numbers are learned, "
                    "{share} of them in {layer}.",
                    "{name}：人が決めるのは層の {a} 項目と学習の {b} 項目、学習されるのは {n} 個の数で、"
                    "その {share} が {layer} にあります。",
                    name=name,
                    a=self._chosen(name, found),
                    b=len(TRAINING),
                    n=whole(int(learned.sum())),
                    share=percent(float(learned.max() / learned.sum())),
                    layer=str(layers[int(learned.argmax())]),
                )
            )
        totals = {name: int(found[f"{name}.total"]) for name in self.models}
        if len(totals) > 1:
            fewest = min(totals, key=lambda name: totals[name])
            most = max(self.models, key=lambda name: self._chosen(name, found))
            told.append(
                t(
                    "Most settings: {most}; fewest learned numbers: {fewest}. More to choose need not mean more to "
                    "learn.",
                    "決める項目がいちばん多いのは {most}、学習する数がいちばん少ないのは {fewest} です。"
                    "決める項目が多いからといって、学習する数が多いとは限りません。",
                    most=most,
                    fewest=fewest,
                )
            )
        return told

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """433,890 and 123,552; and the sum of the layers is the network."""
        expected = {"SimpleConvNet": 433_890, "DeepConvNet": 123_552}
        what = t("{name}: learned numbers", "{name}：学習する数の個数", name="{name}")
        checks = [
            near(what.format(name=name), found[f"{name}.total"], expected[name], evidence="A") for name in self.models
        ]
        for name in self.models:
            checks.append(
                near(
                    t("{name}: sum of the layers − all", "{name}：層ごとの和 − 全体", name=name),
                    found[f"{name}.learned"].sum() - found[f"{name}.total"],
                    0,
                    evidence="A",
                    law=True,
                )
            )
            known = all(str(kind) in CHOSEN for kind in found[f"{name}.kinds"])
            checks.append(
                holds(
                    t("{name}: every kind of layer is in the table", "{name}：どの種類の層も表にある", name=name),
                    known,
                    "A",
                    law=True,
                )
            )
        return checks
