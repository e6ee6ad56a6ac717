"""`repeat-and-copy`: attention that finds where a symbol stood last, and copies what followed."""

from dataclasses import dataclass

import numpy as np

from zerokara import no_grad
from zerokara.arrays import Array
from zerokara.data.sequences import repeats
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, holds
from zerokara.experiments.found import Found
from zerokara.experiments.gpts import teach
from zerokara.experiments.lab import Lab
from zerokara.experiments.tongue import Tongue
from zerokara.models import GPT
from zerokara.report import Axis, Line, Text, chart, heat_map, percent

LENGTH, SHORTEST, LONGEST, TESTED = 32, 6, 14, 200


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
        Turn(
            Text("Fewer symbols: guessing gets easier.", "記号を減らすと当てずっぽうでも当たります。"), {"symbols_": 16}
        ),
    )

    layers: tuple[int, ...] = knob((1, 2), "blocks, one training each", "ブロック数（それぞれ学習）", low=1, high=6)
    symbols_: int = knob(32, "symbols", "記号の種類", low=LONGEST, high=1000)
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
            found |= lab.part(f"{count}", lambda count=count: self._train(lab, count), self.iterations)
        return found

    def _train(self, lab: Lab, layers: int) -> Arrays:
        model = GPT(
            self.symbols_,
            layers=layers,
            heads=self.heads,
            width=self.width,
            context=LENGTH,
            mlp=False,
            rng=lab.rng("weights"),
        )
        rows = repeats(self.iterations * self.batch_size, LENGTH, self.symbols_, SHORTEST, LONGEST, lab.seed)
        batches = iter(rows.reshape(self.iterations, self.batch_size, LENGTH))
        test = repeats(TESTED, LENGTH, self.symbols_, SHORTEST, LONGEST, lab.seed + 10**6)
        period = np.array([np.argmax(row[1:] == row[0]) + 1 for row in test])
        known = np.arange(1, LENGTH) > period[:, None]  # the place p itself is not: the row might go on with a new one

        def batch() -> tuple[Array, Array]:
            row = next(batches)
            return row[:, :-1], row[:, 1:]

        def accuracy() -> float:
            with no_grad():
                said = model(test[:, :-1])[0].data.argmax(axis=-1)
            return float((said == test[:, 1:])[known].mean())

        taught = teach(
            lab,
            model,
            batch,
            iterations=self.iterations,
            lr=self.lr,
            judge=accuracy,
            every=max(1, self.iterations // 12),
        )
        with no_grad():
            looks = np.stack([w.data for w in model.attention_weights(test[:, :-1])])
        behind = self._behind(looks, period)
        made = {
            "losses": taught.losses,
            "at": taught.at,
            "accuracy": taught.scores,
            "behind": behind,
            "previous": looks[..., np.arange(1, LENGTH - 1), np.arange(LENGTH - 2)].mean(axis=(1, 3)),
            "look": looks[-1, 0, int(behind[-1].argmax())],
            "row": test[0],
            "ahead": np.array(np.triu(looks, 1).max()),
        }
        return {f"{layers}.{key}": value for key, value in made.items()}

    def _behind(self, looks: Array, period: Array) -> Array:
        """How much each head looks at the place behind the last occurrence of the symbol, where there is one."""
        shares = []
        for row, p in enumerate(period):
            places = np.arange(p, LENGTH - 1)
            shares.append(looks[:, row, :, places, places - p + 1])  # (places, blocks, heads)
        return np.concatenate(shares).mean(axis=0)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy by update; where the head that copies looks in one row."""
        last = max(self.layers)
        signs = [str(s) for s in found[f"{last}.row"]]
        return [
            chart(
                t("Right symbols in the repeated part", "繰り返し部分で正しい記号の割合"),
                [
                    Line(
                        t("{n} blocks", "ブロック {n} 個", n=n) if n > 1 else t("1 block", "ブロック 1 個"),
                        found[f"{n}.at"],
                        found.mean(f"{n}.accuracy"),
                    )
                    for n in self.layers
                ],
                Axis(t.word("updates"), low=0),
                Axis(t.word("accuracy"), low=0, high=1),
                lang=t.lang,
            ),
            heat_map(
                t("Where a head of the last block looks", "最後のブロックのヘッドが見る場所"),
                found[f"{last}.look"],
                signs[:-1],
                signs[:-1],
                Axis(t("share of attention", "注意の割合"), low=0, high=1),
                row_name=t("reads", "読んだ記号"),
                column_name=t("looks at", "見る記号"),
                numbers=False,
                lang=t.lang,
                note=t(
                    "One row of the test. A slanted line p − 1 places back is the copy of what followed last time.",
                    "テストの 1 行。p − 1 個前の斜めの線が、「前回その次に来たもの」の写しです。",
                ),
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What one block and what several can do, and where they look."""
        ends = {n: float(found.mean(f"{n}.accuracy")[-1]) for n in self.layers}
        last = max(self.layers)
        return [
            t(
                "Of the repeated symbols are right: {told}. A single layer of attention sees which symbols there are, "
                "and not what followed them.",
                "繰り返し部分の正答率は {told} です。1 層の注意では、どの記号があるかは分かっても、"
                "その次に何が来たかは分かりません。",
                told=t.list(
                    None, *(t("{n} blocks {p}", "ブロック {n} 個で {p}", n=n, p=percent(ends[n])) for n in self.layers)
                ),
            ),
            t(
                "In the last of {n} blocks a head gives {share} of its attention to the place behind the last "
                "occurrence of "
                "the symbol just read; in the first block one gives {first} to the place before.",
                "{n} 個のうち最後のブロックには、いま読んだ記号が前に現れた場所の 1 つ後ろに {share} "
                "の注意を向けるヘッドがあり、"
                "最初のブロックには直前の場所に {first} を向けるヘッドがあります。",
                n=last,
                share=percent(float(found[f"{last}.behind"][-1].max())),
                first=percent(float(found[f"{last}.previous"][0].max())),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's accuracies; no look ahead."""
        rows = []
        if {1, 2} <= set(self.layers):
            one, two = (found.all(f"{n}.accuracy")[:, -1] for n in (1, 2))
            share = t("share behind the last occurrence", "前回の 1 つ後ろへの注意")
            rows = [
                at_most(t("one block: accuracy at the end", "ブロック 1 個：最後の正答率"), one, 0.5, "M"),
                at_least(t("two blocks: accuracy at the end", "ブロック 2 個：最後の正答率"), two, 0.95, "M"),
                at_least(
                    t("two blocks: {what}", "ブロック 2 個：{what}", what=share), found["2.behind"][-1].max(), 0.5, "M"
                ),
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
