"""Trained networks that read digits together: 28×28 pictures in, calibrated probabilities out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.data.transforms.warp import Map, resample
from zerokara.io import load_safetensors, load_weights, save_safetensors
from zerokara.kernels import use_kernels
from zerokara.models.folded import Folded
from zerokara.models.reader import ReaderNet
from zerokara.nn import Module

TURNS = (8.0, -8.0)  # degrees
SIZES = (1.1, 0.92)
AT_ONCE = 100
ENOUGH = 0.99
"""From this probability on a picture that is only glanced at is not looked at again."""

Scorer = Callable[[Array], Array]
"""Scores of pictures in groups: (groups, n, H, W) → (groups, n, classes)."""


@dataclass(frozen=True, eq=False)
class Reader:
    """One or more networks that answer together, and the temperature that makes their probabilities honest.

    `card` says what the networks were trained on and how well they read.
    """

    networks: tuple[Module, ...]
    temperature: float
    card: Mapping[str, str]
    scorers: tuple[Scorer, ...] | None = None
    """What computes the networks' scores, where it was made before: see `settled`."""

    def settled(self) -> Reader:
        """The same reader for many questions: the weights are laid out once, as they are now.

        Weights of its networks that are changed afterwards do not change what it says.
        """
        return replace(self, scorers=tuple(map(_scorer, self.networks)))

    def probabilities(self, views: Array) -> Array:
        """How probable each class is. Shapes: views (N, 28, 28) in 0..1 → (N, 10) for ten digits, rows sum to 1.

        p = softmax(s / T),  s the mean of the networks' log-probabilities over five sights of the picture: as it is,
        turned a little either way, a little larger and smaller. What is said of a picture is the same to the last bit
        whichever others are looked at in the same call.
        """
        return softmax(self.scores(views) / self.temperature)

    def glanced(self, views: Array, enough: float = ENOUGH, doubted: Sequence[int] = ()) -> Array:
        """As `probabilities`, but a picture of which the first sight alone is `enough` sure is not looked at again.

        What it takes for one of the classes `doubted` is looked at again, however sure it is.
        """
        pictures = _pictures(views)
        first = self.answers(pictures[:, None])[:, 0]
        probabilities = softmax(first / self.temperature)
        unsure = probabilities.max(axis=1, initial=0) < enough
        unsure |= np.isin(probabilities.argmax(axis=1), doubted)
        if unsure.any():
            others = self.answers(_grouped(pictures[unsure])[:, 1:])
            mean = (first[unsure] + others.sum(axis=1)) / (1 + others.shape[1])
            probabilities[unsure] = softmax(mean / self.temperature)
        return probabilities

    def scores(self, views: Array) -> Array:
        """The mean log-probabilities s, (N, classes)."""
        pictures = _pictures(views)
        parts = [pictures[i : i + AT_ONCE] for i in range(0, len(pictures), AT_ONCE)]
        return np.concatenate([np.zeros((0, self.classes)), *(self.answers(_grouped(p)).mean(axis=1) for p in parts)])

    def answers(self, groups: Array) -> Array:
        """The networks' mean log-probabilities of pictures in groups: (groups, n, H, W) → (groups, n, classes).

        Every group is computed by itself, so that its answers depend on nothing else.
        """
        scores = [np.log(softmax(scorer(groups)) + 1e-12) for scorer in self.scorers or map(_scorer, self.networks)]
        mean: Array = np.mean(scores, axis=0).reshape(*groups.shape[:2], self.classes)
        return mean

    @cached_property
    def classes(self) -> int:
        """How many classes there are: ten digits, say."""
        return int(list(self.networks[0].parameters())[-1].shape[0])


def load_committee(path: str | Path) -> Reader:
    """The reader in a safetensors file: several networks, or the weights of a single training.

    Raises ValueError for a file that holds no such weights.
    """
    _, card = load_safetensors(path)
    state = load_weights(path)
    try:
        networks = tuple(_network(part) for part in _parts(state))
        return Reader(networks, float(card.get("temperature", 1.0)), card)
    except (ValueError, KeyError, IndexError) as error:
        raise ValueError(f"{path} holds no weights of a reader: {error}") from error


def save_committee(path: str | Path, reader: Reader) -> Path:
    """Write a reader in half precision, its temperature and its card; return the path."""
    state = {f"{n}.{name}": _halved(a) for n, net in enumerate(reader.networks) for name, a in net.state_dict().items()}
    return save_safetensors(path, state, {**reader.card, "temperature": repr(reader.temperature)})


def _halved(array: Array) -> Array:
    return array.astype(np.float16) if array.dtype == np.float32 else array


def fitted_temperature(scores: Array, labels: Array) -> float:
    """The T that makes the labels likeliest:  min over T of  −Σ log softmax(s/T)[label].

    Shapes: scores (N, K), labels (N,). The sum is convex in 1/T; ternary search. Source: Guo, Pleiss, Sun, Weinberger,
    "On Calibration of Modern Neural Networks", 2017, section 4.2.
    """
    rows = np.arange(len(labels))
    low, high = 0.05, 20.0  # of 1/T
    for _ in range(60):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        cost_a, cost_b = (-np.log(softmax(scores * x)[rows, labels] + 1e-300).mean() for x in (a, b))
        low, high = (low, b) if cost_a < cost_b else (a, high)
    return 2 / (low + high)


def _parts(state: Mapping[str, Array]) -> list[dict[str, Array]]:
    """The weights of every network: `0.conv1a.weight`, `1.conv1a.weight` …, or those of a single one."""
    numbers = sorted({int(name.split(".")[0]) for name in state if name.split(".")[0].isdigit()})
    if not numbers:
        return [dict(state)]
    return [{name.split(".", 1)[1]: a for name, a in state.items() if name.startswith(f"{n}.")} for n in numbers]


def _network(state: Mapping[str, Array]) -> Module:
    full = {name: a.astype(np.float32) if a.dtype == np.float16 else a for name, a in state.items()}
    filters = tuple(len(full[f"conv{block}b.weight"]) for block in range(1, 4) if f"conv{block}b.weight" in full)
    if not filters:
        raise ValueError("it has no convolutions conv1b, conv2b …")
    network = ReaderNet(filters=filters, hidden_size=len(full["fc1.weight"]), output_size=len(full["fc2.weight"]))
    network.load_state_dict(full)
    return network.eval()


def sights(pictures: Array) -> Iterator[Array]:
    """Five sights of pictures (N, 1, H, W): as they are, turned a little either way, a little larger and smaller."""
    yield pictures
    for degrees in TURNS:
        cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        yield _mapped(pictures, np.array([[cos, sin], [-sin, cos]]))
    for size in SIZES:
        yield _mapped(pictures, np.eye(2) / size)


def _mapped(pictures: Array, matrix: Array) -> Array:
    many = len(pictures)
    return resample(pictures, Map(np.broadcast_to(matrix, (many, 2, 2)), np.zeros((many, 2))), 0.0)


def _pictures(views: Array) -> Array:
    return np.asarray(views, dtype=np.float32).reshape(-1, *np.shape(views)[-2:])


def _grouped(pictures: Array) -> Array:
    """(N, H, W) → (N, 5, H, W): the five sights of each."""
    return np.stack([sight[:, 0] for sight in sights(pictures[:, None])], axis=1)


def _scorer(network: Module) -> Scorer:
    if isinstance(network, ReaderNet) and not network.training:
        return Folded(network)

    def scores(groups: Array) -> Array:
        with no_grad(), use_kernels("reference"):
            return np.stack([network(Tensor(group[:, None])).data for group in groups])

    return scores


def softmax(scores: Array) -> Array:
    """exp(s − max s) / Σ exp(s − max s), along the last axis, in double precision."""
    powers = np.exp(scores.astype(np.float64) - scores.max(axis=-1, keepdims=True))
    shares: Array = powers / powers.sum(axis=-1, keepdims=True)
    return shares
