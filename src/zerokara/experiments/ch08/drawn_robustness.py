"""`drawn-robustness`: which habits of drawing break it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Split, scaled
from zerokara.data.transforms import Affine, Crop, Thickness
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch08.deep import fewer, picture_shape
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn
from zerokara.experiments.tongue import Tongue
from zerokara.models import MultiLayerNet, SimpleConvNet
from zerokara.nn import Module
from zerokara.optim import Adam
from zerokara.report import Axis, Band, Line, Mark, Picture, Text, Tile, chart, gallery, percent, significant
from zerokara.training import evaluate

LEVELS: Mapping[str, tuple[float, ...]] = {
    "shift": (0, 1, 2, 3, 4),
    "scale": (0.5, 0.6, 0.7, 0.85, 1, 1.2, 1.4),
    "rotate": (-45, -30, -20, -10, 0, 10, 20, 30, 45),
    "thickness": (-1, -0.75, -0.5, -0.25, 0, 0.5, 1, 1.5, 2),
    "invert": (0, 0.25, 0.5, 0.75, 1),
}
"""How strongly each distortion is applied: pixels, factor, degrees, pixels of radius, share."""

NOTHING = {"shift": 0.0, "scale": 1.0, "rotate": 0.0, "thickness": 0.0, "invert": 0.0}
NETS = ("mlp", "cnn", "crop")
EXPECTED = {
    "mlp": (0.85, 0.80, 0.62, 0.46, 0.28),
    "cnn": (0.89, 0.87, 0.73, 0.54, 0.37),
    "crop": (0.96, 0.95, 0.93, 0.89, 0.75),
}
"""Accuracies with the pictures shifted right by 0, 1, 2, 3, 4 pixels."""


@dataclass(frozen=True)
class DrawnRobustness(OnImages):
    """Networks that learned from few pictures read pictures that are moved, turned, thinned, thickened or inverted."""

    name = "drawn-robustness"
    chapter = 8
    source = "WK"
    cost = "L"
    title = Text("Habits of drawing", "描き方のくせに対する強さ")
    question = Text("Which habits of drawing break it?", "どんな描き方をすると読めなくなるか？")
    formula = (r"x'_{i,j} = x_{i,\ j-s} \qquad x' = (1 - \alpha)\, x + \alpha (1 - x)",)
    symbols = Text(
        "Shifted right by s pixels; inverted to the share α. The other distortions move pixels: sizes, turns, strokes.",
        "s ピクセル右にずらす、割合 α で反転する。ほかの変形は大きさ、回転、線の太さを変えます。",
    )
    seeds = 2
    quick = {"images": 200, "test_images": 100, "iterations": 10, "distortion": ("shift", "rotate")}
    turns = (
        Turn(Text("With all training pictures.", "訓練画像をすべて使います。"), {"images": 60_000, "iterations": 3000}),
        Turn(
            Text("Crops that move pictures further.", "クロップで動かす範囲を広げます。"),
            {"padding": 4, "distortion": ("shift",)},
        ),
    )

    distortion: tuple[str, ...] = knob(tuple(LEVELS), "distortions", "変形の種類", choices=tuple(LEVELS))
    images: int = knob(
        1000, "training images, the first of the data set", "訓練画像の数（先頭から）", low=2, high=10**6
    )
    test_images: int = knob(
        2000, "test images, the first of the data set", "テスト画像の数（先頭から）", low=1, high=10**6
    )
    iterations: int = knob(1000, "updates", "更新回数", low=1, high=1_000_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    lr: float = knob(0.001, "learning rate of Adam", "Adam の学習率", low=0, high=10)
    hidden: int = knob(100, "hidden units", "隠れ層のニューロン数", low=1, high=10_000)
    padding: int = knob(
        2, "pixels by which crops move a picture at most", "クロップで動かす最大ピクセル数", low=0, high=10
    )
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    def measure(self, lab: Lab) -> Arrays:
        """Accuracy of every network under every distortion, level by level."""
        data = fewer(lab.load(self.data), self.images, self.test_images)
        if min(picture_shape(data)[1:]) <= max(LEVELS["shift"]):
            raise ValueError(f"pictures are more than {max(LEVELS['shift']):.0f} pixels wide and high here")
        lab.plan(len(NETS) * self.iterations)
        one = data.test.images[:1]
        found: Arrays = {}
        unlike = 0.0
        for name in self.distortion:
            found[f"{name}.examples"] = np.stack([_distorted(scaled(one), name, level)[0] for level in LEVELS[name]])
            some = scaled(data.test.images[:20])
            unlike = max(unlike, float(np.abs(_distorted(some, name, NOTHING[name]) - some).max()))
        found["unlike"] = np.array(unlike)
        for net in NETS:
            found |= lab.part(net, partial(self._train, lab, data.train, data.test, net), self.iterations)
        return found

    def _train(self, lab: Lab, train: Split, test: Split, net: str) -> Arrays:
        classes = int(max(train.labels.max(), test.labels.max())) + 1
        model = self._network(net, train, classes, lab.rng("weights", net == "mlp"))
        learn(
            lab,
            model,
            Adam(model, lr=self.lr),
            train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            sampling=self.sampling,
            transform=Crop(self.padding) if net == "crop" else None,
        )
        return {
            f"{net}.{name}": np.array([_accuracy(model, test, name, level) for level in LEVELS[name]])
            for name in self.distortion
        } | {f"{net}.plain": np.array(evaluate(model, test).accuracy)}

    def _network(self, net: str, train: Split, classes: int, rng: np.random.Generator) -> Module:
        channels, height, width = train.shape
        if net == "mlp":
            return MultiLayerNet(channels * height * width, [self.hidden], classes, rng=rng)
        size = min(5, height - 1, width - 1)
        return SimpleConvNet(
            (channels, height, width), classes, filter_size=size, hidden_size=self.hidden, init="he", rng=rng
        )

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """A digit under every distortion, and a curve for every distortion."""
        tiles = [
            Tile(
                [
                    Picture(picture, f"{_name(name, t)} {significant(level)}", f"{significant(level)}")
                    for picture, level in zip(found[f"{name}.examples"], LEVELS[name], strict=True)
                ],
                f"{_name(name, t)}{t(', ', '、')}{_unit(name, t)}",
            )
            for name in self.distortion
        ]
        note = t("The band is the spread of the seeds.", "帯は乱数の種による幅。") if found.seeds > 1 else ""
        pieces: list[Piece] = [gallery(t("A digit distorted", "変形した数字"), tiles, large=True, lang=t.lang)]
        for name in self.distortion:
            marks: list[Mark] = []
            for net in NETS:
                key = f"{net}.{name}"
                marks.append(Line(_net(net, t), LEVELS[name], found.mean(key)))
                if found.seeds > 1:
                    marks.append(Band(_net(net, t), LEVELS[name], found.low(key), found.high(key)))
            pieces.append(
                chart(
                    _name(name, t),
                    marks,
                    Axis(_unit(name, t)),
                    Axis(t.word("test accuracy"), low=0, high=1),
                    lang=t.lang,
                    note=note,
                )
            )
        return pieces

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Undistorted accuracies; where each distortion takes half of it; and the steadiest network."""
        plain = {net: found.number(f"{net}.plain") for net in NETS}
        said = [
            t(
                "Undistorted, the fully connected network gets {mlp} of the test images right, the convolutional "
                "one {cnn}, "
                "and after learning from randomly moved crops {crop}.",
                "変形なしの正答率は、全結合で {mlp}、CNN で {cnn}、"
                "ランダムに動かした画像（クロップ）で学習した CNN で {crop} です。",
                **{net: percent(share) for net, share in plain.items()},
            )
        ]
        for name in self.distortion:
            ends = {net: found.mean(f"{net}.{name}") for net in NETS}
            worst = int(np.argmin(np.mean(list(ends.values()), axis=0)))
            best = max(NETS, key=lambda net: float(ends[net][worst]))
            said.append(
                t(
                    "{name}: worst at {level}, where {mlp}, {cnn} and {crop} are left; “{best}” holds up best.",
                    "{name}：最も読めなくなるのは {level} のときで、{mlp}、{cnn}、{crop} まで下がります。"
                    "最も強いのは「{best}」です。",
                    name=_name(name, t).capitalize(),
                    level=_level(name, LEVELS[name][worst], t),
                    best=_net(best, t),
                    **{net: percent(float(ends[net][worst])) for net in NETS},
                )
            )
        return said

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's accuracies; a distortion of no strength changes nothing."""
        checks = []
        if "shift" in self.distortion:
            for net, expected in EXPECTED.items():
                for k, value in enumerate(expected):
                    what = t("{net}: accuracy, shift {k} px", "{net}：正答率、ずれ {k} px", net=_net(net, t), k=k)
                    steep = 0.01 * (net == "crop" and k == 4)  # seeds lie that far apart, where it falls steeply
                    checks.append(near(what, found.all(f"{net}.shift")[:, k], value, 0.03 + steep, "M"))
        apart = [
            np.abs(found.all(f"{net}.{name}")[:, LEVELS[name].index(NOTHING[name])] - found.all(f"{net}.plain")).max()
            for net in NETS
            for name in self.distortion
        ]
        pixels = t(
            "pixels that a distortion of no strength changes, at most", "強さ 0 の変形による画素値の変化（最大）"
        )
        same = t(
            "accuracy with distortions of no strength − without, at most", "強さ 0 の変形と変形なしの正答率の差（最大）"
        )
        return [
            *checks,
            at_most(pixels, found.all("unlike").max(), 1e-5, "A", law=True),
            at_most(same, max(apart), 2 / self.test_images, "A", law=True),
        ]


def _accuracy(model: Module, test: Split, name: str, level: float) -> float:
    pixels = _distorted(scaled(test.images), name, level)
    return evaluate(model, Split((255 * pixels).round().astype(np.uint8), test.labels), batch_size=1000).accuracy


def _distorted(x: Array, name: str, level: float) -> Array:
    """The pictures x (N, C, H, W), all altered in the same way."""
    unused = np.random.default_rng(0)  # the ranges below hold a single value
    if name == "invert":
        return (1 - level) * x + level * (1 - x)
    if name == "shift":
        moved = np.zeros_like(x)
        moved[..., int(level) :] = x[..., : x.shape[-1] - int(level)]
        return moved
    if name == "rotate":
        return Affine(rotate=(level, level))(x, unused)
    if name == "scale":
        return Affine(scale=(level, level))(x, unused)
    return Thickness(-level, level)(x, unused)


def _name(name: str, t: Tongue) -> str:
    return {
        "shift": t("shifted to the right", "右へずらす"),
        "scale": t("larger and smaller", "拡大・縮小"),
        "rotate": t("turned", "回転"),
        "thickness": t("thinner and thicker", "線を細く・太く"),
        "invert": t("inverted", "白黒反転"),
    }[name]


def _unit(name: str, t: Tongue) -> str:
    return {
        "shift": t("shift, pixels", "ずれ（ピクセル）"),
        "scale": t("size, factor", "大きさ（倍）"),
        "rotate": t("degrees, counter-clockwise", "角度（度、反時計回り）"),
        "thickness": t("added radius of a stroke, pixels", "線の半径の増減（ピクセル）"),
        "invert": t("share of the inverted picture", "反転画像の割合"),
    }[name]


def _level(name: str, level: float, t: Tongue) -> str:
    value = significant(level)
    return {
        "shift": f"{value} px",
        "scale": t("{v} times the size", "{v} 倍の大きさ", v=value),
        "rotate": f"{value}°",
        "thickness": t("a radius changed by {v} px", "線の半径 {v} px の増減", v=value),
        "invert": t("{v} inverted", "反転の割合 {v}", v=percent(level, 0)),
    }[name]


def _net(net: str, t: Tongue) -> str:
    return {
        "mlp": t("fully connected", "全結合"),
        "cnn": "CNN",
        "crop": t("CNN, learned from crops", "CNN（クロップで学習）"),
    }[net]
