"""A batch of one example and a batch norm: known before the first step, not at the end of an epoch."""

import math
from dataclasses import replace

import numpy as np

from zerokara.arrays import Shape
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import Loader
from zerokara.nn import Module, SyncBatchNorm, observe
from zerokara.nn.norm import BatchNorm
from zerokara.training.evaluation import evaluation_mode


def refuse_single(model: Module, loader: Loader, processes: int = 1) -> None:
    """ValueError if an epoch has a batch of one example and a batch norm of the model then sees one value per channel.

    Where several processes share the batches, each with statistics of its own, the same for a share of one example.

    Such a value has no spread. Maps of more than one pixel have one, also of a single image. What the layers get is
    seen on two examples, in evaluation mode, so that nothing is learned, drawn or counted.
    """
    if processes > 1:
        _refuse_single_share(model, loader, processes)
    count, size = len(loader.split), loader.batch_size
    left = count % size
    if size > 1 and (left != 1 or loader.drop_last):
        return
    if not any(_normalizes(layer) for layer in model.modules()):
        return
    found = _layer_with_one_value(model, loader)
    if found is None:
        return
    name, layer, shape = found
    where = f"{name} ({layer})" if name else layer
    if size == 1 or count == 1:
        which, what = "batches have one example", "use two examples a batch or more"
    else:
        which = f"{count:,} examples in batches of {size} leave one alone in the last batch"
        what = "leave it out with drop_last=True, or choose another batch_size"
    raise ValueError(
        f"{which}, of which {where} gets one value per channel, {(1, *shape)}; that has no spread to divide by: {what}"
    )


def _refuse_single_share(model: Module, loader: Loader, processes: int) -> None:
    count, size = len(loader.split), loader.batch_size
    left = 0 if loader.drop_last else count % size
    totals = [total for total in (min(size, count), left) if processes <= total < 2 * processes]
    alone = any(_normalizes(layer) and not isinstance(layer, SyncBatchNorm) for layer in model.modules())
    found = _layer_with_one_value(model, loader) if totals and alone else None
    if found is not None and not isinstance(dict(model.named_modules()).get(found[0]), SyncBatchNorm):
        name, layer, shape = found
        raise ValueError(
            f"{totals[0]} examples shared by {processes} processes leave one alone, of which {name} ({layer}) gets one "
            f"value per channel, {(1, *shape)}; that has no spread to divide by: use a batch_size of at least "
            f"{2 * processes} that leaves no such rest, drop_last=True, or nn.SyncBatchNorm"
        )


def _normalizes(layer: Module) -> bool:
    """Whether it normalizes by the batch: our own layers, and those of imported networks."""
    return isinstance(layer, BatchNorm) or getattr(layer, "kind", "") == "BatchNormalization"


def _layer_with_one_value(model: Module, loader: Loader) -> tuple[str, str, Shape] | None:
    """The first batch norm that gets one value per channel of each example: its name, its kind, the example's shape."""
    names = {id(layer): name for name, layer in model.named_modules()}
    seen: list[tuple[str, str, Shape]] = []

    def look(layer: Module, y: object) -> None:
        if isinstance(y, Tensor) and _normalizes(layer) and math.prod(y.shape[2:]) == 1:
            kind = getattr(layer, "kind", type(layer).__name__)
            seen.append((names.get(id(layer), ""), kind, y.shape[1:]))

    two = replace(loader, split=loader.split.select(np.zeros(2, int)), batch_size=2, shuffle=False, sampling="shuffle")
    ((x, _),) = replace(two, transform=None, drop_last=False)
    try:
        with evaluation_mode(model), no_grad(), observe(look), np.errstate(all="ignore"):
            model(Tensor(x))
    except (ValueError, TypeError):
        return None  # the first step says better what does not fit
    return seen[0] if seen else None
