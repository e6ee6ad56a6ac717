"""`bptt-by-hand`: the gradient of a recurrent network is a sum over its steps."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.autodiff import Tensor, gradients, tensor
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.seq3.unrolled import GATES, backward, inputs, numerical_error, weights
from zerokara.experiments.seq3.unrolled_pictures import way_back
from zerokara.experiments.tongue import Tongue
from zerokara.nn import GRU, LSTM, RNN, Module
from zerokara.report import Axis, Text, bar_chart, percent, significant

LAYERS: dict[str, Callable[..., Module]] = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}


@dataclass(frozen=True)
class BpttByHand(Experiment):
    """Backpropagation through time of ½Σ‖h_t‖², step by step and as the library's one rule."""

    name = "bptt-by-hand"
    chapter = "seq3"
    source = "V2 ch5 RNN, TimeRNN"
    title = Text("Backpropagation through time by hand", "手で計算する BPTT")
    question = Text("Why are the gradients of all steps added?", "なぜ全ステップの勾配を足し合わせるのか？")
    formula = (
        r"\frac{\partial L}{\partial h_t} = g_t + W_{hh}^\top\, \delta_{t+1}, \qquad \delta_t = "
        r"\frac{\partial L}{\partial h_t} \odot (1 - h_t^2)",
        r"\frac{\partial L}{\partial W_{hh}} = \sum_t \delta_t\, h_{t-1}^\top, \qquad \frac{\partial "
        r"L}{\partial W_{ih}} = \sum_t \delta_t\, x_t^\top",
    )
    symbols = Text(
        "g_t: the gradient that comes from the output of step t itself; here L = ½Σ‖h_t‖², so g_t = h_t. "
        "δ_t of the other cells has a part for each gate.",
        "g_t：ステップ t の出力から直接来る勾配。ここでは L = ½Σ‖h_t‖² なので g_t = h_t。"
        "ほかのセルの δ_t は、ゲートごとの部分からなる。",
    )
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text(
                "Over more steps early shares grow small or large.",
                "ステップを増やすと、各ステップの寄与はどう変わるでしょう。",
            ),
            {"steps": 12},
        ),
        Turn(Text("Loss on the last step only.", "損失を最後のステップだけにします。"), {"every": False}),
        Turn(Text("Through the gates of an LSTM.", "LSTM のゲートを通って。"), {"cell": "lstm"}),
    )

    cell: str = knob("rnn", "cell", "セル", choices=tuple(GATES))
    steps: int = knob(3, "steps T", "ステップ数 T", low=2, high=50)
    every: bool = knob(True, "loss on every h (else on the last)", "すべての h に損失をかけるか（いいえ：最後だけ）")

    def measure(self, lab: Lab) -> Arrays:
        """Gradients of one rule, the shares of the steps, and numerical checks of all cells."""
        x, h = inputs(self.steps), np.zeros((1, 3))
        w_ih, w_hh, b = (tensor(w, requires_grad=True) for w in weights(self.cell))
        cells: dict[str, Callable[..., tuple[Tensor, ...]]] = {"rnn": F.rnn, "lstm": F.lstm, "gru": F.gru}
        y = cells[self.cell](x, w_ih, w_hh, b, np.zeros(len(b)), h, *([h] if self.cell == "lstm" else []))[0]
        d_ih, d_hh, d_b = gradients(self._loss(y), [w_ih, w_hh, b])
        states = y.data[:, 0]
        from_output = states if self.every else np.where(np.arange(self.steps)[:, None] < self.steps - 1, 0, states)
        later, da, share_hh, share_ih = backward(self.cell, x, states, from_output)
        return {
            "from_output": from_output,
            "later": later,
            "da": da,
            "share_hh": share_hh,
            "share_ih": share_ih,
            "d_hh": d_hh,
            "d_ih": d_ih,
            "d_b": d_b,
            "numerical": np.array([numerical_error(make, lab.rng("check")) for make in LAYERS.values()]),
        }

    def _loss(self, y: Tensor) -> Tensor:
        chosen = y if self.every else y[-1]
        return (chosen * chosen).sum() * 0.5

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """What comes back to each step, the shares, and their sum."""
        sizes = {
            "W_hh": np.linalg.norm(found["share_hh"], axis=(1, 2)),
            "W_ih": np.linalg.norm(found["share_ih"], axis=(1, 2)),
        }
        return [
            way_back(found, t),
            bar_chart(
                t("How much each step gives", "各ステップの寄与の大きさ"),
                [str(k + 1) for k in range(self.steps)],
                sizes,
                Axis(t("norm of the share", "寄与のノルム"), low=0),
                category=t("step", "ステップ"),
                lang=t.lang,
            ),
            bar_chart(
                t("Two layers, both directions, against differences", "2 層・双方向の勾配と数値微分の差"),
                list(LAYERS),
                {t.word("relative error"): np.maximum(found["numerical"], 1e-16)},
                Axis(t.word("relative error"), log=True, low=1e-16, high=1e-5),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The sum, the shares, the numerical check."""
        sizes = np.linalg.norm(found["share_hh"], axis=(1, 2))
        k = int(sizes.argmax())
        return [
            t(
                "One weight is used in {n} places, so its gradient is the sum of {n} shares; sum and library "
                "differ by {e:.0e}.",
                "1 つの重みは {n} か所で使われるので、勾配は {n} 個の寄与の和です。和とライブラリの勾配の差は "
                "{e:.0e} です。",
                n=self.steps,
                e=float(np.abs(found["share_hh"].sum(axis=0) - found["d_hh"]).max()),
            ),
            t(
                "Step {k} gives most: {p} of the sizes. Step 1 gives nothing to W_hh, for the state before it is 0.",
                "最も大きいのはステップ {k} で、大きさの {p} です。ステップ 1 は直前の状態が 0 なので、W_hh "
                "には寄与しません。",
                k=k + 1,
                p=percent(float(sizes[k] / sizes.sum())),
            ),
            t(
                "RNN, LSTM and GRU with two layers and both directions agree with differences to {e:.0e}.",
                "2 層・双方向の RNN、LSTM、GRU の勾配は、数値微分と {e:.0e} の範囲で一致します。",
                e=float(found["numerical"].max()),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Shares add up; differences."""
        gaps = {
            "W_hh": np.abs(found["share_hh"].sum(axis=0) - found["d_hh"]).max(),
            "W_ih": np.abs(found["share_ih"].sum(axis=0) - found["d_ih"]).max(),
            "b": np.abs(found["da"].sum(axis=0) - found["d_b"]).max(),
        }
        told = [
            at_most(
                t("∂L/∂{w}: sum of the shares − library", "∂L/∂{w}：寄与の和とライブラリの差", w=w),
                gap,
                1e-12,
                "A",
                law=True,
            )
            for w, gap in gaps.items()
        ]
        what = t(
            "{name}, two layers, both directions: error against differences",
            "{name}、2 層・双方向：数値微分との誤差",
            name="{name}",
        )
        return [
            *told,
            *(
                at_most(what.format(name=name), e, 1e-6, "A", law=True)
                for name, e in zip(LAYERS, found["numerical"], strict=True)
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Why added."""
        change = float((found["d_hh"] ** 2).sum()) * 1e-3
        return [
            Question(
                t(
                    "If every W_hh is moved by 0.001 of its gradient, how much does the loss fall, about?",
                    "W_hh を勾配の 0.001 倍だけ動かすと、損失はおよそどれだけ減るか？",
                ),
                t(
                    "By 0.001·‖∂L/∂W_hh‖² = {v}, since all steps move together.",
                    "0.001·‖∂L/∂W_hh‖² = {v} です。全ステップの重みが一緒に動くからです。",
                    v=significant(change, 3),
                ),
            )
        ]
