"""`bag-or-order`: which networks notice that two neighbouring words changed places."""

from dataclasses import dataclass

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad
from zerokara.capture import capture
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq6.judging import Judge, exchanged, moved
from zerokara.experiments.tongue import Tongue
from zerokara.optim import Adam
from zerokara.report import Axis, Line, Rule, Table, Text, chart, percent

MODELS = {
    "bag": Text("bag of vectors", "ベクトルの袋"),
    "attention": Text("attention without positions", "アテンション（位置なし）"),
    "positions": Text("attention with positions", "アテンション（位置あり）"),
    "lstm": Text("LSTM", "LSTM"),
}
BLIND = ("bag", "attention")
"""What gives the same answer for the words in any order."""

SHOWN = 6
"""So many sentences are listed."""


@dataclass(frozen=True)
class BagOrOrder(Experiment):
    """Sentences, in half of which two neighbouring words were exchanged, told apart by four networks."""

    name = "bag-or-order"
    chapter = "seq6"
    source = "OWN"
    cost = "M"
    title = Text("A bag of words, or an order", "単語の袋か、並びか")
    question = Text("Does the order of the words matter?", "単語の順序は大事か？")
    formula = (
        r"\mathrm{bag}:\ \frac{1}{T} \sum_t e(w_t)",
        r"\mathrm{attention}:\ \sum_s a_{ts} v_s,\ \ a_{ts} = \mathrm{softmax}_s(q_t \cdot k_s)",
    )
    symbols = Text(
        "e(w) is the vector of a word; q, k, v are made of it alone, unless the position is added.",
        "e(w) は単語のベクトル。位置を足さない限り、q、k、v も単語だけで決まる。",
    )
    quick = {"sentences": 200, "epochs": 1}
    random = True
    turns = (
        Turn(
            Text("Only the two that see the order, for longer.", "順序を見る 2 つだけを長く訓練します。"),
            {"models": ("positions", "lstm"), "epochs": 20},
        ),
    )

    models: tuple[str, ...] = knob(tuple(MODELS), "networks", "ネットワーク（複数）", choices=tuple(MODELS))
    sentences: int = knob(
        6_000, "sentences, a sixth of them for the test", "文の数（6 分の 1 はテスト用）", low=60, high=10**6
    )
    width: int = knob(32, "size of a word's vector", "単語ベクトルの大きさ", low=4, high=1024)
    hidden_size: int = knob(64, "units of the LSTM", "LSTM のユニット数", low=1, high=4096)
    epochs: int = knob(10, "epochs", "エポック数", low=1, high=1000)
    batch_size: int = knob(64, "sentences in an update", "ミニバッチの文数", low=1, high=10_000)
    lr: float = knob(0.003, "learning rate", "学習率", low=0, high=10)

    def measure(self, lab: Lab) -> Arrays:
        """Train every network on the same batches; turn the order of the test round and see whether it notices."""
        x, labels, words = exchanged(self.sentences, lab.rng("exchange"), lab.seed)
        test = max(10, self.sentences // 6)
        size = min(self.batch_size, len(x) - test)
        lab.plan(len(self.models) * self.epochs * ((len(x) - test) // size))
        found: Arrays = {"examples": words[:SHOWN], "labels": labels[:SHOWN]}
        share = float(labels[-test:].mean())
        found["majority"] = np.array(max(share, 1 - share))
        longest, vocabulary = x.shape[1], int(x.max()) + 1
        for kind in self.models:
            model = Judge(kind, vocabulary, longest, self.width, self.hidden_size, lab.rng("weights"))
            learned = self._learn(lab, model, (x[:-test], labels[:-test]), (x[-test:], labels[-test:]), size)
            found[f"{kind}.accuracies"] = learned
            found[f"{kind}.turned"] = np.array(moved(model, x[-test:][:100]))
        return found

    def _learn(self, lab: Lab, model: Judge, train: tuple[Array, Array], test: tuple[Array, Array], size: int) -> Array:
        optimizer = Adam(model, lr=self.lr)

        def step(x: Array, labels: Array) -> Tensor:
            loss = F.cross_entropy(model.forward(x), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        recorded, rng, accuracies = capture(step), lab.rng("batches"), np.zeros(self.epochs)
        for epoch in range(self.epochs):
            order = rng.permutation(len(train[0]))
            for k in range(0, len(order) - size + 1, size):
                recorded(train[0][order[k : k + size]], train[1][order[k : k + size]])
                lab.advance()
            with no_grad():
                accuracies[epoch] = np.mean(model.forward(test[0]).data.argmax(axis=1) == test[1])
        return accuracies

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy by epoch, and some sentences."""
        epochs = np.arange(1, self.epochs + 1)
        lines = [Line(t.of(MODELS[kind]), epochs, found.mean(f"{kind}.accuracies")) for kind in self.models]
        rows = [
            [str(words), t("exchanged", "入れ替えた") if label else t("as it was", "元のまま")]
            for words, label in zip(found["examples"], found["labels"], strict=True)
        ]
        return [
            chart(
                t("Who notices the exchange", "入れ替えに気づくのは"),
                [*lines, Rule(t("always the more frequent answer", "常に多い方を答える"), y=found.number("majority"))],
                Axis(t.word("epoch"), low=0, whole=True),
                Axis(t.word("test accuracy"), low=0.4, high=1),
                lang=t.lang,
                wide=True,
            ),
            Table([t("sentence", "文"), t("two neighbours", "隣り合う 2 語")], rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Who sees the order, and how much the answer moves when it is turned round."""
        ends = {kind: float(found.all(f"{kind}.accuracies")[:, -1].mean()) for kind in self.models}
        told = t.list(None, *(f"{t.of(MODELS[kind])} {percent(end)}" for kind, end in ends.items()))
        blind = [kind for kind in self.models if kind in BLIND]
        sentences = [
            t(
                "Right answers after {n} epochs: {told}. Always saying the more frequent answer gives {m}.",
                "{n} エポック後の正答率：{told}。常に多い方を答えると {m} です。",
                n=self.epochs,
                told=told,
                m=percent(found.number("majority")),
            )
        ]
        if blind:
            gap = max(float(found.all(f"{kind}.turned").max()) for kind in blind)
            sentences.append(
                t(
                    "A bag and attention without positions cannot do better: with the words of a sentence in reverse "
                    "order their scores are the same, to {gap:.0e}.",
                    "袋と位置なしのアテンションには原理的に無理です。単語を逆順にしてもスコアは同じで、"
                    "差は {gap:.0e} です。",
                    gap=gap,
                )
            )
        return sentences

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's accuracies, and that two of the networks are blind to order."""
        rows: list[Check] = []
        last = t("accuracy at the end", "最後の正答率")
        for kind, low in (("positions", 0.9), ("lstm", 0.98)):
            if kind in self.models:
                rows.append(at_least(f"{t.of(MODELS[kind])}: {last}", found.all(f"{kind}.accuracies")[:, -1], low, "M"))
        for kind in (kind for kind in self.models if kind in BLIND):
            model = t.of(MODELS[kind])
            above = found.all(f"{kind}.accuracies")[:, -1] - found.all("majority")
            what = t("{m}: accuracy above the majority", "{m}：多数派を上回る分", m=model)
            rows.append(at_most(what, above, 0.06, "A"))
            turned = t(
                "{m}: change of the scores when the words are reversed",
                "{m}：単語を逆順にしたときのスコアの変化",
                m=model,
            )
            rows.append(at_most(turned, found.all(f"{kind}.turned"), 1e-3, "A", law=True))
        if not any(row.law for row in rows):
            what = t("share of the more frequent answer", "多い方の答えの割合")
            rows.append(at_most(what, found.all("majority"), 1, "A", law=True))
        return rows

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """What is left to a bag."""
        bag = (
            t(
                " The bag got {a}.",
                "袋の結果は {a} でした。",
                a=percent(float(found.all("bag.accuracies")[:, -1].mean())),
            )
            if "bag" in self.models
            else ""
        )
        return [
            Question(
                t(
                    "How many right answers can be expected at best of a network that sees which words a sentence "
                    "has, but not their order?",
                    "文にある単語だけがわかり、順序がわからないネットワークの正答率は、期待できるとしてもいくつまで？",
                ),
                t(
                    "{m}, by always giving the more frequent answer: an exchange leaves the bag of words as it was, so "
                    "the bag tells nothing.",
                    "いつも多い方を答える {m} までです。2 語を入れ替えても単語の袋は同じなので、手がかりがありません。",
                    m=percent(found.number("majority")),
                )
                + bag,
            )
        ]
