"""Whole numbers that name something: classes as rows of zeros and ones, words as rows of a table."""

from typing import Any

import numpy as np

from zerokara import rules
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, apply, as_tensor
from zerokara.functional.shared import Like, fractional, reduced
from zerokara.kernels import tracing
from zerokara.kernels.tracing import as_array


def one_hot(labels: Like, num_classes: int = -1) -> Tensor:
    """1 at the label and 0 elsewhere: labels (…) → int64 (…, K). K is the largest label plus 1, unless given."""
    given = _whole("one_hot", labels)
    if num_classes == -1:
        if tracing.current() is not None:
            tracing.refuse("ask for one_hot without num_classes, whose shape depends on numbers: give num_classes")
        if not given.size:
            raise ValueError("one_hot of no labels cannot know how many classes there are: give num_classes")
        num_classes = int(given.max()) + 1
    if num_classes < 1:
        raise ValueError(f"one_hot expects num_classes of at least 1, or −1 for the largest label; got {num_classes}")
    tracing.look(lambda found: expect_classes(found, num_classes), given)
    return as_tensor(np.equal(given[..., None], np.arange(num_classes)).astype(np.int64))


def embedding(indices: Like, weight: Like, padding_idx: int | None = None) -> Tensor:
    """Rows of a table: indices (…) of whole numbers, weight (V, D) → (…, D)        y[…] = weight[indices[…]]

    A row that is read twice gets both gradients; the row `padding_idx` gets none.
    """
    table, given = as_tensor(weight), _whole("embedding", indices)
    if table.ndim != 2:
        raise ValueError(f"embedding expects a table (V, D); got {table.shape}")
    count = table.shape[0]
    tracing.look(lambda found: _expect_rows(found, count), given)
    rows = apply(rules.getitem, table, index=given)
    if padding_idx is None:
        return rows
    place = rules.one_axis("embedding with padding_idx", padding_idx, (0,) * count)
    return apply(rules.where, rows.detach(), rows, condition=np.equal(given, place)[..., None])


def negative_sampling_loss(h: Like, weight: Like, words: Like, reduction: str = "mean") -> Tensor:
    """−ln σ(h·w₀) − Σ ln σ(−h·wₖ): the right word told from drawn ones, instead of from all

    h (N, D), weight (V, D), words (N, K) of rows of weight: first the right one, then those drawn for it (see
    `zerokara.data.text.Negatives`). A row that is there more often gets all its gradients.
    """
    x, table, given = fractional(h), as_tensor(weight), _whole("negative_sampling_loss", words)
    fits = x.ndim == 2 and table.ndim == 2 and given.ndim == 2 and x.shape[1] == table.shape[1]
    if not fits or given.shape[0] != x.shape[0] or not given.shape[1]:
        raise ValueError(
            "negative_sampling_loss expects h (N, D), a table (V, D) and words (N, K), K ≥ 1; "
            f"got {x.shape}, {table.shape}, {given.shape}"
        )
    count = table.shape[0]
    tracing.look(lambda found: _expect_rows(found, count), given)
    return reduced(apply(rules.negative_sampling, x, table, words=given), reduction)


def expect_classes(labels: Array, k: int, ignore_index: int | None = None) -> None:
    """Refuse labels outside of 0 … k − 1, other than the one that is to be left out."""
    if labels.dtype == np.int64 and labels.size and labels.view(np.uint64).max() < k:
        return  # in one pass: as unsigned numbers, negative ones are huge
    if ignore_index is not None:
        labels = labels[labels != ignore_index]
    if labels.size and not (labels.min() >= 0 and labels.max() < k):
        lost = labels.min() == -100 and ignore_index is None and labels[labels != -100].size
        advice = ": to leave the samples with −100 out, give ignore_index=-100" if lost else ""
        raise ValueError(
            f"labels for {k} classes lie between 0 and {k - 1}; got {labels.min()} to {labels.max()}{advice}"
        )


def _expect_rows(indices: Array, count: int) -> None:
    if indices.size and not (indices.min() >= 0 and indices.max() < count):
        raise ValueError(
            f"an embedding of {count} rows is asked for rows 0 to {count - 1}; got {indices.min()} to {indices.max()}: "
            f"{_more_rows(int(indices.min()), int(indices.max()))}"
        )


def _more_rows(least: int, most: int) -> str:
    return "take no number below 0" if least < 0 else f"make the table with {most + 1} rows, or give it smaller numbers"


def _whole(name: str, numbers: Like) -> Any:
    """An array of whole numbers, or an error that names the function."""
    array = as_array(numbers)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} expects whole numbers; got {array.dtype}: convert them with .astype(np.int64)")
    return array
