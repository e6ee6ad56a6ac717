"""`data-augmentation`: do more, altered pictures help?"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Split, scaled
from zerokara.data.transforms import Affine, Compose, Crop, Elastic, HorizontalFlip
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch08.deep import fewer, picture_shape
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, Transform, learn
from zerokara.experiments.tongue import Tongue
from zerokara.models import SimpleConvNet
from zerokara.optim import Adam
from zerokara.report import Axis, Band, Line, Mark, Picture, Text, Tile, bar_chart, chart, gallery, percent
from zerokara.training import evaluate

KINDS = ("none", "crop", "flip", "both", "turn", "elastic")
SHOWN = 4


@dataclass(frozen=True)
class DataAugmentation(OnImages):
    """The same small network and the same few images; every mini-batch is altered, or not, each time anew."""

    name = "data-augmentation"
    chapter = 8
    source = "Ch8 §8.1.2; DR 6-4-3-4"
    cost = "L"
    title = Text("Data augmentation", "データ拡張")
    question = Text("Do more, altered pictures help?", "画像を加工して増やすと効果はあるか？")
    formula = (r"\tilde x_{i,j} = x_{i + a,\ j + b}, \qquad a, b \in \{-s, \dots, s\}",)
    symbols = Text(
        "A random crop moves a picture by up to s pixels in both directions (zeros come in); a flip mirrors half of "
        "the pictures.",
        "ランダムクロップは画像を縦横に最大 s ピクセル動かします（外側は 0）。フリップは半分の画像を左右反転します。",
    )
    seeds = 2
    quick = {"iterations": 15, "images": 300, "test_images": 300, "kind": ("none", "crop")}
    turns = (
        Turn(
            Text("Turned and bent pictures.", "回転や弾性変形も試します。"),
            {"kind": ("none", "crop", "turn", "elastic")},
        ),
        Turn(
            Text(
                "With ten times the images, how much is left to gain?",
                "画像が 10 倍あれば、効果はどれだけ残るでしょうか？",
            ),
            {"images": 10_000},
        ),
        Turn(
            Text(
                "Photographs: left and right mean the same there, so that a flip should help.",
                "写真では左右に意味がないので、フリップが役に立つはずです。",
            ),
            {"data": "cifar10", "kind": ("none", "crop", "flip", "both"), "images": 3000, "iterations": 1500},
        ),
    )

    kind: tuple[str, ...] = knob(("none", "crop", "flip"), "how pictures are altered", "加工の種類", choices=KINDS)
    strength: int = knob(2, "s: pixels of the crop's padding", "クロップで動かす最大ピクセル数 s", low=0, high=10)
    images: int = knob(
        1000, "training images, the first of the data set", "訓練画像の数（先頭から）", low=2, high=10**6
    )
    test_images: int = knob(10_000, "test images at most", "テスト画像の最大数", low=1, high=10**6)
    iterations: int = knob(1000, "updates", "更新回数", low=1, high=1_000_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    lr: float = knob(0.001, "learning rate of Adam", "Adam の学習率", low=0, high=10)
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)
    shifts: int = knob(
        4, "test pictures are shifted right by up to", "テスト画像を右へずらす最大ピクセル数", low=0, high=20
    )

    def measure(self, lab: Lab) -> Arrays:
        """For each kind: altered examples, and the accuracy on test pictures shifted by 0, 1, 2, … pixels."""
        data = fewer(lab.load(self.data), self.images, self.test_images)
        shape = picture_shape(data)
        if self.shifts >= shape[2]:
            raise ValueError(f"pictures {shape[2]} pixels wide cannot be shifted by {self.shifts}")
        lab.plan(len(self.kind) * self.iterations)
        some = data.train.images[:50]
        found: Arrays = {"examples": some[:SHOWN], "labels": data.train.labels[:SHOWN]}
        for kind in self.kind:
            transform = self._transform(kind)
            altered = scaled(some) if transform is None else transform(scaled(some), lab.rng("examples"))
            found |= lab.part(kind, partial(self._train, lab, data.train, data.test, kind), self.iterations)
            found |= {
                f"{kind}.examples": altered[:SHOWN],
                f"{kind}.unlike": np.array(self._unlike(altered, some, kind)),
            }
        return found

    def _train(self, lab: Lab, train: Split, test: Split, kind: str) -> Arrays:
        classes = int(max(train.labels.max(), test.labels.max())) + 1
        channels, height, width = train.shape
        filter_size = min(5, height, width)
        model = SimpleConvNet(
            (channels, height, width), classes, filter_size=filter_size, init="he", rng=lab.rng("weights")
        )
        learn(
            lab,
            model,
            Adam(model, lr=self.lr),
            train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            sampling=self.sampling,
            transform=self._transform(kind),
        )
        tests = [evaluate(model, _shifted(test, k), batch_size=1000).accuracy for k in range(self.shifts + 1)]
        return {f"{kind}.test": np.array(tests), f"{kind}.train": np.array(evaluate(model, train).accuracy)}

    def _transform(self, kind: str) -> Transform | None:
        return {
            "none": None,
            "crop": Crop(self.strength),
            "flip": HorizontalFlip(),
            "both": Compose([Crop(self.strength), HorizontalFlip()]),
            "turn": Affine(rotate=10.0),
            "elastic": Elastic(),
        }[kind]

    def _unlike(self, altered: Array, images: Array, kind: str) -> int:
        """How many altered pictures are not what the formula allows: a moved, or a mirrored picture."""
        x, s = scaled(images), self.strength
        if kind in ("crop", "both"):
            padded = np.pad(x, ((0, 0), (0, 0), (s, s), (s, s)))
            height, width = x.shape[2:]
            allowed = [padded[:, :, i : i + height, j : j + width] for i in range(2 * s + 1) for j in range(2 * s + 1)]
            allowed += [one[..., ::-1] for one in allowed] if kind == "both" else []
        else:
            allowed = {"none": [x], "flip": [x, x[..., ::-1]]}.get(kind, [altered])
        return int(np.sum(~np.any([(altered == one).all(axis=(1, 2, 3)) for one in allowed], axis=0)))

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Altered examples, test accuracies, and accuracies on shifted test pictures."""
        tiles = [
            Tile([Picture(picture, _name(kind, t)) for picture in found[f"{kind}.examples"]], _name(kind, t))
            for kind in self.kind
        ]
        shifts, marks = np.arange(self.shifts + 1), list[Mark]()
        for kind in self.kind:
            marks.append(Line(_name(kind, t), shifts, found.mean(f"{kind}.test")))
            if found.seeds > 1:
                marks.append(Band(_name(kind, t), shifts, found.low(f"{kind}.test"), found.high(f"{kind}.test")))
        accuracies = {
            t.word("training"): [found.number(f"{kind}.train") for kind in self.kind],
            t.word("test"): [float(found.mean(f"{kind}.test")[0]) for kind in self.kind],
        }
        note = t("The band is the spread of the seeds.", "帯は乱数の種による幅。") if found.seeds > 1 else ""
        return [
            gallery(t("What the network learns from", "学習に使う画像"), tiles, large=True, lang=t.lang),
            bar_chart(
                t("After learning", "学習のあと"),
                [_name(kind, t) for kind in self.kind],
                accuracies,
                Axis(t.word("accuracy"), low=0, high=1),
                category=t("alteration", "加工"),
                lang=t.lang,
            ),
            chart(
                t("Test pictures shifted to the right", "テスト画像を右へずらすと"),
                marks,
                Axis(t("shift", "ずれ"), "px", low=0, whole=True),
                Axis(t.word("test accuracy"), low=0, high=1),
                lang=t.lang,
                note=note,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What each kind gains or costs, upright and shifted."""
        tests = {kind: found.mean(f"{kind}.test") for kind in self.kind}
        sentences = [
            t(
                "{kind}: {test} of the test images are classified correctly, and {shifted} when they are shifted by "
                "{px} px.",
                "{kind}：テストデータの正答率は {test}、{px} ピクセルずらすと {shifted} です。",
                kind=_name(kind, t),
                test=percent(float(values[0])),
                shifted=percent(float(values[-1])),
                px=self.shifts,
            )
            for kind, values in tests.items()
        ]
        if {"none", "flip"} <= set(self.kind):
            lost = float(tests["none"][0] - tests["flip"][0])
            sentences.append(
                t(
                    "Flipping costs {lost}: mirrored digits are other shapes, which nobody writes. On photographs, "
                    "where left and right mean the same, it is another matter.",
                    "フリップでは {lost} 下がります。左右反転した数字は別の形で、そう書く人はいないからです。"
                    "左右に意味のない写真なら話は別です。",
                    lost=percent(lost),
                )
                if lost > 0
                else t(
                    "Flipping gains {gained}: here a mirrored picture still shows the same thing.",
                    "フリップで {gained} 上がります。ここでは左右反転しても同じものが写っているからです。",
                    gained=percent(-lost),
                )
                if lost < 0
                else t("Flipping changes nothing here.", "ここではフリップで正答率は変わりません。")
            )
        return sentences

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's numbers, the order, and that altered pictures are moved or mirrored pictures."""
        expected = {"none": (0.924, 0.01), "crop": (0.965, 0.004), "flip": (0.897, 0.01)}
        first = {kind: found.all(f"{kind}.test")[:, 0] for kind in self.kind}
        checks = [
            near(f"{_name(kind, t)}: {t.word('test accuracy')}", first[kind], value, tolerance, "M")
            for kind, (value, tolerance) in expected.items()
            if kind in first
        ]
        if set(expected) <= set(first):
            order = t("crop above none, none above flip", "クロップ ＞ なし ＞ フリップ")
            checks.append(holds(order, (first["crop"] > first["none"]) & (first["none"] > first["flip"]), "M"))
        if {"none", "crop"} <= set(first) and self.shifts:
            lost = {kind: found.all(f"{kind}.test")[:, 0] - found.all(f"{kind}.test")[:, -1] for kind in first}
            steady = t(
                "with crops less is lost when pictures are shifted", "クロップで学習すると、ずれによる低下が小さい"
            )
            checks.append(holds(steady, lost["crop"] < lost["none"], "M"))
        unlike = t("altered pictures that are no moved or mirrored ones", "移動・反転のどれでもない加工画像の数")
        total = np.sum([found.all(f"{kind}.unlike") for kind in self.kind], axis=0)
        return [*checks, near(unlike, total, 0, 0, "A", law=True)]


def _shifted(split: Split, pixels: int) -> Split:
    """The pictures moved to the right; zeros come in."""
    images = np.zeros_like(split.images)
    images[..., pixels:] = split.images[..., : split.images.shape[-1] - pixels]
    return Split(images, split.labels)


def _name(kind: str, t: Tongue) -> str:
    return {
        "none": t("none", "なし"),
        "crop": t("random crop", "ランダムクロップ"),
        "flip": t("flip", "フリップ"),
        "both": t("crop and flip", "クロップとフリップ"),
        "turn": t("turn by up to 10°", "最大 10° の回転"),
        "elastic": t("elastic", "弾性変形"),
    }[kind]
