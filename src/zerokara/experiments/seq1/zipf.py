"""`zipf`: how often rare words come."""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import load_text, unicode_names
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Text, line_chart, percent, significant

TEXTS = ("unicode", "toy")


@dataclass(frozen=True)
class Zipf(Experiment):
    """In a text that grew, the k-th most frequent word is about k times as rare as the first; a made one is not so."""

    name = "zipf"
    chapter = "seq1"
    source = "OWN"
    title = Text("How often rare words come", "ジップの法則")
    question = Text("How often do rare words come?", "まれな単語はどれくらい現れるか？")
    formula = (r"f(k) \approx \frac{f(1)}{k^{s}}, \qquad s \approx 1",)
    symbols = Text("f(k) is how often the k-th most frequent word comes.", "f(k) は k 番目に多い単語の回数。")
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("Less may become <unk>.", "<unk> を減らします。"), {"threshold": 0.001}),
        Turn(Text("Only a part of the text.", "テキストの一部だけで。"), {"words": 5_000}),
    )

    threshold: float = knob(0.01, "share of the text that may become <unk>", "<unk> にしてよい割合", low=0, high=0.5)
    words: int = knob(1_000_000, "words that are read", "読む単語の数", low=500, high=10_000_000)

    def measure(self, lab: Lab) -> Arrays:
        """The counts of both texts by rank, the slope of the middle, and what a threshold leaves."""
        found: Arrays = {}
        for name in TEXTS:
            words = re.findall("[A-Z]+", unicode_names()) if name == "unicode" else load_text(name).train.split()
            counts = np.array([n for _, n in Counter(words[: self.words]).most_common()])
            found[f"{name}.counts"] = counts
            found[f"{name}.slope"] = np.array(slope(counts))
            found[f"{name}.covered"] = np.cumsum(counts) / counts.sum()
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Rank against frequency; the share of the text that is covered."""
        ranks = {name: np.arange(1, len(found[f"{name}.counts"]) + 1) for name in TEXTS}
        first = float(found["unicode.counts"][0])
        ideal = Line(t("slope −1", "傾き −1"), np.array([1, first]), np.array([first, 1]), faint=True)
        rank = Axis(t("rank", "順位"), log=True)
        return [
            line_chart(
                t("Frequency by rank", "順位と回数"),
                [*(Line(name, ranks[name], found[f"{name}.counts"]) for name in TEXTS), ideal],
                rank,
                Axis(t.word("count"), log=True),
                lang=t.lang,
            ),
            line_chart(
                t("Share of the text by the k most frequent words", "上位 k 語が占める割合"),
                [Line(name, ranks[name], found[f"{name}.covered"]) for name in TEXTS],
                rank,
                Axis(t.word("share"), low=0, high=1),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Slopes, and the ten most frequent."""
        return [
            t(
                "In the middle of the ranks the names of Unicode fall "
                "with the slope {s}; the small language has {v} words "
                "and no such tail.",
                "順位の中ほどで、Unicode の文字名は傾き {s} で下がります。"
                "小さな言語は {v} 語しかなく、このような裾はありません。",
                s=significant(float(found["unicode.slope"]), 3),
                v=len(found["toy.counts"]),
            ),
            t(
                "The ten most frequent of {v} words are {share} of the text; {once} of the words come once only.",
                "{v} 語のうち上位 10 語でテキストの {share} を占め、{once} の単語は一度しか現れません。",
                v=len(found["unicode.counts"]),
                share=percent(float(found["unicode.covered"][9]), 1),
                once=percent(float(np.mean(found["unicode.counts"] == 1)), 0),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Orders; sizes, slope, coverage."""
        falls = all(np.all(np.diff(found[f"{name}.counts"]) <= 0) for name in TEXTS)
        told = [
            holds(t("counts fall with the rank", "回数は順位とともに減る"), falls, "A", law=True),
            near(
                t("all words together are the text", "全単語でテキスト全体"),
                found["unicode.covered"][-1],
                1,
                1e-12,
                "A",
                law=True,
            ),
        ]
        if self.words >= 54_563:
            counts = found["unicode.counts"]
            told += [
                near(t("words of the names", "文字名の単語数"), counts.sum(), 54_563, 0, "A"),
                near(t("different words of the names", "文字名の異なり語数"), len(counts), 4_196, 0, "A"),
                between(
                    t("slope, ranks 10 to 1,000", "傾き（順位 10〜1,000）"), found["unicode.slope"], -1.3, -0.7, "M"
                ),
                at_least(
                    t("share of the ten most frequent", "上位 10 語の割合"), found["unicode.covered"][9], 0.25, "M"
                ),
            ]
        return told

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The threshold."""
        counts = found["unicode.counts"]
        kept = int(np.searchsorted(found["unicode.covered"], 1 - self.threshold)) + 1
        return [
            Question(
                t(
                    "How often must a word be seen to be kept if {p} of the text may become <unk>?",
                    "テキストの {p} まで <unk> にしてよいとき、何回以上現れる単語を残せばよいか？",
                    p=percent(self.threshold, 1),
                ),
                t(
                    "{n:time|times}: {k} of {v} words cover {c} of the names.",
                    "{n} 回以上。{v} 語のうち {k} 語で、文字名の {c} を占めます。",
                    n=int(counts[min(kept, len(counts)) - 1]),
                    k=min(kept, len(counts)),
                    v=len(counts),
                    c=percent(float(found["unicode.covered"][min(kept, len(counts)) - 1]), 1),
                ),
            )
        ]


def slope(counts: Array) -> float:
    """The slope of log frequency against log rank, ranks 10 to 1,000, each step of the logarithm counted alike."""
    ranks = np.unique(np.geomspace(10, max(11, min(1000, len(counts))), 60).astype(int))
    ranks = ranks[ranks <= len(counts)]
    return float(np.polyfit(np.log(ranks), np.log(counts[ranks - 1]), 1)[0])
