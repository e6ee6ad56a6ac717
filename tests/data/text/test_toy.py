"""The small language: what it is worth by arithmetic, and that sampler, parser and arithmetic speak of the same one."""

import hashlib
import math

import numpy as np
import pytest

from tests.sweeps import long
from zerokara.data.text import KINDS, Grammar, toy_grammar, toy_ja_grammar, toy_sentences, toy_text
from zerokara.data.text.grammar import evenly, perhaps


def test_the_entropy_is_that_of_the_rule() -> None:
    facts = toy_grammar().facts()
    assert round(facts.entropy, 6) == 13.010312
    assert round(facts.length, 4) == 10.5375
    assert round(facts.entropy_rate, 6) == 1.234668
    assert round(facts.perplexity, 6) == 3.437236
    assert len(toy_grammar().words()) == 88


def test_the_entropy_added_up_by_hand() -> None:
    """The same sum written out: every choice's entropy times how often it is made."""

    def h(*p: float) -> float:
        return -sum(q * math.log(q) for q in p)

    two, four, eight = math.log(2), math.log(4), math.log(8)
    person = h(0.4, 0.6) + eight + two + 0.5 * four  # plural, which, whether and which adjective
    animal = h(0.4, 0.6) + four + two + 0.5 * four
    anyone = h(0.7, 0.3) + 0.7 * person + 0.3 * animal
    place = 0.7 * two + 0.3 * four
    objects = four + (anyone + animal + person + place) / 4
    alone = four + two + 0.5 * two + two + 0.5 * place
    clause = h(0.3, 0.7) + 0.3 * (anyone + math.log(3))
    whole = h(0.4, 0.6) + anyone + clause + two + 0.5 * objects + 0.5 * alone + two
    assert toy_grammar().facts().entropy == pytest.approx(whole, abs=1e-12)


def test_the_japanese_one_has_the_same_entropy_in_other_words() -> None:
    english, japanese = toy_grammar().facts(), toy_ja_grammar().facts()
    assert japanese.entropy == pytest.approx(english.entropy, abs=1e-12)
    assert japanese.length == pytest.approx(11.1575)
    assert round(japanese.perplexity, 6) == 3.209322


@pytest.mark.parametrize("language", ["toy", long("toy-ja")])
def test_every_sentence_is_read_in_one_way_and_the_mean_comes_near_the_floor(language: str) -> None:
    grammar = toy_grammar() if language == "toy" else toy_ja_grammar()
    sentences = toy_sentences(400, 3, language)
    assert {grammar.derivations(words) for words in sentences} == {1}
    nats = np.array([-grammar.log_probability(words) for words in sentences])
    assert abs(nats.mean() - grammar.facts().entropy) < 4 * nats.std() / 20
    assert set(KINDS) > {word for words in sentences for word in words if word in ("king", "王", "saw", "見た")}


@pytest.mark.parametrize(
    ("sentence", "belongs"),
    [
        ("today the king sees the wild dog .", True),
        ("today the kings see the wild dog .", True),
        ("today the king see the wild dog .", False),  # agreement
        ("today the king that the men know sleeps .", True),
        ("today the king that the men knows sleeps .", False),
        (
            "today the king that the men know sleep .",
            False,
        ),  # the verb agrees with the subject, not with the inner noun
        ("today the king feeds the man .", False),  # only animals are fed
        ("yesterday the queen met the boy with her friends .", True),
        ("yesterday the queen met the boy with his friends .", False),
        ("yesterday the queens met the boy with their friends .", True),
        ("today the man sleeps near the castle .", False),  # places by rank
        ("today the dog sleeps near the castle .", True),
        ("today the king sleeps loudly .", False),  # each verb has its own adverbs
        ("today the rich dog sleeps .", False),
        ("today the king sleeps", False),
        ("today the king sleeps . today", False),
        ("", False),
    ],
)
def test_the_parser_decides(sentence: str, belongs: bool) -> None:
    assert toy_grammar().has(sentence.split()) is belongs


def test_the_bits_are_the_same_everywhere() -> None:
    """A digest of the text: another version of NumPy, or machine, that drew otherwise would show here."""
    assert hashlib.sha256(toy_text(200, 0).encode()).hexdigest() == TOY_200
    assert hashlib.sha256(toy_text(200, 0, "toy-ja").encode()).hexdigest() == TOY_JA_200
    assert toy_text(3, 5) != toy_text(3, 6)


TOY_200 = "fb3e9be6da2138b9eecf365df7ae03567d9507502f62709d52d0bcdb1d2a50d5"
TOY_JA_200 = "85f5d44c844b578588a15aa5b7bbadec6778175f4b43a81d27ba21fd0eb48e07"


def test_a_probability_is_the_product_of_the_choices() -> None:
    coin = Grammar(("S",), lambda s: {("S",): [(0.25, ("a", ("b",))), (0.75, ("a",))], ("b",): perhaps(0.5, "b")}[s])
    # "a" can be written in two ways: the probabilities add
    assert coin.derivations(["a"]) == 2
    assert math.exp(coin.log_probability(["a"])) == pytest.approx(0.875)
    assert math.exp(coin.log_probability(["a", "b"])) == pytest.approx(0.125)
    assert coin.log_probability(["b"]) == -math.inf
    assert [p for p, _ in evenly("a", "b", "c", "d")] == [0.25] * 4
