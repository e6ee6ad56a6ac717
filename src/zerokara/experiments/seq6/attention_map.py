"""`attention-map`: where the network looks in the question while it writes the date."""

from dataclasses import dataclass

import numpy as np

from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, between
from zerokara.experiments.exercises import style_numbers, style_of
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq6.looking import WIDTH, copied, encoded, looked
from zerokara.experiments.seq6.reading_dates import OnDates
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Text, attention_map, bar_chart, percent, significant


@dataclass(frozen=True)
class AttentionMapOfDates(OnDates):
    """The weights of the attention for one date of every style, and whether copied digits are the ones looked at."""

    name = "attention-map"
    chapter = "seq6"
    source = "V2 ch8 visualize_attention"
    title = Text("Where attention looks", "アテンションはどこを見るか")
    question = Text("Where does it look while it writes?", "書きながら、どこを見ているのか？")
    formula = (r"a_{ts} = \mathrm{softmax}_s(d_t \cdot h_s) \qquad \sum_s a_{ts} = 1",)
    symbols = Text(
        "Row t is the character that is written, column s the one that is looked at.",
        "行 t は書かれる文字、列 s は見られる文字。",
    )
    turns = (
        Turn(Text("A date of your own.", "好きな日付で試してみます。"), {"own": "july 4, 1996"}),
        Turn(
            Text("After one epoch it looks everywhere.", "1 エポックだけの学習では、視線は定まりません。"),
            {"epochs": 1},
        ),
    )

    own: str = knob("", "a date of your own, in one of the four styles", "自分で選ぶ日付（4 つの書式のどれか）")

    def measure(self, lab: Lab) -> Arrays:
        """Train, then the weights for one date of every style, and over the whole test."""
        data = self.exercise(lab)
        lab.plan(self.steps(data))
        model, learned = self.train(lab, data, "attention")
        asked = [data.written(row) for row in data.test.questions]
        among = style_numbers(self.styles)
        first = [next((i for i, q in enumerate(asked) if style_of(q, among) == k), 0) for k in among]
        rows = [data.test.questions[i] for i in first]
        rows += [encoded(self.own, data)] if self.own else []
        shown = np.array(rows)
        said, weights = looked(model, shown, data)
        _, every = looked(model, data.test.questions, data)
        hits = copied(asked, [data.written(row[1:]) for row in data.test.answers], every)
        return {
            "accuracies": learned.accuracies,
            "questions": np.array([data.written(row) for row in shown]),
            "answers": np.array([data.written(row) for row in said]),
            "weights": weights,
            "largest": every.max(axis=2).mean(axis=0),
            "apart": np.array(np.abs(every.sum(axis=2) - 1).max()),
            "copied": np.array(hits),
            "same_weights": np.array(np.abs(looked(model, shown[:1], data)[1] - weights[:1]).max()),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """A map for every style, and how sure it is at each character."""
        pieces: list[Piece] = []
        for i, (question, answer) in enumerate(zip(found["questions"], found["answers"], strict=True)):
            weights, read = found["weights"][i], list(str(question))
            weights = np.hstack([weights[:, : len(read)], weights[:, len(read) :].sum(axis=1, keepdims=True)])
            pieces.append(
                attention_map(
                    t("“{q}” becomes {a}", "「{q}」を読んで {a} と書く", q=question, a=answer),
                    weights,
                    _characters(str(answer), WIDTH),
                    [*read, "␣…"],
                    row_name=t("written", "書く文字"),
                    column_name=t("looked at", "見る文字"),
                    lang=t.lang,
                    note=t("␣… are the blanks behind the date.", "␣… は日付の後ろの空白。"),
                )
            )
        places = [f"{i + 1}: {c}" for i, c in enumerate("YYYY-MM-DD")]
        pieces.append(
            bar_chart(
                t("The largest weight, on average over the test", "最大の重み（テスト全体の平均）"),
                places,
                {t("largest weight", "最大の重み"): found["largest"]},
                Axis(t("weight", "重み"), low=0, high=1),
                category=t("character of the answer", "答えの文字"),
                lang=t.lang,
                wide=True,
            )
        )
        return pieces

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """How often the digit that is copied is the one looked at, and where it is least sure."""
        largest = found["largest"]
        blurred = int(largest.argmin())
        return [
            t(
                "{share} of the test dates are right.",
                "テストの日付の正答率は {share} です。",
                share=percent(float(found["accuracies"][-1])),
            ),
            *(
                t(
                    "In dates like 3/25/75 the character looked at most is, for {exact} of the day and year digits, "
                    "the very digit that is copied.",
                    "3/25/75 のような日付で、日と年の数字を書くときに最も注目された文字が、"
                    "写される数字そのものだった割合は {exact} です。",
                    exact=percent(share),
                )
                for share in (float(found["copied"]),)
                if np.isfinite(share)
            ),
            t(
                "Attention is least focused at character {n} of the answer, with a largest weight of {a} on average, "
                "and most focused at character {m}, with {b}.",
                "最も定まらないのは答えの {n} 文字目で最大の重みは平均 {a}、最も定まるのは {m} 文字目で {b} です。",
                n=blurred + 1,
                a=significant(float(largest.min()), 2),
                m=int(largest.argmax()) + 1,
                b=significant(float(largest.max()), 2),
            ),
            t(
                "The map shows where it looked. It is no proof of why the answer is what it is.",
                "この図が示すのは「どこを見たか」です。なぜその答えになったかの証明ではありません。",
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Rows sum to 1; copied digits are looked at."""
        return [
            at_most(t("|sum of a row − 1|", "|行の合計 − 1|"), found["apart"], 1e-5, "A", law=True),
            at_most(
                t("weights of a date alone against those in a batch", "1 件だけの重みとまとめたときの重みの差"),
                found["same_weights"],
                1e-4,
                "A",
                law=True,
            ),
            at_least(t("accuracy at the end", "最後の正答率"), found.all("accuracies")[:, -1], 0.99, "M"),
            *(
                at_least(
                    t("copied digits that are looked at most", "写される数字が最も注目される割合"), shares, 0.8, "M"
                )
                for shares in (found.all("copied"),)
                if np.isfinite(shares).all()
            ),
            between(
                t("largest weight, mean over the answer", "最大の重みの平均"),
                found.all("largest").mean(axis=1),
                0.6,
                1.0,
                "M, W",
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The year's last digit."""
        question, answer = str(found["questions"][0]), str(found["answers"][0])
        row = found["weights"][0][3, : len(question)]
        at = int(row.argmax())
        return [
            Question(
                t(
                    "It reads “{q}” and writes {a}. Which character does it look at while it writes the year's "
                    "last digit?",
                    "“{q}” を読んで {a} と書きます。年の最後の数字を書くとき、どの文字を見ているでしょうか？",
                    q=question,
                    a=answer,
                ),
                t(
                    "At character {n}, “{c}”, with the weight {w}: the arg-max of the row.",
                    "{n} 文字目の “{c}”（重み {w}）、つまりその行の arg-max です。",
                    n=at + 1,
                    c=question[at].replace(" ", "␣"),
                    w=significant(float(row[at]), 2),
                ),
            )
        ]


def _characters(text: str, count: int) -> list[str]:
    """The characters, and nothing for those that are missing."""
    return [*text[:count], *[""] * (count - len(text))]
