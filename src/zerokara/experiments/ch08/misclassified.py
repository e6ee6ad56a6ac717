"""`misclassified`: which digits fail?"""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch08.deep import fewer
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, learn
from zerokara.experiments.tongue import Tongue
from zerokara.models import MODELS, build_model
from zerokara.nn import Module
from zerokara.optim import Adam
from zerokara.report import (
    Axis,
    Picture,
    Text,
    Tile,
    bar_chart,
    confusion_matrix,
    gallery,
    percent,
    whole,
)
from zerokara.training import evaluate

PAIRS = 10


@dataclass(frozen=True)
class Misclassified(OnImages):
    """Train a network, read every test image, and look at the mistakes."""

    name = "misclassified"
    chapter = 8
    source = "Ch8 §8.1.1 misclassified_mnist"
    cost = "L"
    title = Text("The digits that fail", "誤認識した画像")
    question = Text("Which digits fail?", "どの数字を読み間違えるか？")
    formula = (r"e = N (1 - a)",)
    symbols = Text("e errors among N test images; a is the accuracy.", "N 枚のテスト画像のうちの誤り e。a は正答率。")
    quick = {"iterations": 8, "images": 1000, "test_images": 300}
    turns = (
        Turn(
            Text(
                "A simpler network makes more mistakes: are they others?",
                "単純なネットワークでは誤りが増えます。種類も変わるでしょうか？",
            ),
            {"model": "two-layer"},
        ),
        Turn(Text("Train longer: what remains?", "長く学習しても残る誤りは？"), {"iterations": 12_000}),
    )

    model: str = knob("deep-convnet", "network", "ネットワーク", choices=tuple(MODELS))
    images: int = knob(60_000, "training images at most", "訓練画像の最大数", low=1, high=10**6)
    test_images: int = knob(10_000, "test images at most", "テスト画像の最大数", low=1, high=10**6)
    iterations: int = knob(1800, "updates", "更新回数", low=1, high=1_000_000)
    batch_size: int = knob(100, "images in an update", "ミニバッチの画像数", low=1, high=10_000)
    lr: float = knob(0.001, "learning rate of Adam", "Adam の学習率", low=0, high=10)
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)
    number: int = knob(20, "mistakes that are shown", "表示する誤りの数", low=1, high=200)

    def measure(self, lab: Lab) -> Arrays:
        """Accuracy, confusion matrix, and the first mistakes in the order of the test images."""
        data = fewer(lab.load(self.data), self.images, self.test_images)
        lab.plan(self.iterations)
        answers = evaluate(self._trained(lab, data), data.test)
        wrong = np.sort(answers.errors)
        shown = wrong[: self.number]
        return {
            "accuracy": np.array(answers.accuracy),
            "confusion": answers.confusion,
            "errors": np.array(len(wrong)),
            "classes": np.array(data.classes),
            "shown": shown,
            "pictures": data.test.images[shown],
            "labels": answers.labels[shown],
            "answers": answers.predictions[shown],
            "probabilities": answers.probabilities[shown],
            "confidence": _mean(answers.probabilities[wrong].max(axis=1)),
            "second": _mean(np.argsort(-answers.probabilities[wrong], axis=1)[:, 1] == answers.labels[wrong]),
        }

    def _trained(self, lab: Lab, data: Dataset) -> Module:
        model = build_model(self.model, data.train.shape, len(data.classes), lab.rng("weights"))
        learn(
            lab,
            model,
            Adam(model, lr=self.lr),
            data.train,
            iterations=self.iterations,
            batch_size=self.batch_size,
            sampling=self.sampling,
        )
        return model

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The first mistakes, the confusion matrix, the pairs that are mixed up most."""
        classes = [str(name) for name in found["classes"]]
        tiles = [
            Tile(
                [Picture(picture, t("a test image", "テスト画像"))],
                t("{answer}, not {label}", "{answer}（正解 {label}）", answer=classes[answer], label=classes[label]),
                f"{percent(float(p[answer]), 0)} / {percent(float(p[label]), 0)}",
            )
            for picture, label, answer, p in zip(
                *(found[key] for key in ("pictures", "labels", "answers", "probabilities")), strict=True
            )
        ]
        pairs = _pairs(found["confusion"])[:PAIRS]
        title = t("Mistaken images, the first {n}", "誤認識した画像（最初の {n} 枚）", n=len(tiles))
        matrix = confusion_matrix(
            t("What was taken for what", "何を何と読んだか"), found["confusion"], classes, lang=t.lang
        )
        together = bar_chart(
            t("Pairs that are mixed up", "取り違えやすい組"),
            [f"{classes[a]} ↔ {classes[b]}" for a, b, _ in pairs],
            {t("mistakes, both ways", "誤りの数（両方向）"): [float(n) for _, _, n in pairs]},
            Axis(t("mistakes, both ways", "誤りの数（両方向）"), low=0, whole=True),
            category=t("pair", "組"),
            lang=t.lang,
        )
        note = t("With the probabilities of the answer and of what is right.", "数字は、答えの確率と正解の確率。")
        return [gallery(title, tiles, note=note, lang=t.lang), matrix, together]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many, which pairs, how sure, and how often the second answer would have been right."""
        classes = [str(name) for name in found["classes"]]
        pairs = [f"{classes[a]}–{classes[b]} ({n})" for a, b, n in _pairs(found["confusion"])[:3]]
        n, errors = int(found["confusion"].sum()), int(found["errors"])
        if not errors:
            return [
                t(
                    "All {n} test images are classified correctly.",
                    "{n} 枚のテスト画像すべてを正しく読みます。",
                    n=whole(n),
                )
            ]
        per_class = 1 - np.diag(found["confusion"]) / np.maximum(1, found["confusion"].sum(axis=1))
        worst = int(per_class.argmax())
        return [
            t(
                "{accuracy} of the {n} test images are classified correctly, {errors} are not.",
                "{n} 枚のテスト画像の正答率は {accuracy}、誤りは {errors} 枚です。",
                accuracy=percent(float(found["accuracy"]), 2),
                n=whole(n),
                errors=whole(errors),
            ),
            t(
                "Mixed up most often: {pairs}. Of the class {worst} most are missed, {share}.",
                "取り違えが多い組は {pairs}。見落としの割合が最も大きいのは {worst} で {share} です。",
                pairs=t.list(None, *pairs),
                worst=classes[worst],
                share=percent(float(per_class[worst])),
            ),
            t(
                "When it is wrong, it gives its answer a probability of {sure} on average, and in {second} of these "
                "cases its second "
                "answer is right.",
                "間違えるときの確信度は平均 {sure} で、そのうち {second} では 2 番目の答えが正解です。",
                sure=percent(float(found["confidence"])),
                second=percent(float(found["second"])),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """errors = N·(1 − accuracy), by two ways of counting; the pairs that the book's network mixes up."""
        confusion = found.all("confusion")
        off = confusion.sum(axis=(1, 2)) - np.trace(confusion, axis1=1, axis2=2)
        n = confusion.sum(axis=(1, 2))
        named = [(4, 9), (7, 2), (8, 2)]
        digits = len(found["classes"]) == 10
        appear = [confusion[:, a, b] + confusion[:, b, a] > 0 for a, b in named] if digits else [np.array([False])]
        counted = t("N·(1 − accuracy) minus the mistakes counted in the matrix", "N·(1 − a) と混同行列で数えた誤りの差")
        marked = t("shown images whose label is their answer", "表示した画像のうち答えが正解のもの")
        return [
            near(t("mistakes", "誤りの数"), found.all("errors"), 97, 40, "M"),
            holds(
                t("4–9, 7–2 and 8–2 are among the mistakes", "4–9、7–2、8–2 の取り違えがある"),
                np.all(appear, axis=0),
                "N",
            ),
            near(counted, n * (1 - found.all("accuracy")) - off, 0, 1e-6, "A", law=True),
            near(marked, float(np.sum(found["labels"] == found["answers"])), 0, 0, "A", law=True),
        ]


def _pairs(confusion: Array) -> list[tuple[int, int, int]]:
    """(class, class, mistakes either way), the most frequent first; pairs without a mistake are left out."""
    both = np.triu(confusion + confusion.T, 1)
    order = np.argsort(-both.ravel(), kind="stable")
    pairs = [(int(k) // len(both), int(k) % len(both)) for k in order if both.ravel()[k]]
    return [(a, b, int(both[a, b])) for a, b in pairs]


def _mean(values: Array) -> Array:
    return np.array(values.mean() if len(values) else np.nan)
