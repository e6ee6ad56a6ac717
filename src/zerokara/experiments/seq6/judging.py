"""Networks that judge whether the words of a sentence stand in their order, and the sentences."""

import numpy as np

from zerokara import no_grad
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.data.text import Vocabulary, toy_grammar, toy_sentences
from zerokara.nn import LSTM, Embedding, LearnedPositions, Linear, Module, ModuleList, TransformerEncoderLayer

PADDING = 0
"""The number of the empty word behind the end of a sentence."""


class Judge(Module):
    """Embedding – bag, LSTM, or two blocks of attention – Linear: words (N, T), padded with 0, → scores (N, 2).

    The bag and the attention end in the mean over the words; the LSTM in its last state.
    """

    def __init__(
        self, kind: str, vocabulary: int, longest: int, width: int, hidden: int, rng: np.random.Generator
    ) -> None:
        self.embedding = Embedding(vocabulary, width, PADDING, rng=rng)
        self.positions = LearnedPositions(longest, width, rng=rng) if kind == "positions" else None
        self.rnn = LSTM(width, hidden, batch_first=True, rng=rng) if kind == "lstm" else None
        blocks = 2 if kind in ("attention", "positions") else 0
        self.blocks = ModuleList(
            TransformerEncoderLayer(width, 4, 4 * width, 0.0, batch_first=True, norm_first=True, rng=rng)
            for _ in range(blocks)
        )
        self.score = Linear(hidden if kind == "lstm" else width, 2, rng=rng)

    def forward(self, x: Array) -> Tensor:
        """Whether two words of the sentence were exchanged."""
        seen = np.not_equal(x, PADDING)
        words = self.embedding(x)
        if self.rnn is not None:
            return self.score(self.rnn(words, lengths=np.sum(seen, axis=1))[1][0][-1])
        if self.positions is not None:
            words = self.positions(words)
        for block in self.blocks:
            words = block(words, src_key_padding_mask=np.logical_not(seen))
        there = seen.astype(np.float32)
        return self.score((words * there[:, :, None]).sum(axis=1) / np.sum(there, axis=1, keepdims=True))


def exchanged(count: int, rng: np.random.Generator, seed: int) -> tuple[Array, Array, Array]:
    """(words as numbers (N, T), whether two different neighbours were exchanged (N,), the sentences as texts)."""
    known = Vocabulary.of(["", *toy_grammar().words()], "blanks")
    labels, rows = rng.permutation(np.arange(count) % 2), []
    for sentence, label in zip(toy_sentences(count, seed), labels, strict=True):
        k = int(rng.integers(0, len(sentence) - 2))  # the full stop stays where it is
        words = [*sentence[:k], sentence[k + 1], sentence[k], *sentence[k + 2 :]] if label else sentence
        rows.append(words)
    longest = max(map(len, rows))
    x = np.array([[*known.encode(words), *[PADDING] * (longest - len(words))] for words in rows])
    return x, labels.astype(np.int64), np.array([" ".join(words) for words in rows])


def moved(model: Judge, x: Array) -> float:
    """The greatest change of a score when the words of every sentence stand in reverse order, before the padding."""
    lengths = (x != PADDING).sum(axis=1)
    turned = np.array([[*row[:n][::-1], *row[n:]] for row, n in zip(x, lengths, strict=True)])
    with no_grad():
        return float(np.abs(model.forward(x).data - model.forward(turned).data).max())
