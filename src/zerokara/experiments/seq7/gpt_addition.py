"""`gpt-addition`: a Transformer that adds, the sum written forwards or from its end."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.gpts import teach
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq7.sums import batches, carried, written
from zerokara.experiments.tongue import Tongue
from zerokara.generation import generate
from zerokara.models import GPT, count_parameters
from zerokara.report import Axis, Line, Table, Text, bar_chart, chart, percent

WAYS = {"reversed": Text("sum reversed", "和を逆順"), "forwards": Text("sum forwards", "和をそのまま")}
SHOWN = 8


@dataclass(frozen=True)
class GptAddition(Experiment):
    """A GPT reads the digits of two numbers and writes those of their sum, the last one first or the first one."""

    name = "gpt-addition"
    chapter = "seq7"
    source = "GPT, adder"
    cost = "M"
    title = Text("A Transformer adds", "Transformer の足し算")
    question = Text("Can a Transformer add two numbers?", "Transformer は 2 つの数を足せるか？")
    formula = (r"85 + 50 = 135 \;\to\; 8\,5\,5\,0\,5\,3\,1 \qquad P(s_1, s_2, s_3 \mid 8, 5, 5, 0)",)
    symbols = Text(
        "Numbers are padded with zeros to one length; s are the digits of the sum, from its end. Only they are "
        "learned.",
        "数は 0 を補って同じ桁数にする。s は和の各桁（下の桁から）で、学習するのはこの部分だけ。",
    )
    quick = {"digits": 1, "iterations": 12, "width": 16, "batch_size": 32}
    random = True
    turns = (
        Turn(Text("Can one block do it?", "ブロック 1 個でもできるでしょうか。"), {"layers": 1}),
        Turn(Text("The sum from its end only.", "下の桁から書く場合だけを見ます。"), {"order": ("reversed",)}),
        Turn(Text("A smaller network: 32 wide.", "幅 32 の小さなネットワークでは？"), {"width": 32}),
    )

    digits: int = knob(2, "digits of a number", "数の桁数", low=1, high=4)
    order: tuple[str, ...] = knob(tuple(WAYS), "orders of the sum's digits", "和を書く順（複数）", choices=tuple(WAYS))
    layers: int = knob(2, "blocks", "ブロック数", low=1, high=12)
    heads: int = knob(4, "heads", "ヘッド数", low=1, high=16)
    width: int = knob(64, "width C", "幅 C", low=4, high=512)
    batch_size: int = knob(128, "questions in an update", "ミニバッチの問題数", low=1, high=10_000)
    iterations: int = knob(1500, "updates", "更新回数", low=2, high=10**6)
    lr: float = knob(0.002, "largest learning rate", "学習率の最大値", low=0, high=1)

    def measure(self, lab: Lab) -> Arrays:
        """A training for each order, on the same pairs."""
        pairs = np.stack(np.divmod(lab.rng("pairs").permutation(100**self.digits), 10**self.digits), axis=1)
        test, train = np.split(pairs, [max(1, min(500, len(pairs) // 5))])
        lab.plan(len(self._ways) * self.iterations)
        found: Arrays = {"test": test, "overlap": np.array(len({*map(tuple, test)} & {*map(tuple, train)}))}
        for way in self._ways:
            found |= lab.part(way, partial(self._train, lab, train, test, way), self.iterations)
        return found

    def _train(self, lab: Lab, train: Array, test: Array, way: str) -> Arrays:
        sizes = {"layers": self.layers, "heads": self.heads, "width": self.width}
        model = GPT(10, **sizes, context=3 * self.digits, rng=lab.rng("weights"))  # type: ignore[arg-type]
        rows, asked = written(train, self.digits, way), 2 * self.digits
        questions, right = np.split(written(test, self.digits, way), [asked], axis=1)

        def said(some: Array = questions) -> Array:
            return np.stack(generate(model, some, self.digits + 1, temperature=0)[0])

        taught = teach(
            lab, model, batches(rows, asked, self.batch_size, lab.rng("batches")),
            iterations=self.iterations, lr=self.lr, judge=lambda: (said() == right).all(axis=1),
            every=max(1, self.iterations // 12),
        )  # fmt: skip
        made = {
            "losses": taught.losses, "at": taught.at, "right": taught.scores, "said": said()[:SHOWN],
            "alone": np.concatenate([said(questions[i : i + 1]) for i in range(len(questions[:SHOWN]))]),
            "parameters": np.array(count_parameters(model)),
        }  # fmt: skip
        return {f"{way}.{key}": value for key, value in made.items()}

    @property
    def _ways(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.order))

    def _names(self, t: Tongue) -> dict[str, str]:
        """Order → in words."""
        return {way: t.of(WAYS[way]) for way in self._ways}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy by update, accuracy by the number of carries on the way, some questions with their answers."""
        names, counts = self._names(t), range(self.digits + 1)
        carries = carried(found["test"], self.digits)
        by_carry = {
            told: [self._middle(found, way)[carries == n].mean() for n in counts] for way, told in names.items()
        }
        answers = {way: found[f"{way}.said"][:, :: -1 if way == "reversed" else 1] for way in names}
        rows = [
            [f"{a} + {b}", str(a + b), *("".join(map(str, answers[way][k])) for way in names)]
            for k, (a, b) in enumerate(found["test"][:SHOWN].tolist())
        ]
        lines = [Line(told, found[f"{way}.at"], found.mean(f"{way}.right").mean(axis=1)) for way, told in names.items()]
        accuracy = Axis(t.word("accuracy"), low=0, high=1)
        return [
            chart(
                t("Right sums of the test", "テストで正しい和の割合"),
                lines, Axis(t.word("updates"), low=0), accuracy, lang=t.lang,
            ),
            bar_chart(
                t("A third of the way, by the number of carries", "学習の 3 分の 1 の時点：繰り上がりの回数別"),
                [str(n) for n in counts], by_carry, accuracy,
                category=t("carries", "繰り上がりの回数"), lang=t.lang,
            ),
            Table(
                [t("question", "問題"), t("right", "正解"), *names.values()],
                rows,
                caption=t("Questions of the test", "テストの問題"),
            ),
        ]  # fmt: skip

    def _middle(self, found: Found, way: str) -> Array:
        """Which sums are right a third of the way, where few and many carries differ."""
        return np.asarray(found[f"{way}.right"][len(found[f"{way}.at"]) // 3], float)

    def _ends(self, found: Found) -> dict[str, Array]:
        return {way: found.all(f"{way}.right")[:, -1].mean(axis=-1) for way in self._ways}

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many sums are right, and which way is learned sooner."""
        ends, names = self._ends(found), self._names(t)
        first = {}
        for way in names:
            share = found[f"{way}.right"].mean(axis=1)
            first[way] = int(found[f"{way}.at"][np.argmax(share >= 0.9)]) if share.max() >= 0.9 else 0
        return [
            t(
                "Share of the test's sums that are right after {n} updates: {told}. None of them was in the training.",
                "{n} 回の更新後のテストの正答率：{told}。テストの問題は訓練に含まれていません。",
                n=self.iterations,
                told=t.list(None, *(f"{told} {percent(float(ends[way].mean()))}" for way, told in names.items())),
            ),
            t(
                "Updates until nine in ten are right (0: never): {told}. From its end each digit needs "
                "two digits and one carry; forwards the first digit needs all carries at once.",
                "9 割に達した更新回数（0 は未達）：{told}。下の桁からなら、各桁に必要なのは 2 つの数字と "
                "繰り上がり 1 つだけ。先頭から書くと、最初の桁を書くためにすべての繰り上がりが必要です。",
                told=t.list(None, *(f"{told} {first[way]}" for way, told in names.items())),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's accuracies, the size, and what holds for any settings."""
        ends, C, L = self._ends(found), self.width, self.layers
        expected = {
            "reversed": (t("reversed: accuracy at the end", "逆順：最後の正答率"), 0.99),
            "forwards": (t("forwards: accuracy at the end", "そのまま：最後の正答率"), 0.85),
        }
        rows = [at_least(expected[way][0], ends[way], expected[way][1], "M") for way in WAYS if way in ends]
        parameters = found[f"{self._ways[0]}.parameters"]
        if (C, L, self.digits) == (64, 2, 2):
            rows.append(near(t.word("parameters"), parameters, 101_760, 0, "A"))
        formula = L * (12 * C * C + 13 * C) + 2 * C + 3 * self.digits * C + 20 * C
        alike = t("all questions at once are answered like each alone", "まとめて解いても 1 問ずつ解いても同じ答え")
        same = all((found[f"{way}.said"] == found[f"{way}.alone"]).all() for way in self._ways)
        new = t("no pair of the test is in the training", "テストの組は訓練に含まれない")
        return [
            *rows,
            near(t("parameters by the formula", "式によるパラメータ数"), parameters, formula, 0, "A", law=True),
            holds(alike, same, "A", law=True),
            holds(new, found["overlap"] == 0, "A", law=True),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Which sums stay wrong longest."""
        carries, way = carried(found["test"], self.digits), self._ways[0]
        told = [
            percent(float(self._middle(found, way)[carries == n].mean()))
            for n in range(self.digits + 1)
            if (carries == n).any()
        ]
        return [
            Question(
                t("Which additions stay wrong longest?", "最後まで間違えるのはどんな足し算ですか？"),
                t(
                    "A third of the way, the shares that are right with 0, 1, … carries ({way}): {told}.",
                    "学習の 3 分の 1 の時点で、繰り上がり 0 回、1 回、… の正答率（{way}）は {told} です。",
                    way=self._names(t)[way],
                    told=t.list(None, *told),
                ),
            )
        ]
