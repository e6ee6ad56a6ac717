"""`gradient-clipping`: a step that is too long, and one that is cut."""

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
    dimensions_knob,
    epochs_knob,
    hidden_knob,
    streams_knob,
    time_knob,
    words_knob,
)
from zerokara.experiments.reading_texts import text_knob, tokens_knob
from zerokara.experiments.seq4.clipping import LOST, angle, before_and_after, clipped, laws_of_clipping, told_perplexity
from zerokara.experiments.tongue import Tongue
from zerokara.models import LanguageModel
from zerokara.optim import SGD, clip_grad_norm, clip_grad_value
from zerokara.report import Axis, Cell, Table, Text, bar_chart, significant


@dataclass(frozen=True)
class GradientClipping(Experiment):
    """Clipping by the norm and by value of two random matrices, and four trainings of a language model."""

    name = "gradient-clipping"
    chapter = "seq4"
    source = "V2 ch6 clip_grads"
    cost = "M"
    title = Text("Gradient clipping", "勾配クリッピング")
    question = Text("What does clipping do, and what happens without?", "勾配クリッピングの働きは？ なければどうなる？")
    formula = (r"g \leftarrow g \cdot \min\left(1,\ \frac{m}{\lVert g \rVert + 10^{-6}}\right)",)
    symbols = Text(
        "g: the gradients of all parameters together, m: largest norm.",
        "g：全パラメータの勾配をまとめたもの、m：ノルムの上限。",
    )
    random = True
    seeds = 1
    quick = {"words": 4000, "epochs": 1, "lr": (1.0, 20.0), "clip": (0.0, 0.25)}
    turns = (Turn(Text("An LSTM in place of the simple cell.", "単純な RNN の代わりに LSTM で。"), {"kind": "lstm"}),)

    max_norm: float = knob(5.0, "largest norm of the two matrices", "2 つの行列のノルムの上限", low=1e-3, high=1e3)
    kind: str = knob("rnn", "cell", "セル", choices=("rnn", "lstm", "gru"))
    lr: tuple[float, ...] = knob(
        (20.0, 20.0, 20.0, 1.0), "learning rate of each training", "各学習の学習率", low=0, high=1000
    )
    clip: tuple[float, ...] = knob(
        (0.0, 1.0, 0.25, 0.0),
        "largest norm in each training, 0 for none",
        "各学習のノルムの上限（0：なし）",
        low=0,
        high=1000,
    )
    text: str = text_knob()
    tokens: str = tokens_knob()
    dimensions: int = dimensions_knob(32)
    hidden: int = hidden_knob(64)
    time: int = time_knob(35)
    batch_size: int = streams_knob(20)
    words: int = words_knob(200_000)
    epochs: int = epochs_knob(2)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.lr) != len(self.clip):
            raise ValueError(f"every training has a learning rate and a clip; got {len(self.lr)} and {len(self.clip)}")

    def measure(self, lab: Lab) -> Arrays:
        """The matrices before and after; the perplexities of the trainings."""
        rng = lab.rng("matrices")
        before = [10 * rng.standard_normal((3, 3)) for _ in range(2)]
        after, norm = clipped(before, lambda p: clip_grad_norm(p, self.max_norm))
        small, _ = clipped([g * 1e-3 for g in before], lambda p: clip_grad_norm(p, self.max_norm))
        by_value, _ = clipped(before, lambda p: clip_grad_value(p, self.max_norm))
        text = corpus(lab, self.text, tokenizer=self.tokens).cut(self.words, self.words)
        lab.plan(len(self.lr) * self.epochs)
        curves = [
            lab.part(f"{k}", partial(self._learn, lab, text, lr, clip), self.epochs)["training"]
            for k, (lr, clip) in enumerate(zip(self.lr, self.clip, strict=True))
        ]
        return {
            "before": np.array(before),
            "after": np.array(after),
            "by_value": np.array(by_value),
            "untouched": np.abs(np.array(small) - np.array(before) * 1e-3).max(),
            "norm": np.array(norm),
            "perplexity": np.array(curves),
        }

    def _learn(self, lab: Lab, text: Corpus, lr: float, clip: float) -> Arrays:
        """The training perplexity of each epoch."""
        size, windows = len(text.vocabulary), Windows(text.train, self.batch_size, self.time)
        model = LanguageModel(size, self.dimensions, self.hidden, cell=self.kind, rng=lab.rng("weights"))
        with np.errstate(all="ignore"):
            training, _ = learn(model, windows, SGD(model, lr=lr), lab, epochs=self.epochs, clip=clip or None)
        return {"training": np.where(np.isfinite(training), training, np.inf)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The numbers before and after; the trainings."""
        names = self._names(t)
        rows: list[list[Cell]] = [
            [name, *(told_perplexity(v, t) for v in row)]
            for name, row in zip(names, found.mean("perplexity"), strict=True)
        ]
        heads = [t("training", "学習"), *(t("epoch {k}", "{k} エポック", k=k + 1) for k in range(self.epochs))]
        ends = np.minimum(np.nan_to_num(found["perplexity"][:, -1], posinf=LOST), LOST)
        return [
            before_and_after(found, t),
            bar_chart(
                t(
                    "Perplexity of the training text in the last epoch",
                    "最後のエポックの訓練テキストのパープレキシティ",
                ),
                names,
                {t("perplexity", "パープレキシティ"): ends},
                Axis(t("perplexity", "パープレキシティ"), log=True, low=1, high=LOST),
                lang=t.lang,
                wide=True,
                note=t(
                    "Bars end at 10⁶: what reaches it is lost.",
                    "棒は 10⁶ で止めています。そこに届いたものは発散しています。",
                ),
            ),
            Table(heads, rows),
        ]

    def _names(self, t: Tongue) -> list[str]:
        return [
            t("lr {lr}, clip {c}", "学習率 {lr}、上限 {c}", lr=f"{lr:g}", c=f"{c:g}")
            if c
            else t("lr {lr}, no clip", "学習率 {lr}、なし", lr=f"{lr:g}")
            for lr, c in zip(self.lr, self.clip, strict=True)
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The direction; the trainings."""
        told = [
            t(
                "The norm {a} becomes {b}; the angle to the gradient is {u}° by the norm, {v}° by value.",
                "ノルムは {a} から {b} になります。元の勾配との角度は、ノルムでは {u}°、値では {v}° です。",
                a=significant(float(found["norm"]), 4),
                b=significant(float(np.linalg.norm(found["after"])), 5),
                u=significant(round(angle(found["before"], found["after"]), 4), 3),
                v=significant(angle(found["before"], found["by_value"]), 3),
            )
        ]
        ends = found.mean("perplexity")[:, -1]
        told += [
            t(
                "{name}: {p}.",
                "{name}：{p}。",
                name=name,
                p=t("lost", "発散") if e >= LOST else t("perplexity {v}", "パープレキシティ {v}", v=significant(e, 3)),
            )
            for name, e in zip(self._names(t), ends, strict=True)
        ]
        return told

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The law of clipping; the trainings."""
        ends, told = found.all("perplexity")[:, :, -1], []
        for k, (name, lr, clip) in enumerate(zip(self._names(t), self.lr, self.clip, strict=True)):
            what = t("{name}: perplexity", "{name}：パープレキシティ", name=name)
            if (lr, clip) in ((20, 0), (20, 1)):
                told.append(at_least(what, ends[:, k], 50, "M"))
            elif lr == 20:
                told.append(between(what, ends[:, k], 4, 12, "M"))
            else:
                told.append(between(what, ends[:, k], 3.4, 6, "M"))
        return [
            *told,
            *laws_of_clipping(found, self.max_norm, t),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The catalogue's."""
        return [
            Question(
                t(
                    "The norm is 50, the limit 5: by what are the gradients multiplied?",
                    "ノルムが 50、上限が 5 のとき、勾配は何倍になる？",
                ),
                t("{v}: 5/(50 + 10⁻⁶).", "{v}：5/(50 + 10⁻⁶)。", v=significant(5 / (50 + 1e-6), 9)),
            )
        ]
