"""`zipf`: how often rare words come."""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import DataError
from zerokara.data.text import unicode_names
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.reading_texts import text_knob, tokens_knob, words_of
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Text, line_chart, percent, significant

BESIDE = "toy"
"""The made text that stands beside every other."""

LEAST = 12
"""A line needs two ranks from the tenth on."""


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

    text: str = text_knob("unicode")
    tokens: str = tokens_knob()
    threshold: float = knob(0.01, "share of the text that may become <unk>", "<unk> にしてよい割合", low=0, high=0.5)
    words: int = knob(1_000_000, "words that are read", "読む単語の数", low=500, high=10_000_000)

    def measure(self, lab: Lab) -> Arrays:
        """The counts of both texts by rank, the slope of the middle, and what a threshold leaves."""
        found: Arrays = {}
        for key, name in self._texts().items():
            counts = np.array([n for _, n in Counter(self._words(lab, name)[: self.words]).most_common()])
            if len(counts) < LEAST:
                raise DataError(f"{name} has {len(counts)} different words; to be put in order it needs {LEAST}")
            found[f"{key}.counts"] = counts
            found[f"{key}.slope"] = np.array(slope(counts))
            found[f"{key}.covered"] = np.cumsum(counts) / counts.sum()
        return found

    def _texts(self) -> dict[str, str]:
        """By the names under which they are found: the text, and the made one beside it."""
        return {"text": self.text} if self.text == BESIDE else {"text": self.text, "beside": BESIDE}

    def _words(self, lab: Lab, name: str) -> list[str]:
        """All words of a text, its marks left out where it is cut here."""
        if name == "unicode" and not self.tokens:
            return re.findall("[A-Z]+", unicode_names())
        words = words_of(lab, name, self.tokens if name == self.text else "")
        return words if name in (BESIDE, "toy-ja", "ptb") else [w for w in words if any(map(str.isalnum, w))]

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Rank against frequency; the share of the text that is covered."""
        ranks = {key: np.arange(1, len(found[f"{key}.counts"]) + 1) for key in self._texts()}
        first = float(found["text.counts"][0])
        ideal = Line(t("slope −1", "傾き −1"), np.array([1, first]), np.array([first, 1]), faint=True)
        rank = Axis(t("rank", "順位"), log=True)
        return [
            line_chart(
                t("Frequency by rank", "順位と回数"),
                [*(Line(name, ranks[key], found[f"{key}.counts"]) for key, name in self._texts().items()), ideal],
                rank,
                Axis(t.word("count"), log=True),
                lang=t.lang,
            ),
            line_chart(
                t("Share of the text that the k most frequent words make up", "上位 k 語が占める割合"),
                [Line(name, ranks[key], found[f"{key}.covered"]) for key, name in self._texts().items()],
                rank,
                Axis(t.word("share"), low=0, high=1),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Slopes, and the ten most frequent."""
        first = t(
            "In the middle of the ranks {text} fall with the slope {s}",
            "順位の中ほどで、{text}は傾き {s} で下がります。",
            text=t("the names of Unicode", "Unicode の文字名")
            if self.text == "unicode"
            else t("the words of {name}", "{name} の単語", name=self.text),
            s=significant(float(found["text.slope"]), 3),
        )
        beside = t(
            "; the small language has {v} words and no such tail.",
            "小さな言語は {v} 語しかなく、このような裾はありません。",
            v=len(found["beside.counts" if "beside.counts" in found else "text.counts"]),
        )
        return [
            first + (beside if "beside.counts" in found else t(".", "")),
            t(
                "The ten most frequent of {v} words are {share} of the text; {once} of the words occur only once.",
                "{v} 語のうち上位 10 語でテキストの {share} を占め、{once} の単語は一度しか現れません。",
                v=len(found["text.counts"]),
                share=percent(float(found["text.covered"][9]), 1),
                once=percent(float(np.mean(found["text.counts"] == 1)), 0),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Orders; sizes, slope, coverage."""
        falls = all(np.all(np.diff(found[f"{key}.counts"]) <= 0) for key in self._texts())
        told = [
            holds(t("counts fall with the rank", "回数は順位とともに減る"), falls, "A", law=True),
            near(
                t("all words together are the text", "全単語でテキスト全体"),
                found["text.covered"][-1],
                1,
                1e-12,
                "A",
                law=True,
            ),
        ]
        if self.text == "unicode" and not self.tokens and self.words >= 54_563:
            counts = found["text.counts"]
            told += [
                near(t("words of the names", "文字名の単語数"), counts.sum(), 54_563, 0, "A"),
                near(t("different words of the names", "文字名の異なり語数"), len(counts), 4_196, 0, "A"),
                between(t("slope, ranks 10 to 1,000", "傾き（順位 10〜1,000）"), found["text.slope"], -1.3, -0.7, "M"),
                at_least(t("share of the ten most frequent", "上位 10 語の割合"), found["text.covered"][9], 0.25, "M"),
            ]
        return told

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The threshold."""
        counts = found["text.counts"]
        kept = int(np.searchsorted(found["text.covered"], 1 - self.threshold)) + 1
        return [
            Question(
                t(
                    "How often must a word be seen to be kept if {p} of the text may become <unk>?",
                    "テキストの {p} まで <unk> にしてよいとき、何回以上現れる単語を残せばよいか？",
                    p=percent(self.threshold, 1),
                ),
                t(
                    "{n:time|times}: {k} of {v} words cover {c} of the {text}.",
                    "{n} 回以上。{v} 語のうち {k} 語で、{text}の {c} を占めます。",
                    text=t("names", "文字名") if self.text == "unicode" else t("text", "テキスト"),
                    n=int(counts[min(kept, len(counts)) - 1]),
                    k=min(kept, len(counts)),
                    v=len(counts),
                    c=percent(float(found["text.covered"][min(kept, len(counts)) - 1]), 1),
                ),
            )
        ]


def slope(counts: Array) -> float:
    """The slope of log frequency against log rank, ranks 10 to 1,000, each step of the logarithm counted alike."""
    ranks = np.unique(np.geomspace(10, max(11, min(1000, len(counts))), 60).astype(int))
    ranks = ranks[ranks <= len(counts)]
    return float(np.polyfit(np.log(ranks), np.log(counts[ranks - 1]), 1)[0])
