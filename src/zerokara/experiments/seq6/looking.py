"""Where a network looks in a date while it writes it, and whether that is the digit it copies."""

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.answering import Numbered
from zerokara.experiments.exercises import Exercise, style_of
from zerokara.models import Seq2Seq

WIDTH = 10
"""Characters of an answer, YYYY-MM-DD."""


COPIED = 0
"""The style M/D/YY, whose day and year are copied as they stand."""


def encoded(question: str, data: Exercise) -> Array:
    """A question of the reader's own as numbers, filled up with blanks."""
    length = data.test.questions.shape[1]
    if len(question) > length:
        raise ValueError(f"a date has at most {length} characters; got {len(question)}")
    return data.vocabulary.encode(question.ljust(length))


def looked(model: Seq2Seq, questions: Array, data: Exercise) -> tuple[Array, Array]:
    """The answers (N, T), and where it looked for each character (N, T, S), in the order in which it stands."""
    pairs = Numbered(questions, np.repeat(data.test.answers[:1], len(questions), axis=0)).reversed()
    start = int(pairs.answers[0, 0])
    said = model.generate(pairs.questions, start, WIDTH)
    told = np.hstack([np.full((len(said), 1), start), said[:, :-1]])
    return said, model.attention(pairs.questions, told).data[:, :, ::-1]


def copied(questions: list[str], answers: list[str], weights: Array) -> float:
    """Of the day and year digits in dates like 3/25/75: the share that is looked at most while it is written."""
    hits = []
    for question, answer, looked in zip(questions, answers, weights, strict=True):
        if style_of(question) != COPIED:
            continue
        month, day, _ = question.split("/")
        ends = {WIDTH - 1: len(month) + len(day), 3: len(question) - 1, 2: len(question) - 2}
        if len(day) == 2:
            ends[WIDTH - 2] = len(month) + 1
        for row, column in ends.items():
            assert answer[row] == question[column]
            hits.append(int(looked[row].argmax()) == column)
    return float(np.mean(hits)) if hits else np.nan
