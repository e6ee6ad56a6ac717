"""`mnist-inference`: how good is a network that somebody else has trained?"""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Question, Turn, knob
from zerokara.experiments.ch03.given_network import given_network, is_the_books
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import MultiLayerNet, count_parameters
from zerokara.report import Picture, Text, Tile, confusion_matrix, gallery, percent, probability_bars, whole
from zerokara.training import confusion_matrix as confusions

ERRORS = 20


@dataclass(frozen=True)
class MnistInference(OnImages):
    """One image after the other goes forward through 784-50-100-10; nothing is learned on the way."""

    name = "mnist-inference"
    chapter = 3
    source = "Ch3 §3.6.2 neuralnet_mnist; MEMO p.75"
    cost = "M"
    title = Text("Inference with a given network", "学習済みネットワークによる推論")
    question = Text(
        "How good is a given network without any training by us?",
        "与えられたネットワークは、こちらで学習しなくてもどれだけ正しいか？",
    )
    formula = (
        r"y = \text{softmax}\!\left( \sigma\!\left( \sigma\!\left( x W_1 + b_1 \right) W_2 + b_2 \right) W_3 + b_3 "
        r"\right)",
        r"\text{answer} = \underset{k}{\text{arg max}}\ y_k",
    )
    symbols = Text(
        "x is an image as a row of numbers, σ the sigmoid; the answer is the class with the greatest output.",
        "x は 1 列に並べた画像、σ はシグモイド。答え（answer）は出力が最大のクラス。",
    )
    seeds = 3
    quick = {"iterations": 300}
    turns = (
        Turn(
            Text(
                "The book's own weights, converted once to .npz: 93.52 % is expected, exactly.",
                "本の重み（一度 .npz に変換したもの）を使う。正答率はちょうど 93.52 % のはずです。",
            ),
            {"weights": "sample_weight.npz"},
        ),
        Turn(
            Text("A network that has learned for a short time only.", "少ししか学習していないネットワーク。"),
            {"iterations": 200},
        ),
    )

    weights: str = knob(
        "",
        "file with W1, b1, W2, b2, W3, b3 (.npz or .safetensors); without it, own weights are trained",
        "W1、b1、W2、b2、W3、b3 のファイル（.npz か .safetensors）。なければ自分で学習する",
    )
    index: int = knob(0, "test image whose answer is shown", "答えを見せるテスト画像の番号", low=0, high=10_000_000)
    iterations: int = knob(3000, "updates of the own training", "自分で学習するときの更新回数", low=1, high=1_000_000)
    batch_size: int = knob(100, "images in an update of it", "その学習のミニバッチの画像数", low=1, high=10_000)
    sampling: str = knob(
        "replacement", "how its mini-batches are drawn", "ミニバッチの選び方", choices=("replacement", "shuffle")
    )

    def measure(self, lab: Lab) -> Arrays:
        """The answers, one image at a time."""
        data = lab.load(self.data)
        test = data.test
        if len(test.shape) != 3:
            raise ValueError(f"{self.data} holds points, not pictures; mnist-inference needs pictures")
        if self.index >= len(test):
            raise ValueError(f"{self.data} has the test images 0 to {len(test) - 1}; got index {self.index}")
        model = given_network(lab, data, self.weights, self.iterations, self.batch_size, self.sampling)
        before = model.state_dict()
        scores = _one_by_one(lab, model, scaled(test.images))
        after = model.state_dict()
        predictions = scores.argmax(axis=1)
        probabilities = F.softmax(scores).data
        wrong = np.flatnonzero(predictions != test.labels)
        wrong = wrong[np.argsort(-probabilities[wrong, predictions[wrong]], kind="stable")]
        shown = np.concatenate([wrong, np.full(ERRORS, -1)])[:ERRORS]
        return {
            "accuracy": np.array(np.mean(predictions == test.labels)),
            "confusion": confusions(test.labels, predictions, len(data.classes)),
            "classes": np.array(data.classes),
            "errors": shown,
            "error_images": test.images[shown],
            "error_labels": test.labels[shown],
            "error_answers": predictions[shown],
            "error_confidences": probabilities[shown, predictions[shown]],
            "image": test.images[self.index],
            "label": test.labels[self.index],
            "probabilities": probabilities[self.index],
            "parameters": np.array(count_parameters(model)),
            "sizes": np.array([int(np.prod(test.shape)), *(len(before[f"fc{k}.bias"]) for k in (1, 2, 3))]),
            "unchanged": np.array(all(np.array_equal(before[name], after[name]) for name in before)),
            "from_file": np.array(bool(self.weights)),
            "books": np.array(is_the_books(model) and data.name == "mnist" and len(test) == 10_000),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """One answer, all answers, and the most confident errors."""
        classes = [str(name) for name in found["classes"]]
        answer = int(found["probabilities"].argmax())
        bars = probability_bars(found["probabilities"], classes, lang=t.lang, marked=int(found["label"]))
        one = Tile(
            [Picture(found["image"], t("test image {i}", "テスト画像 {i}", i=self.index))],
            t("answer: {name}", "答え：{name}", name=classes[answer]),
            t("label: {name}", "ラベル：{name}", name=classes[int(found["label"])]),
            good=answer == int(found["label"]),
            charts=[bars],
        )
        errors = [
            Tile(
                [Picture(found["error_images"][i], t("test image {i}", "テスト画像 {i}", i=int(number)))],
                f"{classes[int(found['error_labels'][i])]} → {classes[int(found['error_answers'][i])]}",
                t(
                    "image {i}, sure to {p}",
                    "画像 {i}、確信度 {p}",
                    i=int(number),
                    p=percent(float(found["error_confidences"][i])),
                ),
            )
            for i, number in enumerate(found["errors"])
            if number >= 0
        ]
        return [
            gallery(t("Test image {i}", "テスト画像 {i}", i=self.index), [one], large=True, lang=t.lang),
            confusion_matrix(t("All answers", "すべての答え"), found["confusion"], classes, lang=t.lang),
            gallery(
                t("Its most confident errors", "最も確信をもって間違えた画像"),
                errors,
                lang=t.lang,
                note=t("label → answer", "ラベル → 答え"),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Accuracy, and what is mistaken for what."""
        confusion, classes = found["confusion"], found["classes"]
        mistakes = confusion - np.diag(np.diag(confusion))
        true, answer = divmod(int(mistakes.argmax()), len(classes))
        recall = np.diag(confusion) / np.maximum(1, confusion.sum(axis=1))
        which = (
            t("from the file", "ファイルから読んだ")
            if found["from_file"]
            else t("of our own training", "自分で学習した")
        )
        chance = float(confusion.sum(axis=1).max() / confusion.sum())
        return [
            t(
                "With the {n} numbers {which}, {share} of {total} test images are classified correctly; always giving "
                "the commonest class would reach {chance}.",
                "{which} {n} 個の数で、テスト画像 {total} 枚のうち {share} "
                "に正しく答えます（最も多いクラスをいつも答えるだけなら {chance}）。",
                n=whole(int(found["parameters"])),
                which=which,
                share=percent(found.number("accuracy"), 2),
                total=whole(int(confusion.sum())),
                chance=percent(chance, 2),
            ),
            t(
                "{best} is recognised best ({high}), {worst} worst ({low}); the commonest mistake is {answer} for "
                "{true} ({count} images).",
                "最もよく当たるのは {best}（{high}）、最も外れるのは {worst}（{low}）です。最も多い間違いは {true} を "
                "{answer} とするもの（{count} 枚）です。",
                best=classes[int(recall.argmax())],
                high=percent(float(recall.max())),
                worst=classes[int(recall.argmin())],
                low=percent(float(recall.min())),
                answer=classes[answer],
                true=classes[true],
                count=int(mistakes.max()),
            ),
            t(
                "After {total} images the weights are the same to the last bit: {same}.",
                "{total} 枚を推論したあとも、重みは最後の 1 ビットまで同じか：{same}。",
                total=whole(int(confusion.sum())),
                same=t.yes(found["unchanged"]),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The book's accuracy for the book's weights; our own for ours."""
        sizes = found["sizes"]
        parameters = int(((sizes[:-1] + 1) * sizes[1:]).sum())
        accuracy, counted = found.all("accuracy"), np.trace(found["confusion"]) / found["confusion"].sum()
        checks = [
            near(t("numbers in the network", "ネットワークの数値の個数"), found["parameters"], 45_360, 0, "A"),
            near(
                t("numbers, minus Σ (in + 1)·out", "数値の個数 − Σ (入力 + 1)·出力"),
                found["parameters"] - parameters,
                0,
                0,
                "A",
                law=True,
            ),
            near(
                t("accuracy, minus the share on the diagonal", "正答率 − 対角成分の割合"),
                found["accuracy"] - counted,
                0,
                1e-12,
                "A",
                law=True,
            ),
            holds(
                t("inference leaves the weights alone", "推論しても重みは変わらない"),
                found.all("unchanged"),
                "A",
                law=True,
            ),
        ]
        if found["books"]:
            what = t("accuracy with the book's weights", "本の重みでの正答率")
            return [near(what, accuracy, 0.9352, 1e-9, "N, W", law=True), *checks]
        if not found["from_file"]:
            what = t("accuracy with our own weights", "自分で学習した重みでの正答率")
            return [near(what, accuracy, 0.955, 0.005, "M"), *checks]
        return checks

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The note's question."""
        return [
            Question(
                t("Is running the loaded weights learning?", "読み込んだ重みで計算するのは学習か？"),
                t(
                    "No, it is inference: only signals went forward. Weights bit-identical afterwards: {same}.",
                    "いいえ、推論です。信号が順方向に伝わるだけです。推論後も重みが 1 ビットも変わらない：{same}。",
                    same=t.yes(found["unchanged"]),
                ),
            )
        ]


def _one_by_one(lab: Lab, model: MultiLayerNet, images: Array) -> Array:
    lab.plan(len(images))
    with no_grad():
        return np.concatenate([model(Tensor(images[i : i + 1])).data for i in lab.steps(len(images))])
