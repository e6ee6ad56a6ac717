"""`hidden-activations`: what every layer gives for one picture."""

import math
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from PIL import Image

from zerokara.arguments import known
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.data import scaled
from zerokara.digits import open_picture, prepare
from zerokara.digits.look import look
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch07 import by_hand
from zerokara.experiments.ch07.mosaics import mosaic, positive, signed
from zerokara.experiments.ch07.trained import OnTrained, outputs
from zerokara.experiments.ch07.training import shape_of
from zerokara.experiments.checks import Check, at_most, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.kernels import conv_output_size
from zerokara.nn import Conv2d, MaxPool2d, Module, ReLU, Sequential
from zerokara.report import Axis, Figure, Picture, Table, Text, Tile, bar_chart, gallery, percent

AT_ONCE, SHOWN = 100, 64


@dataclass(frozen=True)
class HiddenActivations(OnTrained):
    """A test image and a drawn digit on their way through a trained network; which units never answer."""

    name = "hidden-activations"
    source = "RYO; Ch7 §7.6"
    title = Text("Inside the network", "中間層の出力を見る")
    question = Text("What does each layer output for this picture?", "この画像に対して各層は何を出力するのか？")
    formula = (r"a^{(0)} = x, \qquad a^{(l)} = f_l\!\left(a^{(l-1)}\right)", r"H' = \frac{H + 2P - k}{S} + 1")
    symbols = Text(
        "x is the picture, f the layers one after another; H and H' are rows before and after a convolution or a pool "
        "with k rows, padding P and stride S (rounded down).",
        "x は画像、f は順に並んだ層。H と H' は、k 行・パディング P・ストライド S の畳み込みやプーリングの前後の行数"
        "（端数は切り捨て）。",
    )
    quick = {"iterations": 40, "images": 200}
    turns = (
        Turn(
            Text(
                "In the deeper network, how many units are dead?",
                "深いネットワークでは、死んだユニットはいくつあるでしょうか。",
            ),
            {"model": "deep", "layer": "relu4"},
        ),
        Turn(
            Text("Another digit: do the same maps light up?", "別の数字でも、同じマップが反応するでしょうか。"),
            {"index": 1, "drawing": "8-pencil.jpg"},
        ),
    )

    index: int = knob(0, "which test image, counted from 0", "何番目のテスト画像か（0 から）", low=0, high=10**7)
    drawing: str = knob(
        "3-brush.png",
        "a drawing that came with the installation, or a picture file of yours",
        "同梱の手描き数字、または自分の画像ファイル",
    )
    layer: str = knob("relu1", "the layer whose maps are shown large", "大きく表示する層")
    images: int = knob(
        1000, "test images for counting dead units", "死んだユニットを数えるテスト画像の数", low=1, high=10**7
    )

    def measure(self, lab: Lab) -> Arrays:
        """Everything that the two pictures become, and how often every unit is 0."""
        data = self.pictures(lab)
        shape = shape_of(data)
        if self.index >= len(data.test):
            raise ValueError(f"there are {len(data.test)} test images, counted from 0; got index {self.index}")
        known("layer", self.layer, [name for name, _ in self.untrained(lab, data).named_children()])
        pictures = np.stack([scaled(data.test.images[self.index]), drawn(self.drawing, shape)])
        lab.plan(self.iterations)
        model, found = self.trained(lab, data)
        given = outputs(model, pictures)
        found |= {f"layer.{name}": value.data for name, value in given.items()}
        found |= _activity(model, scaled(data.test.images[: self.images]))
        return {
            **found,
            "pictures": pictures,
            "label": np.array(data.classes[int(data.test.labels[self.index])]),
            "answers": np.array([data.classes[k] for k in list(given.values())[-1].data.argmax(axis=1)]),
            "layers": np.array(list(given)),
            "shapes": np.array(["×".join(map(str, value.shape[1:])) for value in given.values()]),
            "wrong_sizes": np.array(_wrong_sizes(model, given, shape)),
            "by_hand": np.array(by_hand.difference(model, pictures)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Both pictures, one layer large, all layers, and the shares of zeros."""
        names = self._names(found, t)
        inputs = [Tile([Picture(p, n)], n) for n, p in zip(names, found["pictures"], strict=True)]
        large = [
            Tile([Picture(_shown(found[f"layer.{self.layer}"][k]), f"{self.layer}: {n}", wide=True)], n)
            for k, n in enumerate(names)
        ]
        maps = t("The maps of {layer}", "{layer} の特徴マップ", layer=self.layer)
        return [
            gallery(t("The pictures", "画像"), inputs, lang=t.lang),
            gallery(maps, large, lang=t.lang, note=self._scale(t), large=True),
            self._all_layers(found, t),
            self._zeros(found, t),
            self._table(found, t),
        ]

    def _names(self, found: Found, t: Tongue) -> list[str]:
        test = t("test image {i}, a {label}", "テスト画像 {i}（{label}）", i=self.index, label=found.text("label"))
        return [test, t("drawn: {file}", "手描き：{file}", file=Path(self.drawing).name)]

    def _scale(self, t: Tongue) -> str:
        return t(
            "Where values are negative, too: grey is 0, white positive, black negative; otherwise black is 0. At most "
            "{n} maps of a layer, in rows of 8, on one scale.",
            "負の値もある層では灰色が 0、白が正、黒が負。それ以外は黒が 0。1 つの層につき最大 {n} 枚を 8 枚ずつ、"
            "同じ濃淡で表示。",
            n=SHOWN,
        )

    def _all_layers(self, found: Found, t: Tongue) -> Figure:
        tiles = []
        for name, shape in zip(found["layers"], found["shapes"], strict=True):
            if name in ("flatten", "dropout"):  # the same values again
                continue
            given = found[f"layer.{name}"]
            pictures = [Picture(_shown(one), str(name), wide=one.ndim == 3) for one in given]
            tiles.append(Tile(pictures, str(name), str(shape)))
        title = t("Every layer: first the test image, then the drawing", "すべての層（先がテスト画像、後が手描き）")
        return gallery(title, tiles, lang=t.lang, note=self._scale(t), large=True)

    def _zeros(self, found: Found, t: Tongue) -> Figure:
        test, drawing = self._names(found, t)
        here = np.array(
            [np.mean(found[f"layer.{n}"] <= 0, axis=tuple(range(1, found[f"layer.{n}"].ndim))) for n in found["relus"]]
        )
        series = {
            test: here[:, 0],
            drawing: here[:, 1],
            t("{n} test images", "テスト画像 {n} 枚", n=self.images): found["zeros"],
        }
        return bar_chart(
            t("Share of zeros after every ReLU", "ReLU のあとの 0 の割合"),
            [str(n) for n in found["relus"]],
            series,
            Axis(t("share of zeros", "0 の割合"), low=0, high=1),
            category=t.word("layer"),
            lang=t.lang,
        )

    def _table(self, found: Found, t: Tongue) -> Table:
        relus = [str(n) for n in found["relus"]]
        rows = []
        for name, shape in zip(map(str, found["layers"]), map(str, found["shapes"]), strict=True):
            k = relus.index(name) if name in relus else -1
            rows.append([name, shape, percent(found["zeros"][k]), _of(found, k)] if k >= 0 else [name, shape, "–", "–"])
        return Table(
            [t.word("layer"), t("output", "出力の形状"), t("zeros", "0 の割合"), t("dead units", "死んだユニット")],
            rows,
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What was read, how many zeros there are, and who never answers."""
        names, zeros = self._names(found, t), found["zeros"]
        k = int(np.argmax(zeros))
        return [
            t(
                "The network ({share} right on the test images) answers “{x}” for {a} and “{y}” for {b}.",
                "ネットワーク（テスト正答率 {share}）の答えは、{a} が「{x}」、{b} が「{y}」です。",
                share=percent(found.number("accuracy")),
                a=names[0],
                x=found["answers"][0],
                b=names[1],
                y=found["answers"][1],
            ),
            t(
                "After the ReLUs {low} to {high} of all values are 0, most in {layer}.",
                "ReLU のあとでは値の {low}〜{high} が 0 で、最も多いのは {layer} です。",
                low=percent(float(zeros.min())),
                high=percent(float(zeros.max())),
                layer=found["relus"][k],
            ),
            t(
                "{dead} of {all} units after a ReLU are 0 for all of the {n} test images: they are dead.",
                "ReLU のあとの {all} 個のユニットのうち {dead} 個は、"
                "{n} 枚のテスト画像すべてで 0 です（死んだユニット）。",
                dead=int(found["dead"].sum()),
                all=int(found["units"].sum()),
                n=self.images,
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Shapes by the formula; zeros after a ReLU are what was not positive before it."""
        first = found["layer.conv1"].shape[1:]
        sizes = t("the first convolution gives 30 maps of 24×24", "最初の畳み込みの出力は 24×24 が 30 枚")
        formula = t(
            "scores of the trained network against the formula, relative difference",
            "学習後のスコアと数式による値との相対的な差",
        )
        return [
            holds(sizes, first == (30, 24, 24), "A"),
            between(
                t("share of zeros after the first ReLU", "最初の ReLU のあとの 0 の割合"),
                found["zeros"][0],
                0.3,
                0.7,
                "M",
            ),
            near(
                t("layers whose size is not that of the formula", "大きさが数式と違う層の数"),
                found["wrong_sizes"],
                0,
                evidence="A",
                law=True,
            ),
            near(
                t(
                    "share of zeros after ReLU minus share of non-positive values before",
                    "ReLU 後の 0 の割合と ReLU 前の正でない値の割合との差",
                ),
                np.abs(found["zeros"] - found["not_positive"]).max(),
                0,
                1e-12,
                "A",
                law=True,
            ),
            at_most(formula, found["by_hand"], 1e-3, "A", law=True),
        ]


def drawn(file: str, shape: tuple[int, int, int]) -> Array:
    """The first digit of a drawing, as the network sees digits: (C, H, W) in 0..1."""
    with as_file(files("zerokara.digits").joinpath("examples")) as examples:
        there = examples / file
        pixels = open_picture(there if there.is_file() else file).pixels
    lines = look(pixels).lines
    if not lines:
        raise ValueError(f"{file}: nothing is drawn there")
    C, H, W = shape
    view = Image.fromarray(prepare(lines[0][0].ink)).resize((W, H), Image.Resampling.BOX)
    return np.repeat(np.clip(np.asarray(view, np.float32), 0, 1)[None], C, axis=0)


def _activity(model: Sequential, x: Array) -> Arrays:
    """Of every ReLU: share of zeros after it, of non-positive values before it, units, and those that are always 0."""
    relus = [name for name, layer in model.named_children() if isinstance(layer, ReLU)]
    names = [name for name, _ in model.named_children()]
    zeros, below = np.zeros(len(relus)), np.zeros(len(relus))
    most: list[Array] = [np.zeros(1)] * len(relus)
    for start in range(0, len(x), AT_ONCE):
        given = outputs(model, x[start : start + AT_ONCE])
        for k, name in enumerate(relus):
            after, before = given[name].data, given[names[names.index(name) - 1]].data
            share = len(after) / len(x)
            zeros[k] += share * np.mean(after == 0)
            below[k] += share * np.mean(before <= 0)
            most[k] = np.maximum(most[k], after.max(axis=(0, *range(2, after.ndim))))
    return {
        "relus": np.array(relus),
        "zeros": zeros,
        "not_positive": below,
        "units": np.array([len(m) for m in most]),
        "dead": np.array([np.count_nonzero(m == 0) for m in most]),
    }


def _wrong_sizes(model: Sequential, given: dict[str, Tensor], shape: tuple[int, int, int]) -> int:
    """In how many convolutions and pools the maps do not have the size of the formula."""
    wrong = 0
    size: tuple[int, ...] = shape[1:]
    for name, layer in model.named_children():
        if isinstance(layer, Conv2d | MaxPool2d):
            size = _size(layer, size)
            wrong += given[name].shape[2:] != size
    return wrong


def _size(layer: Module, size: tuple[int, ...]) -> tuple[int, ...]:
    assert isinstance(layer, Conv2d | MaxPool2d)
    each = zip(size, layer.kernel_size, layer.stride, layer.padding, strict=True)
    return tuple(conv_output_size(n, k, s, p, 1) for n, k, s, p in each)


def _shown(values: Array) -> Array:
    """The maps (C, H, W) or the units (n,) of a layer as one picture."""
    columns = max(10, math.isqrt(len(values)))
    maps = values[:SHOWN] if values.ndim == 3 else np.pad(values, (0, -len(values) % columns)).reshape(1, -1, columns)
    return mosaic(signed(maps) if maps.min() < 0 else positive(maps))


def _of(found: Found, k: int) -> str:
    return f"{int(found['dead'][k])} / {int(found['units'][k])}"
