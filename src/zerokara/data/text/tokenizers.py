"""How a text becomes a row of tokens, and the tokens the same text again.

Every tokenizer keeps the law  join(split(text)) = text  for any text: no blank, no line break, no mark is lost. Words
in lower case are the one exception that their name says: join(split(text)) = text.lower().
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from zerokara.arguments import known, short
from zerokara.data.dataset import DataError


class Tokenizer(Protocol):
    """Cuts a text into tokens; `name` is what a run keeps of it."""

    @property
    def name(self) -> str:
        """The name in TOKENIZERS."""
        ...

    def split(self, text: str) -> list[str]:
        """The tokens of a text."""
        ...

    def join(self, tokens: Sequence[str]) -> str:
        """The text of the tokens."""
        ...


@dataclass(frozen=True)
class Characters:
    """Every character is a token."""

    name: str = "characters"

    def split(self, text: str) -> list[str]:
        """The characters, in Python's sense: code points."""
        return list(text)

    def join(self, tokens: Sequence[str]) -> str:
        """One after another."""
        return "".join(tokens)


@dataclass(frozen=True)
class Blanks:
    r"""Tokens stand between single blanks, and every line break \n is one: for texts that are cut already, as `toy`.

    A blank at the begin or the end of a line, and a second one in a row, have the empty token beside them.
    """

    name: str = "blanks"

    def split(self, text: str) -> list[str]:
        """What stands between the blanks, line by line."""
        tokens: list[str] = []
        for i, line in enumerate(text.split("\n")):
            tokens += ["\n"] if i else []
            tokens += line.split(" ") if line else []
        return tokens

    def join(self, tokens: Sequence[str]) -> str:
        """One blank between two tokens, none beside a line break."""
        lines: list[list[str]] = [[]]
        for token in tokens:
            if token == "\n":
                lines.append([])
            else:
                lines[-1].append(token)
        return "\n".join(" ".join(line) for line in lines)


_PIECE = re.compile(r"\w+(?:['’]\w+)*|[^\w]")
_CLOSING, _OPENING = frozenset(".,;:!?)]}%…’”。、」』）"), frozenset("([{“‘「『（")

TOGETHER = "<join>"
"""Says that two tokens stand together though a blank is usual between them; no text is split into it."""


@dataclass(frozen=True)
class Words:
    """Words and marks: "I say hello." is I · say · hello · . — a mark is a token of its own, a blank usually none.

    A blank is usual between two words and before an opening mark, not before a closing one. Where a text has a blank
    that is not usual it is a token " ", and where it has none though one is usual stands the token "<join>": so
    nothing is lost. Words of languages that are written without blanks, as Japanese, need `Characters` or byte pairs.
    """

    lower: bool = False

    @property
    def name(self) -> str:
        """The name in TOKENIZERS."""
        return "lower-words" if self.lower else "words"

    def split(self, text: str) -> list[str]:
        """The words and marks, and the blanks that are not usual."""
        tokens: list[str] = []
        last, blanks = "", 0
        for piece in _PIECE.findall(text.lower() if self.lower else text):
            if piece == " ":
                blanks += 1
                continue
            tokens += _between(last, blanks, piece)
            tokens.append(piece)
            last, blanks = piece, 0
        return tokens + [" "] * blanks

    def join(self, tokens: Sequence[str]) -> str:
        """The text, with the blanks that are usual."""
        text: list[str] = []
        last = ""
        for token in tokens:
            if _is_usual(last, token):
                text.append(" ")
            if token != TOGETHER:
                text.append(token)
            last = token
        return "".join(text)


def _between(last: str, blanks: int, piece: str) -> list[str]:
    """The tokens that say how many blanks stand between two pieces; none where it is as usual."""
    usual = _is_usual(last, piece)
    if blanks == usual:
        return []
    return [" "] * blanks if blanks else [TOGETHER]


def _is_usual(last: str, token: str) -> bool:
    """Whether one blank usually stands between two tokens."""
    if not last or TOGETHER in (last, token) or last.isspace() or token.isspace():
        return False
    return last not in _OPENING and token not in _CLOSING


TOKENIZERS: dict[str, Callable[[], Tokenizer]] = {
    "characters": Characters,
    "blanks": Blanks,
    "words": Words,
    "lower-words": lambda: Words(lower=True),
}
"""name → tokenizer; byte pairs (`BytePairs`) are a vocabulary of their own."""


def tokenizer(name: str | Tokenizer) -> Tokenizer:
    """A tokenizer by its name, or the one that is given. DataError for no name of TOKENIZERS."""
    if isinstance(name, str):
        try:
            return TOKENIZERS[known("tokenizer", name, TOKENIZERS)]()
        except ValueError as error:
            raise DataError(str(error)) from None
    if not (hasattr(name, "split") and hasattr(name, "join")) or isinstance(name, type | bytes):
        raise TypeError(f"a tokenizer is a name, as 'words', or has split and join, as Words(); got {short(name)}")
    return name
