"""The texts of the experiments on words: the settings that name one, and how it is cut into words."""

from typing import Any

from zerokara.data import DataError
from zerokara.data.text import TOKENIZERS, Grammar, load_text, toy_grammar, toy_ja_grammar
from zerokara.data.text.tokenizers import TOGETHER, tokenizer
from zerokara.experiments.base import knob
from zerokara.experiments.lab import Lab

GRAMMARS = {"toy": toy_grammar, "toy-ja": toy_ja_grammar}
"""The texts that were made by rule: kinds of words and the perplexity of the source are known of these alone."""

LEAST_BLANKS = 1 / 15
"""A text with fewer blanks and line breaks than this share of its characters is not written in words."""


def text_knob(default: str = "toy") -> Any:
    """The text that an experiment reads."""
    return knob(
        default,
        "text: toy, toy-ja, unicode, pydoc, ptb, tiny-shakespeare, bocchan or text:FILE",
        "テキスト（toy、toy-ja、unicode、pydoc、ptb、tiny-shakespeare、bocchan、text:ファイル）",
    )


def tokens_knob() -> Any:
    """How the text is cut."""
    return knob(
        "",
        "tokens: characters, words, lower-words, blanks; empty for what suits the text",
        "トークン（characters、words、lower-words、blanks。空ならテキストに合うもの）",
        choices=("", *TOKENIZERS),
    )


def grammar_of(text: str, tokens: str = "") -> Grammar | None:
    """The source of a text that was made by rule; None of others, and of one that is not cut into its own words."""
    return GRAMMARS[text]() if text in GRAMMARS and tokens in ("", "blanks") else None


def words_of(lab: Lab, name: str, tokens: str = "") -> list[str]:
    """The words and marks of the training text: as they are if they are cut already, else in lower case; no blanks.

    DataError for a text that is not written in words, as Japanese is not: its characters may be asked for.
    """
    text = load_text(name, data_dir=lab.data_dir)
    cut = tokenizer(tokens or ("blanks" if text.tokenizer == "blanks" else "lower-words"))
    blanks = sum(character.isspace() for character in text.train)
    if cut.name != "characters" and blanks < LEAST_BLANKS * len(text.train):
        raise DataError(
            f"{name} has {blanks:,} blanks among {len(text.train):,} characters, so it is not written in words: "
            "put blanks between them in a file of your own, or take --tokens characters"
        )
    return [word for word in cut.split(text.train) if word.strip() and word != TOGETHER]
