"""The trainings of the experiments: mini-batches drawn as the book draws them, judged when the book judges."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arguments import known
from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.data import Split, scaled
from zerokara.experiments.lab import Lab
from zerokara.nn import Module
from zerokara.optim import Optimizer
from zerokara.training import evaluate
from zerokara.training.stepping import Stepper

Sampling = str
"""One of SAMPLINGS. A plain text, so that it can be a setting of an experiment."""

SAMPLINGS = ("replacement", "shuffle")
Transform = Callable[[Array, np.random.Generator], Array]


@dataclass(frozen=True, eq=False)
class Learned:
    """How a training went.

    losses: of every mini-batch, before its step, (updates,). at: after how many updates was judged, (K,). scores: the
    accuracies on each judged split, (splits, K); judged_losses: the mean losses there, (splits, K). Not-a-numbers mean
    that the training left the numbers.
    """

    losses: Array
    at: Array
    scores: Array
    judged_losses: Array

    @property
    def final(self) -> Array:
        """The last accuracy on each judged split."""
        last: Array = self.scores[:, -1]
        return last

    def end_loss(self, last: int = 100) -> float:
        """The mean loss of the last mini-batches: a single one scatters too much to be judged."""
        return float(np.mean(self.losses[-last:]))


def learn(
    lab: Lab,
    model: Module,
    optimizer: Optimizer,
    train: Split,
    *,
    iterations: int,
    batch_size: int = 100,
    judge: Sequence[Split] = (),
    every: int = 0,
    sampling: Sampling = "replacement",
    transform: Transform | None = None,
    loss: Callable[[Tensor, Array], Tensor] = F.cross_entropy,
    schedule: Callable[[int], float] | None = None,
    after: Callable[[int], None] | None = None,
    stream: str = "batches",
) -> Learned:
    """Train `model` for so many updates; the accuracy on every split of `judge` is taken as the book takes it.

    That is after the updates number 1, 1 + every, 1 + 2·every, …, where `every` is an epoch (examples / batch) unless
    given, and after the last. sampling: "replacement" draws every batch anew from all examples (the book, Ch4 §4.2.3),
    "shuffle" visits each example once an epoch. schedule: update (from 0) → learning rate. after: is called with the
    number of updates done after each of them. Plan `iterations` steps in the lab before. The same seed, data and
    `stream` give the same batches to every model, so that comparisons differ in nothing else.
    """
    stepper = Stepper(model, optimizer, loss, None, lambda value, x: None, lambda value: None)
    model.train()
    every = every or max(1, len(train) // batch_size)
    losses, at, scores, judged = np.empty(iterations), [], [], []
    altering = lab.rng(stream, "transform")
    for i, chosen in zip(range(iterations), batches(len(train), batch_size, sampling, lab.rng(stream)), strict=False):
        if schedule is not None:
            optimizer.lr = schedule(i)
        x = scaled(train.images[chosen])
        losses[i], _ = stepper(x if transform is None else transform(x, altering), train.labels[chosen])
        if after is not None:
            after(i + 1)
        if judge and (i % every == 0 or i == iterations - 1):
            at.append(i + 1)
            found = [evaluate(model, split, batch_size=1000) for split in judge]
            scores.append([one.accuracy for one in found])
            judged.append([one.loss for one in found])
        lab.advance()
    shape = (len(at), len(judge))
    return Learned(losses, np.array(at, int), np.reshape(scores, shape).T, np.reshape(judged, shape).T)


def batches(examples: int, batch_size: int, sampling: Sampling, rng: np.random.Generator) -> Iterator[Array]:
    """Indices of mini-batches, without end. A shuffled epoch leaves out what does not fill a batch."""
    known("sampling", sampling, SAMPLINGS)
    size = min(batch_size, examples)
    while sampling == "replacement":
        yield rng.integers(0, examples, size)
    while True:
        order = rng.permutation(examples)
        yield from (order[k : k + size] for k in range(0, examples - size + 1, size))


def smooth(values: Array, width: int = 11, beta: float = 2.0) -> Array:
    """The moving mean with a Kaiser window, as the book smooths its losses; as long as `values`, whatever its length.

    The ends are mirrored. Source: book Ch6, common/util.py.
    """
    values = np.asarray(values, dtype=np.float64)
    half = min(width // 2, max(0, len(values) - 1))
    if not half:
        return values.copy()
    window = np.kaiser(2 * half + 1, beta)
    padded = np.concatenate([values[half:0:-1], values, values[-2 : -half - 2 : -1]])
    return np.convolve(padded, window / window.sum(), mode="valid")
