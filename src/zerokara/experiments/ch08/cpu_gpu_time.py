"""`cpu-gpu-time`: what does a GPU buy?"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.capture import capture
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.ch08.devices import graphics_processors
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.kernels import FAMILIES, thread_count, use_kernels
from zerokara.models import MODELS, build_model, summarize
from zerokara.nn import Module
from zerokara.optim import SGD
from zerokara.report import Axis, Line, Paragraph, Text, chart, significant, whole

WORKS = ("training", "inference")
PROBES = 20


@dataclass(frozen=True)
class CpuGpuTime(Experiment):
    """The same network on what there is to compute with. Where there is no GPU, the processor's half is done."""

    name = "cpu-gpu-time"
    chapter = 8
    source = "Ch8 §8.3.2; DR 6-5-8"
    cost = "M"
    title = Text("Processor and GPU", "CPU と GPU の処理時間")
    question = Text("What does a GPU buy?", "GPU を使うと何が得られるか？")
    formula = (r"v = \frac{B}{\tau}",)
    symbols = Text(
        "v: pictures a second; B: pictures computed together; τ: seconds of a step. A step costs something however few "
        "pictures there are; many at once share it.",
        "v：1 秒あたりの画像数、B：まとめて計算する枚数、τ：1 ステップの秒数。1 ステップには枚数によらない手間があり、"
        "まとめるほど 1 枚あたりは小さくなります。",
    )
    random = True
    quick = {"batch_sizes": (1, 4), "repeats": 1, "net": "small-convnet"}
    turns = (
        Turn(Text("A network with more work to share.", "計算量の多いネットワークでは？"), {"net": "deep-convnet"}),
        Turn(
            Text(
                "A fully connected one: little work, much memory.",
                "全結合では？計算は少なく、メモリの読み書きが主です。",
            ),
            {"net": "two-layer"},
        ),
    )

    net: str = knob("simple-convnet", "network", "ネットワーク", choices=tuple(MODELS))
    batch_sizes: tuple[int, ...] = knob(
        (1, 3, 10, 30, 100, 300), "pictures at a time", "まとめて計算する画像数", low=1, high=10_000
    )
    kernels: tuple[str, ...] = knob(
        ("compiled", "reference"),
        "how the processor computes: compiled, reference (plain NumPy)",
        "CPU での計算：compiled、reference（NumPy だけ）",
        choices=FAMILIES,
    )
    repeats: int = knob(
        5, "how often each is measured; the median counts", "測定の回数（中央値を採る）", low=1, high=100
    )

    def measure(self, lab: Lab) -> Arrays:
        """Seconds of a step of training and of an inference. Shape: (ways to compute, kinds of work, batch sizes)."""
        entry = MODELS[self.net]
        seconds = np.empty((len(self.kernels), len(WORKS), len(self.batch_sizes)))
        scores = []
        lab.plan(seconds.size)
        for k, family in enumerate(self.kernels):
            with use_kernels(family):
                model = build_model(self.net, rng=lab.rng("weights")).eval()
                x = lab.rng("pictures").random((max(*self.batch_sizes, PROBES), *entry.input_shape), dtype=np.float32)
                labels = lab.rng("labels").integers(0, entry.classes, len(x))
                with no_grad():
                    scores.append(model(Tensor(x[:PROBES])).data)
                for b, batch in enumerate(self.batch_sizes):
                    for w, step in enumerate((_training(model, labels[:batch]), _inference(model))):
                        seconds[k, w, b] = _seconds(step, x[:batch], self.repeats)
                        lab.advance()
        with use_kernels("reference"), no_grad():
            definition = build_model(self.net, rng=lab.rng("weights")).eval()(Tensor(x[:PROBES])).data
        return {
            "seconds": seconds,
            "apart": np.array([np.abs(one - definition).max() / np.abs(definition).max() for one in scores]),
            "gpus": np.array(graphics_processors(), dtype=str),
            "threads": np.array(thread_count()),
            "multiply_adds": np.array(sum(row.multiply_adds for row in summarize(model, entry.input_shape))),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Pictures a second against the batch, training and inference."""
        speed = np.array(self.batch_sizes) / found.mean("seconds")
        x = Axis(t.word("batch size"), log=True)
        y = Axis(t("pictures a second", "1 秒あたりの画像数"), log=True)
        note = t(
            "Both scales are logarithmic. Measured on this machine, {n} threads.",
            "両軸とも対数目盛。この計算機での測定値（スレッド数 {n}）。",
            n=int(found["threads"]),
        )
        titles = (t("Training", "学習"), t("Inference", "推論"))
        return [
            Paragraph(_gpu(found, t)),
            *(
                chart(
                    titles[w],
                    [Line(_device(family, t), self.batch_sizes, speed[k, w]) for k, family in enumerate(self.kernels)],
                    x,
                    y,
                    lang=t.lang,
                    note=note,
                )
                for w in range(len(WORKS))
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Whether there is a GPU; what a larger batch gains; how many multiplications a second that is."""
        said = [_gpu(found, t)]
        seconds = found.mean("seconds")
        speed = np.array(self.batch_sizes) / seconds
        for k, family in enumerate(self.kernels):
            best = int(speed[k, 0].argmax())
            least = int(np.argmin(self.batch_sizes))
            said.append(
                t(
                    "{device}: training is fastest with batches of {b}, {speed} pictures a second, {gain} times as "
                    "many as "
                    "with {few} at a time. Inference reaches {inference} pictures a second.",
                    "{device}：学習が最も速いのはバッチサイズ {b} のときで、1 秒に {speed} 枚（{few} "
                    "枚ずつのときの {gain} 倍）。推論は最大で 1 秒に {inference} 枚です。",
                    device=_device(family, t),
                    b=self.batch_sizes[best],
                    speed=whole(round(speed[k, 0, best])),
                    gain=significant(float(speed[k, 0, best] / speed[k, 0, least]), 2),
                    few=self.batch_sizes[least],
                    inference=whole(round(speed[k, 1].max())),
                )
            )
        fastest = float(speed[:, 1].max() * int(found["multiply_adds"]))
        said.append(
            t(
                "The network multiplies {m} million times for a picture, so the fastest inference here does {rate} "
                "billion multiplications a second. A GPU's advantage is to do hundreds to thousands of them at the "
                "same "
                "time; it needs large batches to be busy.",
                "画像 1 枚の乗算は {m} 百万回なので、ここで最も速い推論は 1 秒に {rate} 億回の乗算をしています。"
                "GPU の強みは数百から数千の乗算を同時に行うことで、それを生かすには大きなバッチが要ります。",
                m=significant(int(found["multiply_adds"]) / 1e6, 3),
                rate=significant(fastest / (1e9 if t.lang == "en" else 1e8), 2),
            )
        )
        return said

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Every way of computing gives the same scores; no time is judged."""
        same = t(
            "scores against the plain NumPy definition, relative difference", "NumPy による定義との相対的な差（スコア）"
        )
        counted = t("multiplications for a picture, millions", "画像 1 枚の乗算（百万回）")
        work = int(found["multiply_adds"]) / 1e6
        return [
            near(counted, work, 0.864 + 0.001, 0.001, "A"),
            at_most(same, found.all("apart").max(axis=1), 1e-3, "A", law=True),
        ]


def _training(model: Module, labels: Array) -> Callable[[Tensor], Tensor]:
    """A step of training: forward, backward, update. The learning rate is 0, so that every step does the same."""
    optimizer = SGD(model, lr=0.0)

    def step(x: Tensor) -> Tensor:
        loss = F.cross_entropy(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return capture(step)


def _inference(model: Module) -> Callable[[Tensor], Tensor]:
    step = capture(lambda x: model(x))

    def infer(x: Tensor) -> Tensor:
        with no_grad():
            return step(x)

    return infer


def _seconds(step: Callable[[Tensor], Tensor], x: Array, repeats: int) -> float:
    """The median of some steps, after one in which everything is prepared."""
    given, times = Tensor(x), []
    step(given)
    for _ in range(repeats):
        began = time.perf_counter()
        step(given)
        times.append(time.perf_counter() - began)
    return median(times)


def _device(family: str, t: Tongue) -> str:
    return {
        "compiled": t("CPU, compiled kernels", "CPU（コンパイル済みカーネル）"),
        "reference": t("CPU, plain NumPy", "CPU（NumPy だけ）"),
    }.get(family, family)


def _gpu(found: Found, t: Tongue) -> str:
    names = [str(name) for name in found["gpus"]]
    if not names:
        return t(
            "No GPU found: this is the processor's half.", "GPU は見つかりませんでした。CPU の分だけを測定しています。"
        )
    return t(
        "There is a GPU here ({names}), but this version of zerokara has kernels for the processor only: this is the "
        "processor's half.",
        "GPU（{names}）はありますが、このバージョンの zerokara には CPU 用のカーネルしかありません。"
        "CPU の分だけを測定しています。",
        names=t.list(None, *names),
    )
