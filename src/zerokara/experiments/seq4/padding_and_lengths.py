"""`padding-and-lengths`: short sequences in a long batch."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import Tensor, gradients, tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.models.language import CELLS
from zerokara.nn import Module
from zerokara.report import Axis, Cell, Grid, Table, Text, bar_chart, grids, significant

INPUTS, HIDDEN = 2, 3


@dataclass(frozen=True)
class PaddingAndLengths(Experiment):
    """Sequences of several lengths, padded with numbers of no meaning: with their lengths told, without, one by one."""

    name = "padding-and-lengths"
    chapter = "seq4"
    source = "TORCH; V2 ch7"
    title = Text("Padding and lengths", "パディングと系列の長さ")
    question = Text("Does padding change the answer?", "パディングは答えを変えるか？")
    formula = (r"h^{(n)} = h^{(n)}_{\ell_n} \ne h^{(n)}_T \quad \text{where } \ell_n < T",)
    symbols = Text("ℓ_n: length of sequence n, T: length of the batch.", "ℓ_n：系列 n の長さ、T：バッチの長さ。")
    random = True
    seeds = 3
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("The other cells.", "ほかのセルで。"), {"kind": "lstm"}),
        Turn(Text("Longer ones.", "もっと長い系列で。"), {"lengths": (20, 3, 1)}),
    )

    lengths: tuple[int, ...] = knob((5, 3, 1), "lengths of the sequences", "系列の長さ", low=1, high=100)
    kind: str = knob("gru", "cell", "セル", choices=tuple(CELLS))

    def measure(self, lab: Lab) -> Arrays:
        """Last states and gradients of the three ways, both directions."""
        rng = lab.rng("weights")
        layer = CELLS[self.kind](INPUTS, HIDDEN, batch_first=True, bidirectional=True, rng=rng, dtype=np.float64)
        count, longest = len(self.lengths), max(self.lengths)
        x = rng.standard_normal((count, longest, INPUTS))
        for n, length in enumerate(self.lengths):
            x[n, length:] = 9.0  # what must not be seen
        v = rng.standard_normal((count, 2, HIDDEN))
        parts = [_way(layer, x[n : n + 1, :length], v[n : n + 1], None) for n, length in enumerate(self.lengths)]
        alone = np.concatenate([states for states, _ in parts])
        told, told_grad = _way(layer, x, v, np.array(self.lengths))
        naive, naive_grad = _way(layer, x, v, None)
        return {
            "alone": alone,
            "told": told,
            "naive": naive,
            "alone_grad": np.sum([g for _, g in parts], axis=0),
            "told_grad": told_grad,
            "naive_grad": naive_grad,
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The forward states side by side, and how far both ways are off."""
        names = [t("length {n}", "長さ {n}", n=n) for n in self.lengths]
        labels = {
            "alone": t("one by one", "1 本ずつ"),
            "told": t("lengths told", "長さを指定"),
            "naive": t("last column", "最後の列"),
        }
        rows: list[list[Grid | str]] = []
        for d, direction in enumerate((t("forwards", "順方向"), t("backwards", "逆方向"))):
            cells: list[Grid | str] = [
                Grid(np.round(found[key][:, d], 3), f"{direction}, {label}", names=(names, ()))
                for key, label in labels.items()
            ]
            rows.append(cells)
        off = {
            labels[key]: np.maximum(np.abs(found[key] - found["alone"]).max(axis=(1, 2)), 1e-17)
            for key in ("told", "naive")
        }
        table: list[list[Cell]] = [
            [
                labels[key],
                f"{np.abs(found[key] - found['alone']).max():.1e}",
                f"{np.abs(found[f'{key}_grad'] - found['alone_grad']).max():.1e}",
            ]
            for key in ("told", "naive")
        ]
        return [
            grids(t("The last states", "最後の状態"), rows, lang=t.lang, wide=True),
            bar_chart(
                t("How far the last state is off", "最後の状態のずれ"),
                names,
                off,
                Axis(t("largest difference", "差の最大値"), log=True, low=1e-18),
                lang=t.lang,
            ),
            Table([t("way", "方法"), t("states off by", "状態のずれ"), t("gradients off by", "勾配のずれ")], table),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Equal, and wrong."""
        off = np.abs(found["naive"] - found["alone"]).max(axis=2)
        return [
            t(
                "With the lengths told, states and gradients of the batch are those of the sequences one by "
                "one, to {e:.0e}.",
                "長さを指定すると、バッチの状態と勾配は 1 本ずつ計算したものと {e:.0e} の範囲で一致します。",
                e=max(
                    float(np.abs(found["told"] - found["alone"]).max()),
                    float(np.abs(found["told_grad"] - found["alone_grad"]).max()),
                ),
            ),
            t(
                "Without, the last column of a short sequence is off by up to {a} forwards and {b} "
                "backwards: it has read padding.",
                "指定しないと、短い系列の最後の列は順方向で最大 {a}、逆方向で最大 {b} ずれます。"
                "パディングを読んでしまうからです。",
                a=significant(off[:, 0].max(), 3),
                b=significant(off[:, 1].max(), 3),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The batch is its sequences; the naive way is not."""
        states = np.abs(found.all("told") - found.all("alone")).max()
        slopes = np.abs(found.all("told_grad") - found.all("alone_grad")).max()
        short = np.array(self.lengths) < max(self.lengths)
        off = np.abs(found.all("naive") - found.all("alone")).max(axis=(1, 2, 3) if short.any() else None)
        return [
            at_most(
                t("states: batch with lengths − one by one", "状態：長さつきバッチと 1 本ずつの差"),
                states,
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t("gradients: batch with lengths − one by one", "勾配：長さつきバッチと 1 本ずつの差"),
                slopes,
                1e-10,
                "A",
                law=True,
            ),
            at_least(t("the last column is wrong by", "最後の列のずれ"), off, 0.05, "A"),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Where the backward direction begins."""
        gap = float(np.abs(found["told"][:, 1] - found["alone"][:, 1]).max())
        return [
            Question(
                t(
                    "Where must the backward direction begin in a padded sequence?",
                    "パディングされた系列では、逆方向はどこから始めるべきか？",
                ),
                t(
                    "At its own last step; done so here, it is off by {e:.0e}.",
                    "その系列自身の最後のステップからです。ここではそうしていて、差は {e:.0e} です。",
                    e=gap,
                ),
            )
        ]


def _way(layer: Module, x: Array, v: Array, lengths: Array | None) -> tuple[Array, Array]:
    """(the last states (N, directions, H), the gradient of ⟨states, v⟩ in the first weights)"""
    state: Any = layer(tensor(x), None, lengths)[1]
    h: Tensor = state[0] if isinstance(state, tuple) else state
    states = h.swapaxes(0, 1)
    weights = next(iter(layer.parameters()))
    return states.data, np.asarray(gradients((states * v).sum(), [weights])[0])
