"""`mnist-inference-batch`: what does a batch buy?"""

import time
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch03.given_network import given_network, is_the_books
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import MultiLayerNet
from zerokara.report import Axis, Cell, Line, Points, Table, Text, chart, percent, significant, whole


@dataclass(frozen=True)
class MnistInferenceBatch(OnImages):
    """The same test images through the same network, one at a time and in ever larger batches."""

    name = "mnist-inference-batch"
    chapter = 3
    source = "Ch3 §3.6.3 neuralnet_mnist_batch; MEMO p.78"
    cost = "M"
    title = Text("Inference in batches", "バッチ処理による推論")
    question = Text("What does a batch buy?", "バッチ処理で何が得られるか？")
    formula = (
        r"\underset{(B,\,784)}{X} \rightarrow \underset{(B,\,50)}{Z_1} \rightarrow \underset{(B,\,100)}{Z_2} "
        r"\rightarrow \underset{(B,\,10)}{Y}",
    )
    symbols = Text(
        "B images are the rows of one matrix; the sizes are those for MNIST.",
        "B 枚の画像が 1 つの行列の行になる。形状は MNIST の場合。",
    )
    seeds = 1
    quick = {"iterations": 200, "batch": (1, 7, 100), "repeats": 1}
    turns = (
        Turn(
            Text("Only two sizes, measured more often.", "2 通りだけを、回数を増やして測る。"),
            {"batch": (1, 100), "repeats": 9},
        ),
        Turn(Text("The book's own weights.", "本の重みを使う。"), {"weights": "sample_weight.npz"}),
    )

    batch: tuple[int, ...] = knob(
        (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000),
        "images in a batch, the first is the standard of comparison",
        "バッチの画像数（先頭が比較の基準）",
        low=1,
        high=1_000_000,
    )
    repeats: int = knob(3, "measurements of each; the fastest counts", "測定の回数（最速の値を採用）", low=1, high=100)
    weights: str = knob(
        "",
        "file with W1, b1, W2, b2, W3, b3 (.npz or .safetensors); without it, own weights are trained",
        "W1、b1、W2、b2、W3、b3 のファイル（.npz か .safetensors）。なければ自分で学習する",
    )
    iterations: int = knob(3000, "updates of the own training", "自分で学習するときの更新回数", low=1, high=1_000_000)
    batch_size: int = knob(100, "images in an update of it", "その学習のミニバッチの画像数", low=1, high=10_000)
    sampling: str = knob(
        "replacement", "how its mini-batches are drawn", "ミニバッチの選び方", choices=("replacement", "shuffle")
    )

    def measure(self, lab: Lab) -> Arrays:
        """Scores and times of all test images, for every size of a batch."""
        data = lab.load(self.data)
        model = given_network(lab, data, self.weights, self.iterations, self.batch_size, self.sampling)
        images, labels = scaled(data.test.images), data.test.labels
        lab.plan(len(self.batch) * self.repeats)
        every, seconds = [], np.empty((len(self.batch), self.repeats))
        for k, size in enumerate(self.batch):
            _scores(model, images[: 2 * size], size)  # the first call of a shape prepares what the others use
            for r in lab.steps(self.repeats):
                began = time.perf_counter()
                scores = _scores(model, images, size)
                seconds[k, r] = time.perf_counter() - began
            every.append(scores)
        answers = np.array([scores.argmax(axis=1) for scores in every])
        return {
            "seconds": seconds.min(axis=1),
            "accuracy": (answers == labels).mean(axis=1),
            "same": (answers == answers[0]).mean(axis=1),
            "gap": np.array([np.abs(scores - every[0]).max() for scores in every]),
            "images": np.array(len(images)),
            "rows": np.array([len(scores) for scores in every]),
            "from_file": np.array(bool(self.weights)),
            "books": np.array(is_the_books(model) and data.name == "mnist" and len(images) == 10_000),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Time against batch size, and a table that says what stayed the same."""
        each = 1e6 * found["seconds"] / found["images"]
        rows: list[list[Cell]] = [
            [
                whole(size),
                float(found["seconds"][k]),
                float(found["seconds"][0] / found["seconds"][k]),
                percent(float(found["accuracy"][k]), 2),
                percent(float(found["same"][k]), 2),
            ]
            for k, size in enumerate(self.batch)
        ]
        heads = [
            t.word("batch size"),
            t("time for all images (s)", "全画像の時間 (s)"),
            t("times faster", "速さ（倍）"),
            t.word("accuracy"),
            t("same answer as with the first", "先頭と同じ答え"),
        ]
        name = t("time an image", "画像 1 枚あたりの時間")
        order = np.argsort(self.batch, kind="stable")
        sizes = np.array(self.batch)[order]
        return [
            chart(
                t("What one image costs", "画像 1 枚のコスト"),
                [Line(name, sizes, each[order]), Points(name, sizes, each[order])],
                Axis(t.word("batch size"), log=True, whole=True),
                Axis(name, "µs", log=True),
                lang=t.lang,
                note=t(
                    "Both scales are logarithmic; the fastest of {n} measurements.",
                    "両対数目盛。{n} 回の測定のうち最速の値。",
                    n=self.repeats,
                ),
            ),
            Table(heads, rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How much faster, and that nothing else changes."""
        seconds, best = found["seconds"], int(found["seconds"].argmin())
        hundred = int(np.argmin(np.abs(np.log(np.array(self.batch) / 100))))
        same = float(found["same"].min())
        return [
            t(
                "In batches of {size} the {n} test images take {time} s, {factor} times faster than in batches of "
                "{first} ({slow} s).",
                "{size} 枚ずつなら {n} 枚のテスト画像に {time} 秒かかり、{first} 枚ずつ（{slow} 秒）の {factor} "
                "倍の速さです。",
                size=self.batch[hundred],
                n=whole(int(found["images"])),
                time=significant(float(seconds[hundred]), 3),
                factor=significant(float(seconds[0] / seconds[hundred]), 3),
                first=self.batch[0],
                slow=significant(float(seconds[0]), 3),
            ),
            t(
                "The fastest here is a batch of {size}: {factor} times. What is saved is not arithmetic but the price "
                "of every call, and memory is read in larger pieces.",
                "最速はバッチ {size} で、{factor} 倍です。節約されるのは計算そのものではなく、"
                "呼び出しのたびにかかる手間で、メモリもまとめて読めます。",
                size=whole(self.batch[best]),
                factor=significant(float(seconds[0] / seconds[best]), 3),
            ),
            t(
                "The accuracy is {share} with {sizes}, and {same} of the answers are the same for every size; the "
                "scores differ by {gap:.1e} at most.",
                "正答率は {share}（{sizes}）で、どのサイズでも {same} の画像で同じ答えになります。スコアの差は最大 "
                "{gap:.1e} です。",
                share=" / ".join(percent(float(v), 2) for v in sorted(set(found["accuracy"]))),
                sizes=t("every size", "すべてのサイズ")
                if np.ptp(found["accuracy"]) == 0
                else t("one size or another", "サイズによる"),
                same=percent(same, 2),
                gap=float(found["gap"].max()),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The same answers for every size; times are shown and never judged."""
        checks = [
            holds(
                t("the same answer to every image for every size", "どのサイズでも、すべての画像で同じ答え"),
                (found.all("same") == 1).all(axis=1),
                "N",
            ),
            at_most(
                t("largest difference of a score", "スコアの最大の差"),
                found.all("gap").max(axis=1),
                1e-3,
                "A",
                law=True,
            ),
            holds(
                t(
                    "every image is answered, also in a last batch that is not full",
                    "端数のバッチも含め、すべての画像に答える",
                ),
                found["rows"] == found["images"],
                "A",
                law=True,
            ),
        ]
        if found["books"]:
            what = t("accuracy with the book's weights, batch {b}", "本の重みでの正答率、バッチ {b}")
            own = [
                near(what.format(b=b), found["accuracy"][k], 0.9352, 1e-9, "N, W", law=True)
                for k, b in enumerate(self.batch)
            ]
            return [*own, *checks]
        if not found["from_file"]:
            what = t("accuracy with our own weights", "自分で学習した重みでの正答率")
            return [near(what, found.all("accuracy").max(axis=1), 0.955, 0.005, "M"), *checks]
        return checks


def _scores(model: MultiLayerNet, images: Array, size: int) -> Array:
    with no_grad():
        return np.concatenate([model(Tensor(images[k : k + size])).data for k in range(0, len(images), size)])
