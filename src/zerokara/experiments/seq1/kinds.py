"""What vectors know of words: of their kinds where these are known, and which words are near; drawn and listed."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import KINDS, Vocabulary, nearest, unit
from zerokara.experiments.base import knob
from zerokara.experiments.reading_texts import GRAMMARS
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

ASKED, FIRST, LAST, DRAWN = 10, 10, 1_000, 6
"""Of a text without kinds: so many words, from these ranks by frequency, are asked for; so many of them are drawn."""


def queries_knob() -> Any:
    """The words whose nearest are shown."""
    return knob(
        (),
        "words whose nearest are shown, of a text other than toy and toy-ja; empty for some of all frequencies",
        "最も近い語を示す単語（toy、toy-ja 以外のテキストで。空なら頻度の異なるいくつかの語）",
        least=0,
    )


def kinds_of(vocabulary: Vocabulary, text: str) -> Array:
    """The kind of every word, empty where it has none, as in every text but `toy` and `toy-ja`."""
    known = KINDS if text in GRAMMARS else {}
    return np.array([known.get(word, "") for word in vocabulary.tokens], "<U9")


def asked_of(vocabulary: Vocabulary, ids: Array, queries: Sequence[str]) -> Array:
    """The numbers of the words that are asked for, or of some of all frequencies; DataError for a word not there."""
    if queries:
        return np.array([vocabulary.id(word) for word in queries])
    order = np.argsort(-np.bincount(ids, minlength=len(vocabulary)), kind="stable")
    ends = min(FIRST, len(order)), min(LAST, len(order))
    found: Array = order[np.unique(np.geomspace(*ends, ASKED).astype(int)) - 1]
    return found


def same_kind(vectors: Array, kinds: Array) -> float:
    """The share of the words with a kind whose nearest word is of the same one; NaN where none has a kind."""
    rows = np.flatnonzero(kinds != "")
    if not len(rows):
        return np.nan
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


def company(words: Sequence[str], vectors: Array, asked: Array) -> list[Points]:
    """Some of the words that were asked for, each with the nearest words in its colour, seen from their own plane."""
    groups, seen = [], set()
    for i in asked[:DRAWN].tolist():
        near = [i, *nearest(vectors, vectors[i], NEAREST, leave_out=[i])[0].tolist()]
        groups.append((i, [j for j in near if j not in seen]))
        seen |= set(near)
    plane, begin, found = plane_of(vectors[[j for _, rows in groups for j in rows]]), 0, []
    for i, rows in groups:
        x, y = plane[begin : begin + len(rows)].T
        found.append(Points(words[i], x, y, labels=[words[j] for j in rows]))
        begin += len(rows)
    return found


def nearest_of(words: Sequence[str], vectors: Array, asked: Array, t: Tongue) -> Table:
    """The nearest words of those that were asked for, and how near."""
    rows: list[list[Cell]] = []
    for i in asked.tolist():
        others, cosines = nearest(vectors, vectors[i], NEAREST, leave_out=[i])
        rows.append([words[i], *(f"{words[j]} {c:.2f}" for j, c in zip(others, cosines, strict=True))])
    heads = [t("word", "単語"), *(str(k + 1) for k in range(NEAREST))]
    return Table(heads, [row + [""] * (len(heads) - len(row)) for row in rows], t("nearest words", "最も近い単語"))


def told_nearest(words: Sequence[str], vectors: Array, asked: Array, t: Tongue) -> str:
    """`Nearest: car – auto, truck; year – month.`"""
    each = []
    for i in asked[:DRAWN].tolist():
        others = nearest(vectors, vectors[i], 3, leave_out=[i])[0]
        each.append(f"{words[i]} – {t.list(None, *(words[j] for j in others))}")
    return t("Nearest words: {each}.", "最も近い単語：{each}。", each=t("; ", "；").join(each))
