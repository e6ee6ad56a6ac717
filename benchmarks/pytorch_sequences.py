"""PyTorch's part of the networks of sequences: the same networks, with our weights by their names."""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.pytorch import OPTIMIZERS, prepare
from benchmarks.sequences import (
    VAE,
    CharacterGPT,
    ConvolutionalAutoEncoder,
    Dates,
    Layers,
    Sequence,
    Words,
    sequence_batches,
    sequence_network,
)
from benchmarks.task import Task
from zerokara.nn import Module


class TorchModel(nn.Module):
    """What `models.LanguageModel` is here."""

    def __init__(self, cell: str) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10_000, 200)
        self.rnn = getattr(nn, cell.upper())(200, 200, 2, batch_first=True)
        self.score = nn.Linear(200, 10_000)


class TorchWords(nn.Module):
    def __init__(self, ours: Words) -> None:
        super().__init__()
        self.model = TorchModel(ours.model.cell)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        scores = self.model.score(self.model.rnn(self.model.embedding(x))[0])
        return F.cross_entropy(scores.view(-1, 10_000), labels)


class TorchLayers(nn.Module):
    def __init__(self, ours: Layers) -> None:
        super().__init__()
        self.model = getattr(nn, type(ours.model).__name__)(200, 200, 2)

    def forward(self, x: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return F.mse_loss(self.model(x)[0], target)


class TorchDates(nn.Module):
    def __init__(self, ours: Dates) -> None:
        super().__init__()
        self.embedding = nn.Embedding(59, 16)
        self.encoder, self.decoder = (nn.GRU(16, 256, batch_first=True) for _ in range(2))
        self.head = nn.Linear(512, 59)

    def forward(self, x: torch.Tensor, before: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        keys, state = self.encoder(self.embedding(x))
        outputs, _ = self.decoder(self.embedding(before), state)
        seen = F.scaled_dot_product_attention(outputs, keys, keys)
        return F.cross_entropy(self.head(torch.cat([seen, outputs], 2)).view(-1, 59), labels)


def gelu_by_tanh(x: torch.Tensor) -> torch.Tensor:
    return F.gelu(x, approximate="tanh")


class TorchGPT(nn.Module):
    def __init__(self, ours: CharacterGPT) -> None:
        super().__init__()
        self.embedding, self.position = nn.Embedding(65, 128), nn.Embedding(128, 128)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(128, 4, 512, 0.0, gelu_by_tanh, batch_first=True, norm_first=True)
            for _ in range(6)
        )
        self.norm, self.head = nn.LayerNorm(128), nn.Linear(128, 65)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        y = self.embedding(x) + self.position(torch.arange(128))
        mask = nn.Transformer.generate_square_subsequent_mask(128)
        for layer in self.layers:
            y = layer(y, src_mask=mask, is_causal=True)
        return F.cross_entropy(self.head(self.norm(y)).view(-1, 65), labels)


class TorchAutoEncoder(nn.Module):
    def __init__(self, ours: ConvolutionalAutoEncoder) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU())
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Sigmoid()
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.mse_loss(self.decoder(self.encoder(x)), x)


class TorchVAE(nn.Module):
    def __init__(self, ours: VAE) -> None:
        super().__init__()
        self.encoder, self.both = nn.Linear(784, 400), nn.Linear(400, 40)
        self.decoder, self.head = nn.Linear(20, 400), nn.Linear(400, 784)

    def forward(self, x: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        mean, log_variance = self.both(F.relu(self.encoder(x))).split(20, 1)
        z = mean + torch.exp(0.5 * log_variance) * noise
        error = F.binary_cross_entropy_with_logits(self.head(F.relu(self.decoder(z))), x, reduction="sum")
        divergence = 0.5 * (mean * mean + torch.exp(log_variance) - log_variance - 1).sum()
        return (error + divergence) / len(x)


THEIRS: dict[type[Module], Any] = {
    Words: TorchWords,
    Layers: TorchLayers,
    Dates: TorchDates,
    CharacterGPT: TorchGPT,
    ConvolutionalAutoEncoder: TorchAutoEncoder,
    VAE: TorchVAE,
}


def translated(ours: Module) -> nn.Module:
    """The same network in PyTorch, with the same numbers in it."""
    theirs: nn.Module = THEIRS[type(ours)](ours)
    theirs.load_state_dict({name: torch.tensor(array) for name, array in ours.state_dict().items()})
    return theirs


def sequence(workload: Sequence, channels_last: bool, compiled: bool) -> Task:
    """One training step."""
    prepare()
    model = translated(sequence_network(workload))
    optimizer = OPTIMIZERS[workload.optimizer](model.parameters(), workload.lr)
    loss_of = torch.compile(model) if compiled else model

    def step(*batch: torch.Tensor) -> torch.Tensor:
        optimizer.zero_grad()
        loss = loss_of(*batch)
        loss.backward()
        if workload.clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), workload.clip)
        optimizer.step()
        return loss.detach()

    data = [tuple(map(torch.from_numpy, batch)) for batch in sequence_batches(workload)]
    return Task(lambda i: step(*data[i % len(data)]), torch.Tensor.item)
