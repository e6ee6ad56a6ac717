"""The network of chapter 3: somebody else's weights from a file, or our own, which are learned first."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Dataset
from zerokara.experiments.lab import Lab
from zerokara.experiments.learning import Sampling, learn
from zerokara.io import load_weights
from zerokara.models import MultiLayerNet
from zerokara.optim import Adam

HIDDEN = (50, 100)
NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
PICKLED = (".pkl", ".pickle", ".p")

BOOK = "8006188391de678d997d81ed45b4e3b8b9f596ee56ee753c9ebcb42359718b50"
"""SHA-256 of the 45,360 numbers of the book's ch03/sample_weight.pkl, W1 b1 W2 b2 W3 b3, float32."""


def given_network(
    lab: Lab, data: Dataset, weights: str, iterations: int, batch_size: int, sampling: Sampling
) -> MultiLayerNet:
    """D-50-100-K with sigmoids: from the file `weights`, or trained for so many updates of Adam if it is "".

    `iterations` steps are planned here. Raises ValueError in words for a file that does not hold such a network.
    """
    model = MultiLayerNet(
        int(np.prod(data.train.shape)),
        HIDDEN,
        len(data.classes),
        activation="sigmoid",
        init="xavier",
        rng=lab.rng("weights"),
    )
    if weights:
        _take(model, read_weights(weights), weights, data.name)
        return model
    lab.plan(iterations)

    def train() -> Mapping[str, Array]:
        learn(lab, model, Adam(model), data.train, iterations=iterations, batch_size=batch_size, sampling=sampling)
        return model.state_dict()

    model.load_state_dict(lab.part("network", train, iterations))
    return model.eval()


def read_weights(path: str) -> dict[str, Array]:
    """W1, b1, … from a .npz or .safetensors file. Nothing is unpickled: a pickle is a program."""
    if Path(path).suffix.lower() in PICKLED:
        raise ValueError(
            f"{path} is a pickle, and opening a pickle runs whatever program is in it; where you trust it, convert it "
            "once: import pickle, numpy; numpy.savez('weights.npz', **pickle.load(open('sample_weight.pkl', 'rb')))"
        )
    found = load_weights(path)
    missing = [name for name in NAMES if name not in found]
    if missing:
        raise ValueError(f"{path} lacks {', '.join(missing)}; it has {', '.join(found) or 'nothing'}")
    return {name: np.asarray(found[name], dtype=np.float32) for name in NAMES}


def is_the_books(model: MultiLayerNet) -> bool:
    """Whether these are the weights that come with the book, to the last bit."""
    state = model.state_dict()
    parts = [p for k in (1, 2, 3) for p in (state[f"fc{k}.weight"].T, state[f"fc{k}.bias"])]
    return (
        hashlib.sha256(b"".join(np.ascontiguousarray(part, dtype="<f4").tobytes() for part in parts)).hexdigest()
        == BOOK
    )


def _take(model: MultiLayerNet, weights: Mapping[str, Array], path: str, data: str) -> None:
    """The book's W is (in, out); our layers keep the transpose."""
    try:
        model.load_state_dict(
            {f"fc{name[1]}.{'weight' if name[0] == 'W' else 'bias'}": array.T for name, array in weights.items()}
        )
    except ValueError as error:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in weights.items())
        raise ValueError(f"{path} holds no network for {data}: {shapes}") from error
    model.eval()
