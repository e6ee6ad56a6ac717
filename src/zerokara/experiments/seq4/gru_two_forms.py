"""`gru-two-forms`: two cells of one name."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.seq4.gru_forms import book_gru, conversions, onnx_gru
from zerokara.experiments.tongue import Tongue
from zerokara.models import count_parameters
from zerokara.nn import GRU, LSTM, RNN
from zerokara.report import Axis, Line, Text, bar_chart, line_chart, significant

INPUTS, HIDDEN, STEPS = 3, 4, 12

FORMS = ("book", "before", "torch", "onnx0", "onnx1")
"""The book's; ours with the reset before the product; PyTorch's (ours); ONNX with linear_before_reset 0 and 1."""


@dataclass(frozen=True)
class GruTwoForms(Experiment):
    """The same weights in the book's GRU, PyTorch's and both of ONNX, number by number."""

    name = "gru-two-forms"
    chapter = "seq4"
    source = "V2 ch6 TimeGRU; ONNX GRU"
    title = Text("Two cells of one name", "2 種類の GRU")
    question = Text("Are all GRUs the same?", "GRU はどれも同じか？")
    formula = (
        r"n_{\text{book}} = \tanh\bigl(W_n x + R_n (r \odot h) + b_n\bigr), \qquad h' = (1 - z)\, h + z\, n",
        r"n_{\text{PyTorch}} = \tanh\bigl(W_n x + b_n + r \odot (R_n h + c_n)\bigr), \qquad h' = (1 - z)\, n + z\, h",
    )
    symbols = Text(
        "r: reset gate, z: update gate, n: the new value.", "r：リセットゲート、z：更新ゲート、n：新しい値。"
    )
    random = True
    seeds = 3
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text("With r near 1 the two forms come together.", "r を 1 に近づけると 2 つの形は一致します。"),
            {"reset_bias": 30.0, "bias": False},
        ),
    )

    reset_bias: float = knob(
        0.0, "added to the bias of the reset gate", "リセットゲートのバイアスに足す値", low=-50, high=50
    )
    bias: bool = knob(True, "a bias inside the recurrent product", "再帰側の積にバイアスを入れるか")

    def measure(self, lab: Lab) -> Arrays:
        """All states of the five forms, and how many weights each kind of layer has."""
        rng = lab.rng("weights")
        w, r = rng.standard_normal((3 * HIDDEN, INPUTS)), rng.standard_normal((3 * HIDDEN, HIDDEN)) * 0.7
        b, c = rng.standard_normal(3 * HIDDEN) * 0.5, rng.standard_normal(3 * HIDDEN) * (0.5 if self.bias else 0)
        b[:HIDDEN] += self.reset_bias
        x = rng.standard_normal((STEPS, 1, INPUTS))
        book = [part.copy() for part in (w, r, b, c)]
        for part in book:  # the book's z takes the new value: 1 − σ(a) = σ(−a)
            part[HIDDEN : 2 * HIDDEN] *= -1
        h = np.zeros((1, HIDDEN))
        states = {
            "book": book_gru(x[:, 0], *book),
            "before": F.gru(x, w, r, b, c, h, reset_after=False)[0].data[:, 0],
            "torch": F.gru(x, w, r, b, c, h)[0].data[:, 0],
            "onnx0": onnx_gru(x[:, 0], w, r, b, c, linear_before_reset=False),
            "onnx1": onnx_gru(x[:, 0], w, r, b, c, linear_before_reset=True),
        }
        sizes = [count_parameters(layer(INPUTS, HIDDEN)) for layer in (RNN, GRU, LSTM)]
        return {**states, "sizes": np.array(sizes)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """One unit over time, the table of conversions, the sizes."""
        at = np.arange(1, STEPS + 1)
        names = {"torch": t("PyTorch, ONNX 1", "PyTorch、ONNX 1"), "book": t("the book, ONNX 0", "本、ONNX 0")}
        return [
            line_chart(
                t("The first unit over time", "1 つ目のユニットの時間変化"),
                [Line(name, at, found[form][:, 0]) for form, name in names.items()],
                Axis(t("step", "ステップ"), whole=True),
                Axis("h", low=-1, high=1),
                lang=t.lang,
                wide=True,
            ),
            conversions(t),
            bar_chart(
                t(
                    "Weights of a layer, {i} inputs and {h} units",
                    "1 層の重みの数（入力 {i}、ユニット {h}）",
                    i=INPUTS,
                    h=HIDDEN,
                ),
                ["RNN", "GRU", "LSTM"],
                {t.word("parameters"): found["sizes"]},
                Axis(t.word("parameters"), low=0),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Equal, and different."""
        gap = float(np.abs(found.all("torch") - found.all("before")).max())
        return [
            t(
                "With the same weights the two forms differ by up to {d} after {n} steps: they are two functions.",
                "同じ重みでも、2 つの形の差は {n} ステップで最大 {d} になります。別の関数です。",
                d=significant(gap, 3),
                n=STEPS,
            ),
            t(
                "The book's is ONNX's linear_before_reset 0 with the weights of z negated ({a:.0e}); PyTorch's "
                "is ONNX's 1 ({b:.0e}).",
                "本の形は z の重みの符号を反転した ONNX の linear_before_reset 0（差 {a:.0e}）、PyTorch の形は "
                "1（差 {b:.0e}）です。",
                a=_gap(found, "book", "onnx0"),
                b=_gap(found, "torch", "onnx1"),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Which are equal."""
        pairs = {
            ("book", "onnx0"): t("the book − ONNX 0", "本と ONNX 0 の差"),
            ("before", "onnx0"): t("reset_after=False − ONNX 0", "reset_after=False と ONNX 0 の差"),
            ("torch", "onnx1"): t("PyTorch − ONNX 1", "PyTorch と ONNX 1 の差"),
        }
        told = [at_most(what, _gap(found, *pair), 1e-12, "A", law=True) for pair, what in pairs.items()]
        apart = np.abs(found.all("torch") - found.all("before")).max(axis=(1, 2))
        rnn, gru, lstm = found["sizes"]
        return [
            *told,
            at_least(t("the two forms differ by", "2 つの形の差"), apart, 1e-3, "A"),
            near(t("weights of a GRU over an RNN", "GRU と RNN の重みの比"), gru / rnn, 3, 0, "A", law=True),
            near(t("weights of an LSTM over an RNN", "LSTM と RNN の重みの比"), lstm / rnn, 4, 0, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The catalogue's."""
        rnn, gru, lstm = (int(n) for n in found["sizes"])
        return [
            Question(
                t(
                    "How many weights has an LSTM against an RNN of the same size? A GRU?",
                    "同じ大きさの RNN と比べて、LSTM の重みは何倍？ GRU は？",
                ),
                t(
                    "{a} and {b} times: {l}, {g} and {r} here.",
                    "{a} 倍と {b} 倍です（ここでは {l}、{g}、{r} 個）。",
                    a=lstm // rnn,
                    b=gru // rnn,
                    l=lstm,
                    g=gru,
                    r=rnn,
                ),
            )
        ]


def _gap(found: Found, one: str, other: str) -> float:
    return float(np.abs(found.all(one) - found.all(other)).max())
