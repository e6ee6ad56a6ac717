"""`repeat-and-copy`: attention that finds where a symbol stood last, and copies what followed."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara import no_grad
from zerokara.arrays import Array
from zerokara.data.sequences import repeats
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.gpts import teach
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq7.copying import (
    LENGTH,
    LONGEST,
    PLACES,
    SHORTEST,
    TESTED,
    looked_behind,
    periods,
    ways_of_copying,
)
from zerokara.experiments.tongue import Tongue
from zerokara.models import GPT
from zerokara.report import Axis, Line, Text, chart, heat_map, percent


@dataclass(frozen=True)
class RepeatAndCopy(Experiment):
    """GPTs of nothing but attention, of one block and of two, continue rows of symbols that repeat themselves."""

    name = "repeat-and-copy"
    chapter = "seq7"
    source = "OWN"
    cost = "M"
    title = Text("Copying what was never seen", "見たことのない列を写す")
    question = Text(
        "How can a network copy something that it has never seen?", "一度も見たことのない列を、どうやって写すのか？"
    )
    formula = (r"x = a\,b\,c\,d\,a\,b\,\ldots \quad\Rightarrow\quad x_t = x_{t-p}, \quad t \ge p",)
    symbols = Text(
        f"p = {SHORTEST} … {LONGEST} different symbols, in a new order in every row, are repeated until it has "
        f"{LENGTH}.",
        f"p = {SHORTEST}〜{LONGEST} 個の異なる記号を、行ごとに新しい順で並べ、長さ {LENGTH} まで繰り返す。",
    )
    quick = {"iterations": 8, "width": 16, "batch_size": 8}
    random = True
    turns = (
        Turn(Text("Does a third block help?", "ブロックを 3 個にすると？"), {"layers": (2, 3)}),
        Turn(Text("Without positions.", "位置情報をなくすと？"), {"positions": "none"}),
        Turn(
            Text("Fewer symbols: guessing gets easier.", "記号を減らすと当てずっぽうでも当たります。"), {"alphabet": 16}
        ),
    )

    layers: tuple[int, ...] = knob((1, 2), "blocks, one training each", "ブロック数（それぞれ学習）", low=1, high=6)
    positions: str = knob("learned", "learned, sinusoidal or none", "位置情報の種類", choices=tuple(PLACES))
    alphabet: int = knob(32, "symbols", "記号の種類", low=LONGEST, high=1000)
    heads: int = knob(4, "heads", "ヘッド数", low=1, high=16)
    width: int = knob(64, "width C", "幅 C", low=4, high=512)
    batch_size: int = knob(64, "rows in an update", "ミニバッチの行数", low=1, high=10_000)
    iterations: int = knob(1200, "updates", "更新回数", low=2, high=10**6)
    lr: float = knob(0.002, "largest learning rate", "学習率の最大値", low=0, high=1)

    def measure(self, lab: Lab) -> Arrays:
        """A training for each number of blocks, on the same rows."""
        lab.plan(len(self.layers) * self.iterations)
        found: Arrays = {}
        for count in self.layers:
            found |= lab.part(f"{count}", partial(self._train, lab, count), self.iterations)
        return found

    def _train(self, lab: Lab, layers: int) -> Arrays:
        sizes = {"layers": layers, "heads": self.heads, "width": self.width, "context": LENGTH}
        model = GPT(self.alphabet, **sizes, mlp=False, rng=lab.rng("weights"))  # type: ignore[arg-type]
        if self.positions != "learned":
            model.positions = PLACES[self.positions](self.width)
        rows = repeats(self.iterations * self.batch_size, LENGTH, self.alphabet, SHORTEST, LONGEST, lab.seed)
        batches = iter(rows.reshape(self.iterations, self.batch_size, LENGTH))
        test = repeats(TESTED, LENGTH, self.alphabet, SHORTEST, LONGEST, lab.seed + 10**6)
        period = periods(test)
        known = np.arange(1, LENGTH) > period[:, None]  # the place p itself is not: the row might go on with a new one

        def batch() -> tuple[Array, Array]:
            row = next(batches)
            return row[:, :-1], row[:, 1:]

        def accuracy() -> float:
            with no_grad():
                said = model(test[:, :-1])[0].data.argmax(axis=-1)
            return float((said == test[:, 1:])[known].mean())

        taught = teach(
            lab, model, batch, iterations=self.iterations, lr=self.lr, judge=accuracy,
            every=max(1, self.iterations // 12),
        )  # fmt: skip
        with no_grad():
            looks = np.stack([w.data for w in model.attention_weights(test[:, :-1])])
        made = {
            "losses": taught.losses, "at": taught.at, "accuracy": taught.scores,
            "behind": looked_behind(looks, period), "shares": ways_of_copying(model, self.alphabet, lab.rng("probe")),
            "look": looks[-1, 0, 0], "row": test[0], "ahead": np.array(np.triu(looks, 1).max()),
        }  # fmt: skip
        return {f"{layers}.{key}": value for key, value in made.items()}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy by update; where the head that copies looks in one row."""
        last = max(self.layers)
        signs = [str(s) for s in found[f"{last}.row"]]
        lines = [
            Line(
                t("{n} blocks", "ブロック {n} 個", n=n) if n > 1 else t("1 block", "ブロック 1 個"),
                found[f"{n}.at"],
                found.mean(f"{n}.accuracy"),
            )
            for n in self.layers
        ]
        return [
            chart(
                t("Right symbols in the repeated part", "繰り返し部分で正しい記号の割合"),
                lines, Axis(t.word("updates"), low=0), Axis(t.word("accuracy"), low=0, high=1), lang=t.lang,
            ),
            heat_map(
                t("Where the first head of the last block looks", "最後のブロックの第 1 ヘッドが見る場所"),
                found[f"{last}.look"], signs[:-1], signs[:-1],
                Axis(t("share of attention", "注意の割合"), low=0, high=1),
                row_name=t("reads", "読んだ記号"), column_name=t("looks at", "見る記号"), numbers=False, lang=t.lang,
                note=t("One row of the test.", "テストの 1 行。"),
            ),
        ]  # fmt: skip

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What one block and what several can do, and where they look."""
        ends = {n: float(found.mean(f"{n}.accuracy")[-1]) for n in self.layers}
        last = max(self.layers)
        return [
            t(
                "Of the repeated symbols {told} are right. A single layer of attention sees which symbols there are, "
                "but not what followed them.",
                "繰り返し部分の正答率は {told} です。1 層の注意では、どの記号があるかは分かっても、"
                "その次に何が来たかは分かりません。",
                told=t.list(
                    None,
                    *(t("{p} with {n} blocks", "ブロック {n} 個で {p}", n=n, p=percent(ends[n])) for n in self.layers),
                ),
            ),
            t(
                "Two ways copy such rows: to look up what followed last time, or to say what was not seen for "
                "the longest. On "
                "rows whose second round has another order, {n} blocks say the former {followed} of the time and "
                "the latter "
                "{oldest}.",
                "写す方法は 2 つあります。前回その次に来たものを探すか、いちばん長く見ていない記号を言うか。"
                "2 周目の順を変えた行では、ブロック {n} 個のネットワークは前者を {followed}、後者を {oldest} "
                "の割合で答えます。",
                n=last,
                followed=percent(float(found.mean(f"{last}.shares")[0])),
                oldest=percent(float(found.mean(f"{last}.shares")[1])),
            ),
            t(
                "The head that looks most at the place behind the last occurrence gives it {share} of its "
                "attention, where an "
                "even look would give about {even}.",
                "前回現れた場所の 1 つ後ろを最もよく見るヘッドでも、そこへの注意は {share} です（均等なら約 {even}）。",
                share=percent(float(found[f"{last}.behind"].max())),
                even=percent(float((1 / np.arange(SHORTEST, LENGTH)).mean())),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's accuracies; no look ahead."""
        rows = []
        if {1, 2} <= set(self.layers):
            one, two = (found.all(f"{n}.accuracy")[:, -1] for n in (1, 2))
            rows = [
                at_most(t("one block: accuracy at the end", "ブロック 1 個：最後の正答率"), one, 0.5, "M"),
                at_least(t("two blocks: accuracy at the end", "ブロック 2 個：最後の正答率"), two, 0.95, "M"),
            ]
        none = all(float(found[f"{n}.ahead"]) == 0 for n in self.layers)
        return [*rows, holds(t("no head looks ahead", "先を見るヘッドはない"), none, "A", law=True)]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """One layer or two."""
        told = t.list(None, *(f"{n}: {percent(float(found.mean(f'{n}.accuracy')[-1]))}" for n in self.layers))
        return [
            Question(
                t(
                    "Can one layer of attention copy what followed last time?",
                    "1 層の注意だけで、前回その次に来たものを写せますか？",
                ),
                t("By the number of layers: {told}.", "層の数ごとの正答率：{told}。", told=told),
            )
        ]
