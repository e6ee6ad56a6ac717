"""`mnist-show`: what is in the data set?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Split, scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.checks import Check, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Picture, Text, Tile, bar_chart, gallery, heat_map, percent, whole

SHARES = (0.0980, 0.1135, 0.1032, 0.1010, 0.0982, 0.0892, 0.0958, 0.1028, 0.0974, 0.1009)


@dataclass(frozen=True)
class MnistShow(OnImages):
    """One image, some of every class, how many there are of each, and what they are like on average."""

    name = "mnist-show"
    chapter = 3
    source = "Ch3 §3.6.1 mnist_show; MEMO p.72"
    title = Text("Looking at the data", "データセットを見る")
    question = Text("What is in the data set?", "データセットには何が入っているか？")
    formula = (r"\text{(D,)} \;\rightarrow\; (C, H, W), \qquad D = C \cdot H \cdot W",)
    symbols = Text(
        "C is the number of colours, H and W height and width in pixels; a network without convolution reads D "
        "numbers.",
        "C は色のチャンネル数、H と W は画像の高さと幅（画素数）。畳み込みのないネットワークは D 個の数を読む。",
    )
    random = False
    quick = {"each": 4}
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("The next image.", "次の画像を見る。"), {"index": 1}),
        Turn(Text("Clothes instead of digits.", "数字の代わりに衣類の画像にする。"), {"data": "fashion-mnist"}),
    )

    index: int = knob(0, "which training image", "何番目の訓練画像か", low=0, high=10_000_000)
    each: int = knob(10, "images shown of every class", "クラスごとに見せる枚数", low=1, high=50)

    def measure(self, lab: Lab) -> Arrays:
        """Images, labels, counts and means."""
        data = lab.load(self.data)
        train, K = data.train, len(data.classes)
        if len(train.shape) != 3:
            raise ValueError(f"{self.data} holds points, not pictures; mnist-show needs pictures")
        if self.index >= len(train):
            raise ValueError(f"{self.data} has the training images 0 to {len(train) - 1}; got index {self.index}")
        image = train.images[self.index]
        flat = scaled(train.images[self.index : self.index + 1]).reshape(-1)
        members = [np.flatnonzero(train.labels == k) for k in range(K)]
        some = np.zeros((K, self.each, *train.shape), np.uint8)
        for k, own in enumerate(members):
            some[k, : len(own)] = train.images[own[: self.each]]
        return {
            "image": image,
            "flat": flat,
            "label": train.labels[self.index],
            "classes": np.array(data.classes),
            "some": some,
            "train_counts": np.bincount(train.labels, minlength=K),
            "test_counts": np.bincount(data.test.labels, minlength=K),
            "sizes": np.array([len(train), len(data.test)]),
            "means": np.array([_mean(train.select(own)) for own in members]),
            "mean": _mean(train),
            "black": np.array(np.mean(train.images == 0)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The image, as a picture and as numbers; some of every class; counts; means."""
        classes = [str(name) for name in found["classes"]]
        one = Picture(found["image"], t("image {i}", "画像 {i}", i=self.index))
        label = t("label: {name}", "ラベル：{name}", name=classes[int(found["label"])])
        shapes = f"{found['flat'].shape} → {found['image'].shape}"
        shade = scaled(found["image"][None])[0].mean(axis=0)
        H, W = shade.shape
        K, each, C = found["some"].shape[:3]
        montage = found["some"].transpose(2, 0, 3, 1, 4).reshape(C, K * H, each * W)
        rows = t("A row for every class: {names}", "1 行に 1 クラス：{names}", names=t.list(None, *classes))
        counts = {
            t.word("training"): found["train_counts"] / found["sizes"][0],
            t.word("test"): found["test_counts"] / found["sizes"][1],
        }
        averages = [Tile([Picture(mean, name)], name) for mean, name in zip(found["means"], classes, strict=True)]
        averages.append(Tile([Picture(found["mean"], t("all", "全体"))], t("all", "全体")))
        return [
            gallery(t("Training image {i}", "訓練画像 {i}", i=self.index), [Tile([one], label, shapes)], lang=t.lang),
            heat_map(
                t("The same image as numbers", "同じ画像を数値で見る"),
                shade,
                [str(i) for i in range(H)],
                [str(j) for j in range(W)],
                Axis(t("brightness", "明るさ"), low=0, high=1),
                row_name=t("row", "行"),
                column_name=t("column", "列"),
                numbers=max(H, W) <= 10,
                lang=t.lang,
            ),
            bar_chart(
                t("How many there are of every class", "クラスごとの割合"),
                classes,
                counts,
                Axis(t("share of the images", "画像に占める割合"), low=0),
                category=t.word("class"),
                lang=t.lang,
            ),
            gallery(
                t("The first of every class", "クラスごとの最初の画像"),
                [Tile([Picture(montage, rows, wide=True)])],
                note=rows,
                large=True,
                lang=t.lang,
            ),
            gallery(t("The mean of every class", "クラスごとの平均画像"), averages, lang=t.lang),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Numbers, shapes, and what guessing would reach."""
        classes, tests = found["classes"], found["test_counts"] / found["sizes"][1]
        most, least = int(tests.argmax()), int(tests.argmin())
        return [
            t(
                "{train} training and {test} test images of shape {shape}; image {i} has the label {label}.",
                "訓練画像 {train} 枚、テスト画像 {test} 枚、形状は {shape}。画像 {i} のラベルは {label} です。",
                train=whole(int(found["sizes"][0])),
                test=whole(int(found["sizes"][1])),
                shape=found["image"].shape,
                i=self.index,
                label=classes[int(found["label"])],
            ),
            t(
                "Always answering {most} is right for {share} of the test images, always {least} for {low}: a "
                "network has to beat that, not 0 %.",
                "いつも {most} と答えるだけで、テスト画像の {share} で正解します（{least} なら {low}）。"
                "ネットワークが超えるべきなのは 0 % ではなく、この正答率です。",
                most=classes[most],
                share=percent(float(tests[most]), 2),
                least=classes[least],
                low=percent(float(tests[least]), 2),
            ),
            t(
                "{black} of the training pixels are 0, {name}: the mean brightness is only {mean}, and where the mean "
                "image is brightest it reaches {bright:.2f}.",
                "訓練画像の画素の {black} は 0（{name}）です。明るさの平均は {mean} にすぎず、"
                "平均画像で最も明るい画素でも {bright:.2f} です。",
                black=percent(float(found["black"])),
                name=t("black", "黒"),
                mean=percent(float(found["mean"].mean())),
                bright=float(found["mean"].max()),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's label, shape and shares; that nothing is lost on the way."""
        tests = found["test_counts"] / found["sizes"][1]
        weighted = np.average(found["means"], axis=0, weights=found["train_counts"])
        D = int(np.prod(found["image"].shape))
        return [
            near(t("label of the image", "画像のラベル"), found["label"], 5, evidence="N"),
            near(t("numbers in the flat image", "1 列に並べた画素の数"), found["flat"].size, 784, evidence="A"),
            near(t("height · width", "高さ × 幅"), np.prod(found["image"].shape[-2:]), 28 * 28, evidence="A"),
            *(
                near(
                    t("share of {name} in the test images", "テスト画像に占める {name} の割合", name=name),
                    share,
                    SHARES[k],
                    5e-5,
                    "M",
                )
                for k, (name, share) in enumerate(zip(found["classes"], tests, strict=True))
                if k < len(SHARES)
            ),
            near(t("flat numbers, minus C·H·W", "画素の数 − C·H·W"), found["flat"].size - D, 0, evidence="A", law=True),
            holds(
                t("reshaped, the flat image is the picture again", "形状を戻すと元の画像になる"),
                np.array_equal(np.rint(found["flat"].reshape(found["image"].shape) * 255), found["image"]),
                "A",
                law=True,
            ),
            between(t("least pixel / 255", "最小の画素 / 255"), found["flat"].min(), 0, 1, "A", law=True),
            between(t("greatest pixel / 255", "最大の画素 / 255"), found["flat"].max(), 0, 1, "A", law=True),
            near(
                t("class counts summed up, minus all", "クラスごとの枚数の合計 − 全枚数"),
                found["train_counts"].sum() + found["test_counts"].sum() - found["sizes"].sum(),
                0,
                evidence="A",
                law=True,
            ),
            near(
                t("mean of the class means, minus the mean image", "クラス平均の加重平均 − 全体の平均画像"),
                np.abs(weighted - found["mean"]).max(),
                0,
                1e-5,
                "A",
                law=True,
            ),
        ]


def _mean(split: Split) -> Array:
    """The mean image, 0 … 1; black where there is none."""
    return split.images.mean(axis=0, dtype=np.float64) / 255 if len(split) else np.zeros(split.shape)
