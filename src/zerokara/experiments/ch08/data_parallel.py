"""`data-parallel`: how much faster do many computers train than one?"""

import math
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.parallel.cost import Link, speed_up
from zerokara.report import Axis, Line, Text, chart, significant, whole

COUNTS = tuple(2**k for k in range(11))
LINKS = {"1 Gbit/s": Link(5e-5, 1e9 / 8), "10 Gbit/s": Link(2e-5, 1e10 / 8), "100 Gbit/s": Link(5e-6, 1e11 / 8)}
"""Networks, with latencies that are usual for them."""


@dataclass(frozen=True)
class DataParallel(Experiment):
    """The gradients of many computers are added up by halving and doubling; what that costs decides how it grows."""

    name = "data-parallel"
    chapter = 8
    source = "Ch8 §8.3.3"
    title = Text("Many computers, one training", "多くの計算機で 1 つの学習")
    question = Text(
        "How much faster do many computers train than one?", "多くの計算機で学習すると、1 台よりどれだけ速くなるか？"
    )
    formula = (
        r"T(P) = c + \max\left(m_{last}, \sum m - \tfrac{2}{3} c\right)",
        r"m(P) = 2 \lceil \log_2 P \rceil\, \alpha + 2\, \frac{P - 1}{P} \cdot \frac{n}{\beta}",
    )
    symbols = Text(
        "P computers, each computing for c seconds; a message of n bytes takes m seconds; α is the latency, β the "
        "bytes a second. Two thirds of the computing, the backward pass, hide all messages but the last. Of a batch of "
        "B images that is shared, somebody computes ⌈B/P⌉.",
        "計算機は P 台、それぞれの計算時間は c 秒。n バイトのメッセージに m 秒かかります。"
        "α は遅延、β は毎秒のバイト数。"
        "計算の 3 分の 2（逆伝播）の間に、最後以外のメッセージは隠れます。"
        "B 枚のバッチを分け合うと、だれかが ⌈B/P⌉ 枚を計算します。",
    )
    turns = (
        Turn(
            Text("A hundredth of the computing: sending is all.", "計算が 100 分の 1 なら、通信がすべてになります。"),
            {"compute": 0.002},
        ),
        Turn(Text("ResNet-50: many numbers, much computing.", "ResNet-50：数は多いが、計算も多い。"),
             {"parameters": 25_557_032, "compute": 8.0, "batch_size": 32}),
    )  # fmt: skip

    parameters: int = knob(123_552, "numbers that are learned", "学習する数の個数", low=1, high=10**10)
    compute: float = knob(0.2, "seconds that one step takes", "1 ステップの計算時間（秒）", low=1e-6, high=1e4)
    buckets: int = knob(2, "messages a step", "1 ステップのメッセージ数", low=1, high=1000)
    batch_size: int = knob(100, "images in a batch", "バッチの画像数", low=2, high=100_000)
    processes: tuple[int, ...] = knob(
        (2, 4, 8, 16), "processes whose sums are carried out (powers of 2)",
        "実際に足し合わせるプロセス数（2 のべき乗）",
        low=2, high=256,
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        wrong = [p for p in self.processes if p & (p - 1)]
        if wrong:
            raise ValueError(f"halving and doubling is shown for powers of 2; got {', '.join(map(str, wrong))}")

    @property
    def sharing(self) -> list[int]:
        """The numbers of computers that can share one batch: an image for each, or more."""
        return [p for p in COUNTS if p <= self.batch_size]

    def measure(self, lab: Lab) -> Arrays:
        """Carry sums out, counting what is sent; then ask the model of cost."""
        told, apart = [], []
        for count in self.processes:
            numbers = lab.rng("numbers", count).normal(size=(count, 4 * count))
            summed, messages, sent = added_up(numbers)
            told.append((messages, sent / numbers.shape[1]))
            apart.append((np.abs(summed - numbers.sum(0)).max(), np.ptp(summed, axis=0).max()))
        found: Arrays = {"told": np.array(told, float), "apart": np.array(apart)}
        size = 4 * self.parameters / self.buckets
        sizes = [size] * self.buckets
        for name, link in LINKS.items():
            own = [speed_up(self.compute, p, sizes, link) for p in COUNTS]
            shared = [speed_up(self.compute, p, sizes, link, shared=self.batch_size) for p in self.sharing]
            found |= {f"own.{name}": np.array(own), f"shared.{name}": np.array(shared)}
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Speed-ups for each network: with a batch for each computer, and with one batch that is shared."""
        titles = {
            "own": t("Every computer has a batch of its own", "どの計算機も自分のバッチを持つ"),
            "shared": t(
                "One batch of {n} images is shared by all", "{n} 枚のバッチを分け合う", n=whole(self.batch_size)
            ),
        }
        of = {"own": np.array(COUNTS, float), "shared": np.array(self.sharing, float)}
        return [
            chart(
                title,
                [
                    Line(t("as many times as computers", "台数どおり"), of[kind], of[kind]),
                    *(Line(name, of[kind], found[f"{kind}.{name}"]) for name in LINKS),
                ],
                Axis(t("computers", "計算機の数"), log=True),
                Axis(t("times as fast", "速さ（倍）"), log=True),
                lang=t.lang,
            )
            for kind, title in titles.items()
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What is sent, and what comes of it."""
        at, most = COUNTS.index(64), min(64, self.sharing[-1])
        largest = math.ceil(self.batch_size / most)
        said = [
            t(
                "{p} processes add up their gradients in {m} rounds, and each sends {s} times the numbers: however "
                "many they are, never more than twice.",
                "{p} 個のプロセスは {m} 回のやり取りで勾配を足し合わせ、それぞれが送る数は勾配の {s} 倍です。"
                "プロセスがいくつでも 2 倍を超えません。",
                p=count,
                m=whole(int(messages)),
                s=significant(float(sent), 3),
            )
            for count, (messages, sent) in list(zip(self.processes, found["told"], strict=True))[-1:]
        ]
        said += [
            t(
                "Joined by {n}: 64 computers with a batch for each are {own} times as fast, {p} that share one batch "
                "{shared} times.",
                "{n} でつなぐと、それぞれにバッチがある 64 台は {own} 倍、1 つのバッチを分け合う {p} 台は "
                "{shared} 倍の速さです。",
                n=name,
                p=most,
                own=significant(float(found[f"own.{name}"][at]), 3),
                shared=significant(float(found[f"shared.{name}"][COUNTS.index(most)]), 3),
            )
            for name in LINKS
        ]
        bound = t(
            "Of {b} images among {p} computers, somebody computes {k}: at most {s} times as fast, however fast the "
            "network is.",
            "{b} 枚を {p} 台で分けると、だれかが {k} 枚を計算します。通信がどれだけ速くても {s} 倍までです。",
            b=whole(self.batch_size),
            p=most,
            k=whole(largest),
            s=significant(self.batch_size / largest, 3),
        )
        return [*said, bound]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The sums are sums, what is sent is what the formula says, and P computers are at most P times as fast."""
        checks = []
        for count, (messages, sent), (apart, unlike) in zip(self.processes, found["told"], found["apart"], strict=True):
            many = t("{n} processes", "{n} プロセス", n=count)
            rounds, share = 2 * np.log2(count), 2 * (count - 1) / count
            checks += [
                at_most(f"{many}: {t('the sum − the sum in one place', '和の誤差')}", apart, 1e-12, "A", law=True),
                near(f"{many}: {t('difference between processes', 'プロセス間の差')}", unlike, 0, 0, "A", law=True),
                near(f"{many}: {t('messages − formula', 'メッセージ数 − 式')}", messages - rounds, 0, 0, "A", law=True),
                near(f"{many}: {t('share sent − formula', '送った割合 − 式')}", sent - share, 0, 1e-12, "A", law=True),
            ]
        most = {
            "own": np.array(COUNTS, float),
            "shared": np.array([self.batch_size / math.ceil(self.batch_size / p) for p in self.sharing]),
        }
        within = all(np.all(found[f"{k}.{name}"] <= most[k] * (1 + 1e-12)) for k in most for name in LINKS)
        named = t("never faster than the number of computers", "台数より速くはならない")
        return [*checks, holds(named, within, "A", law=True)]


def added_up(numbers: Array) -> tuple[Array, int, int]:
    """The rows of P processes, added up by halving and doubling: (what each has then, messages and numbers each sent).

    First every process keeps half of what it had, and gets its partner's part of that half, until it has the sum of a
    P-th; then the parts are handed on in the same way, and everybody has all. P is a power of 2 (Rabenseifner, 2004).
    """
    rows = numbers.copy()
    count, size = rows.shape
    begin, end = np.zeros(count, int), np.full(count, size)
    messages = sent = 0
    apart = count // 2
    while apart:  # halving
        before = rows.copy()
        for rank in range(count):
            middle = (begin[rank] + end[rank]) // 2
            begin[rank], end[rank] = (begin[rank], middle) if not rank & apart else (middle, end[rank])
            own = slice(begin[rank], end[rank])
            rows[rank, own] += before[rank ^ apart, own]
        messages, sent, apart = messages + 1, sent + int(end[0] - begin[0]), apart // 2
    apart = 1
    while apart < count:  # doubling
        before, first, last = rows.copy(), begin.copy(), end.copy()
        for rank in range(count):
            other = rank ^ apart
            rows[rank, first[other] : last[other]] = before[other, first[other] : last[other]]
            begin[rank], end[rank] = min(first[rank], first[other]), max(last[rank], last[other])
        messages, sent, apart = messages + 1, sent + int(last[0] - first[0]), apart * 2
    return rows, messages, sent
