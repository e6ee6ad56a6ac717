"""`word2vec`: vectors that know kinds, ranks and tenses."""

import math
from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq1.kinds import (
    asked_of,
    company,
    kinds_of,
    nearest_of,
    neighbours,
    plane_of,
    points,
    queries_knob,
    same_kind,
    told_nearest,
)
from zerokara.experiments.seq2.vectors import MODELS, LearnsVectors
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Line, Path, Points, Text, chart, line_chart, percent, significant

EXPECTED = {"skip-gram": (9.75, 8.18), "cbow": (1.97, 0.64)}
"""The loss of a centre in the first epoch and in the last."""

ARROWS = (("king", "queen"), ("man", "woman"), ("prince", "princess"), ("boy", "girl"))


@dataclass(frozen=True)
class Word2Vec(LearnsVectors):
    """Skip-gram and CBOW with negative sampling; no wrong word is ever the right one. Source: arXiv 1310.4546."""

    name = "word2vec"
    chapter = "seq2"
    source = "V2 ch4 train, eval; cbow, skip_gram"
    cost = "M"
    title = Text("Vectors that know kinds", "word2vec")
    question = Text(
        "Do learned vectors know kinds, ranks and tenses?", "学習した単語ベクトルは、種類・身分・時制を知っているか？"
    )
    formula = (r"L = -\ln \sigma(v_c \cdot u_o) - \sum_{k=1}^{K} \ln \sigma(-v_c \cdot u_k)",)
    symbols = Text(
        "v is the vector of a centre (CBOW: the mean of the context's), u that of the word to be told, K wrong words.",
        "v は中心語のベクトル（CBOW では文脈の平均）、u は当てる単語のベクトル、K は負例の数。",
    )
    turns = (
        Turn(Text("A wide window.", "広いウィンドウで。"), {"window": 8, "epochs": 5}),
        Turn(Text("In Japanese order.", "日本語の語順で。"), {"text": "toy-ja"}),
        Turn(
            Text("The book's text, newspapers: 10,000 words.", "本と同じ新聞のテキスト（1 万語）で。"),
            {"text": "ptb", "dimensions": 100, "window": 5, "queries": ("you", "year", "car", "toyota")},
        ),
    )
    quick = {"words": 4_000, "epochs": 1}

    models: tuple[str, ...] = knob(MODELS, "models: skip-gram, cbow", "モデル：skip-gram、cbow", choices=MODELS)
    queries: tuple[str, ...] = queries_knob()

    def measure(self, lab: Lab) -> Arrays:
        """Every model."""
        vocabulary, ids = self.read(lab)
        kinds, asked = kinds_of(vocabulary, self.text), asked_of(vocabulary, ids, self.queries)
        lab.plan(len(self.models) * self.updates(ids))
        found: Arrays = {"words": np.array(vocabulary.tokens), "kinds": kinds, "asked": asked}
        for kind in self.models:
            vectors, losses = self.learned(lab, ids, len(vocabulary), kind)
            found[f"{kind}.vectors"], found[f"{kind}.losses"] = vectors, losses
            found[f"{kind}.share"] = np.array(same_kind(vectors, kinds))
        return found

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The map, nearest words, losses."""
        model, known = self.models[0], found["kinds"].any()
        words, vectors = [str(word) for word in found["words"]], found[f"{model}.vectors"]
        epochs = np.arange(1, self.epochs + 1)
        return [
            chart(
                t("The words of {text}, {model}", "{text} の単語（{model}）", text=self.text, model=model),
                self._marks(found, words, vectors, t) if known else company(words, vectors, found["asked"]),
                Axis(t("first direction", "第 1 方向")),
                Axis(t("second direction", "第 2 方向")),
                lang=t.lang,
                wide=True,
            ),
            neighbours(words, found["kinds"], vectors, t) if known else nearest_of(words, vectors, found["asked"], t),
            line_chart(
                t("Loss of a centre", "中心語 1 つあたりの損失"),
                [Line(kind, epochs, found[f"{kind}.losses"]) for kind in self.models],
                Axis(t.word("epoch"), whole=True),
                Axis(t.word("loss"), low=0),
                lang=t.lang,
            ),
        ]

    def _marks(self, found: Found, words: list[str], vectors: Array, t: Tongue) -> list[Points | Path]:
        """The words by kind, and the steps from man to woman."""
        plane = plane_of(vectors)
        marks: list[Points | Path] = [*points(words, found["kinds"], plane, t)]
        for a, b in ARROWS if self.text == "toy" else ():
            if a in words and b in words:
                x, y = plane[[words.index(a), words.index(b)]].T
                marks.append(Path(f"{a} → {b}", x, y))
        return marks

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Kinds, or what is near, and losses."""
        ends = {kind: found.mean(f"{kind}.losses")[[0, -1]] for kind in self.models}
        losses = {
            kind: t(
                "the loss of a centre fell from {a} to {b}.",
                "中心語あたりの損失は {a} から {b} に下がりました。",
                a=f"{a:.2f}",
                b=f"{b:.2f}",
            )
            for kind, (a, b) in ends.items()
        }
        if not found["kinds"].any():
            words, vectors = [str(word) for word in found["words"]], found[f"{self.models[0]}.vectors"]
            told = [t("{kind}: {loss}", "{kind}：{loss}", kind=kind, loss=loss) for kind, loss in losses.items()]
            return [*told, told_nearest(words, vectors, found["asked"], t)]
        told = [
            t(
                "{kind}: the nearest word is of the same kind for {share} of the words; {loss}",
                "{kind}：{share} の単語で、最も近い語が同じ種類でした。{loss}",
                kind=kind,
                share=percent(found.number(f"{kind}.share"), 0),
                loss=loss,
            )
            for kind, loss in losses.items()
        ]
        return [*told, t("The kinds were never told.", "種類は一度も教えていません。")]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Kinds and losses."""
        finite = all(np.isfinite(found[f"{kind}.vectors"]).all() for kind in self.models)
        told = [holds(t("all vectors are numbers", "ベクトルはすべて有限"), finite, "A", law=True)]
        for kind in self.models if found["kinds"].any() else ():
            first, last = EXPECTED[kind]
            losses = found.all(f"{kind}.losses")
            same = t("{kind}: nearest of the same kind", "{kind}：最近傍が同じ種類", kind=kind)
            told += [
                at_least(same, found.all(f"{kind}.share"), 0.98, "M"),
                near(
                    t("{kind}: loss, epoch 1", "{kind}：損失（エポック 1）", kind=kind), losses[:, 0], first, 0.06, "M"
                ),
                near(t("{kind}: loss at the end", "{kind}：最後の損失", kind=kind), losses[:, -1], last, 0.03, "M"),
            ]
        return told

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Before anything is learned."""
        terms, around = 1 + self.negatives, 2 * self.window
        if set(self.models) != set(MODELS):
            return []
        return [
            Question(
                t(
                    "Before learning, all products of two vectors are nearly 0. What does a centre cost then, with "
                    "skip-gram and with CBOW?",
                    "学習前は、どの内積もほぼ 0 です。このとき中心語 1 つあたりの損失は、skip-gram と CBOW でいくつ？",
                ),
                t(
                    "−ln σ(0) = ln 2 for the right word and for each of {k} wrong ones: {n}·ln 2 = {c} with CBOW, and "
                    "skip-gram tells {m} neighbours: {s}. The mean of the first epoch is already {d} and {u}.",
                    "正しい語にも {k} 個の負例にも −ln σ(0) = ln 2 かかるので、CBOW では {n}·ln 2 = {c}、"
                    "{m} 個の隣を当てる skip-gram では {s} です。最初のエポックの平均は、もう {d} と {u} です。",
                    k=self.negatives,
                    n=terms,
                    m=around,
                    c=significant(terms * math.log(2), 4),
                    s=significant(around * terms * math.log(2), 4),
                    d=significant(float(found.mean("cbow.losses")[0]), 3),
                    u=significant(float(found.mean("skip-gram.losses")[0]), 3),
                ),
            )
        ]
