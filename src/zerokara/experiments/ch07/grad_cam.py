"""`grad-cam`: where the network looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from zerokara import functional as F
from zerokara.arguments import known
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, no_grad
from zerokara.data import Dataset, Split, scaled
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch07.own_pictures import class_number, fitted, names_of, photographs
from zerokara.experiments.ch07.trained import OnTrained
from zerokara.experiments.ch07.training import shape_of
from zerokara.experiments.checks import Check, at_least, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.explain import Explanation, class_scores, evaluation, grad_cam, watch
from zerokara.explain.pictures import heat_picture, overlay
from zerokara.io import load_onnx
from zerokara.models import DeepConvNet
from zerokara.nn import Module, Sequential
from zerokara.report import Picture, Table, Text, Tile, gallery, percent

MOST_BLANK = 0.5
BEST = 5


@dataclass(frozen=True)
class Given:
    """What is explained: pictures for the eye (N, H, W, 3) in 0..1, as the network takes them, and what is in them.

    wanted: the right class of each, −1 where nobody says.
    """

    names: Sequence[str]
    pictures: Array
    x: Array
    wanted: Array
    classes: Sequence[str]


@dataclass(frozen=True)
class GradCam(OnTrained):
    """Grad-CAM of an imported network on photographs; without a model file, of DeepConvNet on test images.

    Source: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", 2017.
    """

    name = "grad-cam"
    source = "RYO (Grad-CAM)"
    title = Text("Grad-CAM", "Grad-CAM")
    question = Text("Where did the network look?", "ネットワークは画像のどこを見たのか？")
    formula = (
        r"\alpha_k = \frac{1}{H W} \sum_{i,j} \frac{\partial s_c}{\partial A_{k,i,j}}, \qquad "
        r"M_{i,j} = \max\!\left(0,\ \sum_k \alpha_k\, A_{k,i,j}\right)",
    )
    symbols = Text(
        "A are the last feature maps, k counts them; s is the score of class c, before softmax; M is the map of "
        "Grad-CAM, enlarged to the picture.",
        "A は最後の特徴マップ、k はその番号。s は（ソフトマックス前の）クラス c のスコア、M は Grad-CAM のマップで、"
        "画像の大きさに拡大する。",
    )
    quick = {"iterations": 40, "shown": 4}
    turns = (
        Turn(
            Text("The second-best class: where does it look?", "2 番目のクラスは、どこを見ている？"),
            {"target": "second"},
        ),
        Turn(
            Text(
                "Photographs, with an ImageNet network of yours (SqueezeNet 1.0, its pictures in blue, green, red).",
                "手元の ImageNet のネットワークと写真で（例は SqueezeNet 1.0。チャンネルは青・緑・赤の順）。",
            ),
            {
                "model": "squeezenet1.0.onnx",
                "photos": "photos",
                "names": "imagenet_classes.txt",
                "size": 227,
                "bgr": True,
                "mean": (104.0, 117.0, 123.0),
                "scale": 1.0,
            },
        ),
    )

    model: str = knob(
        "",
        "an ONNX file with a network for pictures; without: one is trained here",
        "ONNX ファイル（空ならここで学習）",
    )
    photos: str = knob("", "a folder with pictures, and labels.csv if there is one", "画像フォルダ（labels.csv も可）")
    names: str = knob("", "a text file with the names of the classes, one a line", "クラス名のファイル（1 行に 1 つ）")
    size: int = knob(224, "rows and columns of the network's pictures", "入力画像の行数・列数", low=8, high=2048)
    bgr: bool = knob(False, "blue, green, red in place of red, green, blue", "チャンネルを青・緑・赤の順にする")
    mean: tuple[float, ...] = knob(
        (123.675, 116.28, 103.53), "subtracted from the channels (of 0 to 255)", "チャンネルから引く値（0〜255）"
    )
    scale: tuple[float, ...] = knob(
        (58.395, 57.12, 57.375), "what the channels are then divided by", "そのあとチャンネルを割る値", low=1e-6
    )
    layer: str = knob("", "the layer that is looked at; empty: the last maps", "見る層（空なら最後の特徴マップ）")
    target: str = knob(
        "",
        "the class explained: a name, a number, or second; empty: the label, or the best",
        "説明するクラス：名前・番号・second（空ならラベル、または 1 位）",
    )
    start: int = knob(0, "the first picture, counted from 0", "最初の画像の番号（0 から）", low=0, high=10**7)
    shown: int = knob(12, "pictures explained at most", "説明する画像の最大数", low=1, high=100)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.photos and not self.model:
            raise ValueError("photos need a network that knows photographs: give an ONNX file as model")
        if any(len(values) not in (1, 3) for values in (self.mean, self.scale)):
            raise ValueError("mean and scale have one value, or one a channel: three")

    def measure(self, lab: Lab) -> Arrays:
        """The five best classes of each picture, and the map for one class."""
        lab.plan(0 if self.model else self.iterations)
        model, given, found = self._imported(lab) if self.model else self._own(lab)
        with evaluation(model), no_grad():
            p = F.softmax(class_scores(model, Tensor(given.x))).data
        best = np.argsort(-p, axis=1, kind="stable")[:, :BEST]
        target = self._target(given, best)
        heat = grad_cam(model, given.x, target, self.layer or None)
        rank = (p > p[np.arange(len(p)), given.wanted][:, None]).sum(axis=1) + 1
        return {
            **found,
            "files": np.array(given.names),
            "pictures": np.round(255 * given.pictures).astype(np.uint8),
            "best": np.array([[given.classes[k] for k in row] for row in best]),
            "probabilities": np.take_along_axis(p, best, axis=1),
            "target": np.array([given.classes[k] for k in target]),
            "target_probability": p[np.arange(len(p)), target],
            "wanted": np.array([given.classes[k] if k >= 0 else "" for k in given.wanted]),
            "rank": np.where(given.wanted >= 0, rank, 0),
            "maps": heat.map,
            "layer": np.array(heat.layer),
            "least": np.array(heat.map.min()),
            "constant": np.ptp(heat.map, axis=(1, 2)) == 0,
            "away": np.array(_away(model, given.x, heat)),
            "sums": np.abs(p.sum(axis=1) - 1).max(),
        }

    def untrained(self, lab: Lab, data: Dataset) -> Sequential:
        """The network that is trained where no file is given."""
        return DeepConvNet(shape_of(data), len(data.classes), rng=lab.rng("weights"))

    def _own(self, lab: Lab) -> tuple[Module, Given, Arrays]:
        """A network that is trained here, and test images."""
        data = self.pictures(lab)
        part = self._chosen(data)
        model, found = self.trained(lab, data)
        x = scaled(part.images)
        names = [f"{self.start + i}" for i in range(len(part))]
        return model, Given(names, _for_eyes(x), x, part.labels, data.classes), found

    def _chosen(self, data: Dataset) -> Split:
        part = data.test.select(np.arange(self.start, min(len(data.test), self.start + self.shown)))
        if not len(part):
            raise ValueError(f"there are {len(data.test)} test images, counted from 0; got start {self.start}")
        return part

    def _imported(self, lab: Lab) -> tuple[Module, Given, Arrays]:
        """The network of the file, and photographs, or test images as large as it wants them."""
        model = load_onnx(self.model)
        if self.photos:
            names, pixels, labels = photographs(Path(self.photos), self.start, self.shown, self.size)
        else:
            data = self.pictures(lab)
            part = self._chosen(data)
            pixels = np.stack([fitted(Image.fromarray(one), self.size) for one in _pixels(part.images)])
            names = [f"{self.start + i}" for i in range(len(part))]
            labels = [data.classes[k] for k in part.labels]
        x = self._prepared(pixels)
        with evaluation(model), no_grad():
            count = class_scores(model, Tensor(x[:1])).shape[1]
        classes = names_of(self.names, count)
        wanted = np.array([class_number(label, classes) for label in labels])
        return model, Given(names, pixels / 255, x, wanted, classes), {"accuracy": np.array(np.nan)}

    def _prepared(self, pixels: Array) -> Array:
        """(pixels − mean) / scale, channels first: (N, 3, size, size)."""
        x: Array = (pixels[..., ::-1] if self.bgr else pixels).astype(np.float32)
        x = (x - np.array(self.mean, np.float32)) / np.array(self.scale, np.float32)
        return np.ascontiguousarray(x.transpose(0, 3, 1, 2))

    def _target(self, given: Given, best: Array) -> Array:
        """The class explained, for each picture."""
        if self.target == "second":
            return np.asarray(best[:, 1])
        if self.target:
            number = class_number(self.target, given.classes)
            if number < 0:
                known("class", self.target, given.classes)
            return np.full(len(best), number)
        return np.where(given.wanted >= 0, given.wanted, best[:, 0])

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Picture, map and overlay with the five best classes; the probabilities as a table."""
        tiles = []
        for k, picture in enumerate(found["pictures"] / 255):
            heat, name = found["maps"][k], str(found["target"][k])
            smooth = len(picture) > 40
            words = t("what speaks for {name}", "{name} の根拠", name=name)
            pictures = [
                Picture(picture, t.word("image"), t.word("image"), smooth),
                Picture(heat_picture(heat), words, t("map", "マップ"), smooth),
                Picture(overlay(picture, heat), words, t("overlay", "重ね合わせ"), smooth),
            ]
            share = percent(float(found["target_probability"][k]))
            blank = t(" – the map is empty", "（マップは空）") if found["constant"][k] else ""
            tiles.append(Tile(pictures, f"{name}: {share}{blank}", self._best(found, k, t)))
        note = t(
            "Yellow and red are what speaks for the class in the headline; each map has its own scale. Layer: {layer}.",
            "黄や赤の部分が、見出しのクラスの根拠です。濃さはマップごとに調整しています。見た層：{layer}。",
            layer=found.text("layer"),
        )
        return [
            gallery("Grad-CAM", tiles, lang=t.lang, note=note, large=True),
            Table(
                [
                    t.word("image"),
                    t("right class", "正解"),
                    t("its place", "順位"),
                    t("five best answers", "上位 5 つの答え"),
                ],
                [
                    [str(file), str(wanted) or "–", int(rank) or None, self._best(found, k, t)]
                    for k, (file, wanted, rank) in enumerate(
                        zip(found["files"], found["wanted"], found["rank"], strict=True)
                    )
                ],
            ),
        ]

    def _best(self, found: Found, k: int, t: Tongue) -> str:
        pairs = zip(found["best"][k], found["probabilities"][k], strict=True)
        return t.list(None, *(f"{name} {percent(float(p))}" for name, p in pairs))

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Which network and pictures were used, whether it is right, and how much the maps show."""
        told, n = [self._used(found, t)], len(found["maps"])
        ranks = found["rank"][found["rank"] > 0]
        if ranks.size:
            told.append(
                t(
                    "The right class is the first answer for {first} of {all} pictures with a label, and among the "
                    "five best for {five}.",
                    "ラベルのある {all} 枚のうち、1 位が正解だったのは {first} 枚、"
                    "上位 5 つに入ったのは {five} 枚です。",
                    first=int((ranks == 1).sum()),
                    five=int((ranks <= BEST).sum()),
                    all=ranks.size,
                )
            )
        blank = found["constant"]
        if not blank.all():
            told.append(
                t(
                    "Half of the heat lies on {share} of the pixels, on average.",
                    "平均すると、熱の半分が {share} の画素に集まっています。",
                    share=percent(_half(found["maps"][~blank])),
                )
            )
        told.append(
            t(
                "{blank} of {n} maps are empty: there Grad-CAM finds nothing that speaks for the class.",
                "{n} 枚のマップのうち {blank} 枚は空で、クラスの根拠が見つかりませんでした。",
                blank=int(blank.sum()),
                n=n,
            )
            if blank.any()
            else t("None of the {n} maps is empty.", "{n} 枚のマップのうち、空のものはありません。", n=n)
        )
        return told

    def _used(self, found: Found, t: Tongue) -> str:
        if not self.model:
            return t(
                "No model file was given: this is a DeepConvNet trained here with {n} updates on {data} ({share} of "
                "the test images right), and test images are explained, no photographs.",
                "モデルのファイルが指定されていないので、{data} で {n} 回更新して学習した DeepConvNet"
                "（テスト正答率 {share}）を使い、写真ではなくテスト画像を説明しています。",
                n=self.iterations,
                data=self.data,
                share=percent(found.number("accuracy")),
            )
        return t(
            "The network is the file {model}, the pictures are from {photos}.",
            "ネットワークはファイル {model}、画像は {photos} のものです。",
            model=Path(self.model).name,
            photos=self.photos or self.data,
        )

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The right class is among the five best; the maps show something; Grad-CAM is its formula."""
        labelled = found.all("rank") > 0
        five = np.where(labelled, found.all("rank") <= BEST, True)
        blank = found.all("constant").mean(axis=1)
        formula = t("map − its formula, relative to its largest value", "マップと数式による値との相対的な差")
        return [
            holds(
                t("the right class is among the five best, for every picture", "どの画像でも正解が上位 5 つに入る"),
                five,
                "M",
            ),
            at_most(t("share of empty maps", "空のマップの割合"), blank, MOST_BLANK, "M"),
            at_least(t("least value of a map", "マップの最小値"), found.all("least"), 0, "A", law=True),
            at_most(t("sum of the probabilities − 1", "確率の和 − 1"), found.all("sums"), 1e-5, "A", law=True),
            at_most(formula, found.all("away"), 1e-3, "A", law=True),
        ]


def _for_eyes(x: Array) -> Array:
    """(N, C, H, W) in 0..1 → (N, H, W, 3)."""
    return np.broadcast_to(x.transpose(0, 2, 3, 1)[..., :3], (len(x), *x.shape[2:], 3))


def _pixels(images: Array) -> Array:
    return np.ascontiguousarray(_for_eyes(images))


def _half(maps: Array) -> float:
    """The share of the pixels that hold half of the heat: the hottest ones, on average over the maps."""
    if not len(maps):
        return float("nan")
    sorted_down = -np.sort(-maps.reshape(len(maps), -1).astype(np.float64), axis=1)
    heat = np.cumsum(sorted_down, axis=1) / sorted_down.sum(axis=1, keepdims=True)
    return float((heat < 0.5).mean())


def _away(model: Module, x: Array, heat: Explanation) -> float:
    """max(0, Σ α·A) written out for the first picture, against the map of the layer; relative to its largest value."""
    if heat.coarse is None:
        return float("nan")
    with evaluation(model):
        scores, outputs = watch(model, Tensor(x[:1], requires_grad=True))
        maps = [o.value for o in outputs if o.name == heat.layer][-1]
        (g,) = gradients(scores[0, int(heat.target[0])], at=[maps])
    mixed = sum(g[0, k].mean(dtype=np.float64) * maps.data[0, k].astype(np.float64) for k in range(maps.shape[1]))
    expected = np.maximum(0, mixed)
    return float(np.abs(expected - heat.coarse[0]).max() / max(1e-6, float(np.abs(expected).max())))
