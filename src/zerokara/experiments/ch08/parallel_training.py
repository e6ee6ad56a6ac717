"""`parallel-training`: what does splitting a batch over workers cost?"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset, scaled
from zerokara.experiments.base import Arrays, OnImages, Piece, Turn, knob
from zerokara.experiments.ch08.workers import Job, Team, gradient, update
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import SAMPLINGS, batches
from zerokara.experiments.tongue import Tongue
from zerokara.kernels import processor_count
from zerokara.models import build_model
from zerokara.optim import Adam
from zerokara.report import Axis, Line, Text, bar_chart, chart, percent, significant, whole

NETS = ("two-layer", "simple-convnet", "deep-convnet")


@dataclass(frozen=True)
class ParallelTraining(OnImages):
    """Data parallelism: every worker has the whole network and a part of the batch; their gradients are averaged."""

    name = "parallel-training"
    chapter = 8
    source = "Ch8 §8.3.3"
    cost = "L"
    title = Text("Training in several processes", "学習の並列化")
    question = Text("What does splitting a batch over workers cost?", "バッチを複数のワーカーに分けると何がかかるか？")
    formula = (r"\frac{\partial L}{\partial w} = \sum_{k} \frac{n_k}{n} \frac{\partial L_k}{\partial w}",)
    symbols = Text(
        "Worker k has nₖ of the n examples of a batch; Lₖ is its mean loss. Every worker then makes the same update.",
        "ワーカー k はバッチの n 枚のうち nₖ 枚を受け持ち、Lₖ はその平均損失。そのあと全員が同じ更新をします。",
    )
    quick = {"workers": (2,), "iterations": 3, "batch_size": 20, "net": "two-layer"}
    turns = (
        Turn(
            Text("More to compute for each number that is sent.", "送る数 1 つあたりの計算を増やします。"),
            {"net": "deep-convnet", "iterations": 20},
        ),
        Turn(
            Text(
                "A small network: sending costs more than computing.",
                "小さな網では、通信のほうが計算より高くつきます。",
            ),
            {"net": "two-layer"},
        ),
    )

    workers: tuple[int, ...] = knob((1, 2, 4), "numbers of processes", "プロセスの数", low=1, high=64)
    net: str = knob("simple-convnet", "network", "ネットワーク", choices=NETS)
    iterations: int = knob(60, "updates", "更新回数", low=1, high=100_000)
    batch_size: int = knob(
        100, "images in an update, of all workers together", "ミニバッチの画像数（全ワーカー合計）", low=1, high=10_000
    )
    lr: float = knob(0.001, "learning rate of Adam", "Adam の学習率", low=0, high=10)
    sampling: str = knob("replacement", "how batches are drawn", "ミニバッチの選び方", choices=SAMPLINGS)

    def __post_init__(self) -> None:
        super().__post_init__()
        if max(self.workers) > self.batch_size:
            raise ValueError(f"a batch of {self.batch_size} cannot be split over {max(self.workers)} workers")

    def measure(self, lab: Lab) -> Arrays:
        """The same training in this process alone, and in teams of processes."""
        data = lab.load(self.data)
        model = build_model(self.net, data.train.shape, len(data.classes), lab.rng("weights"))
        job = Job(self.net, data.train.shape, len(data.classes), model.state_dict(), self.lr)
        lab.plan((len(self.workers) + 1) * self.iterations)
        optimizer = Adam(model, lr=self.lr)

        def alone(x: Array, labels: Array) -> tuple[float, dict[str, Array], float]:
            began = time.perf_counter()
            loss, found = gradient(model, x, labels)
            seconds = time.perf_counter() - began
            update(model, optimizer, found)
            return loss, found, seconds

        first, found = self._train(lab, data, alone)
        found = {f"alone.{key}": value for key, value in found.items()}
        for count in self.workers:
            team = Team(job, count, processor_count())
            try:
                theirs, told = self._train(lab, data, team.step)
                weights = team.weights()
            finally:
                team.close()
            told["apart"] = np.array(_apart(first, theirs))
            told["alike"] = np.array(
                all(np.array_equal(one[name], weights[0][name]) for one in weights for name in weights[0])
            )
            found |= {f"{count}.{key}": value for key, value in told.items()}
        found["cores"] = np.array(processor_count())
        found["parameters"] = np.array(sum(p.size for p in model.parameters()))
        return found

    def _train(
        self, lab: Lab, data: Dataset, step: Callable[[Array, Array], tuple[float, dict[str, Array], float]]
    ) -> tuple[dict[str, Array], Arrays]:
        """The first gradient; the losses; the seconds of every step, and what of them was computing."""
        first: dict[str, Array] = {}
        losses, seconds, computing = [], [], []
        chosen = batches(len(data.train), self.batch_size, self.sampling, lab.rng("batches"))
        for images in islice(chosen, self.iterations):
            x, labels = scaled(data.train.images[images]), data.train.labels[images]
            began = time.perf_counter()
            loss, found, inside = step(x, labels)
            seconds.append(time.perf_counter() - began)
            losses.append(loss)
            computing.append(inside)
            first = first or {name: array.copy() for name, array in found.items()}
            lab.advance()
        return first, {
            "losses": np.array(losses),
            "seconds": np.array(np.median(seconds)),
            "computing": np.array(np.median(computing)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Pictures a second; where the time of a step goes; the loss curves, which lie on each other."""
        names = {"alone": t("this process alone", "単独（プロセスを分けない）")}
        names |= {str(count): _team(count, t) for count in self.workers}
        size = min(self.batch_size, 10**9)
        seconds = [found.number(f"{key}.seconds") for key in names]
        inside = [found.number(f"{key}.computing") for key in names]
        updates = np.arange(1, self.iterations + 1)
        note = t(
            "Measured on this machine, which has {n} cores.",
            "この計算機（{n} コア）での測定値。",
            n=int(found["cores"]),
        )
        return [
            bar_chart(
                t("Pictures a second", "1 秒あたりの画像数"),
                list(names.values()),
                {t("pictures a second", "1 秒あたりの画像数"): [size / s for s in seconds]},
                Axis(t("pictures a second", "1 秒あたりの画像数"), low=0),
                lang=t.lang,
                note=note,
            ),
            bar_chart(
                t("Where the time of a step goes", "1 ステップの時間の内訳"),
                list(names.values()),
                {
                    t("computing gradients (the slowest worker)", "勾配の計算（最も遅いワーカー）"): [
                        1000 * s for s in inside
                    ],
                    t("sending, averaging, updating", "送受信・平均・更新"): [
                        1000 * max(0.0, s - i) for s, i in zip(seconds, inside, strict=True)
                    ],
                },
                Axis(t.word("time"), "ms", low=0),
                lang=t.lang,
                note=note,
            ),
            chart(
                t("The same loss, however many workers", "ワーカーの数によらず損失は同じ"),
                [Line(name, updates, found.mean(f"{key}.losses")) for key, name in names.items()],
                Axis(t.word("updates"), whole=True),
                Axis(t.word("training loss"), low=0),
                lang=t.lang,
                wide=True,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Speeds, what is lost to sending, and how equal the gradients are."""
        alone = found.number("alone.seconds")
        said = []
        for count in self.workers:
            seconds, inside = found.number(f"{count}.seconds"), found.number(f"{count}.computing")
            said.append(
                t(
                    "{team}: {speed} times as fast as this process alone; {share} of a step is not computing but "
                    "sending, averaging and updating.",
                    "{team}：単独と比べて速さは {speed} 倍。1 ステップの {share} は計算以外"
                    "（送受信・平均・更新）です。",
                    team=_team(count, t),
                    speed=significant(alone / seconds, 2),
                    share=percent(max(0.0, 1 - inside / seconds), 0),
                )
            )
        apart = max(float(found.high(f"{count}.apart")) for count in self.workers)
        return [
            *said,
            t(
                "Each step sends {p} numbers from every worker and back. This process alone already uses all {c} "
                "cores by "
                "threads, which share one memory and send nothing.",
                "1 ステップごとに、どのワーカーも {p} 個の数を送り、受け取ります。単独の場合も {c} コアすべてを"
                "スレッドで使っており、メモリを共有しているので送受信は要りません。",
                p=whole(int(found["parameters"])),
                c=int(found["cores"]),
            ),
            t(
                "The averaged gradients differ from those of one process by at most {d} of the largest: by rounding.",
                "平均した勾配と単独の勾配の差は、最大の成分の {d} 倍以内です。",
                d=significant(apart, 2),
            )
            if apart < 1e-4
            else t(
                "The averaged gradients differ from those of one process by {d} of the largest.",
                "平均した勾配と単独の勾配の差は、最大の成分の {d} 倍です。",
                d=significant(apart, 2),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The same gradients and weights; no time is judged."""
        alone, checks = found.all("alone.losses"), []
        for count in self.workers:
            apart = t(
                "{team}: first gradient − alone, relative to its largest",
                "{team}：最初の勾配と単独との差（最大値との比）",
                team=_team(count, t),
            )
            alike = t(
                "{team}: all have the same weights in the end", "{team}：最後の重みは全員同じ", team=_team(count, t)
            )
            curve = t("{team}: losses − alone, at most", "{team}：損失と単独との差（最大）", team=_team(count, t))
            losses = np.abs(found.all(f"{count}.losses") - alone).max(axis=1)
            checks += [
                at_most(apart, found.all(f"{count}.apart"), 1e-4, "A", law=True),
                holds(alike, found.all(f"{count}.alike"), "A", law=True),
                near(curve, losses, 0, 0.01, "A"),
            ]
        return checks


def _apart(one: dict[str, Array], other: dict[str, Array]) -> float:
    """The largest difference in relation to the largest number of the same parameter."""
    return max(float(np.abs(one[n] - other[n]).max() / max(1e-12, float(np.abs(one[n]).max()))) for n in one)


def _team(count: int, t: Tongue) -> str:
    return t("{n} worker" if count == 1 else "{n} workers", "{n} ワーカー", n=count)
