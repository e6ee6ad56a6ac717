"""`inception`: paths side by side, and what 1×1 convolutions save."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset
from zerokara.experiments.base import Arrays, Piece, Turn, knob
from zerokara.experiments.ch07.side_by_side import SideBySide
from zerokara.experiments.ch07.training import ConvTraining, end_chart, ended, shape_of
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import count_parameters, summarize, totals
from zerokara.nn import Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential
from zerokara.nn.init import unset
from zerokara.report import Axis, Box, Figure, Link, Table, Text, bar_chart, block_diagram, significant, whole

PATHS = ("one", "three", "five", "pool")
KINDS = ("reduced", "direct")


def inception_block(
    channels: int, widths: Sequence[int], reduced: bool = True, rng: np.random.Generator | None = None
) -> SideBySide:
    """Four paths: 1×1; 1×1 – 3×3; 1×1 – 5×5; pool 3×3 – 1×1; a ReLU behind each convolution.

    widths: as the paper lists them, (1×1; 1×1 before 3×3, 3×3; 1×1 before 5×5, 5×5; 1×1 behind the pool). With
    `reduced` False the 3×3 and 5×5 filters look at all channels themselves; the pool keeps its 1×1 filters.

    Szegedy et al., "Going Deeper with Convolutions", 2014.
    """
    single, few3, three, few5, five, pooled = widths
    paths = (
        Sequential(*_looked(channels, single, 1, rng)),
        Sequential(*_path(channels, few3 if reduced else 0, three, 3, rng)),
        Sequential(*_path(channels, few5 if reduced else 0, five, 5, rng)),
        Sequential(MaxPool2d(3, 1, 1), *_looked(channels, pooled, 1, rng)),
    )
    return SideBySide(**dict(zip(PATHS, paths, strict=True)))


def _looked(channels: int, filters: int, size: int, rng: np.random.Generator | None) -> list[Module]:
    return [Conv2d(channels, filters, size, padding=size // 2, init="he", rng=rng), ReLU()]


def _path(channels: int, few: int, filters: int, size: int, rng: np.random.Generator | None) -> list[Module]:
    """`size`×`size` filters, behind 1×1 filters that leave only `few` channels (0: no such)."""
    if not few:
        return _looked(channels, filters, size, rng)
    return [*_looked(channels, few, 1, rng), *_looked(few, filters, size, rng)]


@dataclass(frozen=True)
class InceptionBlock(ConvTraining):
    """The first block of GoogLeNet, counted path by path; and a small one trained with and without 1×1 reductions."""

    name = "inception"
    chapter = 8
    source = "Ch8 §8.2.3; RYO (用語: inception)"
    title = Text("Inception", "インセプション")
    question = Text("Why paths side by side, and why 1×1?", "なぜ経路を並べ、なぜ 1×1 を使うのか？")
    formula: ClassVar = (r"k^2\,C\,F \quad \rightarrow \quad C\,R + k^2\,R\,F",)
    symbols = Text(
        "Weights of F filters of k×k on C channels, directly and behind R filters of 1×1 (biases not counted); times "
        "the number of places: the multiply-adds.",
        "C チャンネルを見る k×k のフィルター F 個の重みの数。直接の場合と、1×1 のフィルター R 個を挟む場合"
        "（バイアスは除く）。場所の数を掛けると積和演算の回数になります。",
    )
    quick: ClassVar = {"iterations": 40, "images": 500, "judged": 100, "shrink": 8}
    turns = (
        Turn(
            Text("A narrower bottleneck before 5×5: when does it hurt?", "5×5 の前をもっと狭くすると？"),
            {"widths": (64, 96, 128, 4, 32, 32)},
        ),
        Turn(Text("Half as wide: does the gap open?", "半分の幅にすると差が出る？"), {"shrink": 8}),
    )

    images: int = knob(
        3000, "training images, the first of the data set", "訓練画像の数（先頭から）", low=2, high=10**7
    )
    iterations: int = knob(400, "updates", "更新回数", low=2, high=10**6)
    channels: int = knob(192, "C: channels that come in", "C：入力チャンネル数", low=1, high=4096)
    widths: tuple[int, ...] = knob(
        (64, 96, 128, 16, 32, 32),
        "filters: 1×1; 1×1 and 3×3; 1×1 and 5×5; 1×1 behind the pool",
        "フィルター数：1×1、(1×1, 3×3)、(1×1, 5×5)、プーリング後の 1×1",
        low=1,
        high=4096,
        least=6,
    )
    size: int = knob(
        28, "rows and columns of the maps that are counted", "数える特徴マップの行数・列数", low=1, high=1000
    )
    shrink: int = knob(
        4, "the trained block is so many times narrower", "学習するブロックの幅を何分の 1 にするか", low=1, high=64
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.widths) != 6:
            raise ValueError(f"widths are six numbers; got {len(self.widths)}")

    def measure(self, lab: Lab) -> Arrays:
        """The counts of both blocks, and both trainings on the same mini-batches."""
        data = self.pictures(lab)
        lab.plan(2 * self.iterations)
        found: Arrays = {}
        for kind in KINDS:
            with unset():
                block = inception_block(self.channels, self.widths, kind == "reduced")
            shape = (self.channels, self.size, self.size)
            found[f"{kind}.counts"] = np.array([_counts(path, shape) for _, path in block.paths()])
            found[f"{kind}.whole"] = np.array(count_parameters(block))
            found |= lab.part(kind, partial(self._train, lab, kind, data), self.iterations)
        return found

    def _train(self, lab: Lab, kind: str, data: Dataset) -> Arrays:
        channels, rows, columns = shape_of(data)
        if min(rows, columns) < 4:
            raise ValueError(f"two pools need pictures of at least 4×4 pixels; got {rows}×{columns}")
        inside, *widths = (max(1, width // self.shrink) for width in (self.channels, *self.widths))
        block = inception_block(inside, widths, kind == "reduced", lab.rng("weights", kind))
        maps = widths[0] + widths[2] + widths[4] + widths[5]
        model = Sequential(
            stem=Conv2d(channels, inside, 3, padding=1, init="he", rng=lab.rng("weights", "stem")),
            relu=ReLU(),
            pool1=MaxPool2d(2),
            block=block,
            pool2=MaxPool2d(2),
            flatten=Flatten(),
            fc=Linear(maps * (rows // 4) * (columns // 4), len(data.classes), init="he", rng=lab.rng("weights", "fc")),
        )
        return {**self.train(lab, kind, model, data), f"{kind}.small": np.array(count_parameters(block))}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The block, its counts path by path, and both trainings."""
        labels = self._labels(t)
        return [
            self._drawing(found, t),
            *self._bars(found, t),
            self._sums(found, t),
            *self.curves(found, labels, t),
            end_chart(found, labels, t, t("small block", "小さなブロック")),
        ]

    def _labels(self, t: Tongue) -> dict[str, str]:
        return {"reduced": t("with 1×1 reductions", "1×1 で減らす"), "direct": t("without", "減らさない")}

    def _drawing(self, found: Found, t: Tongue) -> Figure:
        single, few3, three, few5, five, pooled = self.widths
        maps = t("{n} maps", "{n} チャンネル", n="{n}")
        firsts = {"three": (few3, "3×3", three), "five": (few5, "5×5", five)}
        boxes = [
            Box("in", f"{t.word('input')}\n{maps.format(n=self.channels)}", 0, 1.5, "soft"),
            Box("one", f"1×1\n{maps.format(n=single)}", 2, 0, "accent"),
            Box("pool first", f"{t.word('pooling')} 3×3", 1, 3, "soft"),
            Box("pool", f"1×1\n{maps.format(n=pooled)}", 2, 3, "accent"),
            Box(
                "out",
                f"{t('one after another', '連結')}\n{maps.format(n=single + three + five + pooled)}",
                3,
                1.5,
                "soft",
            ),
        ]
        for row, (name, (few, size, filters)) in enumerate(firsts.items(), 1):
            boxes.append(Box(f"{name} first", f"1×1\n{maps.format(n=few)}", 1, row))
            boxes.append(Box(name, f"{size}\n{maps.format(n=filters)}", 2, row, "accent"))
        links = [Link("in", "one"), *(Link("in", f"{name} first") for name in PATHS[1:])]
        links += [Link(f"{name} first", name) for name in PATHS[1:]] + [Link(name, "out") for name in PATHS]
        return block_diagram(
            t("The block", "インセプションブロック"),
            boxes,
            links,
            lang=t.lang,
            note=t(
                "A ReLU stands behind every convolution. The plain boxes are the reductions.",
                "畳み込みのあとには必ず ReLU が入ります。色のない箱がチャンネルを減らす 1×1 です。",
            ),
        )

    def _bars(self, found: Found, t: Tongue) -> list[Figure]:
        kinds = [
            (t("Parameters of each path", "経路ごとのパラメータ数"), t.word("parameters"), t("thousands", "千"), 1e3),
            (
                t("Multiply-adds of each path, {s}×{s} places", "経路ごとの積和演算の回数（{s}×{s}）", s=self.size),
                t.word("multiply-adds"),
                t("millions", "百万"),
                1e6,
            ),
        ]
        return [
            bar_chart(
                title,
                _paths(t),
                {label: found[f"{kind}.counts"][:, k] / unit for kind, label in self._labels(t).items()},
                Axis(word, name, low=0),
                category=t("path", "経路"),
                lang=t.lang,
            )
            for k, (title, word, name, unit) in enumerate(kinds)
        ]

    def _sums(self, found: Found, t: Tongue) -> Table:
        head = [t.word("parameters"), *self._labels(t).values()]
        convolutions = [int(found[f"{kind}.counts"][:3, 0].sum()) for kind in KINDS]
        small = [int(found[f"{kind}.small"]) for kind in KINDS]
        return Table(
            head,
            [
                [t("three convolution paths", "畳み込みの 3 経路"), *convolutions],
                [t("whole block", "ブロック全体"), *(int(found[f"{kind}.whole"]) for kind in KINDS)],
                [t("the small block that is trained", "学習する小さなブロック"), *small],
            ],
        )

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What the reductions save, and what the saving costs in a training."""
        labels = self._labels(t)
        few, many = (int(found[f"{kind}.counts"][:3, 0].sum()) for kind in KINDS)
        work = [float(found[f"{kind}.counts"][2, 1]) / 1e6 for kind in KINDS]
        small = [int(found[f"{kind}.small"]) for kind in KINDS]
        gain = found.all("reduced.end_test") - found.all("direct.end_test")
        return [
            t(
                "Side by side, one layer sees small and large things alike; directly the three convolution paths would "
                "have {many} parameters, behind 1×1 filters they have {few}.",
                "経路を並べると、1 つの層で小さいものも大きいものも見られます。畳み込みの 3 経路のパラメータは、"
                "直接なら {many} 個、1×1 を挟むと {few} 個です。",
                many=whole(many),
                few=whole(few),
            ),
            t(
                "The 5×5 path gains most: {a} million multiply-adds on {s}×{s} places in place of {b} million.",
                "いちばん減るのは 5×5 の経路で、{s}×{s} の場所での積和演算は {b} 百万回から {a} 百万回になります。",
                a=significant(work[0], 3),
                b=significant(work[1], 4),
                s=self.size,
            )
            if work[0] < work[1]
            else t("Here the 5×5 path gains nothing.", "ここでは 5×5 の経路に節約はありません。"),
            *(ended(found, kind, label, t) for kind, label in labels.items()),
            t(
                "In small, {a} parameters in place of {b}: the test accuracy is {gain} points {which}.",
                "小さなブロックではパラメータが {b} 個から {a} 個になり、テスト正答率は {gain} ポイント{which}。",
                a=whole(small[0]),
                b=whole(small[1]),
                gain=f"{100 * abs(float(gain.mean())):.2f}",
                which=t("higher", "高くなりました") if gain.mean() > 0 else t("lower", "低くなりました"),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """157,520 against 387,296; 163,696; 12.4 against 120.4 million; and what a training loses."""
        labels = self._labels(t)
        paths = t("three convolution paths", "畳み込みの 3 経路")
        work = t("multiply-adds of the 5×5 path, in millions", "5×5 の経路の積和演算（百万回）")
        checks = []
        for kind, parameters, millions in (("reduced", 157_520, 12.4), ("direct", 387_296, 120.4)):
            counts = found[f"{kind}.counts"]
            checks += [
                near(f"{paths}: {labels[kind]}", counts[:3, 0].sum(), parameters, evidence="A"),
                near(f"{work}: {labels[kind]}", counts[2, 1] / 1e6, millions, 0.05, "A"),
            ]
        away = sum(np.abs(found[f"{kind}.counts"] - self._formula(kind == "reduced")).sum() for kind in KINDS)
        lost = found.all("direct.end_test") - found.all("reduced.end_test")
        return [
            *checks,
            near(
                t("whole block: parameters", "ブロック全体のパラメータ数"),
                found["reduced.whole"],
                163_696,
                evidence="A",
            ),
            at_most(
                t("what the reductions cost in test accuracy", "1×1 で減らしたことによるテスト正答率の低下"),
                lost,
                0.01,
                "M",
            ),
            near(t("counts − those of the formula", "個数 − 数式による個数"), away, 0, evidence="A", law=True),
            *self.laws(found, KINDS, t),
        ]

    def _formula(self, reduced: bool) -> Array:
        """C·R + R and k²·R·F + F parameters; times the places without the biases."""
        C, (single, few3, three, few5, five, pooled) = self.channels, self.widths
        chains = [[(C, 1, single)], [(C, 1, few3), (few3, 3, three)], [(C, 1, few5), (few5, 5, five)], [(C, 1, pooled)]]
        if not reduced:
            chains[1:3] = [(C, 3, three)], [(C, 5, five)]
        return np.array(
            [
                (sum(F * (k * k * c + 1) for c, k, F in chain), sum(F * k * k * c for c, k, F in chain) * self.size**2)
                for chain in chains
            ]
        )


def _counts(path: Sequential, shape: tuple[int, int, int]) -> tuple[int, int]:
    """Parameters and multiply-adds of a path."""
    sums = totals(summarize(path, shape))
    return sums.parameters, sums.multiply_adds


def _paths(t: Tongue) -> list[str]:
    return ["1×1", "3×3", "5×5", t.word("pooling")]
