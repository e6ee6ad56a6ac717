"""`negative-sampling`: a few choices of two instead of one among all words."""

import math
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor
from zerokara.data.text import Negatives
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.seq2.timing import best_time
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Parameter
from zerokara.optim import SGD, Rows
from zerokara.report import Axis, Line, Text, line_chart, significant

POWERS = np.linspace(0, 1.5, 31)
PROBABILITIES = (0.7, 0.29, 0.01)


@dataclass(frozen=True)
class NegativeSampling(Experiment):
    """Is this the right word, or one of K drawn ones? The costs depend on K, no longer on the vocabulary."""

    name = "negative-sampling"
    chapter = "seq2"
    source = "V2 ch4 UnigramSampler, NegativeSamplingLoss"
    title = Text("A few choices of two", "負例サンプリング")
    question = Text("What replaces a softmax over 10,000 words?", "1 万語の softmax の代わりになるものは？")
    formula = (
        r"L = -\ln \sigma(h \cdot w_{\text{right}}) - \sum_{k=1}^{K} \ln \sigma(-h \cdot w_k)",
        r"P(k) = \frac{p_k^{\,0.75}}{\sum_j p_j^{\,0.75}}, \qquad k \ne \text{right}",
    )
    symbols = Text(
        "p is how often a word is in the text, K the number of drawn words.", "p は単語の頻度、K は負例の数。"
    )
    random = True
    turns = (
        Turn(Text("More wrong words.", "負例を増やします。"), {"negatives": 20}),
        Turn(Text("Rare words are drawn more often.", "まれな単語をもっと引きます。"), {"power": 0.25}),
    )
    quick = {"sizes": (100, 1000), "timings": 1}
    shows = Shows.ALWAYS

    power: float = knob(0.75, "power of the frequencies", "頻度の指数", low=0, high=2)
    negatives: int = knob(5, "wrong words for each right one", "正解 1 つに対する負例の数", low=1, high=1000)
    sizes: tuple[int, ...] = knob((100, 1_000, 10_000, 100_000), "vocabularies", "語彙数", low=10, high=1_000_000)
    hidden: int = knob(100, "numbers a word becomes", "1 単語を表す数の個数", low=1, high=1_000)
    batch_size: int = knob(100, "words in a batch", "バッチの単語数", low=1, high=1_000)
    draws: int = knob(60_000, "words that are drawn", "引く単語の数", low=1_000, high=10_000_000)
    timings: int = knob(5, "steps that are timed, of which the best counts", "測る回数（最短を採用）", low=1, high=100)

    def measure(self, lab: Lab) -> Arrays:
        """Probabilities by power, the shares of what is drawn, the loss of zero vectors, the time of a step."""
        p = np.array(PROBABILITIES)
        by_power = np.array([Negatives(p, power).probabilities for power in POWERS])
        sampler, rng = Negatives(p, self.power), lab.rng("draws")
        drawn = [np.bincount(sampler.draw(np.full(self.draws, r), 1, rng).ravel(), minlength=3) for r in range(3)]
        words = np.zeros((self.batch_size, 1 + self.negatives), int)
        zero = np.zeros((self.batch_size, self.hidden))
        start = F.negative_sampling_loss(zero, np.zeros((3, self.hidden)), words).item()
        times = [self._times(lab.rng("times", size), size) for size in self.sizes]
        return {
            "by_power": by_power,
            "own": sampler.probabilities,
            "drawn": np.array(drawn) / self.draws,
            "start": np.array(start),
            "times": np.array(times),
        }

    def _times(self, rng: np.random.Generator, size: int) -> tuple[float, float]:
        """Seconds of a step of SGD: softmax over all words, sampling with the rows of the drawn ones."""
        h = Tensor(rng.standard_normal((self.batch_size, self.hidden)).astype(np.float32), requires_grad=True)
        w = Parameter(rng.standard_normal((size, self.hidden)).astype(np.float32) * 0.01)
        right = rng.integers(0, size, self.batch_size)
        optimizer = SGD([w], lr=0.1)
        rows, draws = Rows(w, SGD([w], lr=0.1)), Negatives(np.ones(size))

        def softmax() -> None:
            optimizer.zero_grad()
            F.cross_entropy(F.matmul(h, w.T), right).backward()
            optimizer.step()

        def sampling() -> None:
            words = np.concatenate([right[:, None], draws.draw(right, self.negatives, rng)], axis=1)
            part, places = rows.take(words)
            F.negative_sampling_loss(h, part, places).backward()
            rows.step()

        for step in (softmax, sampling):  # the first one prepares
            step()
        return best_time(softmax, self.timings), best_time(sampling, self.timings)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The probabilities by power, and the time of a step."""
        lines = [Line(f"p = {p:g}", POWERS, found["by_power"][:, i]) for i, p in enumerate(PROBABILITIES)]
        sizes = np.array(self.sizes)
        names = t("softmax over all", "全単語の softmax"), t("sampling", "サンプリング")
        return [
            line_chart(
                t("How often a wrong word is drawn", "負例として引かれる確率"),
                lines,
                Axis(t("power", "指数")),
                Axis(t.word("probability"), low=0, high=1),
                lang=t.lang,
                note=t(
                    "Power 0: all alike. Power 1: as often as in the text.",
                    "指数 0 なら一様、1 ならテキストの頻度どおり。",
                ),
            ),
            line_chart(
                t("Time of a step", "1 ステップの時間"),
                [Line(name, sizes, 1e3 * found["times"][:, k]) for k, name in enumerate(names)],
                Axis("V", log=True),
                Axis(t("milliseconds", "ミリ秒"), log=True),
                lang=t.lang,
                note=t("{n} words of {d} numbers.", "{n} 単語、1 単語 {d} 個の数。", n=self.batch_size, d=self.hidden),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Work and time."""
        V, K, H = self.sizes[-1], 1 + self.negatives, self.hidden
        slow, fast = found["times"][-1]
        own = t.list(None, *(significant(p, 8) for p in found["own"]))
        return [
            t(
                "For an example, {k}·{h} = {a} multiplications take "
                "the place of {v}·{h} = {b}; a step took {x} ms instead "
                "of {y} ms with {v} words.",
                "1 例あたりの掛け算は {v}·{h} = {b} 回から {k}·{h} = {a} 回にな"
                "ります。{v} 語での 1 ステップは {y} ms に対し {x} ms でした。",
                k=K,
                h=H,
                a=f"{K * H:,}",
                v=f"{V:,}",
                b=f"{V * H:,}",
                x=significant(1e3 * fast, 3),
                y=significant(1e3 * slow, 3),
            ),
            t(
                "With power {p} the probabilities .7, .29, .01 become {own}.",
                "指数 {p} で、確率 .7, .29, .01 は {own} になります。",
                p=f"{self.power:g}",
                own=own,
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Probabilities; what is drawn; the start."""
        K, own, drawn = self.negatives, found["own"], found["drawn"]
        wanted = np.array([np.where(np.arange(3) == r, 0, own) / (1 - own[r]) for r in range(3)])
        away = np.abs(drawn - wanted).max() / math.sqrt(0.25 / self.draws)
        never, off = (
            t("the right word is never drawn", "正解の単語は引かれない"),
            np.abs(found["by_power"][0] - 1 / 3).max(),
        )
        shares = t("drawn shares, off by standard errors", "引いた割合のずれ（標準誤差の何倍）")
        start, even = t("loss of zero vectors", "0 ベクトルの損失"), t("power 0: off ⅓ by", "指数 0：⅓ との差")
        told = [
            holds(never, np.all(np.diag(drawn) == 0), "A", law=True),
            at_most(shares, away, 5, "A", law=True),
            near(start, found["start"], (1 + K) * math.log(2), 1e-9, "A", law=True),
            at_most(even, off, 1e-12, "A", law=True),
        ]
        if self.power == 0.75:
            values = (0.64196878, 0.33150408, 0.02652714)
            told += [near(f"P({i})", own[i], v, 1e-8, "N") for i, v in enumerate(values)]
        return told

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Power 0."""
        spread = np.ptp(found["by_power"], axis=1)
        return [
            Question(
                t(
                    "Which power makes “the” and “queen” equally likely as negatives?",
                    "負例として the と queen を同じ確率にする指数は？",
                ),
                t(
                    "{p}: there the probabilities differ by {d}.",
                    "{p} です。そこで確率の差は {d} になります。",
                    p=f"{POWERS[int(spread.argmin())]:g}",
                    d=significant(round(float(spread.min()), 12), 3),
                ),
            )
        ]
