"""`toy` and `toy-ja`: a small language of kings and cats whose entropy is known, in English and in Japanese order.

They are exercises, not samples of a language. The choices are those of `_ways`; what a choice is written as stands in
the two tables of words, `toy_words.py`. English has agreement (the king sees, the kings see); Japanese has none, so its
sentences have as much entropy in another number of words.

    yesterday | today (.4 | .6)   subject   that … (.3)   predicate   with his friends (.5)   .
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from zerokara.arguments import is_whole, known, short
from zerokara.arrays import generator
from zerokara.data.dataset import DataError
from zerokara.data.text.grammar import Grammar, Symbol, Ways, evenly, perhaps
from zerokara.data.text.toy_words import ENGLISH, JAPANESE, Words

PAST, PLURAL, ADJECTIVE, PERSON, CLAUSE, OBJECT, ADVERB, NEAR, FRIENDS = 0.4, 0.4, 0.5, 0.7, 0.3, 0.5, 0.5, 0.5, 0.5
"""How often a sentence is in the past, a noun is plural, has an adjective, …"""


@dataclass(frozen=True)
class Noun:
    """Somebody or something: (gender, rank, age) of a person, the number of an animal."""

    person: tuple[str, str, str] | None
    animal: int = 0


PERSONS = tuple(
    Noun((gender, rank, age)) for rank in ("royal", "common") for age in ("old", "young") for gender in ("he", "she")
)
"""king, queen, prince, princess, man, woman, boy, girl."""
ANIMALS = tuple(Noun(None, i) for i in range(4))
"""dog, cat, horse, bird."""

_KINDS = {
    "anyone": ((PERSON, PERSONS), (1 - PERSON, ANIMALS)),
    "person": ((1.0, PERSONS),),
    "animal": ((1.0, ANIMALS),),
}


def toy_grammar() -> Grammar:
    """The language `toy`: 88 words, 1.234668 nats a word, perplexity 3.437236, by arithmetic."""
    return _grammar("toy")


def toy_ja_grammar() -> Grammar:
    """The language `toy-ja`: the same choices in Japanese order."""
    return _grammar("toy-ja")


def toy_sentences(count: int, seed: int = 0, language: str = "toy") -> list[list[str]]:
    """`count` sentences, each a list of words. The same for every machine: a function of (count, seed, language).

    Errors: DataError for a number that is none; ValueError for a language that is neither `toy` nor `toy-ja`.
    """
    if not is_whole(count) or count < 0:
        raise DataError(f"count is a whole number of sentences, at least 0; got {short(count)}")
    known("small language", language, _WORDS)
    grammar, rng = _grammar(language), generator(seed, language)
    return [grammar.sentence(rng) for _ in range(count)]


def toy_text(count: int, seed: int = 0, language: str = "toy") -> str:
    """`count` sentences as one text, all words separated by one blank."""
    return " ".join(word for sentence in toy_sentences(count, seed, language) for word in sentence)


@cache
def _grammar(language: str) -> Grammar:
    words = _WORDS[language]
    return Grammar(("sentence",), lambda symbol: _ways(symbol, words))


_WORDS: dict[str, Words] = {"toy": ENGLISH, "toy-ja": JAPANESE}


def _ways(symbol: Symbol, words: Words) -> Ways:
    """The choices of the language: a symbol is a tuple of a name and of what the choice depends on."""
    if not isinstance(symbol, tuple) or not symbol:
        raise DataError(f"a symbol of the small language is a tuple, as ('sentence',); got {short(symbol)}")
    name, *of = symbol
    match name:
        case "sentence":
            tenses = ((PAST, "past"), (1 - PAST, "present"))
            return [
                (p * q, words.sentence(tense, noun, plural))
                for p, tense in tenses
                for q, noun, plural in _nouns("anyone")
            ]
        case "clause":  # who is seen, known or liked, or by whom: the inner noun decides the verb's form
            return [
                (1 - CLAUSE, ()),
                *((CLAUSE * p, words.clause(noun, plural)) for p, noun, plural in _nouns("anyone")),
            ]
        case "somebody":
            return [(p, (("the", noun, plural),)) for p, noun, plural in _nouns(of[0])]
        case "the":
            return [(1.0, words.the(*of))]
        case "adjective":
            return [(1 - ADJECTIVE, ()), *((ADJECTIVE * p, way) for p, way in evenly(*words.adjectives(of[0])))]
        case "knows":
            return evenly(*words.knowing(of[0]))
        case "predicate":
            tense, noun, plural = of
            transitive = [(OBJECT * p, way) for p, way in evenly(*words.transitive(tense, noun, plural))]
            return transitive + [((1 - OBJECT) * p, way) for p, way in evenly(*words.intransitive(tense, noun, plural))]
        case "adverb":
            return [(1 - ADVERB, ()), *((ADVERB * p, way) for p, way in evenly(*words.adverbs[of[0]]))]
        case "near":
            return perhaps(NEAR, *words.near(of[0]))
        case "place":
            return evenly(*words.places(of[0]))
        case "friends":
            return perhaps(FRIENDS, *words.friends(*of))
    raise DataError(f"the small language has no symbol {short(symbol)}")


def _nouns(kind: str) -> list[tuple[float, Noun, bool]]:
    """(probability, noun, whether it is plural) of every noun phrase of a kind."""
    return [
        (q * p / len(nouns), noun, plural)
        for p, nouns in _KINDS[kind]
        for noun in nouns
        for q, plural in ((1 - PLURAL, False), (PLURAL, True))
    ]
