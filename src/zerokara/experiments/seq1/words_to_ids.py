"""`words-to-ids`: a sentence becomes numbers, and the numbers the sentence again."""

from dataclasses import dataclass

import numpy as np

from zerokara.data import DataError
from zerokara.data.text import TOKENIZERS, Vocabulary
from zerokara.experiments.base import Arrays, Experiment, Piece, Question, Turn, knob
from zerokara.experiments.checks import Check, holds, near
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import Shows
from zerokara.experiments.seq1.sentence import SENTENCE
from zerokara.experiments.tongue import Tongue
from zerokara.report import Axis, Cell, Table, Text, heat_map

ODD = ("two  blanks", " at the ends ", "tab\tand\nline", "x=y, (a) b!", "日本語 の 文。", "don't", "", "\n\n")
"""Texts that a tokenizer may lose something of."""


@dataclass(frozen=True)
class WordsToIds(Experiment):
    """A text is cut into tokens, every different one gets a number, and the numbers give the text again."""

    name = "words-to-ids"
    chapter = "seq1"
    source = "V2 ch2 preprocess"
    title = Text("Words become numbers", "単語を ID に変える")
    question = Text("How does a sentence become numbers?", "文はどうやって数になるか？")
    turns = (
        Turn(Text("Every character a token.", "1 文字を 1 トークンに。"), {"tokenizer": "characters"}),
        Turn(
            Text("In Japanese, cut at blanks.", "日本語を空白で区切って。"),
            {"sentence": "犬 が 猫 を 見た 。 猫 が 犬 を 見た 。", "tokenizer": "blanks"},
        ),
    )
    shows = Shows.ALWAYS

    sentence: str = knob(SENTENCE, "the text", "テキスト")
    tokenizer: str = knob("lower-words", "how it is cut", "区切り方", choices=tuple(TOKENIZERS))
    unknown: str = knob("goodnight", "a word that the text lacks", "文にない単語")

    def measure(self, lab: Lab) -> Arrays:
        """The tokens and their numbers; what becomes of the unknown word; whether odd texts come back."""
        vocabulary = Vocabulary.of(self.sentence, self.tokenizer)
        cut = vocabulary.tokenizer
        ids = vocabulary.encode(self.sentence)
        try:
            answer = str(vocabulary.encode(self.unknown).tolist())
        except DataError as error:
            answer = str(error)
        whole = [self._same(cut.join(cut.split(text)), text) for text in (self.sentence, *ODD)]
        return {
            "tokens": np.array(cut.split(self.sentence)),
            "words": np.array(vocabulary.tokens),
            "ids": ids,
            "back": np.array(vocabulary.decode(ids)),
            "answer": np.array(answer),
            "whole": np.array(whole),
        }

    def _same(self, back: str, text: str) -> bool:
        return back == (text.lower() if self.tokenizer == "lower-words" else text)

    def figures(self, found: Found, t: Tongue) -> list[Piece]:
        """Tokens with their numbers, and the one-hot rows."""
        tokens, words = ([_seen(str(word)) for word in found[name]] for name in ("tokens", "words"))
        rows: list[list[Cell]] = [[token, int(i)] for token, i in zip(tokens, found["ids"], strict=True)]
        one_hot = np.eye(len(words))[found["ids"]]
        return [
            heat_map(
                t("Every token a one-hot row", "トークンごとのワンホット表現"),
                one_hot,
                [f"{token} ({int(i)})" for token, i in zip(tokens, found["ids"], strict=True)],
                words,
                Axis(t.word("value"), low=0, high=1),
                row_name=t("token (id)", "トークン（ID）"),
                column_name=t("vocabulary", "語彙"),
                lang=t.lang,
            ),
            Table([t("token", "トークン"), "ID"], rows),
        ]

    def findings(self, found: Found, t: Tongue) -> list[str]:
        """Types and tokens, and the unknown word."""
        return [
            t(
                "{n:token|tokens}, {v} different: the numbers are {ids}. Decoded they are the text again.",
                "{n} トークン、異なり {v} 種。番号は {ids} で、復号すると元の文に戻ります。",
                n=len(found["ids"]),
                v=len(found["words"]),
                ids=" ".join(map(str, found["ids"][:40].tolist())),
            ),
            t(
                "Asked for “{word}”, it answers: {answer}",
                "「{word}」を渡すと、こう答えます：{answer}",
                word=self.unknown,
                answer=found.text("answer"),
            ),
        ]

    def checks(self, found: Found, t: Tongue) -> list[Check]:
        """Nothing is lost; the book's numbers."""
        back = self._same(found.text("back"), self.sentence)
        told = [
            holds(t("decoded, the numbers are the text", "番号を復号すると元のテキスト"), back, "A", law=True),
            holds(
                t("nothing of eight odd texts is lost", "変わったテキスト 8 つでも何も失われない"),
                found["whole"].all(),
                "A",
                law=True,
            ),
        ]
        if self.sentence == SENTENCE and self.tokenizer == "lower-words":
            told += [
                holds(
                    t("ids 0 1 2 3 4 1 5 6", "ID は 0 1 2 3 4 1 5 6"),
                    found["ids"].tolist() == [0, 1, 2, 3, 4, 1, 5, 6],
                    "C",
                ),
                near(t("different words", "異なる単語の数"), len(found["words"]), 7, 0, "C"),
                holds(
                    t("the unknown word is named in the answer", "未知の単語を名指しで答える"),
                    self.unknown in found.text("answer") and "vocabulary" in found.text("answer"),
                    "A",
                ),
            ]
        return told

    def questions(self, found: Found, t: Tongue) -> list[Question]:
        """How many words."""
        counts = np.bincount(found["ids"], minlength=len(found["words"]))
        twice = [_seen(str(found["words"][i])) for i in np.flatnonzero(counts > 1)]
        more = t(
            " More than once: {words}.",
            "2 回以上現れるのは {words} です。",
            words=t.list(None, *twice),
        )
        return [
            Question(
                t("How many different words has “{s}”?", "「{s}」の異なる単語はいくつか？", s=self.sentence),
                t(
                    "{n}: the length of the vocabulary, in which a mark is a token, too.",
                    "{n} 種。語彙の長さで、記号も 1 トークンに数えます。",
                    n=len(found["words"]),
                )
                + (more if twice else ""),
            )
        ]


def _seen(token: str) -> str:
    """A token that can be seen: blanks and line breaks as signs."""
    return token.replace(" ", "␣").replace("\n", "⏎").replace("\t", "⇥") or "∅"
