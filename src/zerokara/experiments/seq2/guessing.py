"""What the two small models share: a sentence, its contexts, a softmax over seven words, and the floor of the loss."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.capture import capture
from zerokara.data.text import Vocabulary, contexts, cosine_similarity
from zerokara.experiments.base import Arrays, Experiment, Piece, knob
from zerokara.experiments.checks import Check, at_least, between, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq1.sentence import SENTENCE
from zerokara.experiments.tongue import Tongue
from zerokara.nn import Embedding
from zerokara.optim import Adam
from zerokara.report import Axis, Cell, Line, Table, Text, heat_map, line_chart, significant


@dataclass(frozen=True)
class Guesses(Experiment):
    """A word is guessed from its two neighbours, or these from it; the softmax is over all words of the sentence."""

    chapter = "seq2"
    random = True
    seeds = 3
    quick = {"epochs": 40}

    neighbours_in: ClassVar[bool]
    start_loss: ClassVar[float]
    floor_loss: ClassVar[float]
    printed: ClassVar[tuple[float, float]]

    hidden: int = knob(5, "numbers a word becomes", "1 単語を表す数の個数", low=1, high=100)
    epochs: int = knob(1_000, "passes over the six contexts", "エポック数", low=1, high=100_000)
    batch_size: int = knob(3, "contexts in an update", "バッチサイズ", low=1, high=6)
    lrs: tuple[float, ...] = knob((0.001, 0.01), "learning rates of Adam", "Adam の学習率", low=0, high=10)

    def measure(self, lab: Lab) -> Arrays:
        """The loss by epoch for every learning rate, and the vectors at the end."""
        vocabulary = Vocabulary.of(SENTENCE, "lower-words")
        around, centres = contexts(vocabulary.encode(SENTENCE), 1)
        found: Arrays = {"words": np.array(vocabulary.tokens), "around": around, "centres": centres}
        lab.plan(self.epochs * len(self.lrs))
        for k, lr in enumerate(self.lrs):
            losses, vectors = self._train(lab, around, centres, len(vocabulary), lr)
            found[f"{k}.losses"], found[f"{k}.vectors"] = losses, vectors
        return found

    def _train(self, lab: Lab, around: Array, centres: Array, size: int, lr: float) -> tuple[Array, Array]:
        tables = [Embedding(size, self.hidden, rng=lab.rng("start", i)) for i in range(2)]
        for table in tables:
            table.weight.data *= 0.01
        optimizer, rng = Adam([table.weight for table in tables], lr=lr), lab.rng("batches", str(lr))

        @capture
        def step(inputs: Array, answers: Array) -> Tensor:
            """inputs (N, C) words whose vectors are averaged, answers (N, A): the losses of all answers are added."""
            h = F.embedding(inputs, tables[0].weight).mean(axis=1)
            logs = F.log_softmax(F.matmul(h, tables[1].weight.T), axis=1)
            loss = -logs[np.arange(len(answers))[:, None], answers].sum() / float(len(answers))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        given, asked = (around, centres[:, None]) if self.neighbours_in else (centres[:, None], around)
        losses = np.empty(self.epochs)
        for epoch in range(self.epochs):
            order, parts = rng.permutation(len(centres)), []
            for i in range(0, len(order), self.batch_size):
                chosen = order[i : i + self.batch_size]
                parts.append(step(given[chosen], asked[chosen]).item() * len(chosen))
            losses[epoch] = sum(parts) / len(centres)
            lab.advance()
        return losses, tables[0].weight.data.copy()

    def floor(self, around: Array, centres: Array) -> float:
        """The least loss that any model of this kind can have on these contexts: the entropy of the answers."""
        answers: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        for neighbours, centre in zip(np.sort(around, axis=1).tolist(), centres.tolist(), strict=True):
            if self.neighbours_in:  # a mean of vectors cannot tell the order
                answers[tuple(neighbours)][centre] += 1
            else:
                answers[(centre,)].update(neighbours)
        total = -sum(n * np.log(n / sum(c.values())) for c in answers.values() for n in c.values())
        return float(total / len(centres))

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The loss with its floor, and the vectors."""
        x = np.arange(1, self.epochs + 1)
        words = [str(word) for word in found["words"]]
        floor = self.floor(found["around"], found["centres"])
        lines = [Line(f"lr {lr:g}", x, found.mean(f"{k}.losses")) for k, lr in enumerate(self.lrs)]
        lines.append(Line(t("floor", "下限"), x[[0, -1]], np.full(2, floor), faint=True))
        columns = [str(i + 1) for i in range(self.hidden)]
        last = len(self.lrs) - 1
        rows: list[list[Cell]] = [
            [" ".join(words[i] for i in a), words[c]]
            for a, c in zip(found["around"].tolist(), found["centres"].tolist(), strict=True)
        ]
        return [
            line_chart(
                t("The loss and its floor", "損失とその下限"),
                lines,
                Axis(t.word("epoch"), whole=True),
                Axis(t.word("loss"), low=0),
                lang=t.lang,
            ),
            heat_map(
                t("The vectors, learned with lr {lr}", "学習率 {lr} で学んだベクトル", lr=f"{self.lrs[last]:g}"),
                found[f"{last}.vectors"],
                words,
                columns,
                Axis(t.word("value")),
                row_name=t("word", "単語"),
                lang=t.lang,
            ),
            Table([t("neighbours", "両隣"), t("word", "単語")], rows, t("the six contexts", "6 つの文脈")),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Where the losses end, above the floor; and which words became alike."""
        floor = self.floor(found["around"], found["centres"])
        ends = t.list(None, *(f"{self._end(found, k).mean():.3f} (lr {lr:g})" for k, lr in enumerate(self.lrs)))
        return [
            t(
                "After {n} epochs the loss is {ends}; it cannot fall below {floor}.",
                "{n} エポック後の損失は {ends}。{floor} より下がることはありません。",
                n=self.epochs,
                ends=ends,
                floor=significant(floor, 5),
            ),
            t(
                "“goodbye” and “i” have vectors with the cosine {c}: both stand between the same two words.",
                "goodbye と i のベクトルのコサイン類似度は {c} です。どちらも同じ 2 つの単語の間に現れます。",
                c=significant(self._alike(found).mean(), 3),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Start, floor, the end."""
        floor = self.floor(found["around"], found["centres"])
        first = np.array([run["0.losses"][0] for run in found.runs])
        lowest = np.array([min(run[f"{k}.losses"].min() for k in range(len(self.lrs))) for run in found.runs])
        end = t("loss at the end, lr {lr}", "最後の損失（学習率 {lr}）", lr=f"{self.lrs[0]:g}")
        best = t("loss at the end less the floor, lr {lr}", "最後の損失 − 下限（学習率 {lr}）", lr=f"{self.lrs[-1]:g}")
        return [
            near(t("floor of the loss", "損失の下限"), floor, self.floor_loss, 5e-6, "A", law=True),
            near(t("loss in the first epoch", "最初のエポックの損失"), first, self.start_loss, 0.03, "A"),
            # in an epoch the losses of its batches are from before their updates, each a mean of three contexts
            at_least(t("least loss less the floor", "最小の損失 − 下限"), lowest - floor, -1e-3, "A"),
            between(end, self._end(found, 0), *self.printed, "C"),
            between(best, self._end(found, len(self.lrs) - 1) - floor, -1e-3, 0.1, "M"),
            at_least(t("cosine of goodbye and i", "goodbye と i のコサイン類似度"), self._alike(found), 0.95, "C"),
        ]

    def _end(self, found: Found, k: int) -> Array:
        """The loss of the last epochs, a twentieth of all, by seed."""
        last: Array = found.all(f"{k}.losses")[:, -max(1, self.epochs // 20) :].mean(axis=1)
        return last

    def _alike(self, found: Found) -> Array:
        words: Sequence[str] = [str(word) for word in found["words"]]
        last = len(self.lrs) - 1
        rows = [[run[f"{last}.vectors"][words.index(w)] for w in ("goodbye", "i")] for run in found.runs]
        return np.array([float(cosine_similarity(a, b)) for a, b in rows])


EPOCHS_MORE = Text(
    "Ten times as many epochs: nearer to the floor, never below.", "10 倍のエポック：下限に近づきますが、下回りません。"
)
