"""PyTorch's part: eager or compiled, images as NCHW or with the channels innermost."""

import os
from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F

from benchmarks.networks import Branches, Residual
from benchmarks.task import Task
from benchmarks.workloads import Inference, Training, batches, network
from zerokara import nn
from zerokara.models.whitened import SCALE, WhitenedConvNet

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": lambda parameters, lr: torch.optim.SGD(parameters, lr, fused=True),
    "momentum": lambda parameters, lr: torch.optim.SGD(parameters, lr, momentum=0.9, fused=True),
    "adam": lambda parameters, lr: torch.optim.Adam(parameters, lr, fused=True),
}


class TorchResidual(torch.nn.Module):
    def __init__(self, main: torch.nn.Module, shortcut: torch.nn.Module) -> None:
        super().__init__()
        self.main, self.shortcut = main, shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu_(self.main(x) + self.shortcut(x))


class TorchBranches(torch.nn.Module):
    def __init__(self, branches: list[torch.nn.Module]) -> None:
        super().__init__()
        self.branches = torch.nn.ModuleList(branches)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([branch(x) for branch in self.branches], 1)


class TorchMean(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((2, 3))


def prepare() -> None:
    """As many threads as everybody, and no slow arithmetic with tiny numbers."""
    torch.set_num_threads(int(os.environ["ZEROKARA_THREADS"]))
    torch.set_flush_denormal(True)


def training(workload: Training, channels_last: bool, compiled: bool) -> Task:
    """One training step."""
    prepare()
    model = translated(network(workload)).to(memory_format=memory_format(channels_last, workload))
    optimizer = OPTIMIZERS[workload.optimizer](model.parameters(), workload.lr)

    def forward(x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(model(x), labels)

    loss_of = torch.compile(forward) if compiled else forward

    def step(x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        optimizer.zero_grad()
        loss = loss_of(x, labels)
        loss.backward()
        optimizer.step()
        return loss.detach()

    data = [(images(x, channels_last), torch.from_numpy(labels)) for x, labels in batches(workload)]
    return Task(lambda i: step(*data[i % len(data)]), torch.Tensor.item)


def inference(workload: Inference, channels_last: bool, compiled: bool) -> Task:
    """The scores of a batch."""
    prepare()
    model = translated(network(workload)).eval().to(memory_format=memory_format(channels_last, workload))
    run: Any = torch.compile(model, options={"freezing": True}) if compiled else model
    data = [images(x, channels_last) for x, _ in batches(workload)]

    def scores(i: int) -> torch.Tensor:
        with torch.no_grad() if compiled else torch.inference_mode():
            return run(data[i % len(data)])

    return Task(scores, squares)


def memory_format(channels_last: bool, workload: Training | Inference) -> torch.memory_format:
    """Channels innermost, if wished and if there are images at all."""
    return torch.channels_last if channels_last else torch.contiguous_format


def images(x: Any, channels_last: bool) -> torch.Tensor:
    """(N, C, H, W) images as a tensor."""
    return torch.from_numpy(x).contiguous(
        memory_format=torch.channels_last if channels_last else torch.contiguous_format
    )


def squares(values: torch.Tensor) -> float:
    """Σ values²"""
    return float(values.double().square().sum())


class TorchTwoSights(torch.nn.Module):
    """`WhitenedConvNet`: in evaluation the mean of the scores of a picture and of its mirror image."""

    def __init__(self, network: WhitenedConvNet) -> None:
        super().__init__()
        parts = (network.whiten, network.relu, network.blocks)
        self.maps = torch.nn.Sequential(*map(translated, parts))
        self.linear = translated(network.linear)

    def scores(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.linear(self.maps(x).amax(dim=(2, 3))) * SCALE
        return found

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scores(x) if self.training else (self.scores(x) + self.scores(x.flip(3))) / 2


def translated(module: nn.Module) -> torch.nn.Module:
    """The same network in PyTorch; parameters and running statistics share our arrays' memory."""
    match module:
        case Residual():
            return TorchResidual(translated(module.main), translated(module.shortcut))
        case WhitenedConvNet():
            return TorchTwoSights(module)
        case Branches():
            return TorchBranches([translated(branch) for branch in module.branches])
        case nn.Sequential():
            return torch.nn.Sequential(*map(translated, module))
        case nn.GlobalAvgPool2d():
            return TorchMean()
        case nn.MaxPool2d():
            return torch.nn.MaxPool2d(
                module.kernel_size, module.stride, module.padding, module.dilation, ceil_mode=module.ceil_mode
            )
        case nn.ReLU():
            return torch.nn.ReLU(inplace=True)
        case nn.Flatten():
            return torch.nn.Flatten()
        case nn.Identity():
            return torch.nn.Identity()
        case nn.Dropout():
            return torch.nn.Dropout(module.p) if module.p else torch.nn.Identity()
        case _:
            return _with_parameters(module)


def _with_parameters(module: nn.Module) -> torch.nn.Module:
    theirs: torch.nn.Module
    match module:
        case nn.Linear():
            theirs = torch.nn.Linear(module.in_features, module.out_features, module.bias is not None, device="meta")
        case nn.Conv2d():
            window = module.kernel_size, module.stride, module.padding, module.dilation, module.groups
            bias = module.bias is not None
            theirs = torch.nn.Conv2d(module.in_channels, module.out_channels, *window, bias, device="meta")
        case nn.BatchNorm1d():
            theirs = torch.nn.BatchNorm1d(module.num_features, module.eps, module.momentum, device="meta")
        case nn.BatchNorm2d():
            theirs = torch.nn.BatchNorm2d(module.num_features, module.eps, module.momentum, device="meta")
        case _:
            raise TypeError(f"there is no translation of {type(module).__name__} into PyTorch")
    state = {name: torch.from_numpy(array) for name, array in module.state_dict().items()}
    theirs.load_state_dict(state, assign=True)
    return theirs
