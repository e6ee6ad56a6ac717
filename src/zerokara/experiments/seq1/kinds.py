"""Words by their kinds: how well vectors know them, and how they are drawn and listed."""

from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import nearest, unit
from zerokara.experiments.tongue import Tongue
from zerokara.report import Cell, Points, Table, Text

KIND_NAMES: dict[str, Text] = {
    "person": Text("person", "人"),
    "animal": Text("animal", "動物"),
    "verb": Text("verb", "動詞"),
    "adjective": Text("adjective", "形容詞"),
    "place": Text("place", "場所"),
    "adverb": Text("adverb", "副詞"),
}
LISTED, NEAREST = 2, 5
"""Words of a kind in the table, and how many near ones of each."""


def same_kind(vectors: Array, kinds: Array) -> float:
    """The share of the words with a kind whose nearest word is of the same one."""
    rows = np.flatnonzero(kinds != "")
    first = [nearest(vectors, vectors[i], 1, leave_out=[i])[0][0] for i in rows]
    return float(np.mean(kinds[first] == kinds[rows]))


def plane_of(vectors: Array) -> Array:
    """Unit vectors seen from where they spread most, (V, 2)."""
    middle = unit(vectors) - unit(vectors).mean(axis=0)
    U, values, _ = np.linalg.svd(middle, full_matrices=False)
    found: Array = np.pad(U * values, ((0, 0), (0, 2)))[:, :2]
    return found


def points(words: Sequence[str], kinds: Array, plane: Array, t: Tongue) -> list[Points]:
    """The words on a plane, a colour a kind."""
    found = []
    for kind, name in KIND_NAMES.items():
        chosen = np.flatnonzero(kinds == kind)
        if len(chosen):
            x, y = plane[chosen].T
            found.append(Points(name(t.lang), x, y, labels=[words[int(i)] for i in chosen]))
    return found


def neighbours(words: Sequence[str], kinds: Array, vectors: Array, t: Tongue) -> Table:
    """The nearest words of some of every kind."""
    rows: list[list[Cell]] = []
    for kind, name in KIND_NAMES.items():
        for i in np.flatnonzero(kinds == kind)[:LISTED]:
            others, _ = nearest(vectors, vectors[i], NEAREST, leave_out=[i])
            rows.append([words[int(i)], name(t.lang), t.list(None, *(words[j] for j in others))])
    return Table([t("word", "単語"), t("kind", "種類"), t("nearest five", "近い 5 語")], rows)
