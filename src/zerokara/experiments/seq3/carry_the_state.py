"""`carry-the-state`: what a model forgets between two batches."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.data.text import Windows
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, between
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.reading import Corpus, corpus, learn
from zerokara.experiments.reading_sizes import (
    adam_knob,
    clip_knob,
    dimensions_knob,
    epochs_knob,
    hidden_knob,
    streams_knob,
    words_knob,
)
from zerokara.experiments.reading_texts import text_knob, tokens_knob
from zerokara.experiments.seq3.floors import above_floor, floor_rule
from zerokara.experiments.tongue import Tongue
from zerokara.models import LanguageModel
from zerokara.optim import Adam
from zerokara.report import Axis, Cell, Line, Table, Text, chart, significant

EXPECTED = {3: (3.65, 4.57), 5: (3.56, 3.94), 10: (3.53, 3.65), 35: (3.57, 3.62)}
"""T → test perplexity with the state carried, and with 0 before every window."""

WAYS = ("carried", "reset")


@dataclass(frozen=True)
class CarryTheState(Experiment):
    """LM(LSTM) trained in windows of T steps, the state handed from one to the next or set to 0."""

    name = "carry-the-state"
    chapter = "seq3"
    source = "V2 ch5 TimeRNN stateful"
    cost = "M"
    title = Text("Carrying the state", "状態を引き継ぐ")
    question = Text("Must the state be carried from one batch to the next?", "状態は次のバッチへ引き継ぐべきか？")
    formula = (
        r"h_0^{(k+1)} = h_T^{(k)} \quad\text{or}\quad 0, \qquad \frac{\partial L^{(k+1)}}{\partial "
        r"h_0^{(k+1)}}\ \text{is dropped}",
    )
    symbols = Text(
        "k counts the windows of T steps; the numbers are carried on, the gradient is cut.",
        "k は T ステップの窓の番号。数値は引き継ぎ、勾配は切る。",
    )
    random = True
    seeds = 1
    quick = {"times": (5, 35), "epochs": 1, "words": 2000}
    turns = (Turn(Text("The simple cell.", "単純な RNN で。"), {"kind": "rnn"}),)

    text: str = text_knob()
    tokens: str = tokens_knob()
    times: tuple[int, ...] = knob((3, 5, 10, 35), "unrolled steps T", "展開するステップ数 T", low=1, high=200)
    kind: str = knob("lstm", "cell", "セル", choices=("rnn", "lstm", "gru"))
    dimensions: int = dimensions_knob(32)
    hidden: int = hidden_knob(64)
    batch_size: int = streams_knob(20)
    lr: float = adam_knob(0.005)
    clip: float = clip_knob(0.25)
    words: int = words_knob(200_000)
    epochs: int = epochs_knob(4)

    def measure(self, lab: Lab) -> Arrays:
        """Test perplexity by T, both ways. The test is always read in one piece, with its state."""
        text = corpus(lab, self.text, tokenizer=self.tokens).cut(self.words, self.words)
        lab.plan(2 * len(self.times) * self.epochs)
        found = [
            [
                lab.part(f"{T}-{way}", partial(self._learn, lab, text, T, way == "carried"), self.epochs)["test"]
                for way in WAYS
            ]
            for T in self.times
        ]
        return {"test": np.array(found), "floor": np.array(text.floor())}

    def _learn(self, lab: Lab, text: Corpus, time: int, carry: bool) -> Arrays:
        size = len(text.vocabulary)
        model = LanguageModel(size, self.dimensions, self.hidden, cell=self.kind, rng=lab.rng("weights"))
        windows = Windows(text.train, self.batch_size, time)
        optimizer = Adam(model, lr=self.lr)
        _, judged = learn(
            model,
            windows,
            optimizer,
            lab,
            epochs=self.epochs,
            clip=self.clip,
            carry=carry,
            judge=(text.test,),
            every=self.epochs,
        )
        return {"test": judged[0, -1]}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Perplexity against T."""
        test = found.mean("test")
        labels = t("carried", "引き継ぐ"), t("set to 0", "0 に戻す")
        rows: list[list[Cell]] = [
            [T, *(significant(v, 4) for v in row)] for T, row in zip(self.times, test, strict=True)
        ]
        return [
            chart(
                t("Test perplexity against the window", "窓の長さとテストのパープレキシティ"),
                [
                    *(Line(label, self.times, test[:, k]) for k, label in enumerate(labels)),
                    *floor_rule(found, t),
                ],
                Axis(t("steps in a window, T", "窓のステップ数 T"), log=True),
                Axis(t("perplexity", "パープレキシティ")),
                lang=t.lang,
                wide=True,
            ),
            Table(["T", *labels], rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The loss of forgetting, by T."""
        test = found.mean("test")
        gap = test[:, 1] - test[:, 0]
        k = int(gap.argmax())
        return [
            t(
                "With windows of {T} steps forgetting costs most: perplexity {a} instead of {b}.",
                "忘れる損が最も大きいのは T = {T} で、パープレキシティは {b} ではなく {a} になります。",
                T=self.times[k],
                a=significant(test[k, 1], 4),
                b=significant(test[k, 0], 4),
            ),
            t(
                "At T = {T} the difference is {d}{why}. The gradient is cut at every window either way.",
                "T = {T} での差は {d} です。{why}勾配はどちらの場合も窓の境で切れます。",
                T=self.times[-1],
                d=significant(gap[-1], 2),
                why=t(": a long window holds what it needs", "長い窓は必要なことを自分の中に含むからです。")
                if gap[-1] < gap[k] / 2
                else "",
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The measured curves."""
        test = found.all("test")
        told = []
        for k, T in enumerate(self.times):
            for way, label in enumerate((t("carried", "引き継ぐ"), t("set to 0", "0 に戻す"))):
                if T in EXPECTED:
                    e = EXPECTED[T][way]
                    told.append(between(f"T = {T}, {label}", test[:, k, way], e - 0.2, e + 0.2, "M"))
        gap = test[:, :, 1] - test[:, :, 0]
        return [
            *told,
            at_least(
                t("what forgetting costs at the shortest window", "最も短い窓で忘れることの損"), gap[:, 0], 0.4, "M"
            ),
            *above_floor(test.min(), found, t),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The slip of the catalogue."""
        return [
            Question(
                t(
                    "Does the gradient flow through the state that is carried?",
                    "引き継いだ状態を通って勾配は流れるか？",
                ),
                t(
                    "No: it is cut. Only the numbers are handed on.",
                    "流れません。引き継ぐのは数値だけで、勾配は切られます。",
                ),
            )
        ]
