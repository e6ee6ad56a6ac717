"""A language given by choices with probabilities: sentences drawn from it, its entropy, what is in it.

A grammar is a function of a symbol: the ways in which it can be written out, each a pair (probability, symbols). A
symbol that is a text is a word, and stands for itself. The three questions below are asked of that one function, so
they cannot disagree about what the language is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from zerokara.arguments import short

Symbol = Hashable
"""A text is a word; anything else is written out further."""

Ways = Sequence[tuple[float, tuple[Symbol, ...]]]
"""The ways to write a symbol out: probabilities that sum to 1, and what is written."""


@dataclass(frozen=True)
class Facts:
    """What a symbol is worth on average: entropy in nats, and number of words, of one sentence."""

    entropy: float
    length: float

    @property
    def entropy_rate(self) -> float:
        """Nats a word: entropy ÷ length."""
        return self.entropy / self.length

    @property
    def perplexity(self) -> float:
        """e^(nats a word): what no language model can be better than."""
        return math.exp(self.entropy_rate)


@dataclass(frozen=True, eq=False)
class Grammar:
    """A language without recursion, in which every sentence is written out in one way only.

    H(symbol) = Σᵥ pᵥ·(−ln pᵥ + Σ H(symbols of the way v)),  and for the number of words the same without −ln pᵥ.
    Because a sentence has one derivation, its probability is the product of its choices, and H is the entropy of the
    sentences.
    """

    start: Symbol
    ways: Callable[[Symbol], Ways]
    _facts: dict[Symbol, Facts] = field(default_factory=dict, repr=False)
    _known: dict[Symbol, tuple[Ways, np.ndarray]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not callable(self.ways):
            raise TypeError(f"ways is a function: the ways to write a symbol out; got {short(self.ways)}")

    def facts(self, symbol: Symbol | None = None) -> Facts:
        """Entropy and length, by arithmetic; of a whole sentence unless a symbol is named."""
        symbol = self.start if symbol is None else symbol
        if isinstance(symbol, str):
            return Facts(0.0, 1.0)
        if symbol not in self._facts:
            entropy = length = 0.0
            for p, symbols in self._of(symbol)[0]:
                parts = [self.facts(part) for part in symbols]
                entropy += p * (-math.log(p) + sum(part.entropy for part in parts))
                length += p * sum(part.length for part in parts)
            self._facts[symbol] = Facts(entropy, length)
        return self._facts[symbol]

    def words(self) -> list[str]:
        """All words of the language, sorted."""
        seen: set[Symbol] = {self.start}
        queue: list[Symbol] = [self.start]
        while queue:
            symbol = queue.pop()
            for _, symbols in () if isinstance(symbol, str) else self._of(symbol)[0]:
                fresh = [part for part in symbols if part not in seen]
                seen.update(fresh)
                queue += fresh
        return sorted(symbol for symbol in seen if isinstance(symbol, str))

    def sentence(self, rng: np.random.Generator) -> list[str]:
        """The words of one sentence drawn at random; one `rng.random()` a choice, from left to right."""
        stack, words = [self.start], []
        while stack:
            symbol = stack.pop()
            if isinstance(symbol, str):
                words.append(symbol)
                continue
            ways, limits = self._of(symbol)
            chosen = 0 if len(ways) == 1 else int(np.searchsorted(limits, rng.random(), side="right"))
            stack += reversed(ways[chosen][1])
        return words

    def log_probability(self, words: Sequence[str]) -> float:
        """ln of the probability of a sentence; −∞ for one that is not in the language."""
        found = sum(p for p, end in self._readings(self.start, tuple(words), 0) if end == len(words))
        return math.log(found) if found else -math.inf

    def derivations(self, words: Sequence[str]) -> int:
        """In how many ways a sentence can be written out: 1, or 0 for one that is not in the language."""
        return sum(end == len(words) for _, end in self._readings(self.start, tuple(words), 0))

    def has(self, words: Sequence[str]) -> bool:
        """Whether a sentence belongs to the language."""
        return self.derivations(words) > 0

    def _readings(self, symbol: Symbol, words: tuple[str, ...], at: int) -> Iterator[tuple[float, int]]:
        """(probability, end) of every way to read `symbol` from the word `at` on."""
        if isinstance(symbol, str):
            if at < len(words) and words[at] == symbol:
                yield 1.0, at + 1
            return
        for p, symbols in self._of(symbol)[0]:
            for q, end in self._row(symbols, words, at):
                yield p * q, end

    def _row(self, symbols: tuple[Symbol, ...], words: tuple[str, ...], at: int) -> Iterator[tuple[float, int]]:
        if not symbols:
            yield 1.0, at
            return
        for p, middle in self._readings(symbols[0], words, at):
            for q, end in self._row(symbols[1:], words, middle):
                yield p * q, end

    def _of(self, symbol: Symbol) -> tuple[Ways, np.ndarray]:
        if symbol not in self._known:
            ways = self.ways(symbol)
            limits = np.cumsum([p for p, _ in ways])
            limits[-1] = 1.0  # a sum of tenths is not exactly 1
            self._known[symbol] = ways, limits
        return self._known[symbol]


def evenly(*options: Symbol | tuple[Symbol, ...]) -> Ways:
    """Each with the same probability; what is no tuple is a way of one symbol."""
    p = 1 / len(options)
    return [(p, option if isinstance(option, tuple) else (option,)) for option in options]


def perhaps(p: float, *symbols: Symbol) -> Ways:
    """The symbols with probability p, else nothing."""
    return [(p, symbols), (1 - p, ())]
