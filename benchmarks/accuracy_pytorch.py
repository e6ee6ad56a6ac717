"""A recipe followed by PyTorch: the same network, initial weights, batches, schedule and optimizer."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch.nn import functional as F

from benchmarks.pytorch import images, prepare, translated
from zerokara.data import Dataset, Loader
from zerokara.data import split as cut
from zerokara.optim import schedule_by_name
from zerokara.recipes import AUGMENTATIONS, Recipe, new_model

Optimizer = Callable[..., torch.optim.Optimizer]

OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": lambda parameters, **options: torch.optim.SGD(parameters, fused=True, **options),
    "momentum": lambda parameters, **options: torch.optim.SGD(parameters, momentum=0.9, fused=True, **options),
    "nesterov": lambda parameters, **options: torch.optim.SGD(
        parameters, momentum=0.9, nesterov=True, fused=True, **options
    ),
    "adam": lambda parameters, **options: torch.optim.Adam(parameters, fused=True, **options),
    "adamw": lambda parameters, **options: torch.optim.AdamW(parameters, fused=True, **options),
}


def epochs(recipe: Recipe, dataset: Dataset, channels_last: bool) -> Iterator[Callable[[], float]]:
    """Train epoch by epoch; what is yielded evaluates the network as it then is."""
    _refuse(recipe)
    prepare()
    layout = torch.channels_last if channels_last else torch.contiguous_format
    model = translated(new_model(recipe, dataset)).to(memory_format=layout)
    examples = cut(dataset.train, recipe.validation, recipe.seed)[0] if recipe.validation else dataset.train
    transform = AUGMENTATIONS[recipe.augmentation](examples.shape[-1])
    loader = Loader(examples, recipe.batch_size, seed=recipe.seed, transform=transform)
    schedule = schedule_by_name(recipe.schedule, recipe.lr, recipe.epochs * len(loader))
    optimizer = OPTIMIZERS[recipe.optimizer](model.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay)
    average = _Average(model, recipe.average) if recipe.average else None
    step = 0
    for epoch in range(recipe.epochs):
        model.train()
        for x, labels in loader.epoch(epoch):
            for group in optimizer.param_groups:
                group["lr"] = schedule(step)
            optimizer.zero_grad()
            scores = model(images(x, channels_last))
            loss = F.cross_entropy(scores, torch.from_numpy(labels), label_smoothing=recipe.label_smoothing)
            loss.backward()
            if recipe.clip_norm:
                torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_norm)
            optimizer.step()
            step += 1
            if average is not None:
                average.update(step)
        if average is not None and epoch == recipe.epochs - 1:
            average.take()
        yield lambda: accuracy(model, dataset, channels_last)


def accuracy(model: torch.nn.Module, dataset: Dataset, channels_last: bool) -> float:
    """The share of right answers on the test part."""
    model.eval()
    right = 0
    with torch.inference_mode():
        for x, labels in Loader(dataset.test, 500, shuffle=False).epoch(0):
            right += int(np.count_nonzero(model(images(x, channels_last)).argmax(1).numpy() == labels))
    return right / len(dataset.test)


class _Average:
    """a ← d·a + (1 − d)·w,  d = min(decay, (1 + t)/(10 + t)), as our recipes do it."""

    def __init__(self, model: torch.nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights = [value for value in model.state_dict().values() if value.is_floating_point()]
        self.averages = [value.clone() for value in self.weights]

    @torch.no_grad()
    def update(self, step: int) -> None:
        torch._foreach_lerp_(self.averages, self.weights, 1 - min(self.decay, (1 + step) / (10 + step)))

    @torch.no_grad()
    def take(self) -> None:
        torch._foreach_copy_(self.weights, self.averages)


def _refuse(recipe: Recipe) -> None:
    """Say what is not translated, rather than train something else."""
    if recipe.optimizer not in OPTIMIZERS:
        raise ValueError(f"PyTorch's part knows {', '.join(OPTIMIZERS)}; the recipe wants {recipe.optimizer}")
    if recipe.l1 or recipe.patience:
        raise ValueError("PyTorch's part knows neither l1 nor patience")
