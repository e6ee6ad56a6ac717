"""`truncated-bptt`: how far back a gradient that is cut can teach."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import no_grad
from zerokara.data.sequences import delayed_recall
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.reading import stepper, zero_state
from zerokara.experiments.reading_sizes import adam_knob, hidden_knob
from zerokara.experiments.tongue import Tongue
from zerokara.models import LanguageModel
from zerokara.optim import Adam
from zerokara.report import Axis, Line, Rule, Text, chart, percent

SYMBOLS = 4


@dataclass(frozen=True)
class TruncatedBptt(Experiment):
    """Say the symbol of d steps ago: learned in windows of T steps, the state carried on, the gradient cut."""

    name = "truncated-bptt"
    chapter = "seq3"
    source = "V2 ch5 Truncated BPTT"
    cost = "M"
    title = Text("Truncated backpropagation through time", "打ち切り型の BPTT（Truncated BPTT）")
    question = Text(
        "How far back can a truncated gradient teach?", "打ち切った勾配は、どこまで昔のことを教えられるか？"
    )
    formula = (
        r"y_t = x_{t-d}, \qquad \frac{\partial L_t}{\partial x_{t-d}} \ne 0 \ \text{ only in a window of at "
        r"least } d + 1 \text{ steps}",
    )
    symbols = Text("d: delay, T: steps in a window.", "d：遅れ、T：窓のステップ数。")
    random = True
    seeds = 1
    quick = {"times": (3, 6), "steps": 400, "kinds": ("rnn",)}
    turns = (
        Turn(
            Text("A shorter delay moves the cliff.", "遅れを短くすると、崖の位置も動きます。"),
            {"delay": 3, "times": (2, 3, 4, 5)},
        ),
    )

    delay: int = knob(5, "delay d", "遅れ d", low=1, high=20)
    times: tuple[int, ...] = knob((2, 4, 5, 6, 8, 10), "steps in a window, T", "窓のステップ数 T", low=1, high=100)
    kinds: tuple[str, ...] = knob(
        ("rnn", "lstm"), "cells: rnn, lstm, gru", "セル：rnn、lstm、gru", choices=("rnn", "lstm", "gru")
    )
    hidden: int = hidden_knob(32)
    streams: int = knob(32, "streams side by side", "並べて読む数", low=1, high=1000)
    steps: int = knob(8000, "time steps that are read", "読むステップ数", low=100, high=1_000_000)
    lr: float = adam_knob(0.005)

    def measure(self, lab: Lab) -> Arrays:
        """Accuracy on a new stream, for each cell and T."""
        lab.plan(len(self.kinds) * len(self.times))
        found = [
            [float(lab.part(f"{k}-{T}", partial(self._learn, lab, k, T), 1)["accuracy"]) for T in self.times]
            for k in self.kinds
        ]
        return {"accuracy": np.array(found)}

    def _learn(self, lab: Lab, kind: str, time: int) -> Arrays:
        x, y = delayed_recall(self.steps, self.delay, SYMBOLS, self.streams, seed=lab.seed)
        model = LanguageModel(SYMBOLS, SYMBOLS, self.hidden, cell=kind, rng=lab.rng("weights"))
        step, state = stepper(model, Adam(model, lr=self.lr)), zero_state(model, self.streams)
        first = -(-self.delay // time) * time  # windows before that have steps without an answer
        for begin in range(first, self.steps - time + 1, time):
            _, state = step(x[:, begin : begin + time], y[:, begin : begin + time], state)
        lab.advance()
        new, answers = delayed_recall(200 + self.delay, self.delay, SYMBOLS, self.streams, seed=lab.seed + 1000)
        with no_grad():
            said = model(new)[0].data.argmax(axis=-1)
        return {"accuracy": np.array(np.mean((said == answers)[:, self.delay :]))}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy against T, the cliff marked."""
        lines = [Line(k.upper(), self.times, row) for k, row in zip(self.kinds, found.mean("accuracy"), strict=True)]
        return [
            chart(
                t("Accuracy against the window", "窓の長さと正答率"),
                [
                    *lines,
                    Rule(f"T = d + 1 = {self.delay + 1}", x=self.delay + 1),
                    Rule(t("chance", "当てずっぽう"), y=1 / SYMBOLS),
                ],
                Axis(t("steps in a window, T", "窓のステップ数 T"), whole=True),
                Axis(t.word("accuracy"), low=0, high=1),
                lang=t.lang,
                wide=True,
            )
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Below and above the cliff."""
        accuracy = found.mean("accuracy")
        short, long = self._sides()
        told = []
        for k, row in zip(self.kinds, accuracy, strict=True):
            told.append(
                t(
                    "{k}: at most {a} with windows of {s} steps or fewer, at least {b} with {n} or more.",
                    "{k}：窓が {s} ステップ以下なら正答率は最大 {a}、{n} ステップ以上なら最小 {b} です。",
                    k=k.upper(),
                    s=self.delay,
                    n=self.delay + 1,
                    a=percent(row[short].max(initial=0)),
                    b=percent(row[long].min(initial=1)),
                )
            )
        told.append(
            t(
                "The state carries the symbol on all the same; but no gradient says that it will be needed.",
                "状態は記号を運べますが、それが後で必要になると教える勾配が届きません。",
            )
        )
        return told

    def _sides(self) -> tuple[Array, Array]:
        times = np.array(self.times)
        return times <= self.delay, times > self.delay

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The cliff."""
        accuracy = found.all("accuracy")
        short, _ = self._sides()
        told = []
        for i, k in enumerate(self.kinds):
            told.append(
                at_most(
                    t("{k}: accuracy, windows of d steps or fewer", "{k}：窓が d 以下の正答率", k=k.upper()),
                    accuracy[:, i, short].max(initial=0),
                    0.45,
                    "M",
                )
            )
            for j, T in enumerate(self.times):
                if self.delay + 1 <= T:
                    told.append(
                        at_least(
                            t("{k}: accuracy at T = {T}", "{k}：T = {T} の正答率", k=k.upper(), T=T),
                            accuracy[:, i, j],
                            0.9 if self.delay + 1 == T else 0.98,
                            "M",
                        )
                    )
        return [
            *told,
            holds(
                t("accuracies lie between 0 and 1", "正答率は 0 以上 1 以下"),
                ((accuracy >= 0) & (accuracy <= 1)).all(),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The catalogue's."""
        row = found.mean("accuracy")[0]
        enough = [T for T, a in zip(self.times, row, strict=True) if a > 0.8]
        return [
            Question(
                t(
                    "Dependency of {d} steps: how long must the window be?",
                    "{d} ステップ前に依存するとき、窓の長さは？",
                    d=self.delay,
                ),
                t(
                    "{n} here: it must hold the question and the answer, d + 1 steps.",
                    "ここでは {n} です。問いと答えの両方を含む d + 1 ステップが必要です。",
                    n=min(enough, default="–"),
                ),
            )
        ]
