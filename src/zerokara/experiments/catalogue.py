"""The table of experiments, chapter by chapter."""

import difflib
import re

from zerokara.experiments import ch01, ch02, ch03, ch04, ch05, ch06, ch07, ch08
from zerokara.experiments.base import Experiment
from zerokara.report import Text

CHAPTERS: dict[int, Text] = {
    1: Text("Python", "Python 入門"),
    2: Text("The perceptron", "パーセプトロン"),
    3: Text("Neural networks: the forward pass", "ニューラルネットワーク"),
    4: Text("Learning", "ニューラルネットワークの学習"),
    5: Text("Backpropagation", "誤差逆伝播法"),
    6: Text("Techniques of learning", "学習に関するテクニック"),
    7: Text("Convolutional networks", "畳み込みニューラルネットワーク"),
    8: Text("Deep learning", "ディープラーニング"),
}


EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for chapter in (ch01, ch02, ch03, ch04, ch05, ch06, ch07, ch08)
    for experiment in chapter.EXPERIMENTS
}
"""Every experiment by its name, with its own settings."""


def by_name(name: str) -> Experiment:
    """The experiment of that name; a ValueError offers the three nearest names, however far away they are."""
    if name not in EXPERIMENTS:
        near = difflib.get_close_matches(name, EXPERIMENTS, n=3, cutoff=0.0)
        raise ValueError(f"there is no experiment {name!r}: did you mean {' or '.join(near)}?")
    return EXPERIMENTS[name]


def chosen(words: list[str]) -> list[str]:
    """The names that the words stand for: names, chapters (ch06), or all; each once, in the order of the book.

    Raises ValueError for a word that is none of these.
    """
    wanted: set[str] = set()
    for word in words:
        if word == "all":
            wanted |= EXPERIMENTS.keys()
        elif found := re.fullmatch(r"ch0?(\d+)", word):
            wanted |= set(_of_chapter(int(found.group(1))))
        else:
            wanted.add(by_name(word).name)
    return [name for name in EXPERIMENTS if name in wanted]


def _of_chapter(chapter: int) -> list[str]:
    if chapter not in CHAPTERS:
        raise ValueError(f"chapters run from ch01 to ch{max(CHAPTERS):02}; got ch{chapter:02}")
    return [name for name, experiment in EXPERIMENTS.items() if experiment.chapter == chapter]
