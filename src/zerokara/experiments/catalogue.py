"""The table of experiments, chapter by chapter."""

import difflib
import re

from zerokara.experiments import (
    ae,
    ch01,
    ch02,
    ch03,
    ch04,
    ch05,
    ch06,
    ch07,
    ch08,
    dz,
    gen,
    seq1,
    seq2,
    seq3,
    seq4,
    seq5,
    seq6,
    seq7,
)
from zerokara.experiments.base import Chapter, Experiment
from zerokara.report import Lang, Text

CHAPTERS: dict[Chapter, Text] = {
    1: Text("Python", "Python 入門"),
    2: Text("The perceptron", "パーセプトロン"),
    3: Text("Neural networks: the forward pass", "ニューラルネットワーク"),
    4: Text("Learning", "ニューラルネットワークの学習"),
    5: Text("Backpropagation", "誤差逆伝播法"),
    6: Text("Techniques of learning", "学習に関するテクニック"),
    7: Text("Convolutional networks", "畳み込みニューラルネットワーク"),
    8: Text("Deep learning", "ディープラーニング"),
    "seq1": Text("Counting words", "単語を数える"),
    "seq2": Text("Word vectors: word2vec", "単語ベクトル：word2vec"),
    "seq3": Text("Recurrent networks", "リカレントニューラルネットワーク"),
    "seq4": Text("Gates: LSTM and GRU", "ゲート付き RNN：LSTM と GRU"),
    "seq5": Text("Sequence to sequence", "系列から系列へ：seq2seq"),
    "seq6": Text("Attention", "アテンション"),
    "seq7": Text("The Transformer", "Transformer"),
    "ae": Text("Auto-encoders", "オートエンコーダ"),
    "gen": Text("Distributions and diffusion", "確率分布と拡散モデル"),
    "dz": Text("Higher derivatives", "高階微分"),
}
"""The book's chapters, then the parts on what comes after it, by key: `6` is the command's ch06."""

PARTS = (ch01, ch02, ch03, ch04, ch05, ch06, ch07, ch08, seq1, seq2, seq3, seq4, seq5, seq6, seq7, ae, gen, dz)

EXPERIMENTS: dict[str, Experiment] = {experiment.name: experiment for part in PARTS for experiment in part.EXPERIMENTS}
"""Every experiment by its name, with its own settings."""


def by_name(name: str) -> Experiment:
    """The experiment of that name; a ValueError offers the three nearest names, however far away they are."""
    if name not in EXPERIMENTS:
        near = difflib.get_close_matches(name, EXPERIMENTS, n=3, cutoff=0.0)
        raise ValueError(f"there is no experiment {name!r}: did you mean {' or '.join(near)}?")
    return EXPERIMENTS[name]


def chosen(words: list[str]) -> list[str]:
    """The names that the words stand for: names, chapters (ch06), parts (seq3), or all; each once, in order.

    Raises ValueError for a word that is none of these.
    """
    wanted: set[str] = set()
    for word in words:
        if word == "all":
            wanted |= EXPERIMENTS.keys()
        elif word in CHAPTERS:
            wanted |= set(_of_chapter(word))
        elif found := re.fullmatch(r"ch0?(\d+)", word):
            wanted |= set(_of_chapter(int(found.group(1))))
        elif re.fullmatch(r"(ch|seq)\d*", word):
            raise _no_chapter(word)
        else:
            wanted.add(by_name(word).name)
    return [name for name in EXPERIMENTS if name in wanted]


def key(chapter: Chapter) -> str:
    """As it is typed: ch06 for the book's chapter 6; a part's own key."""
    return f"ch{chapter:02}" if isinstance(chapter, int) else chapter


def heading(chapter: Chapter, lang: Lang) -> str:
    """As it is read: the number of a chapter, or the key of a part, and its title."""
    title = CHAPTERS[chapter](lang)
    if isinstance(chapter, str):
        return f"{chapter}: {title}" if lang == "en" else f"{chapter}　{title}"
    return Text("Chapter {chapter}: {title}", "第 {chapter} 章　{title}")(lang, chapter=chapter, title=title)


def _of_chapter(chapter: Chapter) -> list[str]:
    if chapter not in CHAPTERS:
        raise _no_chapter(key(chapter))
    return [name for name, experiment in EXPERIMENTS.items() if experiment.chapter == chapter]


def _no_chapter(word: str) -> ValueError:
    numbers = [chapter for chapter in CHAPTERS if isinstance(chapter, int)]
    parts = ", ".join(chapter for chapter in CHAPTERS if isinstance(chapter, str))
    return ValueError(f"chapters run from ch01 to ch{max(numbers):02}, and there are the parts {parts}; got {word}")
