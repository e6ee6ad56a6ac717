"""Tokens and numbers: nothing of a text is lost, and what is not known is said."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zerokara.data import DataError
from zerokara.data.text import (
    TOKENIZERS,
    UNKNOWN,
    AnyVocabulary,
    BytePairs,
    Vocabulary,
    Words,
    read_vocabulary,
    vocabulary_from,
    write_vocabulary,
)

odd = st.one_of(st.text(max_size=40), st.text("ab .,()[]\n\t'’é日。 ", max_size=30))


@pytest.mark.parametrize("name", TOKENIZERS)
@given(text=odd)
@settings(max_examples=80, deadline=None)
def test_joining_gives_the_text_again(name: str, text: str) -> None:
    cut = TOKENIZERS[name]()
    assert cut.join(cut.split(text)) == (text.lower() if name == "lower-words" else text)


@given(text=odd.filter(bool))
@settings(max_examples=60, deadline=None)
def test_encode_and_decode_are_inverse(text: str) -> None:
    for name in ("characters", "blanks", "words"):
        vocabulary = Vocabulary.of(text, name)
        ids = vocabulary.encode(text)
        assert ids.dtype == np.int64
        assert vocabulary.decode(ids) == text
        assert vocabulary_from(json.loads(json.dumps(vocabulary.to_json()))) == vocabulary


@given(learned=st.text(min_size=1, max_size=60), text=st.text(max_size=60), merges=st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_byte_pairs_know_every_text(learned: str, text: str, merges: int) -> None:
    try:
        learned.encode(), text.encode()
    except UnicodeEncodeError:  # half a character
        with pytest.raises(DataError, match="half a character"):
            BytePairs.of(learned, merges).encode(text)
        return
    pairs = BytePairs.of(learned, merges)
    assert pairs.decode(pairs.encode(text)) == text
    assert vocabulary_from(json.loads(json.dumps(pairs.to_json()))) == pairs


def test_the_sentence_of_the_book() -> None:
    vocabulary = Vocabulary.of("You say goodbye and I say hello.", Words(lower=True))
    assert vocabulary.encode("You say goodbye and I say hello.").tolist() == [0, 1, 2, 3, 4, 1, 5, 6]
    assert vocabulary.tokens == ("you", "say", "goodbye", "and", "i", "hello", ".")


def by_hand(text: str, merges: int) -> list[tuple[int, int]]:
    """Byte pairs as a loop over a list, written from their definition."""
    ids, found = list(text.encode()), []
    for i in range(merges):
        counts: dict[tuple[int, int], int] = {}
        for pair in itertools.pairwise(ids):
            counts[pair] = counts.get(pair, 0) + 1
        if not counts:
            break
        best = max(counts, key=lambda pair: counts[pair])  # of equal ones the first
        found.append(best)
        out: list[int] = []
        while ids:
            if tuple(ids[:2]) == best:
                out.append(256 + i)
                ids = ids[2:]
            else:
                out.append(ids.pop(0))
        ids = out
    return found


def test_the_merges_are_those_of_the_definition() -> None:
    text = "Hello world! This is BPE training."
    assert BytePairs.of(text, 4).merges == ((105, 115), (256, 32), (105, 110), (72, 101))
    assert BytePairs.of("aaabdaaabac", 1).merges == ((97, 97),)


@given(st.text("abc ", min_size=1, max_size=50), st.integers(0, 10))
@settings(max_examples=60, deadline=None)
def test_the_merges_are_those_of_a_loop(text: str, merges: int) -> None:
    pairs = BytePairs.of(text, merges)
    assert list(pairs.merges) == by_hand(text, merges)
    assert len(pairs) == 256 + len(pairs.merges)


def test_what_is_unknown_is_said() -> None:
    words = Vocabulary.of("the king sees the queen", "blanks")
    with pytest.raises(DataError, match=r"no 'quen', token 2 of 2: did you mean queen"):
        words.encode("the quen")
    with pytest.raises(DataError, match=r"no 'é', token 4 of 4: it knows 4 characters"):
        Vocabulary.of("cafe").encode("café")
    with pytest.raises(DataError, match="the tokens 0 to 3; got 4"):
        words.decode([0, 4])
    with pytest.raises(DataError, match="the tokens 0 to 3; got -1"):
        words.decode([-1])
    with pytest.raises(DataError, match="whole numbers"):
        words.decode([0.5])  # type: ignore[list-item]
    with pytest.raises(DataError, match="no tokenizer 'word'"):
        Vocabulary.of("a", "word")
    with pytest.raises(DataError, match="it is empty"):
        Vocabulary.of("")
    with pytest.raises(DataError, match="is there more often"):
        Vocabulary(("a", "a"), TOKENIZERS["characters"]())


def test_rare_words_become_the_unknown_one() -> None:
    text = "a b a c a b d"
    small = Vocabulary.of(text, "blanks", size=3)
    assert small.tokens == (UNKNOWN, "a", "b")
    assert small.decode(small.encode("a d b")) == "a <unk> b"
    assert Vocabulary.of(text, "blanks", least=2) == small
    marked = Vocabulary.of("a b <unk> a", "blanks", size=2)
    assert marked.unknown == UNKNOWN
    assert len(Vocabulary.of(text, "blanks", unknown="?")) == 5


@pytest.mark.parametrize(
    "vocabulary",
    [Vocabulary.of("日本 語\n", "blanks", unknown="<unk>"), BytePairs.of("aaab", 2)],
    ids=["words", "bytes"],
)
def test_a_run_keeps_its_vocabulary(vocabulary: AnyVocabulary, tmp_path: Path) -> None:
    path = write_vocabulary(vocabulary, tmp_path)
    assert path.name == "vocabulary.json"
    assert read_vocabulary(tmp_path) == vocabulary
    assert [entry.name for entry in tmp_path.iterdir()] == ["vocabulary.json"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "no JSON"),
        ("[]", "a vocabulary is of the kind"),
        ('{"kind": "words"}', "no vocabulary"),
        ('{"kind": "byte-pairs", "merges": [[300, 1]]}', "joins two tokens from 0 to 255"),
        ('{"kind": "words", "tokens": ["a", "a"]}', "more often"),
    ],
)
def test_another_file_is_refused(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "vocabulary.json").write_text(content)
    with pytest.raises(DataError, match=says):
        read_vocabulary(tmp_path)
    with pytest.raises(DataError, match=r"has no vocabulary\.json"):
        read_vocabulary(tmp_path / "nowhere")
