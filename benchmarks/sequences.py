"""Networks of sequences, auto-encoders and what they are trained on: written with zerokara's ordinary layers.

A network takes one batch (a tuple of arrays) and gives its loss, so that one training loop serves all. Dropout is left
out, and the noise of the VAE comes with the batch: what everybody draws for himself could not be compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara import models, nn
from zerokara.arrays import Array
from zerokara.autodiff import Tensor

BATCHES = 4
Rng = np.random.Generator


@dataclass(frozen=True)
class Sequence:
    """A training step: loss, backward, clipping of the norm if wished, optimizer ("sgd" or "adam").

    `network` makes the module, `batch` one batch for it; PyTorch's versions of the networks are in `pytorch_sequences`.
    """

    name: str
    network: Callable[[Rng], nn.Module]
    batch: Callable[[Rng], tuple[Array, ...]]
    optimizer: str
    lr: float
    clip: float | None = None
    kind: str = "sequence"


class Words(nn.Module):
    """A language model on windows of a text: (N, T) words, and the (N·T,) words that come next."""

    def __init__(
        self, rng: Rng, *, cell: str, vocabulary: int, embedding_dim: int, hidden_size: int, num_layers: int
    ) -> None:
        self.vocabulary = vocabulary
        self.model = models.LanguageModel(
            vocabulary, embedding_dim, hidden_size, cell=cell, num_layers=num_layers, rng=rng
        )

    def forward(self, x: Any, labels: Any) -> Tensor:
        scores, _ = self.model(x)
        return F.cross_entropy(scores.reshape(-1, self.vocabulary), labels)


class Layers(nn.Module):
    """The recurrent part of such a model alone, on vectors (T, N, 200)."""

    def __init__(self, cell: str, rng: Rng) -> None:
        self.model = getattr(nn, cell)(200, 200, 2, rng=rng)

    def forward(self, x: Any, target: Any) -> Tensor:
        return F.mse_loss(self.model(x)[0], target)


class Dates(nn.Module):
    """An encoder and a decoder of GRUs with dot-product attention (book 2, chapter 8): 29 signs in, 10 out."""

    def __init__(self, rng: Rng) -> None:
        self.embedding = nn.Embedding(59, 16, rng=rng)
        self.encoder = nn.GRU(16, 256, batch_first=True, rng=rng)
        self.decoder = nn.GRU(16, 256, batch_first=True, rng=rng)
        self.head = nn.Linear(512, 59, rng=rng)

    def forward(self, x: Any, before: Any, labels: Any) -> Tensor:
        keys, state = self.encoder(self.embedding(x))
        outputs, _ = self.decoder(self.embedding(before), state)
        seen = F.scaled_dot_product_attention(outputs, keys, keys)
        return F.cross_entropy(self.head(F.concatenate([seen, outputs], axis=2)).reshape(-1, 59), labels)


def gelu_by_tanh(x: Tensor) -> Tensor:
    """GPT-2's."""
    return F.gelu(x, approximate="tanh")


class CharacterGPT(nn.Module):
    """Layers with four heads on pieces of a text in 65 characters, the norms before the parts."""

    def __init__(self, rng: Rng, *, layers: int = 6, width: int = 128, context: int = 128) -> None:
        self.width, self.context = width, context
        self.embedding, self.position = (nn.Embedding(n, width, init=0.02, rng=rng) for n in (65, context))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, 4, 4 * width, 0.0, gelu_by_tanh, batch_first=True, norm_first=True, rng=rng
            )
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 65, rng=rng)

    def forward(self, x: Any, labels: Any) -> Tensor:
        y = self.embedding(x) + self.position(np.arange(self.context))
        for layer in self.layers:
            y = layer(y, is_causal=True, src_mask=None)
        return F.cross_entropy(self.head(self.norm(y)).reshape(-1, 65), labels)


class ConvolutionalAutoEncoder(nn.Module):
    """28×28 pixels to 32 maps of 7×7 and back."""

    def __init__(self, rng: Rng) -> None:
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, 2, 1, rng=rng), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1, rng=rng), nn.ReLU()
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(32, 16, 4, 2, 1, rng=rng), nn.ReLU(), nn.ConvTranspose2d(16, 1, 4, 2, 1, rng=rng),
            nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, x: Any) -> Tensor:
        return F.mse_loss(self.decoder(self.encoder(x)), x)


class VAE(nn.Module):
    """784 – 400 – 20 – 400 – 784, sum over pixels, mean over pictures (Kingma and Welling, 2013)."""

    def __init__(self, rng: Rng) -> None:
        self.encoder, self.both = nn.Linear(784, 400, rng=rng), nn.Linear(400, 40, rng=rng)
        self.decoder, self.head = nn.Linear(20, 400, rng=rng), nn.Linear(400, 784, rng=rng)

    def forward(self, x: Any, noise: Any) -> Tensor:
        codes = self.both(F.relu(self.encoder(x)))
        mean, log_variance = codes[:, :20], codes[:, 20:]
        z = mean + F.exp(0.5 * log_variance) * noise
        scores = self.head(F.relu(self.decoder(z)))
        error = F.binary_cross_entropy_with_logits(scores, x, reduction="sum")
        divergence = 0.5 * (mean * mean + F.exp(log_variance) - log_variance - 1).sum()
        return (error + divergence) / x.shape[0]


class Noise(nn.Module):
    """The U-Net of the diffusion model, 28×28 pixels, three levels: noisy pictures, their times, the noise in them."""

    def __init__(self, rng: Rng) -> None:
        self.model = models.UNet((1, 28, 28), (32, 64, 64), rng=rng)

    def forward(self, x: Any, t: Any, noise: Any) -> Tensor:
        return F.mse_loss(self.model(x, t), noise)


def words(rng: Rng, vocabulary: int = 10_000) -> tuple[Array, ...]:
    return rng.integers(0, vocabulary, (20, 35)), rng.integers(0, vocabulary, 700)


def vectors(rng: Rng) -> tuple[Array, ...]:
    return _noise(rng, 35, 20, 200), _noise(rng, 35, 20, 200)


def dates(rng: Rng) -> tuple[Array, ...]:
    return rng.integers(0, 59, (128, 29)), rng.integers(0, 59, (128, 10)), rng.integers(0, 59, 1280)


def characters(rng: Rng, batch: int = 32, context: int = 128) -> tuple[Array, ...]:
    return rng.integers(0, 65, (batch, context)), rng.integers(0, 65, batch * context)


def pictures(rng: Rng) -> tuple[Array, ...]:
    return (np.clip(_noise(rng, 128, 1, 28, 28) - 0.84, 0, 1),)


def rows_and_noise(rng: Rng) -> tuple[Array, ...]:
    return np.clip(_noise(rng, 128, 784) - 0.84, 0, 1), _noise(rng, 128, 20)


def noisy_pictures(rng: Rng) -> tuple[Array, ...]:
    return _noise(rng, 64, 1, 28, 28), rng.integers(1, 101, 64), _noise(rng, 64, 1, 28, 28)


def _noise(rng: Rng, *shape: int) -> Array:
    return rng.standard_normal(shape, np.float32)


def _language(cell: str, width: int = 200, layers: int = 2) -> Sequence:
    name = f"{cell.upper()} language model {layers}×{width}"
    sizes = {"vocabulary": 10_000, "embedding_dim": width, "hidden_size": width, "num_layers": layers}
    return Sequence(name, partial(Words, cell=cell, **sizes), words, "sgd", 0.5, 0.25)


def _small(cell: str) -> Sequence:
    """The language model of most experiments: 88 words, vectors of 32, one layer of 64."""
    network = partial(Words, cell=cell, vocabulary=88, embedding_dim=32, hidden_size=64, num_layers=1)
    return Sequence(f"small {cell.upper()} language model", network, partial(words, vocabulary=88), "adam", 0.005, 0.25)


def _alone(cell: str) -> Sequence:
    return Sequence(f"{cell} 2×200 alone", partial(Layers, cell), vectors, "sgd", 0.1)


SEQUENCES = (
    *map(_language, ("lstm", "gru", "rnn")),
    _language("lstm", 650),
    *map(_alone, ("LSTM", "GRU", "RNN")),
    Sequence("GRU 256 with attention", Dates, dates, "adam", 0.001, 5.0),
    Sequence("character GPT 6×128", CharacterGPT, characters, "adam", 0.001, 1.0),
    Sequence("convolutional auto-encoder", ConvolutionalAutoEncoder, pictures, "adam", 0.001),
    Sequence("VAE 784-400-20", VAE, rows_and_noise, "adam", 0.001),
    Sequence("U-Net 28×28", Noise, noisy_pictures, "adam", 0.001),
    _language("lstm", 100, 1),
    *map(_small, ("lstm", "gru", "rnn")),
    Sequence(
        "small character GPT 2×64", partial(CharacterGPT, layers=2, width=64, context=64),
        partial(characters, batch=16, context=64), "adam", 0.002, 1.0,
    ),
)  # fmt: skip


def sequence_batches(workload: Sequence) -> list[tuple[Array, ...]]:
    """The batches that all contestants see, the same every time."""
    rng = np.random.default_rng(1)
    return [workload.batch(rng) for _ in range(BATCHES)]


def sequence_network(workload: Sequence) -> nn.Module:
    """The network before its first step, the same every time."""
    return workload.network(np.random.default_rng(0))
