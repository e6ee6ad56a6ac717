"""Questions of the form "a is to b as c to what?", made from the words of the small language, and their answers."""

from itertools import permutations

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import Vocabulary, analogy, nearest, unit
from zerokara.experiments.base import Arrays
from zerokara.report import Text

NAMES: dict[str, Text] = {
    "gender": Text("gender", "性別"),
    "rank": Text("rank", "身分"),
    "age": Text("age", "年齢"),
    "tense": Text("tense", "時制"),
    "number": Text("number", "単数・複数"),
}
SHOWN = 2
"""Questions of a group in the table."""

Asked = tuple[str, str, str, str]
Pairs = tuple[tuple[str, str], ...]


def _pairs(text: str) -> Pairs:
    return tuple((a, b) for a, b in (pair.split("-") for pair in text.split()))


GROUPS: dict[str, tuple[Pairs, ...]] = {
    "gender": (
        _pairs("king-queen prince-princess man-woman boy-girl"),
        _pairs("kings-queens princes-princesses men-women boys-girls"),
    ),
    "rank": (
        _pairs("king-man queen-woman prince-boy princess-girl"),
        _pairs("kings-men queens-women princes-boys princesses-girls"),
    ),
    "age": (
        _pairs("king-prince queen-princess man-boy woman-girl"),
        _pairs("kings-princes queens-princesses men-boys women-girls"),
    ),
    "tense": (_pairs("sees-saw feeds-fed meets-met leaves-left sleeps-slept sings-sang walks-walked waits-waited"),),
    "number": (
        _pairs(
            "king-kings queen-queens prince-princes princess-princesses man-men woman-women boy-boys girl-girls "
            "dog-dogs cat-cats horse-horses bird-birds"
        ),
    ),
}
"""Pairs that differ in one thing; a question is made of two pairs of one row."""


def questions(group: str) -> list[Asked]:
    """(a, b, c, answer): a is to b as c to the answer, for every two pairs of a row, in both directions."""
    found = []
    for row in GROUPS[group]:
        for (a, b), (c, d) in permutations(row, 2):
            found += [(a, b, c, d), (b, a, d, c)]
    return found


def answers_of(vocabulary: Vocabulary, vectors: Array, group: str, asked: list[Asked]) -> Arrays:
    """What is found of a group: its name with a dot before each of these.

    out, in: the share of exact answers, the question's words left out and allowed; out.answers, in.answers, asked:
    some of them. alone: the share that is right by the word nearest to c alone. parallel: of the steps a → b.
    """
    found: Arrays = {}
    for key, leave_out in (("out", True), ("in", False)):
        answers = [_answer(vocabulary, vectors, q, leave_out) for q in asked]
        right = [answer == q[3] for answer, q in zip(answers, asked, strict=True)]
        found[f"{group}.{key}"] = np.array(np.mean(right) if right else np.nan)
        found[f"{group}.{key}.answers"] = np.array(answers[: 8 * SHOWN : 8] or [""])
    found[f"{group}.alone"] = np.array(_alone(vocabulary, vectors, asked))
    found[f"{group}.parallel"] = np.array(_parallel(vocabulary, vectors, group))
    found[f"{group}.asked"] = np.array([" ".join(q) for q in asked[: 8 * SHOWN : 8]] or [""])
    return found


def _answer(vocabulary: Vocabulary, vectors: Array, asked: tuple[str, ...], leave_out: bool) -> str:
    a, b, c = (vocabulary.id(word) for word in asked[:3])
    return vocabulary.tokens[int(analogy(vectors, a, b, c, leave_out=leave_out)[0][0])]


def _alone(vocabulary: Vocabulary, vectors: Array, asked: list[Asked]) -> float:
    """The share of questions whose answer is the word nearest to c, other than the question's own."""
    rows = [tuple(vocabulary.id(word) for word in q) for q in asked]
    right = [nearest(vectors, vectors[c], 1, leave_out=(a, b, c))[0][0] == d for a, b, c, d in rows]
    return float(np.mean(right)) if right else np.nan


def _parallel(vocabulary: Vocabulary, vectors: Array, group: str) -> float:
    """The mean cosine of the steps a → b of the pairs of a row with each other."""
    found = []
    for row in GROUPS[group]:
        known = [(vocabulary.id(a), vocabulary.id(b)) for a, b in row if a in vocabulary and b in vocabulary]
        steps = unit([unit(vectors[b]) - unit(vectors[a]) for a, b in known]) if known else np.zeros((0, 1))
        found += (steps @ steps.T)[np.triu_indices(len(steps), 1)].tolist()
    return float(np.mean(found)) if found else np.nan
