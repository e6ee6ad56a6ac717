"""`mini-batch-sampling`: how good is a batch as a stand-in for all images?"""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_most, between, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import batches
from zerokara.experiments.tongue import Tongue
from zerokara.models import TwoLayerNet
from zerokara.report import (
    Axis,
    Band,
    Bars,
    Line,
    Mark,
    Panel,
    Points,
    Text,
    chart,
    panels,
    percent,
    significant,
    whole,
)
from zerokara.training import evaluate

EPOCHS = 5
WAYS = ("replacement", "shuffle")


@dataclass(frozen=True)
class MiniBatchSampling(OnImages):
    """The losses of all images under fixed weights are known; batches of them are drawn, and their means compared."""

    name = "mini-batch-sampling"
    chapter = 4
    source = "Ch4 §4.2.3; MEMO p.93"
    title = Text("A batch as a sample of all", "ミニバッチは全体の代わりになるか")
    question = Text(
        "How good is a batch as a stand-in for all images?", "ミニバッチは全画像の代わりとしてどれだけ正確か？"
    )
    formula = (
        r"\hat E = \frac{1}{B} \sum_{n \in \text{batch}} E_n \qquad "
        r"\text{std}\left(\hat E\right) = \frac{\text{std}\left(E_n\right)}{\sqrt B}",
        r"\text{seen} = 1 - \left(1 - \tfrac 1 N\right)^N \approx 1 - \tfrac 1 e",
    )
    symbols = Text(
        "Eₙ is the loss of image n, B the batch size, N the number of images; the second line is for an epoch drawn "
        "with replacement.",
        "Eₙ は画像 n の損失、B はバッチサイズ、N は全画像の枚数。2 行目は復元抽出で 1 エポック分を選んだ場合。",
    )
    seeds = 3
    quick = {"batch": (1, 10, 100, 1000)}
    turns = (
        Turn(
            Text(
                "Without replacement: large batches scatter less than 1/√B.",
                "非復元抽出：大きなバッチのばらつきは 1/√B より小さくなります。",
            ),
            {"sampling": "shuffle"},
        ),
    )

    batch: tuple[int, ...] = knob(
        (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000), "images in a batch", "バッチの画像数", low=1, high=1_000_000
    )
    draws: int = knob(200, "batches drawn of every size", "サイズごとに引くバッチの数", low=10, high=100_000)
    hidden: int = knob(
        50,
        "hidden units of the network with fixed weights",
        "重みを固定したネットワークの隠れ層のニューロン数",
        low=1,
        high=10_000,
    )
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=WAYS)
    epoch_batch: int = knob(
        100, "images in a batch when epochs are counted", "エポックを数えるときのバッチの画像数", low=1, high=1_000_000
    )

    def measure(self, lab: Lab) -> Arrays:
        """The losses of all training images, the means of drawn batches, and who was seen after 1, 2, … epochs."""
        data = lab.load(self.data)
        N = len(data.train)
        sizes = [size for size in self.batch if size <= N]
        if not sizes or self.epoch_batch > N:
            raise ValueError(f"{self.data} has {N} training images: no batch can be larger")
        lab.plan(len(sizes) + len(WAYS))
        network = TwoLayerNet(
            int(np.prod(data.train.shape)), self.hidden, len(data.classes), init="he", rng=lab.rng("weights")
        )
        answers = evaluate(network, data.train, batch_size=1000)
        losses = F.cross_entropy(answers.scores.astype(np.float64), answers.labels, reduction="none").data
        means = np.empty((len(sizes), self.draws))
        for k, (_, size) in enumerate(zip(lab.steps(len(sizes)), sizes, strict=True)):
            drawn = batches(N, size, self.sampling, lab.rng("batches", size))
            means[k] = [losses[next(drawn)].mean() for _ in range(self.draws)]
        seen = {
            f"seen.{way}": _seen(N, self.epoch_batch, way, lab)
            for _, way in zip(lab.steps(len(WAYS)), WAYS, strict=True)
        }
        return seen | {
            "sizes": np.array(sizes),
            "means": means,
            "spread": means.std(axis=1, ddof=1),
            "loss": losses.mean(),
            "std": losses.std(),
            "images": np.array(N),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The spread, the drawn losses themselves, and the share of images seen."""
        sizes, epochs = found["sizes"].astype(float), np.arange(EPOCHS + 1)
        law = found.number("std") / np.sqrt(sizes)
        spread = t("measured", "測定")
        marks: list[Mark] = [
            Points(spread, sizes, found.mean("spread")),
            Line(t("std of one / √B", "1 枚の標準偏差 / √B"), sizes, law),
        ]
        if found.seeds > 1:
            marks.append(Band(spread, sizes, found.low("spread"), found.high("spread")))
        few = sorted({0, len(sizes) // 2, len(sizes) - 1})
        edges = np.linspace(float(found["means"].min()), float(found["means"].max()), 31)
        return [
            chart(
                t("The spread of the loss of a batch", "バッチの損失のばらつき"),
                marks,
                Axis(t.word("batch size"), log=True, whole=True),
                Axis(t("standard deviation of the loss", "損失の標準偏差"), log=True),
                lang=t.lang,
                note=t("{n} batches of every size.", "サイズごとに {n} 個のバッチ。", n=self.draws),
            ),
            chart(
                t("Images seen", "一度でも選ばれた画像"),
                [
                    *(Line(_way(way, t), epochs, np.concatenate([[0.0], found[f"seen.{way}"]])) for way in WAYS),
                    Points("1 − e⁻ᵏ", epochs, 1 - np.exp(-epochs)),
                ],
                Axis(t("epochs k", "エポック k"), whole=True),
                Axis(t("share of the training images", "訓練画像に占める割合"), low=0, high=1.02),
                lang=t.lang,
            ),
            panels(
                t("The losses that were drawn", "引いたバッチの損失"),
                [
                    Panel(
                        t("batch size {b}", "バッチサイズ {b}", b=whole(int(sizes[k]))),
                        [Bars("", edges, np.histogram(found["means"][k], edges)[0] / self.draws)],
                    )
                    for k in few
                ],
                Axis(t.word("loss")),
                Axis(t("share of the batches", "バッチの割合"), low=0),
                columns=len(few),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How the spread falls, what a batch of the usual size is worth, and who is seen."""
        slope = _slopes(found)
        k = int(np.argmin(np.abs(np.log(found["sizes"] / 100))))
        loss, spread = float(found["loss"]), found.mean("spread")
        return [
            t(
                "The loss of all {n} images is {loss}; that of single images has a standard deviation of {std}.",
                "全 {n} 枚の損失は {loss} で、1 枚ごとの損失の標準偏差は {std} です。",
                n=whole(int(found["images"])),
                loss=significant(loss),
                std=significant(float(found["std"]), 3),
            ),
            t(
                "The spread falls like B to the power {slope}: four times as many images, half the error.",
                "ばらつきは B の {slope} 乗に比例します。画像を 4 倍にすると誤差は半分になります。",
                slope=significant(float(slope.mean()), 3),
            )
            if abs(slope.mean() + 0.5) < 0.1
            else t(
                "The spread falls like B to the power {slope}.",
                "ばらつきは B の {slope} 乗に比例します。",
                slope=significant(float(slope.mean()), 3),
            ),
            t(
                "A batch of {b} is off by {spread} typically, {share} of the loss, and costs {part} of the whole.",
                "バッチサイズ {b} の典型的な誤差は {spread}（損失の {share}）で、計算量は全体の {part} です。",
                b=whole(int(found["sizes"][k])),
                spread=significant(float(spread[k]), 2),
                share=percent(float(spread[k]) / loss),
                part=percent(float(found["sizes"][k] / found["images"]), 2),
            ),
            t(
                "In one epoch {with_} of the images are seen with replacement, {without} with shuffling.",
                "1 エポックで選ばれる画像は、復元抽出では {with_}、シャッフルでは {without} です。",
                with_=percent(float(found.mean("seen.replacement")[0])),
                without=percent(float(found.mean("seen.shuffle")[0])),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The power of B, the shares seen; the mean of the batches is the mean of all."""
        sizes, N = found["sizes"], int(found["images"])
        error = np.abs(found.all("means").mean(axis=2) - found.all("loss")[:, None])
        sigmas = (error * np.sqrt(sizes * self.draws) / found.all("std")[:, None]).max(axis=1)
        first = [found.all(f"seen.{way}")[:, 0] for way in WAYS]
        used = N // self.epoch_batch * self.epoch_batch
        expected = 1 - (1 - 1 / N) ** used
        checks = [
            near(t("power of B in the spread", "ばらつきの B の指数"), _slopes(found), -0.5, 0.05, "A, M"),
            near(
                t("share seen in an epoch, with replacement", "1 エポックで選ばれる割合（復元抽出）"),
                first[0],
                0.632,
                0.005,
                "A, M",
            ),
            near(t("share seen in an epoch, shuffled", "1 エポックで選ばれる割合（シャッフル）"), first[1], 1, 0, "A"),
            near(
                t("share seen with replacement, minus 1 − (1 − 1/N)ⁿ", "復元抽出で選ばれる割合 − (1 − (1 − 1/N)ⁿ)"),
                first[0] - expected,
                0,
                3 / np.sqrt(N),
                "A",
                law=True,
            ),
            near(
                t("share seen when shuffled, minus full batches / N", "シャッフルで選ばれる割合 − 満杯のバッチ / N"),
                first[1] - used / N,
                0,
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t("mean over the batches, off in standard errors", "バッチの平均のずれ（標準誤差の何倍か）"),
                sigmas,
                6,
                "A",
                law=True,
            ),
        ]
        if self.sampling == "replacement" and self.draws >= 50:
            ratio = found.all("spread") * np.sqrt(sizes) / found.all("std")[:, None]
            for what, value in ((t("least", "最小"), ratio.min(axis=1)), (t("greatest", "最大"), ratio.max(axis=1))):
                name = t(
                    "spread · √B / std of one image, {what}", "ばらつき · √B / 1 枚の標準偏差（{what}）", what=what
                )
                checks.append(between(name, value, 0.5, 2, "A", law=True))
        return checks


def _seen(images: int, size: int, way: str, lab: Lab) -> Array:
    """The share of the images that were in a batch after 1, 2, … epochs."""
    drawn, seen = batches(images, size, way, lab.rng("epochs", way)), np.zeros(images, bool)
    shares = []
    for _ in range(EPOCHS):
        for _ in range(images // size):
            seen[next(drawn)] = True
        shares.append(seen.mean())
    return np.array(shares)


def _slopes(found: Found) -> Array:
    """The slope of log spread against log batch size, one a seed."""
    x = np.log(found["sizes"])
    if len(x) < 2:
        return np.full(found.seeds, np.nan)
    return np.array([np.polyfit(x, np.log(spread), 1)[0] for spread in found.all("spread")])


def _way(name: str, t: Tongue) -> str:
    return {"replacement": t("with replacement", "復元抽出"), "shuffle": t("shuffled", "シャッフル")}[name]
