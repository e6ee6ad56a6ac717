"""`cbow-small`: a word guessed from its two neighbours."""

import math
from dataclasses import dataclass

from zerokara.experiments.base import Question, Turn
from zerokara.experiments.found import Found
from zerokara.experiments.seq2.guessing import EPOCHS_MORE, Guesses
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text, significant


@dataclass(frozen=True)
class CbowSmall(Guesses):
    """The vectors of the two neighbours are averaged, and a softmax over seven words guesses the one between."""

    name = "cbow-small"
    source = "V2 ch3 train, simple_cbow"
    title = Text("The word between", "CBOW：間の単語を当てる")
    question = Text("Can a word be guessed from its two neighbours?", "両隣の単語から、間の単語を当てられるか？")
    formula = (
        r"h = \tfrac{1}{2} (W_{a,:} + W_{b,:}), \qquad p = \mathrm{softmax}(h\, W'^{\top})",
        r"L = -\ln p_{\text{word between}} \ge \frac{2 \ln 2}{6}",
    )
    symbols = Text("a and b are the neighbours.", "a と b は両隣の単語。")
    turns = (
        Turn(EPOCHS_MORE, {"epochs": 10_000}),
        Turn(Text("Two numbers a word.", "1 単語あたり 2 個の数で。"), {"hidden": 2}),
    )

    neighbours_in = True
    start_loss, floor_loss, printed = math.log(7), 2 * math.log(2) / 6, (0.35, 0.8)

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Why not 0."""
        floor = self.floor(found["around"], found["centres"])
        return [
            Question(
                t("Can CBOW's loss on the seven-word sentence reach 0?", "7 単語の文で、CBOW の損失は 0 になるか？"),
                t(
                    "No: {floor} = (2 ln 2)/6. “goodbye” and “i” both "
                    "stand between “say” and “and”, in either order, and "
                    "the mean of two vectors cannot tell the order: one context has two answers.",
                    "なりません。{floor} = (2 ln 2)/6 が下限です。goodbye と i はどちらも say と and の間にあり、"
                    "2 つのベクトルの平均は順序を区別できないため、1 つの文脈に答えが 2 つあります。",
                    floor=significant(floor, 5),
                ),
            )
        ]
