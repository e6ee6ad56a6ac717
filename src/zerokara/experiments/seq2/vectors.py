"""Word vectors by prediction, which several experiments learn: CBOW and skip-gram with negative sampling."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.capture import capture
from zerokara.data.text import Negatives, Vocabulary, contexts
from zerokara.experiments.base import Experiment, knob
from zerokara.experiments.lab import Lab
from zerokara.experiments.reading_texts import text_knob, tokens_knob, words_of
from zerokara.nn import Embedding
from zerokara.optim import Adam

MODELS = ("skip-gram", "cbow")


@dataclass(frozen=True)
class LearnsVectors(Experiment):
    """An experiment that learns the vectors of a text's words."""

    random = True

    text: str = text_knob()
    tokens: str = tokens_knob()
    words: int = knob(1_000_000, "words of the training text that are read", "読む単語の数", low=2_000, high=10_000_000)
    window: int = knob(2, "words on either side that belong to a context", "両側の文脈の単語数", low=1, high=20)
    dimensions: int = knob(32, "numbers a word becomes", "1 単語を表す数の個数", low=1, high=500)
    negatives: int = knob(
        5, "wrong words that are drawn for each right one", "正解 1 つに対する負例の数", low=1, high=100
    )
    epochs: int = knob(3, "passes over the text", "エポック数", low=1, high=100)
    batch_size: int = knob(512, "contexts in an update", "バッチサイズ", low=1, high=100_000)
    lr: float = knob(0.01, "learning rate of Adam", "Adam の学習率", low=0, high=10)

    def read(self, lab: Lab) -> tuple[Vocabulary, Array]:
        """The vocabulary and the numbers of the text's words."""
        words = words_of(lab, self.text, self.tokens)[: self.words]
        vocabulary = Vocabulary.of(words, "blanks")
        return vocabulary, vocabulary.encode(words)

    def updates(self, ids: Array) -> int:
        """How many updates a training has."""
        return self.epochs * -(-(len(ids) - 2 * self.window) // self.batch_size)

    def learned(self, lab: Lab, ids: Array, size: int, kind: str) -> tuple[Array, Array]:
        """(vectors (V, D), loss a centre of every epoch). `updates` steps have to be planned."""
        around, centres = contexts(ids, self.window)
        rng = lab.rng("word2vec", kind)
        tables = [Embedding(size, self.dimensions, rng=lab.rng(kind, i)) for i in range(2)]
        for table in tables:
            table.weight.data *= 0.01
        optimizer = Adam([table.weight for table in tables], lr=self.lr)

        @capture
        def step(inputs: Array, words: Array) -> Tensor:
            """inputs (N, C) whose vectors are averaged; words (N, 1 + K), the right one first."""
            h = F.embedding(inputs, tables[0].weight).mean(axis=1)
            loss = F.negative_sampling_loss(h, tables[1].weight, words, reduction="sum")
            optimizer.zero_grad()
            (loss / float(len(inputs))).backward()
            optimizer.step()
            return loss

        draws, losses = Negatives.of(ids, size), []
        for _ in range(self.epochs):
            total = 0.0
            for places in self._batches(rng, len(centres)):
                if kind == "cbow":
                    inputs, right = around[places], centres[places]
                else:  # each neighbour is told from the centre, and the losses of a centre are added
                    right = around[places].ravel()
                    inputs = np.repeat(centres[places], around.shape[1])[:, None]
                words = np.concatenate([right[:, None], draws.draw(right, self.negatives, rng)], axis=1)
                total += step(inputs, words).item()
                lab.advance()
            losses.append(total / len(centres))
        return tables[0].weight.data.copy(), np.array(losses)

    def _batches(self, rng: np.random.Generator, count: int) -> Iterator[Array]:
        order = rng.permutation(count)
        return (order[i : i + self.batch_size] for i in range(0, count, self.batch_size))
