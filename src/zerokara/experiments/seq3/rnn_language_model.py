"""`rnn-language-model`: which cell learns a small language, and how near it comes to its floor."""

from dataclasses import dataclass
from functools import partial
from time import process_time

import numpy as np

from zerokara.data.text import Windows
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, between, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.reading import Corpus, corpus, learn
from zerokara.experiments.reading_sizes import (
    clip_knob,
    dimensions_knob,
    epochs_knob,
    hidden_knob,
    streams_knob,
    time_knob,
    words_knob,
)
from zerokara.experiments.reading_texts import text_knob, tokens_knob
from zerokara.experiments.seq3.floors import above_floor, floor_rule
from zerokara.experiments.tongue import Tongue
from zerokara.models import LanguageModel, count_parameters
from zerokara.optim import SGD, Adam, Optimizer
from zerokara.report import Axis, Cell, Line, Table, Text, chart, significant

TRIGRAM = 4.89
"""The best n-gram's perplexity on this language, from `perplexity`."""


@dataclass(frozen=True)
class RnnLanguageModel(Experiment):
    """LM(kind, 32, 64) on `toy`, whose own perplexity is known: nobody can be below it."""

    name = "rnn-language-model"
    chapter = "seq3"
    source = "V2 ch5, ch6 train_rnnlm"
    cost = "M"
    title = Text("A recurrent language model", "リカレント言語モデル")
    question = Text(
        "Which cell learns the language, and how near the floor?", "どのセルが言語を学び、下限にどこまで近づくか？"
    )
    formula = (
        r"p(x_{t+1} \mid x_1 \dots x_t) = \operatorname{softmax}(W h_t + b), \qquad h_t = "
        r"\operatorname{cell}(E[x_t],\ h_{t-1})",
    )
    symbols = Text("E: embedding, h: state, W and b: last layer.", "E：埋め込み、h：状態、W と b：最後の層。")
    random = True
    seeds = 2
    quick = {"kinds": ("rnn",), "epochs": 1, "words": 6000}
    turns = (
        Turn(Text("A memory of half the size.", "状態を半分にします。"), {"hidden": 32}),
        Turn(
            Text(
                "The book's optimizer: SGD with lr 20, clipped at 0.25.",
                "本と同じ SGD（学習率 20、クリッピング 0.25）。",
            ),
            {"optimizer": "sgd", "lr": 20.0},
        ),
    )

    kinds: tuple[str, ...] = knob(
        ("rnn", "lstm", "gru"), "cells: rnn, lstm, gru", "セル：rnn、lstm、gru", choices=("rnn", "lstm", "gru")
    )
    text: str = text_knob()
    tokens: str = tokens_knob()
    words: int = words_knob(200_000)
    dimensions: int = dimensions_knob(32)
    hidden: int = hidden_knob(64)
    time: int = time_knob(35)
    batch_size: int = streams_knob(20)
    optimizer: str = knob("adam", "optimizer", "最適化手法", choices=("adam", "sgd"))
    lr: float = knob(0.005, "learning rate", "学習率", low=0, high=100)
    clip: float = clip_knob(0.25)
    epochs: int = epochs_knob(6)

    def measure(self, lab: Lab) -> Arrays:
        """Test perplexity by epoch for each cell, its size and its time; the floor of this very test text."""
        text = corpus(lab, self.text, tokenizer=self.tokens).cut(self.words, self.words)
        lab.plan(len(self.kinds) * self.epochs)
        found: Arrays = {
            "floor": np.array(text.floor()),
            "V": np.array(len(text.vocabulary)),
        }
        for kind in self.kinds:
            part = lab.part(kind, partial(self._learn, lab, text, kind), self.epochs)
            found |= {f"{kind}.{key}": value for key, value in part.items()}
        return found

    def _learn(self, lab: Lab, text: Corpus, kind: str) -> Arrays:
        model = LanguageModel(len(text.vocabulary), self.dimensions, self.hidden, cell=kind, rng=lab.rng("weights"))
        optimizer: Optimizer = (Adam if self.optimizer == "adam" else SGD)(model, lr=self.lr)
        begin = process_time()
        windows = Windows(text.train, self.batch_size, self.time)
        training, judged = learn(model, windows, optimizer, lab, epochs=self.epochs, clip=self.clip, judge=(text.test,))
        return {
            "training": training,
            "test": judged[0],
            "seconds": np.array(process_time() - begin),
            "parameters": np.array(count_parameters(model)),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The curves over the floor, and the table."""
        epochs = np.arange(1, self.epochs + 1)
        parameters, seconds = t.word("parameters"), t("seconds of CPU", "CPU 時間（秒）")
        heads = [t("cell", "セル"), parameters, t("training", "訓練"), t("test", "テスト"), seconds]
        rows: list[list[Cell]] = [
            [
                k.upper(),
                int(found[f"{k}.parameters"]),
                *(significant(found.mean(f"{k}.{part}")[-1], 4) for part in ("training", "test")),
                significant(found.number(f"{k}.seconds"), 2),
            ]
            for k in self.kinds
        ]
        return [
            chart(
                t("Test perplexity by epoch", "テストのパープレキシティ"),
                [*(Line(k.upper(), epochs, found.mean(f"{k}.test")) for k in self.kinds), *floor_rule(found, t)],
                Axis(t.word("epoch"), whole=True),
                Axis(t("perplexity", "パープレキシティ")),
                lang=t.lang,
                wide=True,
                note=t(
                    "The best n-gram of the experiment perplexity stands at 4.89.",
                    "実験 perplexity で最もよい n-gram は 4.89 です。",
                )
                if self.text == "toy"
                else "",
            ),
            Table(heads, rows, t("At the end; mean over the seeds.", "最後の値。乱数の種についての平均。")),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Each cell beside the floor."""
        ends = {k: float(found.mean(f"{k}.test")[-1]) for k in self.kinds}
        best = min(ends, key=lambda k: ends[k])
        told = t.list(None, *(f"{k.upper()} {significant(v, 4)}" for k, v in ends.items()))
        return [
            t(
                "Test perplexity after {n} epochs: {each}.",
                "{n} エポック後のテストのパープレキシティ：{each}。",
                n=self.epochs,
                each=told,
            ),
            t(
                "{k} is nearest to the floor of this text, {f}: {d} % above it.",
                "下限 {f} に最も近いのは {k} で、{d} % 上です。",
                k=best.upper(),
                f=significant(float(found["floor"]), 4),
                d=significant(100 * (ends[best] / float(found["floor"]) - 1), 2),
            )
            if np.isfinite(found["floor"])
            else t("{k} is best.", "最もよいのは {k} です。", k=best.upper()),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The measured ranges; nobody is below the floor."""
        ranges = {"rnn": (3.60, 3.78), "lstm": (3.50, 3.64), "gru": (3.50, 3.64)}
        ends = {k: found.all(f"{k}.test")[:, -1] for k in self.kinds}
        test, beats = (
            t("{k}: test perplexity", "{k}：テストのパープレキシティ", k="{k}"),
            t("{k} beats every n-gram", "{k} はどの n-gram よりよい", k="{k}"),
        )
        told = [between(test.format(k=k.upper()), end, *ranges[k], "M") for k, end in ends.items()]
        told += [at_most(beats.format(k=k.upper()), end.max(), TRIGRAM, "M") for k, end in ends.items()]
        low = min(found.all(f"{k}.test").min() for k in self.kinds)
        least = min(found.all(f"{k}.training").min() for k in self.kinds)
        return [
            *told,
            *above_floor(low, found, t),
            holds(t("a perplexity is at least 1", "パープレキシティは 1 以上"), least >= 1, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Nats, and what they mean."""
        floor = 1.234668
        return [
            Question(
                t(
                    "Loss {v} nats a word: what perplexity?",
                    "1 語あたりの損失が {v} nat のとき、パープレキシティは？",
                    v="1.2347",
                ),
                t("e^{v} = {p}.", "e^{v} = {p}。", v="1.2347", p=significant(np.exp(floor), 5)),
            )
        ]
