"""`skip-gram-small`: the two neighbours guessed from the word."""

import math
from dataclasses import dataclass

from zerokara.experiments.base import Question, Turn
from zerokara.experiments.found import Found
from zerokara.experiments.seq2.guessing import EPOCHS_MORE, Guesses
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text, significant


@dataclass(frozen=True)
class SkipGramSmall(Guesses):
    """One softmax, made from the vector of a word, has to give both of its neighbours; their losses are added."""

    name = "skip-gram-small"
    source = "V2 ch3 simple_skip_gram"
    title = Text("The words around", "skip-gram：周りの単語を当てる")
    question = Text("And the neighbours from the word?", "では、単語からその両隣を当てられるか？")
    formula = (r"p = \mathrm{softmax}(W_{x,:}\, W'^{\top}), \qquad L = -\ln p_a - \ln p_b",)
    symbols = Text("a and b are the neighbours of the word x.", "a と b は単語 x の両隣。")
    turns = (
        Turn(EPOCHS_MORE, {"epochs": 10_000}),
        Turn(Text("Two numbers a word.", "1 単語あたり 2 個の数で。"), {"hidden": 2}),
    )

    neighbours_in = False
    start_loss, floor_loss, printed = 2 * math.log(7), 1.84839, (1.8, 2.4)

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Higher than CBOW's."""
        floor = self.floor(found["around"], found["centres"])
        return [
            Question(
                t("And skip-gram's: can it reach 0?", "skip-gram の損失は 0 になるか？"),
                t(
                    "No: {floor}. Both neighbours share one softmax, so "
                    "even a word that was seen once has to give each of "
                    "its two neighbours a half.",
                    "なりません。下限は {floor} です。両隣は 1 つの softmax を分け合うので、一度しか現れない単語でも、"
                    "2 つの隣に確率を半分ずつ与えるしかありません。",
                    floor=significant(floor, 6),
                ),
            )
        ]
