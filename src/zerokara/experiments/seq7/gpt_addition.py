"""`gpt-addition`: a Transformer that adds, the sum written forwards or from its end."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from zerokara.arrays import Array
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.gpts import LEFT_OUT, teach
from zerokara.experiments.lab import Lab
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
        Turn(Text("A smaller network: 32 wide.", "幅 32 の小さなネットワークでは？"), {"width": 32}),
    )

    digits: int = knob(2, "digits of a number", "数の桁数", low=1, high=4)
    layers: int = knob(2, "blocks", "ブロック数", low=1, high=12)
    heads: int = knob(4, "heads", "ヘッド数", low=1, high=16)
    width: int = knob(64, "width C", "幅 C", low=4, high=512)
    batch_size: int = knob(128, "questions in an update", "ミニバッチの問題数", low=1, high=10_000)
    iterations: int = knob(1500, "updates", "更新回数", low=2, high=10**6)
    lr: float = knob(0.002, "largest learning rate", "学習率の最大値", low=0, high=1)

    def measure(self, lab: Lab) -> Arrays:
        """Two trainings on the same pairs."""
        pairs = np.stack(np.divmod(lab.rng("pairs").permutation(100**self.digits), 10**self.digits), axis=1)
        test, train = np.split(pairs, [max(1, min(500, len(pairs) // 5))])
        lab.plan(len(WAYS) * self.iterations)
        found: Arrays = {"test": test, "overlap": np.array(len({*map(tuple, test)} & {*map(tuple, train)}))}
        for way in WAYS:
            found |= lab.part(way, partial(self._train, lab, train, test, way), self.iterations)
        return found

    def _train(self, lab: Lab, train: Array, test: Array, way: str) -> Arrays:
        model = GPT(
            10,
            layers=self.layers,
            heads=self.heads,
            width=self.width,
            context=3 * self.digits,
            rng=lab.rng("weights"),
        )
        drawn, rows, asked = lab.rng("batches"), written(train, self.digits, way), 2 * self.digits

        def batch() -> tuple[Array, Array]:
            chosen = rows[drawn.integers(0, len(rows), self.batch_size)]
            y = chosen[:, 1:].copy()
            y[:, : asked - 1] = LEFT_OUT
            return chosen[:, :-1], y

        questions, right = np.split(written(test, self.digits, way), [asked], axis=1)

        def said() -> Array:
            return np.stack(generate(model, questions, self.digits + 1, temperature=0)[0])

        taught = teach(
            lab,
            model,
            batch,
            iterations=self.iterations,
            lr=self.lr,
            judge=lambda: (said() == right).all(axis=1),
            every=max(1, self.iterations // 12),
        )
        alone = np.stack([generate(model, q, self.digits + 1, temperature=0)[0][0] for q in questions[:SHOWN]])
        made = {
            "losses": taught.losses,
            "at": taught.at,
            "right": taught.scores,
            "said": said()[:SHOWN],
            "alone": alone,
            "parameters": np.array(count_parameters(model)),
        }
        return {f"{way}.{key}": value for key, value in made.items()}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Accuracy by update, accuracy by the number of carries on the way, some questions with their answers."""
        carries = self._carried(found)
        by_carry = {
            t.of(told): [self._middle(found, way)[carries == n].mean() for n in range(self.digits + 1)]
            for way, told in WAYS.items()
        }
        answers = {way: found[f"{way}.said"][:, :: -1 if way == "reversed" else 1] for way in WAYS}
        rows = [
            [f"{a} + {b}", str(a + b), *("".join(map(str, answers[way][k])) for way in WAYS)]
            for k, (a, b) in enumerate(found["test"][:SHOWN].tolist())
        ]
        return [
            chart(
                t("Right sums of the test", "テストで正しい和の割合"),
                [
                    Line(t.of(told), found[f"{way}.at"], found.mean(f"{way}.right").mean(axis=1))
                    for way, told in WAYS.items()
                ],
                Axis(t.word("updates"), low=0),
                Axis(t.word("accuracy"), low=0, high=1),
                lang=t.lang,
            ),
            bar_chart(
                t("A third of the way, by the number of carries", "学習の 3 分の 1 の時点：繰り上がりの回数別"),
                [str(n) for n in range(self.digits + 1)],
                by_carry,
                Axis(t.word("accuracy"), low=0, high=1),
                category=t("carries", "繰り上がりの回数"),
                lang=t.lang,
            ),
            Table(
                [t("question", "問題"), t("right", "正解"), *(t.of(told) for told in WAYS.values())],
                rows,
                caption=t("Questions of the test", "テストの問題"),
            ),
        ]

    def _carried(self, found: Found) -> Array:
        """How often something is carried in each sum of the test."""
        a, b = found["test"].T
        places = 10 ** np.arange(1, self.digits + 1)[:, None]
        return np.asarray(((a % places + b % places) >= places).sum(axis=0))

    def _middle(self, found: Found, way: str) -> Array:
        """Which sums are right a third of the way, where few and many carries differ."""
        return np.asarray(found[f"{way}.right"][len(found[f"{way}.at"]) // 3], float)

    def _ends(self, found: Found) -> dict[str, Array]:
        return {way: found.all(f"{way}.right")[:, -1].mean(axis=-1) for way in WAYS}

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How many sums are right, and which way is learned sooner."""
        ends, half = self._ends(found), {way: found[f"{way}.right"].mean(axis=1) for way in WAYS}
        first = {
            way: int(found[f"{way}.at"][np.argmax(half[way] >= 0.9)]) if half[way].max() >= 0.9 else 0 for way in WAYS
        }
        return [
            t(
                "After {n} updates {r} of the test's sums are right if the sum is written from its end, {f} if "
                "forwards. "
                "None of them was in the training.",
                "{n} 回の更新後、和を下の桁から書くと {r}、そのまま書くと {f} が正解です。"
                "テストの問題は訓練に含まれていません。",
                n=self.iterations,
                r=percent(float(ends["reversed"].mean())),
                f=percent(float(ends["forwards"].mean())),
            ),
            t(
                "Nine in ten are right after {r} updates reversed and {f} forwards (0: never). From its end each "
                "digit needs "
                "two digits and one carry; forwards the first digit needs all carries at once.",
                "9 割に達したのは、逆順で {r} 回、そのままで {f} 回（0 は未達）です。下の桁からなら、"
                "各桁に必要なのは 2 つの数字と "
                "繰り上がり 1 つだけ。先頭から書くと、最初の桁を書くためにすべての繰り上がりが必要です。",
                r=first["reversed"],
                f=first["forwards"],
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's accuracies, the size, and what holds for any settings."""
        ends = self._ends(found)
        own = self.width == 64 and self.layers == 2 and self.digits == 2
        rows = [
            at_least(t("reversed: accuracy at the end", "逆順：最後の正答率"), ends["reversed"], 0.99, "M"),
            at_least(t("forwards: accuracy at the end", "そのまま：最後の正答率"), ends["forwards"], 0.85, "M"),
        ]
        if own:
            rows.append(near(t.word("parameters"), found["reversed.parameters"], 101_760, 0, "A"))
        C, L = self.width, self.layers
        formula = L * (12 * C * C + 13 * C) + 2 * C + 3 * self.digits * C + 20 * C
        same = [(found[f"{way}.said"] == found[f"{way}.alone"]).all() for way in WAYS]
        return [
            *rows,
            near(
                t("parameters by the formula", "式によるパラメータ数"),
                found["reversed.parameters"],
                formula,
                0,
                "A",
                law=True,
            ),
            holds(
                t("all questions at once are answered like each alone", "まとめて解いても 1 問ずつ解いても同じ答え"),
                all(same),
                "A",
                law=True,
            ),
            holds(
                t("no pair of the test is in the training", "テストの組は訓練に含まれない"),
                found["overlap"] == 0,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Which sums stay wrong longest."""
        carries = self._carried(found)
        told = [
            percent(float(self._middle(found, "reversed")[carries == n].mean()))
            for n in range(self.digits + 1)
            if (carries == n).any()
        ]
        return [
            Question(
                t("Which additions stay wrong longest?", "最後まで間違えるのはどんな足し算ですか？"),
                t(
                    "A third of the way, with 0, 1, … carries, so many are right (reversed): {told}.",
                    "学習の 3 分の 1 の時点で、繰り上がり 0 回、1 回、… の正答率（逆順）は {told} です。",
                    told=t.list(None, *told),
                ),
            )
        ]


def written(pairs: Array, digits: int, way: str) -> Array:
    """Each pair as the digits of both numbers and of their sum: (n, 3·digits + 1)."""
    a, b = pairs.T
    down, longer = 10 ** np.arange(digits)[::-1], 10 ** np.arange(digits + 1)
    total = (a + b)[:, None] // (longer if way == "reversed" else longer[::-1]) % 10
    return np.concatenate([a[:, None] // down % 10, b[:, None] // down % 10, total], axis=1)
