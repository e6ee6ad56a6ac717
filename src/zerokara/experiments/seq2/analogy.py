"""`analogy`: king − man + woman, and what it is worth."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data import DataError
from zerokara.data.text import Vocabulary, analogy, nearest, unit
from zerokara.experiments.base import Arrays, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_most, between, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq1.kinds import plane_of
from zerokara.experiments.seq2.analogies import GROUPS, questions
from zerokara.experiments.seq2.vectors import MODELS, LearnsVectors
from zerokara.experiments.seq2.word2vec import ARROWS
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Path, Points, Table, Text, bar_chart, chart, percent

NAMES: dict[str, Text] = {
    "gender": Text("gender", "性別"),
    "rank": Text("rank", "身分"),
    "age": Text("age", "年齢"),
    "tense": Text("tense", "時制"),
    "number": Text("number", "単数・複数"),
}
EXPECTED = {"gender": (0.95, 1.0), "rank": (0.5, 0.95), "age": (0.5, 1.0), "tense": (0.6, 0.95), "number": (0.3, 0.5)}
SHOWN = 2
"""Questions of a group in the table."""


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
            for key, leave_out in (("out", True), ("in", False)):
                answers = [_answer(vocabulary, vectors, q, leave_out) for q in asked]
                right = [answer == q[3] for answer, q in zip(answers, asked, strict=True)]
                found[f"{group}.{key}"] = np.array(np.mean(right) if right else np.nan)
                found[f"{group}.{key}.answers"] = np.array(answers[: 8 * SHOWN : 8] or [""])
            found[f"{group}.alone"] = np.array(_alone(vocabulary, vectors, asked))
            found[f"{group}.parallel"] = np.array(_parallel(vocabulary, vectors, group))
            found[f"{group}.asked"] = np.array([" ".join(q) for q in asked[: 8 * SHOWN : 8]] or [""])
        near = [analogy(vectors, *rows, 5)[0] for rows in further]
        return found | {"further": np.array([[vocabulary.tokens[j] for j in rows] for rows in near])}

    def _further(self, vocabulary: Vocabulary, asked: str) -> tuple[int, int, int]:
        """The numbers of a question's three words; DataError for one that the text lacks."""
        a, b, c = (vocabulary.id(word) for word in asked.split("-"))
        return a, b, c

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Shares, questions with answers, arrows."""
        groups = self._groups(found)
        series = {
            t("question's words left out", "問いの単語を除く"): [found.number(f"{g}.out") for g in groups],
            t("question's words allowed", "問いの単語も許す"): [found.number(f"{g}.in") for g in groups],
            t("nearest to c alone", "c に最も近いだけ"): [found.number(f"{g}.alone") for g in groups],
        }
        told: list[Piece] = []
        if self.ask:
            rows: list[list[Cell]] = [
                [" : ".join(q.split("-")[:2]) + f" = {q.split('-')[2]} : ?", *map(str, near)]
                for q, near in zip(self.ask, found["further"], strict=True)
            ]
            heads = [t("question", "問い"), *(str(k + 1) for k in range(found["further"].shape[1]))]
            told.append(Table(heads, rows, t("further questions: the nearest words", "追加の問い：最も近い単語")))
        if not groups:
            return told
        words = [str(word) for word in found["words"]]
        people = [word for pair in ARROWS for word in pair if word in words]
        plane = plane_of(found["vectors"][[words.index(word) for word in people]])
        arrows = [
            Path(f"{a} → {b}", *(plane[[people.index(a), people.index(b)], i] for i in range(2)))
            for a, b in ARROWS
            if a in people and b in people
        ]
        heads = [t("question", "問い"), t("right", "正解"), t("answer", "答え"), t("with all words", "全単語から")]
        names = [NAMES[g](t.lang) for g in groups]
        told += [
            bar_chart(
                t("Exact answers", "正解の割合"), names, series, Axis(t.word("share"), low=0, high=1), lang=t.lang
            ),
            Table(heads, self._rows(found, t)),
        ]
        if not arrows:
            return told
        return [
            *told,
            chart(
                t("The eight persons, and the steps from man to woman", "8 種類の人と、男から女への矢印"),
                [Points("", plane[:, 0], plane[:, 1], labels=people), *arrows],
                Axis(t("first direction", "第 1 方向")),
                Axis(t("second direction", "第 2 方向")),
                lang=t.lang,
                note=t(
                    "Unit vectors, seen from where the eight spread most.", "単位ベクトルを、8 語が最も広がる向きから。"
                ),
            ),
        ]

    def _rows(self, found: Found, t: Tongue) -> list[list[Cell]]:
        rows: list[list[Cell]] = []
        for group in GROUPS:
            answers = zip(*(found[f"{group}.{key}"] for key in ("asked", "out.answers", "in.answers")), strict=True)
            for asked, answer, free in answers:
                if len(parts := str(asked).split()) == 4:
                    a, b, c, d = parts
                    rows.append([f"{a} : {b} = {c} : ?", d, str(answer), str(free)])
        return rows

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
                "If the words of the question may be answers, the "
                "share falls from {a} to {b}: the nearest word often is "
                "one of them.",
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
            t(
                "The steps from man to woman have the mean cosine {c} "
                "with each other, and the word nearest to c alone is "
                "the answer in {n} of the questions of gender: king "
                "and queen are neighbours anyway, so this answer needs "
                "no arithmetic.",
                "男から女への矢印どうしのコサイン類似度は平均 {c} で、性"
                "別の問いの {n} は、c に最も近い単語を選ぶだけで正解です。"
                "king と queen はもともと隣どうしなので、計算は要りません。",
                c=f"{found.number('gender.parallel'):.2f}",
                n=percent(found.number("gender.alone"), 0),
            )
            if found.number("gender.parallel") < 0.3
            else t(
                "The steps from man to woman point the same way: their mean cosine with each other is {c}.",
                "男から女への矢印は同じ向きです：矢印どうしのコサイン類似度は平均 {c}。",
                c=f"{found.number('gender.parallel'):.2f}",
            ),
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


def _answer(vocabulary: Vocabulary, vectors: Array, asked: tuple[str, ...], leave_out: bool) -> str:
    a, b, c = (vocabulary.id(word) for word in asked[:3])
    return vocabulary.tokens[int(analogy(vectors, a, b, c, leave_out=leave_out)[0][0])]


def _alone(vocabulary: Vocabulary, vectors: Array, asked: list[tuple[str, str, str, str]]) -> float:
    """The share of questions whose answer is the word nearest to c, other than the question's own."""
    rows = [tuple(vocabulary.id(word) for word in q) for q in asked]
    right = [nearest(vectors, vectors[c], 1, leave_out=(a, b, c))[0][0] == d for a, b, c, d in rows]
    return float(np.mean(right)) if right else np.nan


def _parallel(vocabulary: Vocabulary, vectors: Array, group: str) -> float:
    """The mean cosine of the steps a → b of the pairs of a row with each other."""
    found = []
    for row in GROUPS[group]:
        known = [(vocabulary.id(a), vocabulary.id(b)) for a, b in row if a in vocabulary and b in vocabulary]
        steps = unit([unit(vectors[b]) - unit(vectors[a]) for a, b in known]) if known else np.zeros((0, 1))
        found += (steps @ steps.T)[np.triu_indices(len(steps), 1)].tolist()
    return float(np.mean(found)) if found else np.nan
