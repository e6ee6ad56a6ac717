"""PyTorch's part of the networks of sequences: the same networks, with our weights by their names."""

from typing import Any

import numpy as np
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
    Noise,
    Sequence,
    Words,
    sequence_batches,
    sequence_network,
)
from benchmarks.task import Task
from zerokara.models import time_code
from zerokara.nn import Module


class TorchModel(nn.Module):
    """What `models.LanguageModel` is here."""

    def __init__(self, cell: str, vocabulary: int, embedding_dim: int, hidden_size: int, num_layers: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding_dim)
        self.rnn = getattr(nn, cell.upper())(embedding_dim, hidden_size, num_layers, batch_first=True)
        self.score = nn.Linear(hidden_size, vocabulary)


class TorchWords(nn.Module):
    def __init__(self, ours: Words) -> None:
        super().__init__()
        model, rnn = ours.model, ours.model.rnn
        self.vocabulary = ours.vocabulary
        self.model = TorchModel(
            model.cell, ours.vocabulary, model.embedding.embedding_dim, rnn.hidden_size, rnn.num_layers
        )

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        scores = self.model.score(self.model.rnn(self.model.embedding(x))[0])
        return F.cross_entropy(scores.view(-1, self.vocabulary), labels)


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
        width, self.context = ours.width, ours.context
        self.embedding, self.position = nn.Embedding(65, width), nn.Embedding(ours.context, width)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, 4, 4 * width, 0.0, gelu_by_tanh, batch_first=True, norm_first=True)
            for _ in range(len(ours.layers))
        )
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 65)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        y = self.embedding(x) + self.position(torch.arange(self.context))
        mask = nn.Transformer.generate_square_subsequent_mask(self.context)
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


class TorchBlock(nn.Module):
    """A residual block of the U-Net, as `zerokara.models.denoisers.ResidualBlock`."""

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(8, channels), nn.Conv2d(channels, filters, 3, padding=1)
        self.told = nn.Linear(128, filters)
        self.norm2, self.conv2 = nn.GroupNorm(8, filters), nn.Conv2d(filters, filters, 3, padding=1)
        self.shortcut = nn.Conv2d(channels, filters, 1) if channels != filters else nn.Identity()

    def forward(self, x: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
        y = self.conv1(F.silu(self.norm1(x))) + self.told(F.silu(told))[:, :, None, None]
        return self.conv2(F.silu(self.norm2(y))) + self.shortcut(x)


class TorchTold(nn.Module):
    """What the U-Net is told of the time."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(32, 128), nn.Linear(128, 128)
        self.register_buffer("codes", torch.from_numpy(time_code(np.arange(101), 32).data), persistent=False)

    def forward(self, t: torch.Tensor) -> torch.Tensor:
        return self.second(F.silu(self.first(self.codes[t])))


class TorchUNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.told, self.first = TorchTold(), nn.Conv2d(1, 32, 3, padding=1)
        self.down = nn.ModuleList([TorchBlock(32, 32), TorchBlock(64, 64)])
        self.smaller = nn.ModuleList([nn.Conv2d(32, 64, 3, 2, 1), nn.Conv2d(64, 64, 3, 2, 1)])
        self.middle = TorchBlock(64, 64)
        doubling = (nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(64, n, 3, padding=1)) for n in (64, 32))
        self.larger = nn.ModuleList(doubling)
        self.up = nn.ModuleList([TorchBlock(128, 64), TorchBlock(64, 32)])
        self.norm, self.last = nn.GroupNorm(8, 32), nn.Conv2d(32, 1, 3, padding=1)

    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        told, kept, h = self.told(t), [], self.first(x)
        for block, smaller in zip(self.down, self.smaller, strict=True):
            h = block(h, told)
            kept.append(h)
            h = smaller(h)
        h = self.middle(h, told)
        for larger, block in zip(self.larger, self.up, strict=True):
            h = block(torch.cat([larger(h), kept.pop()], 1), told)
        return self.last(F.silu(self.norm(h)))


class TorchNoise(nn.Module):
    def __init__(self, ours: Noise) -> None:
        super().__init__()
        self.model = TorchUNet()

    def forward(self, x: torch.Tensor, t: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        return F.mse_loss(self.model(x, t), noise)


THEIRS: dict[type[Module], Any] = {
    Words: TorchWords,
    Layers: TorchLayers,
    Dates: TorchDates,
    CharacterGPT: TorchGPT,
    ConvolutionalAutoEncoder: TorchAutoEncoder,
    VAE: TorchVAE,
    Noise: TorchNoise,
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
