"""`lstm-gates`: one memory and the four gates around it, set by hand."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.sequence_models import sigmoid
from zerokara.experiments.tongue import Tongue
from zerokara.models import count_parameters
from zerokara.nn import LSTM, RNN
from zerokara.report import Axis, Line, Panel, Text, line_chart, panels, significant

SIGNALS = (0, 1, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, -1, 1, 0, 0)
"""1: remember. −1: forget. 0: nothing is said."""


@dataclass(frozen=True)
class LstmGates(Experiment):
    """An LSTM of one unit, its gates moved by hand-made weights: it remembers a 1 until it is told to forget."""

    name = "lstm-gates"
    chapter = "seq4"
    source = "V2 ch6 LSTM"
    title = Text("The gates of an LSTM", "LSTM のゲート")
    question = Text("What do the four gates do to one memory?", "4 つのゲートは 1 つの記憶に何をするか？")
    formula = (
        r"c_t = f_t\, c_{t-1} + i_t\, g_t, \qquad h_t = o_t \tanh c_t",
        r"i_t = \sigma(s\,(x_t - \tfrac12)), \qquad f_t = \sigma(s\,(x_t + b)), \qquad g_t = \tanh(s\, x_t)",
    )
    symbols = Text(
        "x_t: 1 remember, −1 forget, 0 nothing; s: sharpness of the gates; b: bias of the forget gate; o is open.",
        "x_t：1 は「覚えよ」、−1 は「忘れよ」、0 は何もなし。s：ゲートの鋭さ、b：忘却ゲートのバイアス。o "
        "は開いたまま。",
    )
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("Half-open gates leak.", "半開きのゲートでは記憶が漏れます。"), {"sharpness": 3.0}),
        Turn(
            Text("A forget gate that is shut: nothing lasts.", "忘却ゲートを閉じると、何も残りません。"), {"keep": -2.0}
        ),
    )

    sharpness: float = knob(20.0, "sharpness s of the gates", "ゲートの鋭さ s", low=0.1, high=100)
    keep: float = knob(0.5, "bias b of the forget gate", "忘却ゲートのバイアス b", low=-10, high=10)

    def measure(self, lab: Lab) -> Arrays:
        """Gates, cell and output over time; the cell by its formula; a memory left alone; the sizes."""
        s = self.sharpness
        x = np.array(SIGNALS, float)
        w = np.array([s, s, s, 0.0])[:, None]  # rows i, f, g, o
        b = np.array([-s / 2, s * self.keep, 0.0, s])
        y, _, c = F.lstm(x[:, None, None], w, np.zeros((4, 1)), b, np.zeros(4), np.zeros((1, 1)), np.zeros((1, 1)))
        i, f, o = (sigmoid(w[k, 0] * x + b[k]) for k in (0, 1, 3))
        g = np.tanh(w[2, 0] * x + b[2])
        cell = [0.0]
        for t in range(len(x)):
            cell.append(f[t] * cell[-1] + i[t] * g[t])
        return {
            "x": x,
            "i": i,
            "f": f,
            "g": g,
            "o": o,
            "c": np.array(cell[1:]),
            "h": y.data[:, 0, 0],
            "last": np.asarray(c.data).ravel(),
            "alone": float(sigmoid(np.array(s * self.keep))) ** np.arange(101),
            "sizes": np.array([count_parameters(layer(3, 5)) for layer in (RNN, LSTM)]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Signals, gates and memory under each other; a memory left alone."""
        at = np.arange(1, len(SIGNALS) + 1)
        names = {
            "x": t("signal x", "信号 x"),
            "i": t("input gate i", "入力ゲート i"),
            "f": t("forget gate f", "忘却ゲート f"),
            "g": t("new value g", "新しい値 g"),
            "c": t("memory c", "記憶 c"),
            "h": t("output h", "出力 h"),
        }
        items = [Panel(label, [Line("", at, found[name])]) for name, label in names.items()]
        step = Axis(t("step", "ステップ"), whole=True)
        return [
            panels(
                t("One memory over time", "1 つの記憶の移り変わり"),
                items,
                step,
                Axis(t.word("value"), low=-1.1, high=1.1),
                columns=3,
                lang=t.lang,
            ),
            line_chart(
                t("A memory left alone", "放っておいた記憶"),
                [Line("σ(s·b)^k", np.arange(101), np.maximum(found["alone"], 1e-30))],
                Axis(t("steps without a signal", "信号のないステップ数"), whole=True),
                Axis(t("what is left", "残り"), log=True),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Kept, and forgotten."""
        c = found["c"]
        return [
            t(
                "Told at step 2 to remember, it holds {a}; three steps later still {b}; told to forget at step 6, {d}.",
                "ステップ 2 で「覚えよ」と言われて {a}、3 ステップ後も {b}、ステップ 6 "
                "で「忘れよ」と言われて {d} です。",
                a=significant(c[1], 3),
                b=significant(c[4], 3),
                d=significant(round(float(c[5]), 6), 3),
            ),
            t(
                "Left alone, {p} of the memory is there after 100 steps: the forget gate is {f}.",
                "信号がないまま 100 ステップたつと、記憶は {p} 倍になります。忘却ゲートは {f} です。",
                p=significant(found["alone"][100], 3),
                f=significant(found["f"][0], 6),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """c′ = f·c + i·g; kept and forgotten."""
        c = found["c"]
        by_rule = np.abs(found["o"] * np.tanh(c) - found["h"]).max()
        return [
            at_most(
                t("h of the rule − o·tanh c by the formula", "ルールの h と式 o·tanh c の差"),
                by_rule,
                1e-12,
                "A",
                law=True,
            ),
            at_most(
                t("last c of the rule − c by the formula", "ルールの最後の c と式の c の差"),
                abs(found["last"][0] - c[-1]),
                1e-12,
                "A",
                law=True,
            ),
            at_most(t("what a memory loses in three steps", "3 ステップで失われる記憶"), abs(c[4] - c[1]), 1e-3, "A"),
            at_most(t("what is left after “forget”", "「忘れよ」の後の残り"), abs(c[5]), 1e-3, "A"),
            holds(
                t("an LSTM has 4 times the weights of an RNN", "LSTM の重みは RNN の 4 倍"),
                found["sizes"][1] == 4 * found["sizes"][0],
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The catalogue's."""
        rnn, lstm = (int(n) for n in found["sizes"])
        return [
            Question(
                t(
                    "How many weights has an LSTM against an RNN of the same size?",
                    "同じ大きさの RNN と比べて、LSTM の重みは何倍？",
                ),
                t(
                    "{k} times: {a} and {b} for 3 inputs and 5 units.",
                    "{k} 倍です（入力 3、ユニット 5 なら {a} と {b}）。",
                    k=lstm // rnn,
                    a=lstm,
                    b=rnn,
                ),
            )
        ]
