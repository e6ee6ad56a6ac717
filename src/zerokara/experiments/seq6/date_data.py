"""`date-data`: what is in the dates."""

import datetime
from dataclasses import dataclass

import numpy as np

from zerokara.data import sequences
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, near
from zerokara.experiments.exercises import STYLES, style_numbers, style_of
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.seq6.counting_dates import is_right, shares_of_styles
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Table, Text, bar_chart, percent

SHOWN = 3


@dataclass(frozen=True)
class DateData(Experiment):
    """Dates by rule, in four styles: their lengths and characters, and what training and test have in common."""

    name = "date-data"
    chapter = "seq6"
    source = "V2 ch8 date"
    title = Text("Dates as data", "日付のデータ")
    question = Text("What is in the date set?", "日付のデータには何が入っているか？")
    formula = (r"\mathtt{sep\ 27,\ 1994} \to \mathtt{\_1994\text{-}09\text{-}27}",)
    quick = {"examples": 500}
    random = True
    shows = Shows.ALWAYS
    turns = (
        Turn(Text("As many as the book has.", "本と同じ数にします。"), {"examples": 50_000}),
        Turn(Text("Numbers only, of this century.", "数字だけの書式で、今世紀の日付にします。"),
             {"styles": ("numbers",), "years": (2001, 2099), "examples": 3000}),
    )  # fmt: skip

    examples: int = knob(
        10_000, "dates, a tenth of them for the test", "日付の数（1 割はテスト用）", low=50, high=60_000
    )

    styles: tuple[str, ...] = knob(
        tuple(STYLES), "styles: numbers, short, long, weekday", "書式（複数）：numbers、short、long、weekday",
        choices=tuple(STYLES),
    )  # fmt: skip
    years: tuple[int, ...] = knob(
        (sequences.FIRST_DAY.year, sequences.LAST_DAY.year), "the first and the last year", "最初の年、最後の年",
        low=1000, high=9999, least=2,
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.years) != 2 or not 0 <= self.years[1] - self.years[0] < sequences.CENTURY:
            given = ", ".join(map(str, self.years))
            raise ValueError(f"years are the first and the last, {sequences.CENTURY} years at most; got {given}")

    def measure(self, lab: Lab) -> Arrays:
        """The questions of both parts, and what is counted of them."""
        among, years = style_numbers(self.styles), (self.years[0], self.years[1])
        parts = sequences.dates(self.examples, max(1, self.examples // 10), lab.seed, styles=among, years=years)
        asked = [question.rstrip() for part in parts for question in part.questions]
        said = [answer for part in parts for answer in part.answers]
        styles = np.array([style_of(question, among) for question in asked])
        first = [[q for q, s in zip(asked, styles, strict=True) if s == k][:SHOWN] for k in among]
        days = [{*part.answers} for part in parts]
        characters = {letter for part in parts for texts in (part.questions, part.answers) for letter in "".join(texts)}
        return {
            "examples": np.array([f"{q} → {dict(zip(asked, said, strict=True))[q]}" for some in first for q in some]),
            "styles": shares_of_styles(asked, styles, among),
            "lengths": np.bincount([len(question) for question in asked], minlength=30),
            "characters": np.array(len(characters)),
            "wrong_weekdays": np.array(sum(not is_right(q, a) for q, a in zip(asked, said, strict=True))),
            "twice": np.array(len(asked) - len({*asked})),
            "common_questions": np.array(len({*parts[0].questions} & {*parts[1].questions})),
            "common_days": np.array(len(days[0] & days[1])),
            "days": np.array([len(one) for one in days]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Examples, styles and lengths."""
        lengths = np.flatnonzero(found["lengths"])
        count = Axis(t.word("count"), low=0)
        return [
            Table([t("question → answer", "問題 → 答え")], [[str(line)] for line in found["examples"]]),
            bar_chart(
                t("Styles", "書式"),
                [STYLES[name] for name in STYLES if name in self.styles],
                {t("dates", "日付"): found["styles"]},
                count,
                lang=t.lang,
            ),
            bar_chart(
                t("Lengths", "長さ"),
                [str(n) for n in lengths],
                {t("dates", "日付"): found["lengths"][lengths]},
                count,
                category=t("characters", "文字数"),
                lang=t.lang,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The styles, the lengths, and that the test is new."""
        lengths = np.flatnonzero(found["lengths"])
        return [
            t(
                "Shares of the {n} styles: {shares}.",
                "{n} つの書式の割合：{shares}。",
                n=len(found["styles"]),
                shares=t.list(None, *(percent(float(n / self.examples)) for n in found["styles"])),
            ),
            t(
                "A question has {a} to {b} characters, of {n} different ones; an answer always has ten.",
                "問題は {a}～{b} 文字、文字の種類は {n} です。答えは必ず 10 文字です。",
                a=int(lengths[0]),
                b=int(lengths[-1]),
                n=int(found["characters"]),
            ),
            t(
                "{test} days are kept for the test, and {common} of them are in the training. In the book's file "
                "1,405 of "
                "5,000 test questions are in the training part.",
                "テスト用の日は {test} 日で、そのうち訓練にもある日は {common} 日です。"
                "本のファイルでは、テスト 5,000 問のうち 1,405 問が訓練にも含まれています。",
                test=int(found["days"][1]),
                common=int(found["common_days"]),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Shares, sizes, and that no day is met twice."""
        shares = found["styles"] / self.examples
        return [
            at_most(
                t("share of a style, greatest distance from ¼", "書式の割合と ¼ との最大の差")
                if len(shares) == 4
                else t("share of a style, greatest distance from the mean", "書式の割合と平均との最大の差"),
                np.abs(shares - 1 / len(shares)).max(),
                0.02,
                "A",
            ),
            near(t("different characters", "文字の種類"), found["characters"], 59, 0, "A"),
            near(t("characters of the longest", "最長の文字数"), np.flatnonzero(found["lengths"])[-1], 29, 0, "A"),
            near(t("wrong weekdays or days", "曜日や日の誤り"), found["wrong_weekdays"], 0, 0, "A", law=True),
            near(t("questions that are there twice", "重複した問題"), found["twice"], 0, 0, "A", law=True),
            near(
                t("days in both training and test", "訓練とテストに共通する日"),
                found["common_days"],
                0,
                0,
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """How many days there are."""
        first, last = self.years
        there_are = (datetime.date(last, 12, 31) - datetime.date(first, 1, 1)).days + 1
        train, test = (int(n) for n in found["days"])
        return [
            Question(
                t(
                    "How many days are there from the start of {y} to the end of {z}, and how many occur here?",
                    "{y} 年の初めから {z} 年の終わりまでに何日あり、そのうち何日がここに現れるか？",
                    y=first,
                    z=last,
                ),
                t(
                    "{n} days, of which {a} occur in the training and {b} in the test. There are {m} questions: a "
                    "day may be asked in several styles.",
                    "{n} 日です。訓練に {a} 日、テストに {b} 日が現れます。"
                    "問題は {m} 問あり、同じ日を別の書式で尋ねることもあります。",
                    n=f"{there_are:,}",
                    a=f"{train:,}",
                    b=f"{test:,}",
                    m=f"{self.examples:,}",
                ),
            )
        ]
