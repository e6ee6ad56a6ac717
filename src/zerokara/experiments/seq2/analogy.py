"""`analogy`: king − man + woman, and what it is worth."""

from dataclasses import dataclass

import numpy as np

from zerokara.data import DataError
from zerokara.data.text import Vocabulary, analogy
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq2.analogies import GROUPS, NAMES, answers_of, questions
from zerokara.experiments.seq2.analogy_pictures import further_answers, shares, steps, told_of_steps
from zerokara.experiments.seq2.vectors import MODELS, LearnsVectors
from zerokara.experiments.tongue import Tongue
from zerokara.report import Text, percent

EXPECTED = {"gender": (0.95, 1.0), "rank": (0.5, 0.95), "age": (0.5, 1.0), "tense": (0.6, 0.95), "number": (0.3, 0.5)}


@dataclass(frozen=True)
class Analogy(LearnsVectors):
    """Analogies are sums of vectors; the answer is the nearest word, the three of the question left out."""

    name = "analogy"
    chapter = "seq2"
    source = "V2 ch4 eval analogy"
    cost = "M"
    title = Text("King − man + woman", "王 − 男 + 女")
    question = Text("Is king − man + woman = queen?", "king − man + woman = queen になるか？")
    formula = (r"\cos(v_x,\ v_b - v_a + v_c) \to \max, \qquad x \notin \{a, b, c\}",)
    symbols = Text("a is to b as c to x; v are unit vectors.", "a に対する b は、c に対する x。v は単位ベクトル。")
    seeds = 2
    turns = (
        Turn(
            Text("A window that sees the whole sentence.", "文全体が見えるウィンドウで。"), {"window": 8, "epochs": 5}
        ),
        Turn(Text("The other model.", "もう一方のモデルで。"), {"model": "cbow"}),
        Turn(
            Text("The book's text and questions.", "本のテキストと問いで。"),
            {
                "text": "ptb",
                "dimensions": 100,
                "window": 5,
                "ask": ("king-man-queen", "take-took-go", "car-cars-child", "good-better-bad"),
            },
        ),
    )
    quick = {"words": 4_000, "epochs": 1}

    model: str = knob("skip-gram", "skip-gram or cbow", "skip-gram か cbow", choices=MODELS)
    ask: tuple[str, ...] = knob(
        (),
        "further questions as man-woman-king: man is to woman as king to what?",
        "追加の問い（man-woman-king：man に対する woman は king に対する何か）",
        least=0,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for one in self.ask:
            if len(one.split("-")) != 3:
                raise ValueError(f"ask has questions of three words, as man-woman-king; got {one!r}")

    def measure(self, lab: Lab) -> Arrays:
        """The vectors, and the answers to all questions with and without the question's words."""
        vocabulary, ids = self.read(lab)
        known = {g: [q for q in questions(g) if all(word in vocabulary for word in q)] for g in GROUPS}
        if not any(known.values()) and not self.ask:
            raise DataError(
                f"{self.text} has the four words of no question, as of man-woman, king-queen: give some by --ask"
            )
        further = [self._further(vocabulary, one) for one in self.ask]
        lab.plan(self.updates(ids))
        vectors, losses = self.learned(lab, ids, len(vocabulary), self.model)
        found: Arrays = {"words": np.array(vocabulary.tokens), "vectors": vectors, "losses": losses}
        for group, asked in known.items():
            found |= answers_of(vocabulary, vectors, group, asked)
        near = [analogy(vectors, *rows, 5)[0] for rows in further]
        return found | {"further": np.array([[vocabulary.tokens[j] for j in rows] for rows in near])}

    def _further(self, vocabulary: Vocabulary, asked: str) -> tuple[int, int, int]:
        """The numbers of a question's three words; DataError for one that the text lacks."""
        a, b, c = (vocabulary.id(word) for word in asked.split("-"))
        return a, b, c

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Shares, questions with answers, arrows."""
        told: list[Piece] = [further_answers(self.ask, found, t)] if self.ask else []
        groups = self._groups(found)
        return [*told, *shares(found, groups, t), *steps(found, t)] if groups else told

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The shares."""
        groups = self._groups(found)
        told = [
            t(
                "{a} is to {b} as {c} to {d}, it says.",
                "{a} に対する {b} は {c} に対する {d} だと答えました。",
                **dict(zip("abc", asked.split("-"), strict=True)),
                d=str(near[0]),
            )
            for asked, near in zip(self.ask, found["further"], strict=True)
        ]
        if not groups:
            return told
        shares = t.list(None, *(f"{NAMES[g](t.lang)} {percent(found.number(f'{g}.out'), 0)}" for g in groups))
        told += [
            t("Exact answers: {shares}.", "正解の割合：{shares}。", shares=shares),
            t(
                "If the words of the question may be answers, the share falls from {a} to {b}: the nearest word is "
                "often one of them.",
                "問いの単語を答えに許すと、割合は {a} から {b} に下がり"
                "ます。最も近いのが問いの単語であることが多いからです。",
                a=percent(self._mean(found, "out"), 0),
                b=percent(self._mean(found, "in"), 0),
            ),
        ]
        if self.text != "toy":
            return told
        return [
            *told,
            told_of_steps(found, t),
            t(
                "Number cannot pass ¾: dogs, cats, horses and birds do the same things, so nothing tells their plurals "
                "apart.",
                "単数・複数は ¾ を超えられません。犬・猫・馬・鳥はする"
                "ことが同じで、複数形を区別する手がかりがないからです。",
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Shares by group; what leaving out is worth."""
        told = [
            holds(
                t("all vectors are numbers", "ベクトルはすべて有限"), np.isfinite(found["vectors"]).all(), "A", law=True
            ),
            near(t("questions", "問いの数"), sum(len(questions(g)) for g in GROUPS), 520, 0, "A", law=True),
        ]
        if self.text != "toy":
            return told
        told += [
            between(
                t("{g}: share of exact answers", "{g}：正解の割合", g=NAMES[g](t.lang)),
                found.all(f"{g}.out"),
                *ends,
                "M",
            )
            for g, ends in EXPECTED.items()
        ]
        fall = [self._mean(Found([run]), "in") / self._mean(Found([run]), "out") for run in found.runs]
        told.append(
            at_most(
                t("share with all words ÷ without the question's", "全単語での割合 ÷ 除いた割合"),
                np.array(fall),
                0.65,
                "M",
            )
        )
        return told

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """With and without."""
        if not self._groups(found):
            return []
        return [
            Question(
                t(
                    "How many of the analogies survive if the question words may be answers?",
                    "問いの単語も答えに許すと、類推問題の正解はどれだけ残るか？",
                ),
                t(
                    "{a} of all without them, {b} with them.",
                    "除くと全体の {a}、許すと {b} です。",
                    a=percent(self._mean(found, "out"), 0),
                    b=percent(self._mean(found, "in"), 0),
                ),
            )
        ]

    def _groups(self, found: Found) -> list[str]:
        """The groups of which there are questions: not all words are in every text."""
        return [g for g in NAMES if np.isfinite(found.number(f"{g}.out"))]

    def _mean(self, found: Found, key: str) -> float:
        """The share of all questions, every group counted alike."""
        return float(np.nanmean([found.number(f"{g}.{key}") for g in GROUPS]))
