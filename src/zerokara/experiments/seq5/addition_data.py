"""`addition-data`: what a network that learns to add gets to see."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import sequences
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.exercises import sums
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Table, Text, bar_chart, percent

SHOWN = 10


@dataclass(frozen=True)
class AdditionData(Experiment):
    """Additions by rule, as rows of characters: lengths, carries, and what training and test have in common."""

    name = "addition-data"
    chapter = "seq5"
    source = "V2 ch7 show_addition_dataset"
    title = Text("Additions as data", "足し算のデータ")
    question = Text("What does the learner get to see?", "学習者は何を見るのか？")
    formula = (
        r"\mathtt{57+5\ \ \ } \to \mathtt{\_62\ \ } \qquad \frac{10^d (10^d + 1)}{2}\ \mathrm{questions\ exist}",
    )
    symbols = Text("d is the greatest number of digits.", "d は最大の桁数。")
    quick = {"examples": 2_000}
    random = True
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text("Two digits: nearly every sum that there is.", "2 桁なら、存在する問題のほぼすべてです。"),
            {"digits": 2, "examples": 5_000},
        ),
    )

    digits: int = knob(3, "digits of a number, at most", "数の最大桁数", low=1, high=6)
    examples: int = knob(
        50_000, "questions, a tenth of them for the test", "問題数（1 割はテスト用）", low=50, high=10**6
    )

    def measure(self, lab: Lab) -> Arrays:
        """The questions as texts and as numbers, and what is counted of them."""
        pairs, data = (
            sequences.addition(self.examples, self.digits, lab.seed),
            sums(self.examples, self.digits, lab.seed),
        )
        a, b = (np.array([int(q.split("+")[k]) for q in pairs.questions]) for k in (0, 1))
        said = np.array([int(answer[1:]) for answer in pairs.answers])
        both = np.sort(np.stack([a, b]), axis=0)
        small = both[1] < 10
        return {
            "examples": np.array(
                [f"{q}→{r}".replace(" ", "␣") for q, r in zip(pairs.questions[:SHOWN], pairs.answers, strict=False)]
            ),
            "shapes": np.array([*data.train.questions.shape, *data.train.answers.shape]),
            "characters": np.array(sorted(data.vocabulary.tokens)),
            "wrong": np.array(np.count_nonzero(a + b != said)),
            "pairs": np.array(len({*zip(*both.tolist(), strict=True)})),
            "one_digit": np.array(len({*zip(*both[:, small].tolist(), strict=True)})),
            "digits_of_a": np.bincount(np.char.str_len(a.astype(str)), minlength=self.digits + 1)[1:],
            "digits_of_sum": np.bincount(np.char.str_len(said.astype(str)), minlength=self.digits + 2)[1:],
            "carries": np.bincount(_carries(a, b, self.digits), minlength=self.digits + 1),
            "carry_in_ones": np.array(np.mean(a % 10 + b % 10 >= 10)),
            "overlap": np.array(data.overlap),
        }

    @property
    def there_are(self) -> int:
        """How many different questions there are."""
        numbers: int = 10**self.digits
        return numbers * (numbers + 1) // 2

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Some questions, and how long numbers and sums are and how often something is carried."""
        count = Axis(t.word("count"), low=0)
        lengths = [str(n) for n in range(1, self.digits + 2)]
        return [
            Table([t("question → answer", "問題 → 答え")], [[str(line)] for line in found["examples"]]),
            bar_chart(
                t("How long the numbers are", "数の長さ"),
                lengths,
                {
                    t("first number", "最初の数"): [*found["digits_of_a"], np.nan],
                    t("sum", "和"): found["digits_of_sum"],
                },
                count,
                category=t("digits", "桁数"),
                lang=t.lang,
            ),
            bar_chart(
                t("How often something is carried", "繰り上がりの回数"),
                [str(n) for n in range(self.digits + 1)],
                {t("questions", "問題"): found["carries"]},
                count,
                category=t("carries in a sum", "1 問の中の繰り上がり"),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Sizes, and that short numbers are frequent."""
        one = float(found["digits_of_a"][0] / self.examples)
        return [
            t(
                "A question is {q} characters, an answer {a}, of {n} different ones; blanks fill up the shorter ones.",
                "問題は {q} 文字、答えは {a} 文字、使う文字は {n} 種類です。短いものは空白で埋めます。",
                q=int(found["shapes"][1]),
                a=int(found["shapes"][3]),
                n=len(found["characters"]),
            ),
            t(
                "{share} of the first numbers have one digit: every length is drawn equally often before the "
                "digits are. Drawn evenly from all numbers they would be {even}.",
                "最初の数の {share} が 1 桁です。桁数を先に等確率で選ぶからで、"
                "すべての数から均等に選べば {even} にすぎません。",
                share=percent(one),
                even=percent(10.0 ** (1 - self.digits)),
            ),
            t(
                "Something is carried in the ones in {share} of the sums. {n} of the {all} questions that exist "
                "are here.",
                "1 の位で繰り上がるのは {share} です。存在する {all} 問のうち {n} 問がここにあります。",
                share=percent(float(found["carry_in_ones"])),
                n=f"{self.examples:,}",
                all=f"{self.there_are:,}",
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Shapes, characters, sums and pairs."""
        return [
            holds(
                t("training questions and answers: (45000, 7), (45000, 5)", "訓練の問題と答え：(45000, 7)、(45000, 5)"),
                found["shapes"].tolist() == [45_000, 7, 45_000, 5],
                "A",
            ),
            near(t("different characters", "文字の種類"), len(found["characters"]), 13, 0, "A"),
            near(t("carry in the ones", "1 の位の繰り上がり"), found.all("carry_in_ones"), 0.453, 0.01, "A"),
            near(t("pairs of one-digit numbers, of 55", "1 桁どうしの組（全 55）"), found["one_digit"], 55, 0, "A"),
            near(t("wrong sums", "間違った和"), found["wrong"], 0, 0, "A", law=True),
            near(
                t("different unordered pairs", "順序を無視した異なる組の数"),
                found["pairs"],
                self.examples,
                0,
                "A",
                law=True,
            ),
            near(
                t("questions in both training and test", "訓練とテストに共通する問題"),
                found["overlap"],
                0,
                0,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """How many there are."""
        both = sum(1 for a in range(100) for b in range(a, 100))
        return [
            Question(
                t(
                    "How many two-digit additions are there if a + b = b + a counts once and the numbers are 0 to 99?",
                    "0～99 の 2 数の足し算は、a + b と b + a を同じと数えると何通りありますか？",
                ),
                t(
                    "{n}, counted one by one; 100·101/2.",
                    "{n} 通り（1 つずつ数えた結果）。100·101/2 です。",
                    n=f"{both:,}",
                ),
            )
        ]


def _carries(a: Array, b: Array, digits: int) -> Array:
    """How often something is carried in a + b."""
    carry, count = np.zeros_like(a), np.zeros_like(a)
    for place in 10 ** np.arange(digits):
        carry = (a // place % 10 + b // place % 10 + carry >= 10).astype(a.dtype)
        count += carry
    return count
