"""`awesome-net`: build your own network."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zerokara.data import scaled
from zerokara.data.transforms import Crop
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch08.deep import fewer, picture_shape
from zerokara.experiments.ch08.described import DEFAULT, build, layers_of, read_description
from zerokara.experiments.checks import Check, at_least, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn, smooth
from zerokara.experiments.tongue import Tongue
from zerokara.models import count_parameters, summarize
from zerokara.optim import OPTIMIZERS
from zerokara.report import (
    Axis,
    Band,
    Cell,
    Code,
    Line,
    Mark,
    Paragraph,
    Picture,
    Table,
    Text,
    Tile,
    chart,
    confusion_matrix,
    gallery,
    percent,
    probability_bars,
    whole,
)
from zerokara.training import evaluate

ERRORS = 8


@dataclass(frozen=True)
class AwesomeNet(OnImages):
    """A network described in a text file of a few lines, trained and judged like the others."""

    name = "awesome-net"
    chapter = 8
    source = "Ch8 awesome_net"
    cost = "L"
    title = Text("Build your own network", "自分のネットワークを作る")
    question = Text(
        "Can you build a better network than SimpleConvNet?", "SimpleConvNet よりよいネットワークを作れるか？"
    )
    seeds = 2
    quick = {"images": 300, "judged": 200, "iterations": 10}
    turns = (
        Turn(
            Text(
                "Your own: save the description below as a file, change it, and name the file.",
                "自分の網を作る。下の記述をファイルに保存し、書き換えて、そのファイルを指定します。",
            ),
            {"file": "my-net.toml"},
        ),
        Turn(
            Text("All images, and longer.", "すべての画像で、もっと長く学習します。"),
            {"images": 60_000, "iterations": 6000},
        ),
        Turn(Text("Pictures moved at random while learning.", "学習中、画像をランダムに動かします。"), {"padding": 2}),
    )

    file: str = knob("", "a file that describes the network (TOML)", "ネットワークを記述したファイル（TOML）")
    description: str = knob(
        "", "the description itself; taken from the file", "記述そのもの（ファイルから読み込まれる）"
    )
    images: int = knob(
        5000, "training images, the first of the data set", "訓練画像の数（先頭から）", low=2, high=10**7
    )
    judged: int = knob(
        1000, "images of each part that the curves are judged on", "正答率の曲線に使う画像数", low=1, high=10**7
    )
    iterations: int = knob(1000, "updates", "更新回数", low=2, high=10**6)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=2, high=10_000)
    optimizer: str = knob("adam", "optimizer", "最適化手法", choices=tuple(OPTIMIZERS))
    lr: float = knob(0.001, "learning rate", "学習率", low=0, high=100)
    padding: int = knob(
        0, "pixels by which pictures are moved at random", "画像をランダムに動かす最大ピクセル数", low=0, high=10
    )
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.file and not self.description and Path(self.file).is_file():  # a result belongs to what it says now
            object.__setattr__(self, "description", read_description(self.file))
        layers_of(self._text)

    @property
    def _text(self) -> str:
        return self.description or DEFAULT

    @property
    def changed(self) -> dict[str, object]:
        """The settings that differ; a description that stands in a file is named by the file."""
        changed = super().changed
        if self.file:
            changed.pop("description", None)
        return changed

    def measure(self, lab: Lab) -> Arrays:
        """Build, train, judge."""
        text = self.description or (read_description(self.file) if self.file else DEFAULT)
        everything = lab.load(self.data)
        data = fewer(everything, self.images, len(everything.test))
        shape, classes = picture_shape(data), len(data.classes)
        model, kinds = build(text, shape, classes, lab.rng("weights"))
        rows = summarize(model, shape)
        lab.plan(self.iterations)
        learned = learn(
            lab,
            model,
            OPTIMIZERS[self.optimizer](model, lr=self.lr),
            data.train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            judge=[data.train.take(self.judged), data.test.take(self.judged)],
            sampling=self.sampling,
            transform=Crop(self.padding) if self.padding else None,
        )
        answers = evaluate(model, data.test)
        wrong = np.concatenate([answers.errors, np.full(ERRORS, -1)])[:ERRORS]
        return {
            "losses": learned.losses,
            "at": learned.at,
            "train": learned.scores[0],
            "test": learned.scores[1],
            "accuracy": np.array(answers.accuracy),
            "alone": np.array(evaluate(model, data.test.take(50), batch_size=1).accuracy),
            "together": np.array(evaluate(model, data.test.take(50)).accuracy),
            "confusion": answers.confusion,
            "classes": np.array(data.classes),
            "errors": wrong,
            "pictures": scaled(data.test.images[wrong]),
            "labels": answers.labels[wrong],
            "said": answers.predictions[wrong],
            "probabilities": answers.probabilities[wrong],
            "kinds": np.array(kinds),
            "layers": np.array([f"{row.name} {row.kind}" for row in rows]),
            "shapes": np.array(["×".join(map(str, row.output_shape)) for row in rows]),
            "counts": np.array([row.parameters for row in rows]),
            "multiply_adds": np.array([row.multiply_adds for row in rows]),
            "parameters": np.array(count_parameters(model)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The description, the layers, the curves, the answers, the mistakes."""
        heads = [t.word("layer"), t("output", "出力の形状"), t.word("parameters"), t("multiplications", "乗算の回数")]
        columns = (found[key] for key in ("layers", "shapes", "counts", "multiply_adds"))
        rows: list[list[Cell]] = [
            [str(layer), str(shape), int(p), int(m)] for layer, shape, p, m in zip(*columns, strict=True)
        ]
        updates = np.arange(1, self.iterations + 1)[:: max(1, self.iterations // 300)]
        smoothed = np.array([smooth(one)[updates - 1] for one in found.all("losses")])
        losses: list[Mark] = [Line(t.word("loss"), updates, smoothed.mean(axis=0))]
        accuracies: list[Mark] = []
        for key, word in (("train", "training"), ("test", "test")):
            accuracies.append(Line(t.word(word), found["at"], found.mean(key)))
            if found.seeds > 1:
                accuracies.append(Band(t.word(word), found["at"], found.low(key), found.high(key)))
        if found.seeds > 1:
            losses.append(Band(t.word("loss"), updates, smoothed.min(axis=0), smoothed.max(axis=0)))
        classes = [str(name) for name in found["classes"]]
        axis = Axis(t.word("updates"), whole=True)
        tiles = [
            Tile(
                [Picture(picture, t("a test image", "テスト画像"))],
                t("{said}, not {label}", "{said}（正解 {label}）", said=classes[said], label=classes[label]),
                charts=[probability_bars(p, classes, lang=t.lang, marked=int(label))],
            )
            for number, picture, label, said, p in zip(
                *(found[key] for key in ("errors", "pictures", "labels", "said", "probabilities")), strict=True
            )
            if number >= 0
        ]
        return [
            Paragraph(t("The description of the network:", "ネットワークの記述：")),
            Code(self._text),
            Table(heads, rows),
            chart(t("The loss while learning", "学習中の損失"), losses, axis, Axis(t.word("loss"), low=0), lang=t.lang),
            chart(
                t("Accuracy while learning", "学習中の正答率"),
                accuracies,
                axis,
                Axis(t.word("accuracy"), high=1),
                lang=t.lang,
                note=t("The band is the spread of the seeds.", "帯は乱数の種による幅。") if found.seeds > 1 else "",
            ),
            confusion_matrix(t("All answers", "すべての答え"), found["confusion"], classes, lang=t.lang),
            gallery(t("Its most confident errors", "最も確信をもって間違えた画像"), tiles, large=True, lang=t.lang),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How good it is, how large, and how it compares with the book's small network."""
        accuracy, gap = found.number("accuracy"), float(found.mean("train")[-1] - found.mean("test")[-1])
        said = [
            t(
                "This network has {p} parameters, does {m} multiplications for a picture, and classifies {share} "
                "of the "
                "test images.",
                "このネットワークのパラメータは {p} 個、画像 1 枚の乗算は {m} 回で、テスト正答率は {share} です。",
                p=whole(int(found["parameters"])),
                m=whole(int(found["multiply_adds"].sum())),
                share=percent(accuracy, 2),
            ),
            t(
                "Training accuracy is {train}, {gap} percentage points above test accuracy.",
                "訓練データの正答率は {train} で、テストデータとの差（訓練 − テスト）は {gap} ポイントです。",
                train=percent(float(found.mean("train")[-1])),
                gap=f"{100 * gap:.1f}".replace("-", "−"),
            ),
        ]
        if self._as_small_convnet:
            said.append(
                t(
                    "SimpleConvNet, with as many images and updates and 433,890 parameters, is expected to reach {s}: "
                    "this "
                    "one reaches {more}.",
                    "同じ画像数と更新回数で、パラメータ 433,890 個の SimpleConvNet に期待される正答率は {s} です。"
                    "この網は{more}。",
                    s=percent(SIMPLE),
                    more=t("more", "それを上回りました")
                    if accuracy > SIMPLE
                    else t("no more", "それを上回りませんでした"),
                )
            )
        return said

    @property
    def _as_small_convnet(self) -> bool:
        """Whether the training is that of `train-simple-convnet-small`, so that the two can be compared."""
        return self.data == "mnist" and self.images == 5000 and self.iterations == 1000 and self.batch_size == 100

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """At least as good as SimpleConvNet; rows add up; a picture is read alike alone and in company."""
        total = t("parameters − sum over the layers", "パラメータ数 − 各層の合計")
        alone = t("accuracy of 50 images one by one − all at once", "50 枚の正答率：1 枚ずつ − まとめて")
        return [
            at_least(t.word("test accuracy"), found.all("accuracy"), SIMPLE, "M"),
            near(total, found["parameters"] - found["counts"].sum(), 0, 0, "A", law=True),
            near(alone, found.all("alone") - found.all("together"), 0, 0.02, "A", law=True),
        ]


SIMPLE = 0.963
"""The accuracy of `train-simple-convnet-small` on all test images."""
