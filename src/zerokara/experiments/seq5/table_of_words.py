"""A language of two words that is given by a table."""

from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.tongue import Tongue
from zerokara.report import Box, Figure, Link, block_diagram, significant

WORDS = "ABCDE"
"""A first word A or B, then C, D or E."""


class TableOfWords:
    """A language of two words, given by a table: P(first word), then P(second word | first). Called as a model is."""

    state_axis = 0

    def __init__(self, first: tuple[float, ...], after_a: tuple[float, ...], after_b: tuple[float, ...]) -> None:
        with np.errstate(divide="ignore"):
            self.rows = np.log([(*first, 0, 0, 0), (0, 0, *after_a), (0, 0, *after_b)])

    def __call__(self, x: Array, state: object = None) -> tuple[Tensor, Tensor]:
        """x (N, 1): 5 at the beginning, else the word that was said; scores (N, 1, 5)."""
        last = np.asarray(x)[:, -1]
        return Tensor(self.rows[np.where(last == len(WORDS), 0, last % 2 + 1)][:, None]), Tensor(
            np.zeros((len(last), 1))
        )


def tree(table: Sequence[Sequence[float]], joint: Array, greedy: str, t: Tongue) -> Figure:
    """All sentences of a table (P(first), P(second | A), P(second | B)), and the one that the greedy choice finds.

    Shapes: joint (2, 3), the probabilities of the sentences.
    """
    best = divmod(int(joint.argmax()), joint.shape[1])
    boxes, links = [Box("start", t("start", "開始"), 0, 2.5)], []
    for i, first in enumerate("AB"):
        tone = "accent" if greedy[0] == first else ""
        boxes.append(Box(first, first, 1, 1.0 + 3 * i, tone))
        links.append(Link("start", first, f"{table[0][i]:g}", tone))
        for j, second in enumerate("CDE"):
            name, star = first + second, " ★" if (i, j) == best else ""
            tone = "accent" if greedy == name else ""
            boxes.append(Box(name, f"{name}: {significant(float(joint[i, j]), 3)}{star}", 2, float(3 * i + j), tone))
            links.append(Link(first, name, f"{table[1 + i][j]:g}", tone))
    note = t(
        "Coloured: the way of greedy search. ★: the most probable sentence.",
        "色つきが貪欲法の道、★ が最も確率の高い文。",
    )
    return block_diagram(t("All sentences of the table", "表のすべての文"), boxes, links, lang=t.lang, note=note)
