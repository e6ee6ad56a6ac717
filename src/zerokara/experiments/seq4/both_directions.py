"""`both-directions`: what stands behind a place."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara import functional as F
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, no_grad, tensor
from zerokara.capture import capture
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, between, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.sequence_models import Reading
from zerokara.experiments.tongue import Tongue
from zerokara.models.language import CELLS
from zerokara.optim import Adam
from zerokara.report import Axis, Line, Rule, Text, chart, percent


@dataclass(frozen=True)
class BothDirections(Experiment):
    """Random bits, each labelled with a later one: an LSTM that reads forwards beside one that reads both ways."""

    name = "both-directions"
    chapter = "seq4"
    source = "V2 ch6 TimeBiLSTM"
    cost = "M"
    title = Text("Both directions", "双方向 LSTM")
    question = Text("When does reading backwards help?", "後ろから読むと役に立つのはどんなとき？")
    formula = (r"y_t = x_{t+s}, \qquad h_t = [\overrightarrow{h}_t,\ \overleftarrow{h}_t]",)
    symbols = Text("s: shift, how far ahead the answer stands.", "s：答えがどれだけ先にあるか。")
    random = True
    seeds = 2
    quick = {"epochs": 1, "updates": 5}
    turns = (
        Turn(
            Text("An answer that lies behind: one direction is enough.", "答えが前にあれば、一方向で足ります。"),
            {"shift": -2},
        ),
    )

    shift: int = knob(2, "shift s of the answer", "答えの位置 s", low=-10, high=10)
    hidden: int = knob(16, "hidden size H of each direction", "各方向の状態の大きさ H", low=1, high=128)
    kind: str = knob("lstm", "cell", "セル", choices=tuple(CELLS))
    steps: int = knob(20, "steps T", "ステップ数 T", low=11, high=500)
    batch_size: int = knob(64, "sequences in a batch", "バッチサイズ", low=1, high=1024)
    lr: float = knob(0.01, "learning rate of Adam", "Adam の学習率", low=0, high=1)
    epochs: int = knob(10, "epochs", "エポック数", low=1, high=100)
    updates: int = knob(40, "updates an epoch", "1 エポックの更新回数", low=1, high=1000)

    def measure(self, lab: Lab) -> Arrays:
        """Accuracy on new bits after each epoch, both ways."""
        lab.plan(2 * self.epochs)
        parts = [lab.part(f"{k}", partial(self._learn, lab, bool(k)), self.epochs)["accuracy"] for k in (0, 1)]
        return {"accuracy": np.array(parts)}

    def _bits(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """Bits (N, T, 1), and their labels where there are some; the others are −1."""
        bits = rng.integers(0, 2, (self.batch_size, self.steps))
        labels = np.full_like(bits, -1)
        s = self.shift
        labels[:, max(0, -s) : self.steps - max(0, s)] = bits[:, max(0, s) : self.steps - max(0, -s)]
        return bits[..., None].astype(np.float32), labels

    def _learn(self, lab: Lab, both: bool) -> Arrays:
        model = Reading(self.kind, 1, self.hidden, 2, lab.rng("weights"), bidirectional=both)
        optimizer = Adam(model, lr=self.lr)

        @capture
        def step(x: Tensor, labels: Array) -> Tensor:
            loss = F.cross_entropy(model(x)[0].swapaxes(1, 2), labels, ignore_index=-1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        rng, found = lab.rng("bits"), []
        new, answers = self._bits(lab.rng("test"))
        for _ in range(self.epochs):
            for _ in range(self.updates):
                x, labels = self._bits(rng)
                step(tensor(x), labels)
            with no_grad():
                said = model(tensor(new))[0].data.argmax(axis=-1)
            found.append(np.mean((said == answers)[answers >= 0]))
            lab.advance()
        return {"accuracy": np.array(found)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy by epoch."""
        names = t("forwards", "順方向"), t("both directions", "双方向")
        at = np.arange(1, self.epochs + 1)
        return [
            chart(
                t("Accuracy by epoch", "エポックごとの正答率"),
                [
                    *(Line(n, at, row) for n, row in zip(names, found.mean("accuracy"), strict=True)),
                    Rule(t("a coin", "コイン投げ"), y=0.5),
                ],
                Axis(t.word("epoch"), whole=True),
                Axis(t.word("accuracy"), low=0, high=1),
                lang=t.lang,
                wide=True,
            )
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Both ends."""
        one, both = found.mean("accuracy")[:, -1]
        return [
            t(
                "The answer stands {s} places ahead: reading forwards {a} are right, both ways {b}.",
                "答えは {s} つ先にあります。順方向では正答率 {a}、双方向では {b} です。",
                s=self.shift,
                a=percent(float(one)),
                b=percent(float(both)),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """A coin, and nearly all."""
        accuracy = found.all("accuracy")
        return [
            between(t("forwards", "順方向"), accuracy[:, 0, -1], 0.42, 0.58, "A"),
            at_least(t("both directions", "双方向"), accuracy[:, 1, -1], 0.99, "M"),
            holds(
                t("accuracies lie between 0 and 1", "正答率は 0 以上 1 以下"),
                ((accuracy >= 0) & (accuracy <= 1)).all(),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The catalogue's."""
        return [
            Question(
                t(
                    "The answer depends on a bit that is still to come. Best accuracy reading forwards?",
                    "答えがまだ読んでいないビットで決まるとき、順方向での最高の正答率は？",
                ),
                t(
                    "0.5: it has not been read; measured {v}.",
                    "0.5 です。まだ読んでいないからです（測定値 {v}）。",
                    v=percent(float(found.mean("accuracy")[0, -1])),
                ),
            )
        ]
