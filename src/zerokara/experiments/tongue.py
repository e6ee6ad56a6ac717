"""The language in which something is told."""

from collections.abc import Mapping
from dataclasses import dataclass

from zerokara.experiments.words import WORDS
from zerokara.report import Lang, Text
from zerokara.wording import filled


@dataclass(frozen=True)
class Tongue:
    """Says things in one language: `t("loss falls to {x}", "損失は {x} に下がる", x=0.3)`, `t.word("loss")`."""

    lang: Lang = "en"

    def __call__(self, en: str, ja: str, **values: object) -> str:
        """The sentence in this language; `{name}` is a place for a value, if values are given."""
        sentence = en if self.lang == "en" else ja
        return filled(sentence, **values) if values else sentence

    def of(self, text: Text, **values: object) -> str:
        """The text in this language."""
        return self(text.en, text.ja, **values)

    def word(self, name: str) -> str:
        """A word of the glossary (`words.py`)."""
        return self.of(WORDS[name])

    def yes(self, holds: object) -> str:
        """Yes or no."""
        return self("yes", "はい") if holds else self("no", "いいえ")

    def list(self, things: Mapping[str, object] | None = None, *names: object) -> str:
        """Names one after another: `a, b, c` and `a、b、c`."""
        return self(", ", "、").join(str(thing) for thing in (*(things or ()), *names))
