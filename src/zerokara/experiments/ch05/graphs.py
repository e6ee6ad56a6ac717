"""What the recipes on computational graphs share: leaves, drawings in both languages, and the table beside them."""

import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, draw
from zerokara.experiments.tongue import Tongue
from zerokara.report import Cell, Table


def leaf(value: float | Array | Sequence[float]) -> Tensor:
    """A number or an array whose gradient is wanted, in float64."""
    return Tensor(np.array(value, np.float64), requires_grad=True)


def drawing(y: Tensor, names: Mapping[str, Tensor], t: Tongue) -> str:
    """The graph that y came out of, as SVG, its constants called so in the reader's language."""
    roomy = {_roomy(name): tensor for name, tensor in names.items()}
    with np.errstate(all="ignore"):  # a gradient may be infinite, which the drawing says
        svg = str(draw(y, **roomy))
    return svg.replace(">constant</text>", f">{t('constant', '定数')}</text>")


def _roomy(name: str) -> str:
    """The name with spaces: a leaf is as wide as its letters are many, and Japanese ones are wider than it thinks.

    With a space no name is one of the arguments of `draw`, as y would be.
    """
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in name)
    return f" {name}{' ' * (2 * wide // 3)}"


def slopes_table(values: Mapping[str, float], gradients: Sequence[float], of: str, t: Tongue) -> Table:
    """Every quantity with its value and with the gradient of `of` in it."""
    heads = [t("quantity", "変数"), t.word("value"), t("gradient of {of}", "{of} の勾配", of=of)]
    rows: list[list[Cell]] = [
        [name, float(v), float(g)] for (name, v), g in zip(values.items(), gradients, strict=True)
    ]
    return Table(heads, rows)
