"""`generate-text`: whether a language model speaks the language that it learned."""

from dataclasses import dataclass

import numpy as np

from zerokara.arrays import Array
from zerokara.data.text import Vocabulary, Windows, toy_grammar, toy_ja_grammar, toy_sentences
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, between, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.seq5.faults import ENDS, LONGEST, fault, kinds, of_faults
from zerokara.experiments.seq5.speaking import learn_language
from zerokara.experiments.tongue import Tongue
from zerokara.generation import generate
from zerokara.models import LanguageModel
from zerokara.models.language import CELLS
from zerokara.report import Axis, Band, Line, Mark, Table, Text, bar_chart, chart, percent

SEEDS = 10**6
"""Sentence n at the temperature number i is drawn with the seed of the run + i·SEEDS + n."""

SHOWN = 4
"""So many sentences are shown for every temperature."""

GRAMMARS = {"toy": toy_grammar, "toy-ja": toy_ja_grammar}
"""Languages that are known down to their grammar."""


@dataclass(frozen=True)
class GenerateText(Experiment):
    """A recurrent network learns the small language; its grammar judges sentences drawn at several temperatures."""

    name = "generate-text"
    chapter = "seq5"
    source = "V2 ch7 generate_text"
    cost = "M"
    title = Text("Generating sentences", "文の生成")
    question = Text("Does it speak the language?", "学んだ言語を話せるか？")
    formula = (r"w_{t+1} \sim \mathrm{softmax}(s_t / T) \qquad s_t = \mathrm{RNN}(w_1, \ldots, w_t)",)
    symbols = Text(
        "w are words, s the scores of the next one, T is the temperature; RNN is an LSTM unless another is asked for.",
        "w は単語、s は次の単語のスコア、T は温度。RNN は指定がなければ LSTM。",
    )
    quick = {"training": 300, "epochs": 1, "sentences": 20}
    random = True
    turns = (
        Turn(Text("Only the three likeliest words.", "確率の高い 3 語だけから選びます。"), {"top_k": 3}),
        Turn(
            Text("Let every sentence begin with “the kings that”.", "どの文も the kings that で始めます。"),
            {"start": "today the kings that"},
        ),
        Turn(Text("The same choices in Japanese.", "同じ選び方の日本語では？"), {"text": "toy-ja"}),
    )

    text: str = knob("toy", "the language: toy or toy-ja", "言語：toy か toy-ja", choices=tuple(GRAMMARS))
    temperatures: tuple[float, ...] = knob(
        (0.3, 0.5, 0.8, 1.0, 1.3), "temperatures", "温度（複数）", low=0.01, high=100
    )
    sentences: int = knob(500, "sentences for each temperature", "温度ごとの文の数", low=1, high=10**5)
    top_k: int = knob(
        0, "keep so many of the likeliest words; 0: all", "確率の高い順に残す単語数（0 はすべて）", low=0, high=88
    )
    start: str = knob("", "words with which every sentence begins", "文の書き出し")
    training: int = knob(12_000, "sentences to learn from", "訓練の文の数", low=100, high=10**6)
    embedding_dim: int = knob(32, "size of a word's vector D", "単語ベクトルの大きさ D", low=1, high=1024)
    cell: str = knob("lstm", "recurrent layer", "リカレント層の種類", choices=tuple(CELLS))
    hidden_size: int = knob(64, "units of the layer H", "ユニット数 H", low=1, high=4096)
    time: int = knob(35, "steps of a window T", "展開するステップ数 T", low=1, high=1000)
    batch_size: int = knob(20, "streams side by side", "並列に読む本数", low=1, high=1000)
    epochs: int = knob(6, "epochs", "エポック数", low=1, high=1000)
    lr: float = knob(0.005, "learning rate", "学習率", low=0, high=10)
    clip: float = knob(0.25, "largest norm of the gradient", "勾配ノルムの上限", low=1e-6, high=1e9)

    def __post_init__(self) -> None:
        super().__post_init__()
        words = GRAMMARS[self.text]().words()
        unknown = [word for word in self.start.split() if word not in words]
        if unknown:
            raise ValueError(f"{self.text} has no word {', '.join(map(repr, unknown))}; words of start stand apart")
        if self.top_k > len(words):
            raise ValueError(f"{self.text} has {len(words)} words, and top_k is at most so many; got {self.top_k}")

    def measure(self, lab: Lab) -> Arrays:
        """Learn, speak at every temperature, and let the grammar judge."""
        grammar = GRAMMARS[self.text]()
        text = [word for sentence in toy_sentences(self.training, lab.seed, self.text) for word in sentence]
        known = Vocabulary.of(grammar.words(), "blanks")
        windows = Windows(known.encode(text), self.batch_size, self.time)
        lab.plan(self.epochs * len(windows) + len(self.temperatures))
        sizes, rng = (len(known), self.embedding_dim, self.hidden_size), lab.rng("weights")
        model = LanguageModel(*sizes, cell=self.cell, rng=rng)
        losses = learn_language(lab, model, windows, epochs=self.epochs, lr=self.lr, clip=self.clip)
        fresh = toy_sentences(100, lab.seed + 1, self.text)
        found: Arrays = {"losses": losses, "real": np.array([grammar.has(s) for s in fresh])}
        for i, temperature in enumerate(self.temperatures):
            said = self._said(model, known, temperature, lab.seed + SEEDS * i)
            judged = [grammar.has(words) for words in said]
            wrong = [fault(w, grammar.has, self.text) for w, right in zip(said, judged, strict=True) if not right]
            found[f"{i}.right"] = np.array(judged)
            found[f"{i}.said"] = np.array([" ".join(words) for words in said[:SHOWN]])
            found[f"{i}.errors"] = np.array([wrong.count(kind) for kind in kinds(self.text)])
            found[f"{i}.words"] = np.array(np.mean([len(words) for words in said]))
            lab.advance()
        return found

    def _said(self, model: LanguageModel, known: Vocabulary, temperature: float, seed: int) -> list[list[str]]:
        """Sentences drawn at a temperature, each with the words that it had to begin with."""
        end, start = ENDS[self.text], self.start.split()
        prompt = np.tile(known.encode(" ".join([end, *start])), (self.sentences, 1))
        written, _ = generate(
            model, prompt, LONGEST, temperature=temperature, top_k=self.top_k or None, stop=known.id(end), seed=seed
        )
        return [[*start, *known.tokens_of(row)] for row in written]

    def _shares(self, found: Found) -> Array:
        """The grammatical share, (seeds, temperatures)."""
        return np.array([found.all(f"{i}.right").mean(axis=1) for i in range(len(self.temperatures))]).T

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Share of grammatical sentences, what was said, and what was wrong."""
        shares = self._shares(found)
        marks: list[Mark] = [Line(t("grammatical", "文法的"), self.temperatures, shares.mean(axis=0))]
        if found.seeds > 1:
            marks.append(Band(t("grammatical", "文法的"), self.temperatures, shares.min(axis=0), shares.max(axis=0)))
        rows = [
            [f"{T:g}", f"{'✓' if right else '✗'} {said}"]
            for i, T in enumerate(self.temperatures)
            for said, right in zip(found[f"{i}.said"], found[f"{i}.right"], strict=False)
        ]
        errors = {
            t.of(told): [int(found[f"{i}.errors"][k]) for i in range(len(self.temperatures))]
            for k, told in enumerate(kinds(self.text).values())
        }
        return [
            chart(
                t("Grammatical sentences against temperature", "温度と文法的な文の割合"),
                marks,
                Axis(t("temperature T", "温度 T"), low=0),
                Axis(t("share of grammatical sentences", "文法的な文の割合"), low=0, high=1),
                lang=t.lang,
            ),
            Table([t("T", "温度 T"), t("sentence; ✗ is not in the language", "文（✗ は言語に含まれない文）")], rows),
            bar_chart(
                t("What is wrong", "誤りの種類"),
                [f"T = {T:g}" for T in self.temperatures],
                errors,
                Axis(t("sentences", "文の数"), low=0),
                lang=t.lang,
                wide=True,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The shares, and what the errors are."""
        shares = self._shares(found).mean(axis=0)
        errors = np.sum([found[f"{i}.errors"] for i in range(len(self.temperatures))], axis=0)
        told = (
            t("{p} at T = {T}", "T = {T} で {p}", p=percent(float(shares[i])), T=f"{self.temperatures[i]:g}")
            for i in np.argsort(self.temperatures)
        )
        return [
            t(
                "Grammatical among {n} sentences at each temperature: {told}.",
                "各温度の {n} 文のうち文法的だったのは {told} です。",
                n=self.sentences,
                told=t.list(None, *told),
            ),
            t(
                "A low temperature does not make them right: what the network has not understood it says there "
                "too, only with less variety.",
                "温度を下げても正しくなりきるわけではありません。理解していないことは、変化が乏しくなるだけで、"
                "やはり口にします。",
            ),
            of_faults(errors, self.text, t),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The catalogue's shares, and that its own sentences are grammatical."""
        shares, rows = self._shares(found), []
        for T, low, high in ((0.3, 0.8, 1.0), (0.5, 0.85, 1.0), (0.8, 0.85, 1.0), (1.0, 0.75, 0.95), (1.3, 0.55, 0.8)):
            if T in self.temperatures:
                what = t("grammatical share at T = {T}", "T = {T} での文法的な割合", T=T)
                rows.append(between(what, shares[:, self.temperatures.index(T)], low, high, "M"))
        if {0.8, 1.3} <= {*self.temperatures}:
            fall = shares[:, self.temperatures.index(0.8)] - shares[:, self.temperatures.index(1.3)]
            rows.append(at_least(t("fall from T = 0.8 to T = 1.3", "T = 0.8 から 1.3 での低下"), fall, 0.1, "M"))
        return [
            *rows,
            holds(
                t("the grammar accepts the sentences of the language itself", "文法は言語自身の文を受け入れる"),
                found["real"].all(),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The fault that stays."""
        coolest = int(np.argmin(self.temperatures))
        wrong = found.all(f"{coolest}.errors").sum(axis=0)
        most, name = int(wrong.argmax()), list(kinds(self.text).values())
        return [
            Question(
                t(
                    "Which fault is the most frequent at the lowest temperature, T = {T}?",
                    "最も低い温度 T = {T} でいちばん多い誤りは？",
                    T=f"{self.temperatures[coolest]:g}",
                ),
                t(
                    "“{kind}”: {k} of {m} wrong sentences.",
                    "「{kind}」です（誤った {m} 文のうち {k} 文）。",
                    kind=t.of(name[most]),
                    k=int(wrong[most]),
                    m=int(wrong.sum()),
                )
                if wrong.any()
                else t(
                    "None: all {n} sentences are right.",
                    "誤りはありません。{n} 文すべてが正しい文です。",
                    n=self.sentences * found.seeds,
                ),
            )
        ]
