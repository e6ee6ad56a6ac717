"""What the experiments on one sentence share: its words, their neighbours, and how a square of words is drawn."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import Vocabulary, co_occurrence
from zerokara.experiments.base import Experiment, knob
from zerokara.experiments.found import Found
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Figure, heat_map

SENTENCE = "You say goodbye and I say hello."


@dataclass(frozen=True)
class OnSentence(Experiment):
    """An experiment on the words of one sentence."""

    sentence: str = knob(SENTENCE, "the text", "テキスト")
    window: int = knob(
        1, "places to either side that count as neighbours", "両側に何単語まで隣と数えるか", low=1, high=20
    )

    shows = Shows.ALWAYS

    @property
    def is_books(self) -> bool:
        """Whether it is the book's sentence and window."""
        return self.sentence == SENTENCE and self.window == 1

    def counted(self) -> tuple[Array, Array, Array]:
        """(words (V,), numbers of the text's words (n,), neighbours C (V, V))."""
        vocabulary = Vocabulary.of(self.sentence, "lower-words")
        ids = vocabulary.encode(self.sentence)
        return np.array(vocabulary.tokens), ids, co_occurrence(ids, len(vocabulary), self.window)


def words_of(found: Found) -> list[str]:
    """The words of a result."""
    return [str(word) for word in found["words"]]


def square(found: Found, name: str, title: str, axis: str, t: Tongue, note: str = "") -> Figure:
    """A square of numbers, a word a row and a column."""
    words = words_of(found)
    word, near = t("word", "単語"), t("neighbour", "隣の単語")
    return heat_map(
        title, found[name], words, words, Axis(axis), row_name=word, column_name=near, lang=t.lang, note=note
    )


def index(words: list[str], word: str) -> int:
    """The number of a word; −1 where the text lacks it."""
    return words.index(word) if word in words else -1
