"""`beam-search`: the most probable next word is not always the way to the most probable sentence."""

from dataclasses import dataclass

import numpy as np

from zerokara.data.text import Vocabulary, Windows, toy_grammar, toy_sentences
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, at_most, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq5.speaking import learn_language
from zerokara.experiments.seq5.table_of_words import WORDS, TableOfWords, tree
from zerokara.experiments.tongue import Tongue
from zerokara.generation import beam_search, generate
from zerokara.models import LanguageModel
from zerokara.report import Axis, Line, Table, Text, chart, significant

STARTS = (
    "today",
    "yesterday",
    "today the",
    "yesterday the",
    "today the kings",
    "yesterday the woman",
    "today the dog that",
    "yesterday the old",
)
"""How the sentences begin that the language model ends."""

LONGEST = 20


@dataclass(frozen=True)
class BeamSearch(Experiment):
    """Greedy and beam search in a table of two words, and in a language model that ends eight sentences."""

    name = "beam-search"
    chapter = "seq5"
    source = "OWN"
    cost = "M"
    title = Text("Beam search", "ビームサーチ")
    question = Text(
        "Is the most probable next word the way to the most probable sentence?",
        "最も確率の高い次の単語を選び続ければ、最も確率の高い文になるか？",
    )
    formula = (
        r"P(w_1, \ldots, w_n) = \prod_t P(w_t \mid w_1, \ldots, w_{t-1})",
        r"\mathrm{score} = \frac{1}{n^{\alpha}} \sum_t \ln P(w_t \mid w_1, \ldots, w_{t-1})",
    )
    symbols = Text(
        "A beam of k keeps the k best beginnings; α is the length penalty, 0 compares probabilities.",
        "幅 k のビームは良い書き出しを k 個残す。α は長さの補正で、0 なら確率をそのまま比べる。",
    )
    quick = {"training": 300, "epochs": 1}
    random = True
    turns = (
        Turn(
            Text("Compare the mean of ln P: longer sentences win.", "ln P の平均で比べると、長い文が勝ちます。"),
            {"length_penalty": 1.0},
        ),
        Turn(Text("A table in which greedy is right.", "貪欲法が正しい表にします。"), {"after_a": (0.9, 0.05, 0.05)}),
    )

    first: tuple[float, ...] = knob((0.6, 0.4), "P(A), P(B)", "P(A)、P(B)", low=0, high=1, least=2)
    after_a: tuple[float, ...] = knob(
        (0.4, 0.35, 0.25), "P(C), P(D), P(E) behind A", "A の後の P(C)、P(D)、P(E)", low=0, high=1, least=3
    )
    after_b: tuple[float, ...] = knob(
        (0.9, 0.05, 0.05), "the same behind B", "B の後の同じ確率", low=0, high=1, least=3
    )
    beams: tuple[int, ...] = knob((1, 2, 4, 8), "widths k of the beam", "ビームの幅 k（複数）", low=1, high=100)
    length_penalty: float = knob(0.0, "length penalty α", "長さの補正 α", low=0, high=2)
    training: int = knob(12_000, "sentences to learn from", "訓練の文の数", low=100, high=10**6)
    epochs: int = knob(2, "epochs", "エポック数", low=1, high=1000)

    def measure(self, lab: Lab) -> Arrays:
        """The table by every beam and as a whole; then the language model."""
        table = TableOfWords(self.first[:2], self.after_a[:3], self.after_b[:3])
        joint = np.array(
            [p * np.array(row[:3]) for p, row in zip(self.first, (self.after_a, self.after_b), strict=False)]
        )
        found: Arrays = {"joint": joint}
        best = [beam_search(table, [len(WORDS)], 2, beams=k, length_penalty=self.length_penalty)[0] for k in self.beams]
        found["table.probability"] = np.exp([beam.log_probability for beam in best])
        found["table.said"] = np.array(["".join(WORDS[i] for i in beam.ids) for beam in best])
        greedy = generate(table, [[len(WORDS)]], 2, temperature=0)[0][0]
        found["table.greedy"] = np.array("".join(WORDS[i] for i in greedy))
        return found | self._of_model(lab)

    def _of_model(self, lab: Lab) -> Arrays:
        known = Vocabulary.of(toy_grammar().words(), "blanks")
        text = known.encode([word for sentence in toy_sentences(self.training, lab.seed) for word in sentence])
        windows = Windows(text, 20, 35)
        lab.plan(self.epochs * len(windows) + len(STARTS))
        model, end = LanguageModel(len(known), 32, 64, rng=lab.rng("weights")), known.id(".")
        learn_language(lab, model, windows, epochs=self.epochs, lr=0.005, clip=0.25)
        logs, said, same = [], [], []
        for start in STARTS:
            prompt = known.encode(f". {start}")
            best = [
                beam_search(model, prompt, LONGEST, beams=k, length_penalty=self.length_penalty, stop=end)[0]
                for k in self.beams
            ]
            greedy = generate(model, [prompt], LONGEST, temperature=0, stop=end)[0][0]
            one = beam_search(model, prompt, LONGEST, beams=1, stop=end)[0]
            same.append(greedy.tolist() == one.ids.tolist())
            logs.append([beam.log_probability for beam in best])
            said.append([f"{start} {' '.join(known.tokens_of(beam.ids))}" for beam in best])
            lab.advance()
        return {"model.logs": np.array(logs), "model.said": np.array(said), "model.same": np.array(same)}

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The tree of the table, the probability by the width, and what the model says."""
        names = [f"k = {k}" for k in self.beams]
        rows = [
            [start, *(significant(float(v), 4) for v in logs)]
            for start, logs in zip(STARTS, found["model.logs"], strict=True)
        ]
        ends = [
            [t("greedy", "貪欲法") if k == 1 else f"k = {k}", str(one)]
            for k, one in zip(self.beams, found["model.said"][0], strict=True)
        ]
        return [
            tree((self.first, self.after_a, self.after_b), found["joint"], str(found["table.greedy"]), t),
            chart(
                t("What a wider beam finds", "ビームを広げて見つかるもの"),
                [
                    Line(start, self.beams, np.exp(logs - logs.max()))
                    for start, logs in zip(STARTS, found["model.logs"], strict=True)
                ],
                Axis(t("width of the beam k", "ビームの幅 k"), whole=True),
                Axis(t("probability ÷ best found", "確率 ÷ 最良の確率"), low=0, high=1.05),
                lang=t.lang,
                wide=True,
            ),
            Table([t("ln P of the language model, by beginning", "言語モデルの ln P（書き出し別）"), *names], rows),
            Table([t("width", "幅"), t("how it ends the first beginning", "最初の書き出しの続き")], ends),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """What greedy and the widest beam find."""
        logs = found["model.logs"]
        better = int(np.sum(logs.max(axis=1) > logs[:, 0] + 1e-6))
        widest = int(np.argmax(self.beams))
        return [
            t(
                "In the table greedy search says {a}, which has the probability {p}; a beam of {k} says {b}, with {q}.",
                "表では、貪欲法の答えは {a} で確率 {p}、幅 {k} のビームの答えは {b} で確率 {q} です。",
                a=str(found["table.greedy"]),
                p=significant(self._greedy(found), 3),
                k=self.beams[widest],
                b=str(found["table.said"][widest]),
                q=significant(float(found["table.probability"][widest]), 3),
            ),
            t(
                "In the language model a wider beam finds a more probable ending for {n} of {all} beginnings.",
                "言語モデルでは、{all} 個の書き出しのうち {n} 個で、ビームを広げるとより確率の高い続きが見つかります。",
                n=better,
                all=len(logs),
            ),
        ]

    def _greedy(self, found: Found) -> float:
        said = str(found["table.greedy"])
        return float(found["joint"]["AB".index(said[0]), "CDE".index(said[1])])

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The table's numbers, and what holds for any."""
        rows: list[Check] = [near(t("table: greedy", "表：貪欲法"), self._greedy(found), 0.24, 1e-12, "A")]
        if 2 in self.beams:
            two = found["table.probability"][self.beams.index(2)]
            rows.append(near(t("table: beam of 2", "表：幅 2"), two, 0.36, 1e-9, "A"))
        logs = found.all("model.logs")
        if self.beams[0] == 1:
            better = (logs.max(axis=2) > logs[:, :, 0] + 1e-6).sum(axis=1)
            what = t(
                "model: beginnings that a wider beam ends better", "言語モデル：ビームを広げて改善した書き出しの数"
            )
            rows.append(at_least(what, better, 1, "M"))
        wide = [i for i, k in enumerate(self.beams) if k >= 6]
        if wide and not self.length_penalty:
            missed = abs(found["table.probability"][wide[0]] - found["joint"].max())
            what = t(
                "table: a beam of all sentences finds the best, difference",
                "表：全文を残すビームは最良の文を見つける（差）",
            )
            rows.append(at_most(what, missed, 1e-9, "A", law=True))
        one = t("a beam of 1 is the greedy choice exactly", "幅 1 のビームは貪欲法とまったく同じ")
        return [*rows, holds(one, found.all("model.same").all(axis=1), "A", law=True)]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """Is greedy best?"""
        return [
            Question(
                t(
                    "Is the greedy answer always the most probable one?",
                    "貪欲法の答えは、いつも最も確率の高い答えですか？",
                ),
                t(
                    "No: here it finds {a}, and the best is {b}.",
                    "いいえ。ここで見つかるのは {a}、最良は {b} です。",
                    a=significant(self._greedy(found), 3),
                    b=significant(float(found["joint"].max()), 3),
                )
                if self._greedy(found) < found["joint"].max()
                else t("In this table it is: {a}.", "この表ではそうです：{a}。", a=significant(self._greedy(found), 3)),
            )
        ]
