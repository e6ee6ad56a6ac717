"""What the recipes on computational graphs share: single numbers as leaves, and the table beside a drawing."""

from collections.abc import Mapping, Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor
from zerokara.experiments.tongue import Tongue
from zerokara.report import Cell, Table


def leaf(value: float | Array | Sequence[float]) -> Tensor:
    """A number or an array whose gradient is wanted, in float64."""
    return Tensor(np.array(value, np.float64), requires_grad=True)


def slopes_table(values: Mapping[str, float], gradients: Sequence[float], of: str, t: Tongue) -> Table:
    """Every quantity with its value and with the gradient of `of` in it."""
    heads = [t("quantity", "変数"), t.word("value"), t("gradient of {of}", "{of} の勾配", of=of)]
    rows: list[list[Cell]] = [
        [name, float(value), float(g)] for (name, value), g in zip(values.items(), gradients, strict=True)
    ]
    return Table(heads, rows)
