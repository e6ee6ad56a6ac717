"""`bpe-merges`: letters that stand together become one token."""

from dataclasses import dataclass

import numpy as np

from zerokara.data.text import BytePairs, load_text
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, at_least, holds
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Line, Table, Text, chart, significant

SENTENCE, WANTED = "Hello world! This is BPE training.", ((105, 115), (256, 32), (105, 110), (72, 101))
OTHER = ("ゼロから作る", "naïve 🙂\n\t", "aaabdaaabac", "")


@dataclass(frozen=True)
class BpeMerges(Experiment):
    """Byte pairs of a short sentence, one after another, and of the small language: how many characters a token has."""

    name = "bpe-merges"
    chapter = "seq7"
    source = "V6 ch1 bpe_train"
    title = Text("Which letters should be one token?", "どの文字をひとまとめにするか")
    question = Text("Which letters should be one token?", "どの文字の並びを 1 つのトークンにするべきか？")
    formula = (r"(a, b) = \mathrm{argmax}\ \mathrm{count}(ab) \qquad ab \to \mathrm{token}\ 256 + i",)
    symbols = Text(
        "A text begins as its bytes; i counts the merges. Of equally frequent pairs the first one met wins.",
        "テキストはバイトの列から始まる。i は結合の番号。同数なら先に現れた組を選ぶ。",
    )
    quick = {"merges": 12, "characters": 3000}
    shows = Shows.ALWAYS
    turns = (
        Turn(
            Text("More merges: whole words become tokens.", "結合を増やすと単語が丸ごとトークンになります。"),
            {"merges": 150},
        ),
    )

    text: str = knob(SENTENCE, "text whose first merges are shown", "最初の結合を見るテキスト")
    shown: int = knob(4, "merges shown", "表示する結合の数", low=1, high=50)
    merges: int = knob(50, "merges of the small language", "toy での結合の数", low=1, high=500)
    characters: int = knob(30_000, "characters of it that are read", "読む文字数", low=100, high=10**6)

    def measure(self, lab: Lab) -> Arrays:
        """The merges of the sentence; characters a token after every merge of the small language."""
        pairs = BytePairs.of(self.text, self.shown)
        toy = load_text("toy").train[: self.characters]
        learned = BytePairs.of(toy, self.merges)
        ids = BytePairs().encode(toy)
        ratio = [1.0]
        for i in range(len(learned.merges)):
            ids = BytePairs(learned.merges[: i + 1]).encode(toy)
            ratio.append(len(toy) / len(ids))
        back = [v.decode(v.encode(text)) == text for v in (pairs, learned) for text in (self.text, toy, *OTHER)]
        return {
            "merges": np.array(pairs.merges).reshape(-1, 2),
            "tokens": np.array(pairs.tokens[256:]),
            "cut": np.array(pairs.tokens_of(pairs.encode(self.text))),
            "ratio": np.array(ratio),
            "back": np.array(back),
            "longest": np.array(sorted(learned.tokens[256:], key=len)[::-1][:12]),
            "aa": np.array(BytePairs.of("aaabdaaabac", 1).merges[0]),
        }

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """The merges in order, the sentence cut into tokens, the growth of tokens, the longest of them."""
        rows: list[list[Cell]] = [
            [256 + i, f"({a}, {b})", repr(str(token))]
            for i, ((a, b), token) in enumerate(zip(found["merges"].tolist(), found["tokens"], strict=True))
        ]
        return [
            Table(
                [t("token", "トークン"), t("pair", "組"), t("text", "文字列")],
                rows,
                caption=t("Merges in their order", "結合の順"),
            ),
            Table(
                [t("cut into tokens", "トークンに分けると")],
                [[" | ".join(map(str, found["cut"]))]],
                caption=t("The sentence", "文"),
                head=False,
            ),
            chart(
                t("Characters a token in the small language", "toy での 1 トークンあたりの文字数"),
                [Line(t("characters a token", "文字数／トークン"), np.arange(len(found["ratio"])), found["ratio"])],
                Axis(t("merges", "結合の数"), low=0, whole=True),
                Axis(t("characters a token", "文字数／トークン"), low=0),
                lang=t.lang,
            ),
            Table(
                [t("longest tokens", "最も長いトークン")],
                [[", ".join(repr(str(token)) for token in found["longest"])]],
                head=False,
            ),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """The first merge, and what the merges save."""
        a, b = found["merges"][0].tolist()
        return [
            t(
                "The first pair is {pair} = {text}; the sentence of {n} bytes has {m} tokens after {k} merges.",
                "最初の組は {pair} = {text}。{n} バイトの文は {k} 回の結合で {m} トークンになります。",
                pair=(a, b),
                text=repr(str(found["tokens"][0])),
                n=len(self.text.encode()),
                m=len(found["cut"]),
                k=len(found["merges"]),
            ),
            t(
                "{k} merges of the small language make a token {r} characters long on average; nothing is ever lost.",
                "toy で {k} 回結合すると、1 トークンは平均 {r} 文字になります。元のテキストには必ず戻せます。",
                k=len(found["ratio"]) - 1,
                r=significant(float(found["ratio"][-1]), 3),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """The merges that are known; back to the text; tokens grow."""
        rows: list[Check] = []
        if self.text == SENTENCE and self.shown >= len(WANTED):
            what = t("the four known merges, in their order", "既知の 4 つの結合とその順")
            rows.append(holds(what, (found["merges"][:4] == np.array(WANTED)).all(), "N"))
        return [
            *rows,
            holds(
                t("decode(encode(text)) = text, for any text", "どのテキストでも復元できる"),
                found["back"].all(),
                "A",
                law=True,
            ),
            at_least(
                t("a merge never makes tokens shorter: least growth", "結合でトークンが短くなることはない：増加の最小"),
                np.diff(found["ratio"]).min(),
                0,
                "A",
                law=True,
            ),
            holds(
                t("aaabdaaabac: the first pair is aa", "aaabdaaabac の最初の組は aa"),
                (found["aa"] == ord("a")).all(),
                "A",
                law=True,
            ),
        ]

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """The first pair of a known example."""
        a, b = found["aa"].tolist()
        return [
            Question(
                t(
                    'Which pair is merged first in "aaabdaaabac"?',
                    "「aaabdaaabac」で最初に結合されるのはどの組ですか？",
                ),
                t("{pair}: it occurs most often.", "{pair} です。最も多く現れます。", pair=f"{chr(a)}{chr(b)}"),
            )
        ]
