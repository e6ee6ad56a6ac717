"""Networks that learn to answer: questions and answers as rows of symbols, trained and judged as book 2 does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.capture import capture
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import Seq2Seq
from zerokara.optim import Adam, clip_grad_norm
from zerokara.report import Axis, Band, Cell, Figure, Line, Mark, Table, chart


@dataclass(frozen=True, eq=False)
class Numbered:
    """questions (N, S) and answers (N, T + 1) as numbers; every answer begins with the start symbol."""

    questions: Array
    answers: Array

    def __len__(self) -> int:
        return len(self.questions)

    def reversed(self) -> "Numbered":
        """The same questions, read from their end."""
        return Numbered(np.ascontiguousarray(self.questions[:, ::-1]), self.answers)


@dataclass(frozen=True, eq=False)
class Answered:
    """How a training went: the mean loss and the test accuracy of every epoch, and the last answers to the test.

    losses, accuracies: (epochs,); NaN where the training left the numbers. said: (N, T).
    """

    losses: Array
    accuracies: Array
    said: Array


def learn_to_answer(
    lab: Lab,
    model: Seq2Seq,
    train: Numbered,
    test: Numbered,
    *,
    epochs: int,
    batch_size: int,
    lr: float,
    clip: float,
) -> Answered:
    """Adam on mini-batches; every epoch visits each question once, in another order. Plan `steps_of` steps before.

    A shuffled epoch leaves out what does not fill a batch. The accuracy is the share of test questions right in
    every symbol, greedily. The same seed gives the same batches to every model.
    """
    optimizer, vocabulary = Adam(model, lr=lr), model.vocabulary

    def step(x: Array, y: Array, following: Array) -> Tensor:
        loss = F.cross_entropy(model(x, y).reshape(-1, vocabulary), following)
        optimizer.zero_grad()
        loss.backward()
        clip_grad_norm(model, clip)
        optimizer.step()
        return loss

    recorded = capture(step)
    losses, accuracies, rng = np.zeros(epochs), np.zeros(epochs), lab.rng("batches")
    said = np.zeros((len(test), test.answers.shape[1] - 1), int)
    for epoch in range(epochs):
        order, size = rng.permutation(len(train)), min(batch_size, len(train))
        starts = range(0, len(train) - size + 1, size)
        for k in starts:
            chosen = order[k : k + size]
            answers = train.answers[chosen]
            loss = recorded(train.questions[chosen], answers[:, :-1].copy(), answers[:, 1:].ravel())
            losses[epoch] += float(loss.item()) / len(starts)
            lab.advance()
        if np.isfinite(losses[epoch]):
            said = answered(model, test)
            accuracies[epoch] = sequence_accuracy(said, test.answers[:, 1:])
        else:
            accuracies[epoch] = np.nan
    return Answered(losses, accuracies, said)


def steps_of(train: int, batch_size: int, epochs: int) -> int:
    """How many updates a training has."""
    return epochs * max(1, train // min(batch_size, train))


def answered(model: Seq2Seq, pairs: Numbered) -> Array:
    """The answers (N, T) that the network gives by itself, without the start symbol."""
    return model.generate(pairs.questions, int(pairs.answers[0, 0]), pairs.answers.shape[1] - 1)


def sequence_accuracy(said: Array, right: Array) -> float:
    """The share of answers in which every symbol is right."""
    return float(np.mean((said == right).all(axis=1)))


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


def accuracy_by_epoch(found: Found, names: dict[str, str], t: Tongue) -> Figure:
    """The share of right answers, epoch by epoch; `names`: prefix of the arrays → what the curve is called."""
    marks: list[Mark] = []
    for name, told in names.items():
        epochs = np.arange(1, len(found[f"{name}.accuracies"]) + 1)
        marks.append(Line(told, epochs, found.mean(f"{name}.accuracies")))
        if found.seeds > 1:
            marks.append(Band(told, epochs, found.low(f"{name}.accuracies"), found.high(f"{name}.accuracies")))
    return chart(
        t("Answers that are right in every character", "すべての文字が正しい答えの割合"),
        marks,
        Axis(t.word("epoch"), low=0, whole=True),
        Axis(t.word("test accuracy"), low=0, high=1),
        lang=t.lang,
        note=t("The band is the spread of the seeds.", "帯は乱数の種による幅。") if found.seeds > 1 else "",
    )


def loss_by_epoch(found: Found, names: dict[str, str], t: Tongue) -> Figure:
    """The training loss, epoch by epoch."""
    marks = [
        Line(told, np.arange(1, len(found[f"{name}.losses"]) + 1), found.mean(f"{name}.losses"))
        for name, told in names.items()
    ]
    return chart(
        t("The loss while learning, with teacher forcing", "学習中の損失（教師強制）"),
        marks,
        Axis(t.word("epoch"), low=0, whole=True),
        Axis(t("nats a character", "1 文字あたりのナット数"), low=0),
        lang=t.lang,
    )


def answer_table(questions: Sequence[str], right: Sequence[str], said: Mapping[str, Sequence[str]], t: Tongue) -> Table:
    """Some questions with the right answer and what each network says; wrong answers are marked."""
    rows: list[list[Cell]] = [
        [question, wanted, *(f"{one[i]} {'✓' if one[i] == wanted else '✗'}" for one in said.values())]
        for i, (question, wanted) in enumerate(zip(questions, right, strict=True))
    ]
    return Table([t("question", "問題"), t("right answer", "正解"), *said], rows)
