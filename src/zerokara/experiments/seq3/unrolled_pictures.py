"""Steps of a small network written out in numbers."""

import numpy as np

from zerokara.experiments.found import Found
from zerokara.experiments.tongue import Tongue
from zerokara.report import Figure, Grid, grids

SHOWN = 3
"""So many steps are written out."""


def way_back(found: Found, t: Tongue) -> Figure:
    """The last steps, from the last one back: what comes to each from its output and from the next step, and its share.

    The sum of all shares stands below, beside the gradient that the library gives.
    """
    steps = len(found["later"])
    rows: list[list[Grid | str]] = []
    for k in reversed(range(max(0, steps - SHOWN), steps)):
        column = [np.round(v, 4)[:, None] for v in (found["from_output"][k], found["later"][k], found["da"][k])]
        rows.append(
            [
                Grid(column[0], t("output {k}", "出力 {k}", k=k + 1)),
                "+",
                Grid(
                    column[1],
                    t("step {k}", "ステップ {k}", k=k + 2) if k + 1 < steps else t("nothing", "なし"),
                ),
                "→",
                Grid(column[2], f"δ{k + 1}"),
                "→",
                Grid(np.round(found["share_hh"][k], 4), t("share of ∂L/∂W_hh", "∂L/∂W_hh への寄与")),
            ]
        )
    total = Grid(np.round(found["share_hh"].sum(axis=0), 4), t("sum of all shares", "寄与の合計"))
    rows.append([total, "=", Grid(np.round(found["d_hh"], 4), t("by the library", "ライブラリの勾配"))])
    return grids(t("Back from the last step", "最後のステップから逆向きに"), rows, lang=t.lang, wide=True)
