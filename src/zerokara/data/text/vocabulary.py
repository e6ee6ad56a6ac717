"""Tokens and their numbers: what a text is to a network, and how a run keeps it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zerokara.arguments import counted, is_whole, nearest, short
from zerokara.arrays import Array
from zerokara.data.dataset import DataError
from zerokara.data.text.tokenizers import Tokenizer, tokenizer

UNKNOWN = "<unk>"
"""The usual token for what a vocabulary lacks."""


@dataclass(frozen=True)
class Vocabulary:
    """The tokens of a language and their numbers, 0 to V − 1, in the order of `tokens`.

    decode(encode(text)) = text for every text whose tokens are in it (of `lower-words`: the text in lower case).
    unknown: the token that stands for all others, or None: another token then is an error that names it and its place.
    """

    tokens: tuple[str, ...]
    tokenizer: Tokenizer
    unknown: str | None = None
    _ids: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.tokens, Iterable):
            raise DataError(f"the tokens of a vocabulary are texts, as ('a', 'b'); got {short(self.tokens)}")
        object.__setattr__(self, "tokens", tuple(self.tokens))
        object.__setattr__(self, "tokenizer", tokenizer(self.tokenizer))
        if not self.tokens or not all(isinstance(token, str) for token in self.tokens):
            raise DataError("a vocabulary has at least one token, and its tokens are texts")
        _expect_unknown(self.unknown)
        self._ids.update({token: i for i, token in enumerate(self.tokens)})
        if len(self._ids) < len(self.tokens):
            twice = next(token for token, n in Counter(self.tokens).items() if n > 1)
            raise DataError(f"every token of a vocabulary is there once; {twice!r} is there more often")
        if self.unknown is not None and self.unknown not in self._ids:
            raise DataError(f"the token for unknown ones, {self.unknown!r}, is not among the {len(self)} tokens")

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} {self.tokenizer.name}{'' if self.unknown is None else f', {self.unknown}'})"

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    @classmethod
    def of(
        cls,
        text: str | Sequence[str],
        tokenizer_: str | Tokenizer = "characters",
        *,
        size: int | None = None,
        least: int = 1,
        unknown: str | None = None,
    ) -> Vocabulary:
        """The vocabulary of a text (or of tokens), in the order in which the tokens first appear.

        size: at most so many tokens, the most frequent ones (of equally frequent ones the first); least: only tokens
        that appear at least so often. Whatever is left out needs a token for unknown ones, which is "<unk>" unless
        `unknown` names another; it has the number 0 where the text itself has no such token.
        """
        cut = tokenizer(tokenizer_)
        _expect_unknown(unknown)
        counts = Counter(cut.split(text) if isinstance(text, str) else expect_texts(text))
        if not counts:
            raise DataError("there is no text to take a vocabulary from: it is empty")
        for name, value in (("size", size), ("least", least)):
            if not (value is None or (is_whole(value) and value >= 1)):
                raise DataError(f"{name} is a whole number, at least 1; got {short(value)}")
        kept = {token: n for token, n in counts.items() if n >= least}
        if size is not None and len(kept) > size:
            room = size - (UNKNOWN not in kept)
            kept = dict(sorted(kept.items(), key=lambda item: -item[1])[: max(room, 0)])
        if len(kept) < len(counts) and unknown is None:
            unknown = UNKNOWN
        tokens = [token for token in counts if token in kept]
        if unknown is not None and unknown not in kept:
            tokens.insert(0, unknown)
        return cls(tuple(tokens), cut, unknown)

    def encode(self, text: str | Sequence[str]) -> Array:
        """The numbers of a text's tokens, int64 (n,). DataError for a token that is not known, with its place."""
        tokens = self.tokenizer.split(text) if isinstance(text, str) else expect_texts(text)
        ids = self._ids
        other = None if self.unknown is None else ids[self.unknown]
        found = [ids.get(token, other) for token in tokens]
        if None in found:
            at = found.index(None)
            place = f"{short(tokens[at])}, token {at + 1:,} of {len(tokens):,}"
            raise DataError(f"the vocabulary has no {place}: {self._hint(tokens[at])}")
        return np.array(found, np.int64)

    def decode(self, ids: Iterable[int] | Array) -> str:
        """The text of the numbers. DataError for a number that is no token's."""
        return self.tokenizer.join(self.tokens_of(ids))

    def tokens_of(self, ids: Iterable[int] | Array) -> list[str]:
        """The tokens of the numbers, not joined."""
        return [self.tokens[i] for i in expect_ids(ids, len(self))]

    def id(self, token: str) -> int:
        """The number of one token; DataError if it has none."""
        if not isinstance(token, str):
            raise DataError(f"a token is a text; got {short(token)}")
        if token in self._ids:
            return self._ids[token]
        raise DataError(f"the vocabulary has no {short(token)}: {self._hint(token)}")

    def to_json(self) -> dict[str, Any]:
        """What `vocabulary_from` makes the same vocabulary of; plain JSON."""
        return {"kind": self.tokenizer.name, "unknown": self.unknown, "tokens": list(self.tokens)}

    def _hint(self, token: str) -> str:
        if self.tokenizer.name == "characters":
            return f"it knows {counted(len(self), 'character')}, {short(''.join(self.tokens))}"
        return nearest(token, list(self.tokens))


def _expect_unknown(token: Any) -> None:
    if not (token is None or isinstance(token, str)):
        raise DataError(f"the token for unknown ones is a text, or None; got {short(token)}")


def expect_ids(ids: Iterable[int] | Array, size: int) -> list[int]:
    """Numbers of tokens as a list; DataError for what is none."""
    try:
        array = np.asarray(list(ids) if isinstance(ids, Iterable) and not hasattr(ids, "dtype") else ids)
    except (TypeError, ValueError):
        array = np.zeros(1)
    if array.size == 0:
        return []
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise DataError(f"numbers of tokens are whole numbers (n,); got {short(ids)}")
    if array.min() < 0 or array.max() >= size:
        wrong = int(array[(array < 0) | (array >= size)][0])
        raise DataError(f"the vocabulary has the tokens 0 to {size - 1}; got {wrong}")
    found: list[int] = array.tolist()
    return found


def expect_texts(given: Any) -> list[str]:
    """Tokens as a list; DataError for what is no text and no row of texts."""
    found: list[Any] = list(given) if isinstance(given, Iterable) and not isinstance(given, bytes) else [None]
    if not all(isinstance(token, str) for token in found):
        raise DataError(f"a text, or its tokens as texts, is expected; got {short(given)}")
    return found


def expect_text(given: Any) -> str:
    """A text, or its parts as one; DataError for anything else."""
    return given if isinstance(given, str) else "".join(expect_texts(given))
