"""`rnn-by-hand`: one step of a recurrent network, and three."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.seq3.unrolled import BIAS, W_HH, W_IH, forward, inputs
from zerokara.experiments.tongue import Tongue
from zerokara.models import LanguageModel, count_parameters
from zerokara.report import Axis, Grid, Line, Text, grids, line_chart, significant

SHOWN = 3
"""So many steps are written out."""


@dataclass(frozen=True)
class RnnByHand(Experiment):
    """h_t = tanh(W_ih·x_t + W_hh·h_{t−1} + b) for a few steps: the same weights in each."""

    name = "rnn-by-hand"
    chapter = "seq3"
    source = "V2 ch5 RNN, TimeRNN"
    title = Text("A recurrent network by hand", "手で計算する RNN")
    question = Text("What happens in one step, and in three?", "1 ステップでは何が起こる？ 3 ステップでは？")
    formula = (r"h_t = \tanh\left(W_{ih}\, x_t + W_{hh}\, h_{t-1} + b\right)",)
    symbols = Text(
        "x_t: input of step t, h_t: the state behind it, which is the output too. All steps share W_ih, W_hh and b.",
        "x_t：ステップ t の入力、h_t：その後の状態（出力でもある）。W_ih、W_hh、b は全ステップで共通。",
    )
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("A longer sequence uses the same weights.", "系列を長くしても、重みは同じです。"), {"steps": 20}),
        Turn(
            Text("Without the way back from h it forgets at once.", "h からの戻りを 0 にすると、すぐに忘れます。"),
            {"memory": 0.0},
        ),
    )

    steps: int = knob(3, "steps T", "ステップ数 T", low=1, high=200)
    memory: float = knob(1.0, "W_hh is multiplied by this", "W_hh に掛ける係数", low=0, high=5)

    def measure(self, lab: Lab) -> Arrays:
        """All states by the library and written out; with another first input; the size of a language model."""
        x, h = inputs(self.steps), np.zeros((1, 3))
        weights = (W_IH, self.memory * W_HH, BIAS, np.zeros(3))
        y, last = F.rnn(x, *weights, h)
        other = x.copy()
        other[0] += 1
        return {
            "x": x[:, 0],
            "states": y.data[:, 0],
            "last": last.data[0],
            "by_hand": forward(x, h[0], self.memory),
            "echo": np.abs(F.rnn(other, *weights, h)[0].data - y.data)[:, 0].max(axis=1),
            "shape": np.array(y.shape),
            "parameters": np.array(count_parameters(LanguageModel(88, 32, 64, cell="rnn"))),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The first steps as numbers, all states, and how long the first input is heard."""
        rows: list[list[Grid | str]] = []
        before = np.zeros(3)
        for k in range(min(SHOWN, self.steps)):
            sums = W_IH @ found["x"][k] + self.memory * W_HH @ before + BIAS
            rows.append(
                [
                    Grid(W_IH, "W_ih"),
                    "·",
                    Grid(found["x"][k][:, None], f"x{k + 1}"),
                    "+",
                    Grid(self.memory * W_HH, "W_hh"),
                    "·",
                    Grid(np.round(before, 3)[:, None], f"h{k}"),
                    "+",
                    Grid(BIAS[:, None], "b"),
                    "=",
                    Grid(np.round(sums, 3)[:, None], t("sum", "和")),
                    "tanh →",
                    Grid(np.round(found["states"][k], 3)[:, None], f"h{k + 1}"),
                ]
            )
            before = found["states"][k]
        step = Axis(t("step", "ステップ"), whole=True)
        at = np.arange(1, self.steps + 1)
        return [
            grids(t("Step by step, the same weights", "1 ステップずつ、同じ重みで"), rows, lang=t.lang, wide=True),
            line_chart(
                t("The state over time", "状態の移り変わり"),
                [Line(f"h[{i}]", at, found["states"][:, i]) for i in range(3)],
                step,
                Axis("h", low=-1, high=1),
                lang=t.lang,
            ),
            line_chart(
                t("How long the first input is heard", "最初の入力の影響はいつまで残るか"),
                [Line(t("change", "変化"), at, np.maximum(found["echo"], 1e-17))],
                step,
                Axis(t("change of h when x1 changes by 1", "x1 を 1 変えたときの h の変化"), log=True),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The agreement, the last state, the echo."""
        gap = float(np.abs(found["states"] - found["by_hand"]).max())
        return [
            t(
                "The rule for the whole sequence and the sums written out agree to {e:.0e}; the last state is ({h}).",
                "系列全体のルールと書き下した和の差は {e:.0e} です。最後の状態は ({h}) です。",
                e=gap,
                h=", ".join(significant(v, 4) for v in found["last"]),
            ),
            t(
                "A first input that is greater by 1 changes the state by {a} at once, and by {b} after {n} steps.",
                "最初の入力を 1 増やすと、状態は直後に {a}、{n} ステップ後に {b} 変わります。",
                a=significant(found["echo"][0], 3),
                b=significant(found["echo"][-1], 3),
                n=self.steps,
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Explicit sums, shapes, the count."""
        return [
            at_most(
                t("distance from the sums written out", "書き下した和との差"),
                np.abs(found["states"] - found["by_hand"]).max(),
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t("last output − last state", "最後の出力と最後の状態の差"),
                np.abs(found["states"][-1] - found["last"]).max(),
                0,
                "A",
                law=True,
            ),
            near(
                t("numbers in all outputs, T·N·H", "出力の要素数 T·N·H"),
                found["shape"].prod(),
                self.steps * 3,
                0,
                "A",
                law=True,
            ),
            near(
                t("parameters of LM(RNN, 32, 64) of 88 words", "LM(RNN, 32, 64)、88 語のパラメータ数"),
                found["parameters"],
                14_808,
                0,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The catalogue's count."""
        return [
            Question(
                t(
                    "How many numbers does an RNN language model of 88 words, D 32, H 64 learn?",
                    "88 語、D 32、H 64 の RNN 言語モデルが学習する数はいくつ？",
                ),
                t(
                    "{n} = 88·32 + 64·(32 + 64 + 2) + 88·65, however long the text is.",
                    "{n} = 88·32 + 64·(32 + 64 + 2) + 88·65。文の長さにはよりません。",
                    n=f"{int(found['parameters']):,}",
                ),
            )
        ]
