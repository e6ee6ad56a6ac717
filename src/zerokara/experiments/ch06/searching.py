"""Random search for hyper-parameters: drawing them on logarithmic scales, and training once with each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset, Split
from zerokara.experiments.ch06.networks import network
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import Learned, learn
from zerokara.nn import Module
from zerokara.optim import SGD


@dataclass(frozen=True)
class Range:
    """Powers of ten from `low` to `high`, in which a setting is looked for."""

    low: float
    high: float

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """10^U(low, high)"""
        drawn: Array = 10.0 ** rng.uniform(self.low, self.high, count)
        return drawn

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"a range of powers of ten goes from low to high; got {self.low:g} to {self.high:g}")

    def holds(self, values: Array) -> bool:
        """Whether all the values lie in the range."""
        powers = np.log10(values)
        return bool(np.all((powers >= self.low - 1e-9) & (powers <= self.high + 1e-9)))


def kept_apart(train: Split, images: int, validation: int, rng: np.random.Generator) -> tuple[Split, Split]:
    """The first `images` of the training part, shuffled and cut: (for learning, for validation)."""
    some = train.take(images)
    if not 0 < validation < len(some):
        raise ValueError(f"of {len(some)} images some, but not all, are kept for validation; got {validation}")
    order = rng.permutation(len(some))
    return some.select(order[validation:]), some.select(order[:validation])


@dataclass(frozen=True)
class Trial:
    """How one training of the search is done, but for its learning rate and weight decay."""

    hidden: Sequence[int]
    epochs: int
    batch_size: int
    sampling: str

    def updates(self, train: Split) -> int:
        """How many updates a training has."""
        return self.epochs * max(1, len(train) // self.batch_size)

    def learn(
        self, lab: Lab, data: Dataset, train: Split, judge: Sequence[Split], lr: float, decay: float, number: int
    ) -> tuple[Module, Learned]:
        """One training, weights and batches of its own; weight decay spares the biases, as in the book."""
        model = network(data, self.hidden, rng=lab.rng("weights", number))
        learned = learn(
            lab,
            model,
            SGD(model, lr=lr, weight_decay=decay, decay="weights"),
            train,
            iterations=self.updates(train),
            batch_size=self.batch_size,
            judge=judge,
            sampling=self.sampling,
            stream=f"batches {number}",
        )
        return model, learned
