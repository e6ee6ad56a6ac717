"""Byte pairs: letters that often stand together become one token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zerokara.arguments import is_whole, short
from zerokara.arrays import Array
from zerokara.data.dataset import DataError
from zerokara.data.text.vocabulary import expect_ids, expect_text

Merge = tuple[int, int]


@dataclass(frozen=True)
class BytePairs:
    """A vocabulary of the 256 bytes and of pairs of tokens: token 256 + i stands for the two of merges[i].

    A text is its bytes in UTF-8; then every merge is carried out, in order, from left to right. So any text of any
    language has tokens, decode(encode(text)) = text, and nothing is ever unknown. Sennrich, Haddow and Birch, 2016
    (https://aclanthology.org/P16-1162); on bytes as GPT-2 has it, without cutting the text into words first.
    """

    merges: tuple[Merge, ...] = ()
    _bytes: list[bytes] = field(init=False, repr=False, compare=False, default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "merges", _expect_pairs(self.merges))
        self._bytes.extend(bytes([i]) for i in range(256))
        for i, (a, b) in enumerate(self.merges):
            if not (0 <= a < 256 + i and 0 <= b < 256 + i):
                raise DataError(f"merge {i} joins two tokens from 0 to {255 + i}; got {(a, b)}")
            self._bytes.append(self._bytes[a] + self._bytes[b])

    def __repr__(self) -> str:
        return f"BytePairs(256 bytes and {len(self.merges)} merges)"

    def __len__(self) -> int:
        return len(self._bytes)

    @property
    def tokens(self) -> tuple[str, ...]:
        r"""The tokens as texts; bytes that are no whole character are shown as \\x…."""
        return tuple(token.decode(errors="backslashreplace") for token in self._bytes)

    @property
    def unknown(self) -> None:
        """Nothing is unknown."""
        return

    @classmethod
    def of(cls, text: str, merges: int) -> BytePairs:
        """Learn `merges` merges from a text: each time the pair that stands side by side most often.

        Of equally frequent pairs the one that is met first wins. A text that has become one token has no more pairs, so
        a short one may have fewer merges than wanted. A merge costs one pass over the text.
        """
        if not is_whole(merges) or merges < 0:
            raise DataError(f"the number of merges is a whole number, at least 0; got {short(merges)}")
        ids = _bytes_of(text)
        if not len(ids):
            raise DataError("there is no text to take byte pairs from: it is empty")
        found: list[Merge] = []
        for i in range(merges):
            pair = _most_frequent(ids)
            if pair is None:
                break
            found.append(pair)
            ids = _merged(ids, pair, 256 + i)
        return cls(tuple(found))

    def encode(self, text: str | Sequence[str]) -> Array:
        """The numbers of the tokens, int64 (n,)."""
        ids = _bytes_of(text)
        for i, pair in enumerate(self.merges):
            ids = _merged(ids, pair, 256 + i)
        return ids

    def decode(self, ids: Iterable[int] | Array) -> str:
        """The text; bytes that are no UTF-8, as a network may write them, become �."""
        return b"".join(self._bytes[i] for i in expect_ids(ids, len(self))).decode(errors="replace")

    def tokens_of(self, ids: Iterable[int] | Array) -> list[str]:
        """The tokens of the numbers as texts, not joined."""
        tokens = self.tokens
        return [tokens[i] for i in expect_ids(ids, len(self))]

    def to_json(self) -> dict[str, Any]:
        """What `vocabulary_from` makes the same vocabulary of; plain JSON."""
        return {"kind": "byte-pairs", "merges": [list(pair) for pair in self.merges]}


def _expect_pairs(merges: Any) -> tuple[Merge, ...]:
    try:
        pairs = [tuple(pair) for pair in merges]
    except TypeError:
        pairs = [()]
    if not all(len(pair) == 2 and all(map(is_whole, pair)) for pair in pairs):
        raise DataError(f"merges are pairs of tokens, as ((104, 101), (256, 108)); got {short(merges)}")
    return tuple((int(a), int(b)) for a, b in pairs)


def _bytes_of(text: Any) -> Array:
    """The bytes of a text, or of its parts one after another."""
    text = expect_text(text)
    try:
        return np.frombuffer(text.encode(), np.uint8).astype(np.int64)
    except UnicodeEncodeError as error:
        raise DataError(f"the text has half a character at {error.start:,}, which no byte stands for") from None


def _most_frequent(ids: Array) -> Merge | None:
    """The pair that stands side by side most often; of several the first one."""
    if len(ids) < 2:
        return None
    pairs, first, counts = np.unique(ids[:-1] << 32 | ids[1:], return_index=True, return_counts=True)
    best = np.flatnonzero(counts == counts.max())
    pair = int(pairs[best[np.argmin(first[best])]])
    return pair >> 32, pair & 0xFFFFFFFF


def _merged(ids: Array, pair: Merge, new: int) -> Array:
    """Every pair from left to right becomes one token: of three equal ones in a row, the first two."""
    a, b = pair
    places = np.flatnonzero((ids[:-1] == a) & (ids[1:] == b))
    if a == b and len(places):  # pairs that overlap: of every run of places, each second one
        starts = np.concatenate([[True], np.diff(places) != 1])
        run = np.maximum.accumulate(np.where(starts, np.arange(len(places)), 0))
        places = places[(np.arange(len(places)) - run) % 2 == 0]
    merged = ids.copy()
    merged[places] = new
    kept = np.ones(len(ids), bool)
    kept[places + 1] = False
    return merged[kept]
