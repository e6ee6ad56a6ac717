"""The sequences that are made by rule, by name: what they are, and a few of them to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zerokara.data import sequences
from zerokara.data.sequences import Pairs


@dataclass(frozen=True)
class SequenceEntry:
    """One line of the table: `examples(n)` gives the first n as texts; `function` is what makes them."""

    name: str
    description: str
    function: Callable[..., object]
    examples: Callable[[int], list[str]]


def _pairs(pairs: Pairs) -> list[str]:
    return [f"{question} {answer}" for question, answer in zip(pairs.questions, pairs.answers, strict=True)]


def _brackets(n: int) -> list[str]:
    texts, labels = sequences.brackets(n)
    return [f"{text} {label}" for text, label in zip(texts, labels.tolist(), strict=True)]


def _row(numbers: list[object]) -> str:
    return " ".join(map(str, numbers))


def _recall(n: int) -> list[str]:
    x, y = sequences.delayed_recall(20, streams=n)
    return [f"{_row(a)} → {_row(b)}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]


def _adding(n: int) -> list[str]:
    x, y = sequences.adding_problem(n, 10)
    rows = zip(x[..., 0], x[..., 1], y[:, 0], strict=True)
    return [" ".join(f"{v:.2f}{'*' * int(m)}" for v, m in zip(a, b, strict=True)) + f" → {c:.2f}" for a, b, c in rows]


_ENTRIES = (
    SequenceEntry(
        "addition", "sums as texts, 16+75 → _91", sequences.addition, lambda n: _pairs(sequences.addition(n))
    ),
    SequenceEntry(
        "dates", "dates in four styles → _YYYY-MM-DD", sequences.dates, lambda n: _pairs(sequences.dates(n)[0])
    ),
    SequenceEntry("brackets", "rows of brackets: is each closed in the right order?", sequences.brackets, _brackets),
    SequenceEntry(
        "repeats",
        "rows of symbols that begin again: copy what was seen once",
        sequences.repeats,
        lambda n: [_row(row) for row in sequences.repeats(n).tolist()],
    ),
    SequenceEntry("recall", "which symbol came some steps ago?", sequences.delayed_recall, _recall),
    SequenceEntry("adding", "rows of numbers, two of them marked: their sum", sequences.adding_problem, _adding),
    SequenceEntry(
        "sine",
        "a sine wave with noise",
        sequences.noisy_sine,
        lambda n: [_row([f"{v:.3f}" for v in sequences.noisy_sine(10, seed=i)]) for i in range(n)],
    ),
)
SEQUENCES: dict[str, SequenceEntry] = {entry.name: entry for entry in _ENTRIES}
"""name → what it is. Their sizes are the arguments of the functions in `zerokara.data.sequences`."""
