"""`feature-hierarchy`: what deeper layers react to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arguments import known
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import scaled
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch07.mosaics import mosaic, positive
from zerokara.experiments.ch07.trained import MODELS, OnTrained
from zerokara.experiments.checks import Check, at_most, between, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.explain import evaluation, watch
from zerokara.explain.receptive import Field, receptive_field
from zerokara.nn import ReLU, Sequential
from zerokara.report import Axis, Band, Figure, Line, Mark, Picture, Rule, Table, Text, Tile, chart, gallery, percent

AT_ONCE, MAPS = 100, 16
WHEN = ("trained", "untrained")


@dataclass(frozen=True, eq=False)
class Excited:
    """How strongly every image excites every unit of a layer, (images, units), where in the map, and what it sees."""

    values: Array
    rows: Array
    columns: Array
    field: Field

    @property
    def alive(self) -> Array:
        """Which units answer to any of the images."""
        return np.asarray(self.values.max(axis=0) > 0)

    def best(self, count: int) -> Array:
        """The images that excite each unit most, the strongest first: (count, units)."""
        return np.argsort(-self.values, axis=0, kind="stable")[:count]

    def side(self, pixels: int) -> int:
        """How many pixels a unit sees at most, down."""
        return min(self.field[0].size or pixels, pixels)

    def box(self, image: int, unit: int, size: tuple[int, ...]) -> tuple[int, int, int, int]:
        """What the unit saw where it answered most: top, bottom, left, right."""
        down = self.field[0].span(int(self.rows[image, unit]), size[0])
        return *down, *self.field[1].span(int(self.columns[image, unit]), size[1])

    def patch(self, x: Array, image: int, unit: int) -> Array:
        """That part of the image, the mean of its channels; black where it juts out of the image."""
        H, W = x.shape[2:]
        starts, sides = [], []
        for reach, at, pixels in zip(self.field, (self.rows, self.columns), (H, W), strict=True):
            part = 0 < reach.size < pixels  # else the whole image is shown
            starts.append(reach.start + reach.step * int(at[image, unit]) if part else 0)
            sides.append(reach.size if part else pixels)
        patch = np.zeros(sides)
        top, bottom, left, right = self.box(image, unit, (H, W))
        inside = slice(top - starts[0], bottom - starts[0]), slice(left - starts[1], right - starts[1])
        patch[inside] = x[image, :, top:bottom, left:right].mean(axis=0)
        return patch


@dataclass(frozen=True)
class FeatureHierarchy(OnTrained):
    """For each unit of each layer the test images that excite it most: do they show the same class?

    Compared with the same network before its training, and with images drawn at random.
    Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2013.
    """

    name = "feature-hierarchy"
    source = "Ch7 §7.6.2; RYO (階層構造による情報抽出)"
    cost = "L"
    title = Text("The hierarchy of features", "階層構造による情報抽出")
    question = Text("What do deeper layers react to?", "深い層は何に反応するか？")
    seeds = 3
    formula = (
        r"a_u(x) = \max_{i,j} A_{u,i,j}(x)",
        r"\text{purity}(u) = \frac{1}{n} \max_c \left| \left\{ x \in \text{top}_n(u) : t(x) = c \right\} \right|",
    )
    symbols = Text(
        "A is the map of unit u, behind the ReLU; top are the n images with the largest a, t(x) is the class of image "
        "x. The purity is the share of the commonest class among them.",
        "A はユニット u の（ReLU 後の）マップ、top は a が大きい n 枚の画像、t(x) は画像 x のクラス。"
        "純度は、その中で最も多いクラスの割合です。",
    )
    quick = {"iterations": 40, "images": 200}
    turns = (
        Turn(Text("With one convolution.", "畳み込みが 1 層なら？"), {"model": "simple", "layer": "relu1"}),
        Turn(Text("Clothes in place of digits.", "数字ではなく服の画像では？"), {"data": "fashion-mnist"}),
    )

    model: str = knob("deep", "SimpleConvNet or DeepConvNet", "SimpleConvNet か DeepConvNet", choices=MODELS)
    layer: str = knob("relu6", "the layer of the unit that is shown large", "大きく表示するユニットの層")
    unit: int = knob(0, "which unit of it, counted from 0", "その何番目のユニットか（0 から）", low=0, high=10**5)
    images: int = knob(2000, "test images that are searched", "調べるテスト画像の数", low=20, high=10**6)
    top: int = knob(9, "n: the strongest images of each unit", "n：ユニットごとに選ぶ画像の数", low=2, high=100)
    shown: int = knob(8, "units shown of each layer", "層ごとに表示するユニットの数", low=1, high=64)

    def measure(self, lab: Lab) -> Arrays:
        """The purity of every layer, trained and untrained; patches and maps of the first units."""
        data = self.pictures(lab)
        part = data.test.take(self.images)
        x, labels = scaled(part.images), part.labels
        if self.top > len(x):
            raise ValueError(f"the {self.top} strongest of {len(x)} images cannot be chosen")
        before = self.untrained(lab, data)
        layers = [name for name, layer in before.named_children() if isinstance(layer, ReLU)]
        known("layer", self.layer, layers)
        lab.plan(self.iterations)
        rough = excited(before, x, layers)
        model, found = self.trained(lab, data)
        fine = excited(model, x, layers)
        units = fine[self.layer].values.shape[1]
        if self.unit >= units:
            raise ValueError(f"{self.layer} has {units} units, counted from 0; got {self.unit}")
        random = lab.rng("chance").integers(0, len(x), (self.top, 1000))
        best = fine[self.layer].best(self.top)[:, self.unit]
        return {
            **found,
            "layers": np.array(layers),
            "trained": np.array([self._purity(fine[name], labels) for name in layers]),
            "untrained": np.array([self._purity(rough[name], labels) for name in layers]),
            "chance": np.array(purity(labels[random]).mean()),
            "alive": np.array([fine[name].alive.sum() for name in layers]),
            "units": np.array([fine[name].alive.size for name in layers]),
            "sees": np.array([fine[name].side(x.shape[2]) for name in layers]),
            "outside": np.array(max(_outside(model, x, name, fine[name], self.shown) for name in layers)),
            "large": np.stack([fine[self.layer].patch(x, i, self.unit) for i in best]),
            "large.classes": np.array([data.classes[k] for k in labels[best]]),
            **{f"{name}.patches": self._patches(fine[name], x) for name in layers},
            **{f"{name}.maps": maps for name, maps in _maps(model, x[:1], layers).items()},
        }

    def _purity(self, layer: Excited, labels: Array) -> float:
        """The mean over the units that answer to any image."""
        return float(purity(labels[layer.best(self.top)])[layer.alive].mean()) if layer.alive.any() else np.nan

    def _patches(self, layer: Excited, x: Array) -> Array:
        """The strongest patches of the first units that answer: (units, top, h, w)."""
        units = np.flatnonzero(layer.alive)[: self.shown]
        best = layer.best(self.top)
        patches = [[layer.patch(x, i, unit) for i in best[:, unit]] for unit in units]
        return np.array(patches) if patches else np.zeros((1, self.top, 1, 1))

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Purity by depth, the patches of every layer, one unit large, and the maps for one image."""
        return [
            self._depth(found, t),
            self._all_patches(found, t),
            self._one(found, t),
            self._maps(found, t),
            self._table(found, t),
        ]

    def _depth(self, found: Found, t: Tongue) -> Figure:
        layers = np.arange(1, len(found["layers"]) + 1)
        marks: list[Mark] = []
        for when, label in zip(WHEN, (t("trained", "学習後"), t("untrained", "学習前")), strict=True):
            marks.append(Line(label, layers, found.mean(when)))
            if found.seeds > 1:
                marks.append(Band(label, layers, found.low(when), found.high(when)))
        marks.append(Rule(t("images at random", "ランダムな画像"), y=found.number("chance")))
        band = t(" The band is the spread of the seeds.", "帯は乱数の種による幅。") if found.seeds > 1 else ""
        return chart(
            t("Purity of the strongest images", "最も強く反応した画像の純度"),
            marks,
            Axis(t("layer", "層"), whole=True),
            Axis(t("purity", "純度"), low=0, high=1),
            lang=t.lang,
            note=t("Mean over the units of a layer.", "層のユニットの平均。") + band,
        )

    def _all_patches(self, found: Found, t: Tongue) -> Figure:
        tiles = []
        for name, sees in zip(found["layers"].tolist(), found["sees"].tolist(), strict=True):
            patches = found[f"{name}.patches"]
            words = t("{name}: strongest patches", "{name}：最も強く反応した部分", name=name)
            picture = mosaic(positive(patches.reshape(-1, *patches.shape[2:])), self.top)
            tiles.append(
                Tile([Picture(picture, words, wide=True)], name, t("sees {n}×{n} pixels", "{n}×{n} 画素を見る", n=sees))
            )
        note = t(
            "Row by row, unit by unit: the parts of the test images that excite it most, as far as it sees.",
            "1 行が 1 つのユニット。最も強く反応したテスト画像のうち、そのユニットが見ている部分です。",
        )
        return gallery(
            t("What the units react to", "ユニットは何に反応するか"), tiles, lang=t.lang, note=note, large=True
        )

    def _one(self, found: Found, t: Tongue) -> Figure:
        title = t("Unit {unit} of {layer}", "{layer} のユニット {unit}", unit=self.unit, layer=self.layer)
        tiles = [
            Tile([Picture(positive(patch), str(name), str(name))])
            for patch, name in zip(found["large"], found["large.classes"], strict=True)
        ]
        note = t("Its strongest patches, with the class of the image.", "最も強く反応した部分と、画像のクラス。")
        return gallery(title, tiles, lang=t.lang, note=note)

    def _maps(self, found: Found, t: Tongue) -> Figure:
        tiles = []
        for name in found["layers"].tolist():
            words = t("{name}: maps", "{name} の特徴マップ", name=name)
            tiles.append(Tile([Picture(mosaic(positive(found[f"{name}.maps"])), words, wide=True)], name))
        title = t("The maps for the first test image", "最初のテスト画像の特徴マップ")
        return gallery(title, tiles, lang=t.lang, note=t("Black is 0.", "黒が 0。"))

    def _table(self, found: Found, t: Tongue) -> Table:
        head = [
            t.word("layer"),
            t("sees, pixels a side", "見る範囲（1 辺の画素）"),
            t("units that answer", "反応するユニット"),
            t("purity, trained", "純度（学習後）"),
            t("purity, untrained", "純度（学習前）"),
        ]
        columns = zip(*(found[key].tolist() for key in ("layers", "sees", "alive", "units")), strict=True)
        means = found.mean("trained"), found.mean("untrained")
        rows = [
            [name, sees, f"{alive} / {units}", percent(float(means[0][k])), percent(float(means[1][k]))]
            for k, (name, sees, alive, units) in enumerate(columns)
        ]
        return Table(head, rows)

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How purity goes with depth, trained, untrained and by chance."""
        trained, untrained = found.mean("trained"), found.mean("untrained")
        layers = found["layers"].tolist()
        rises = int((np.diff(trained) > 0).sum())
        return [
            t(
                "The {n} strongest images of a unit of {first} are of one class to {a}, those of {last} to {b}; images "
                "at random to {c}.",
                "ユニットを最も強く反応させる {n} 枚のうち同じクラスの割合は、{first} で {a}、{last} で {b} です"
                "（ランダムに選ぶと {c}）。",
                n=self.top,
                first=layers[0],
                last=layers[-1],
                a=percent(float(trained[0]), 0),
                b=percent(float(trained[-1]), 0),
                c=percent(found.number("chance"), 0),
            ),
            t(
                "From layer to layer the purity rises {rises} times of {all}.",
                "層を進む {all} 回のうち、純度が上がるのは {rises} 回です。",
                rises=rises,
                all=len(trained) - 1,
            ),
            t(
                "Before the training the last layer had {a}: depth and a larger view give {b}, learning gives {c}.",
                "学習前の最後の層の純度は {a} でした。深さと見る範囲の広さによる分が{b}、学習による分が{c}です。",
                a=percent(float(untrained[-1]), 0),
                b=_points(untrained[-1] - untrained[0], t),
                c=_points(trained[-1] - untrained[-1], t),
            ),
            t(
                "So deeper layers react more to what the image is. That layers show edges, then texture, then parts of "
                "things, as the book says of large networks, cannot be read from this number: look at the patches.",
                "つまり、深い層ほど「何の画像か」に反応します。エッジ、テクスチャ、物の部分という順序（本では大きな"
                "ネットワークの話）は、この数字だけではわかりません。切り出した部分を見てください。",
            )
            if trained[-1] > trained[0]
            else t(
                "Here deeper layers do not react more to what the image is.",
                "ここでは、深い層ほど「何の画像か」に反応するとはいえません。",
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Purity rises with depth, by learning; and a unit sees nothing outside of its receptive field."""
        trained, untrained = found.all("trained"), found.all("untrained")
        outside = t(
            "change of an activation when all that the unit does not see is erased, relative",
            "見えない部分を消したときの出力の変化（相対値）",
        )
        purities = np.concatenate([trained, untrained], axis=1)
        return [
            holds(
                t("purity: last layer above first", "純度：最後の層 ＞ 最初の層"), trained[:, -1] > trained[:, 0], "M"
            ),
            holds(
                t("last layer: purity after the training above before", "最後の層：学習後の純度が学習前より高い"),
                trained[:, -1] > untrained[:, -1],
                "M",
            ),
            between(t("purity", "純度"), np.nanmin(purities, axis=1), 1 / self.top, 1, "A", law=True),
            at_most(outside, found.all("outside"), 1e-4, "A", law=True),
        ]


def purity(labels: Array) -> Array:
    """The share of the commonest of the labels (n, units), unit by unit."""
    return np.array([np.bincount(column).max() / len(column) for column in labels.T])


def excited(model: Sequential, x: Array, layers: Sequence[str]) -> dict[str, Excited]:
    """How strongly and where every image excites every unit of these layers."""
    with evaluation(model):
        seen = Tensor(x[:1], requires_grad=True)
        fields = {o.name: receptive_field(o.value, seen) for o in watch(model, seen)[1]}
        parts = [_given(model, x[k : k + AT_ONCE], layers) for k in range(0, len(x), AT_ONCE)]
    found = {}
    for name in layers:
        maps = [part[name].reshape(*part[name].shape[:2], -1) for part in parts]
        width = parts[0][name].shape[3] if parts[0][name].ndim == 4 else 1
        at = np.concatenate([one.argmax(axis=2) for one in maps])
        values = np.concatenate([one.max(axis=2) for one in maps])
        found[name] = Excited(values, at // width, at % width, fields[name])
    return found


def _given(model: Sequential, x: Array, layers: Sequence[str]) -> dict[str, Array]:
    with evaluation(model), no_grad():
        return {o.name: o.value.data for o in watch(model, Tensor(x))[1] if o.name in layers}


def _outside(model: Sequential, x: Array, name: str, layer: Excited, shown: int) -> float:
    """How much the strongest activations change when all that their units do not see is erased; relative."""
    units = np.flatnonzero(layer.alive)[:shown]
    if not units.size:
        return 0.0
    images = layer.best(1)[0, units]
    kept = np.zeros_like(x[images])
    for k, (i, unit) in enumerate(zip(images, units, strict=True)):
        top, bottom, left, right = layer.box(i, unit, x.shape[2:])
        kept[k, :, top:bottom, left:right] = x[i, :, top:bottom, left:right]
    maps = _given(model, kept, [name])[name]
    maps = maps.reshape(*maps.shape[:2], *(maps.shape[2:] or (1, 1)))
    now = maps[np.arange(len(units)), units, layer.rows[images, units], layer.columns[images, units]]
    return float((np.abs(now - layer.values[images, units]) / layer.values[images, units]).max())


def _maps(model: Sequential, x: Array, layers: Sequence[str]) -> dict[str, Array]:
    """What the layers give for one image, at most MAPS maps each; numbers as one row."""
    given = {name: maps[0] for name, maps in _given(model, x, layers).items()}
    return {name: maps[:MAPS] if maps.ndim == 3 else maps.reshape(1, 1, -1) for name, maps in given.items()}


def _points(difference: float, t: Tongue) -> str:
    return t("{n} points", " {n} ポイント", n=f"{100 * float(difference):+.0f}".replace("-", "−"))
