"""The texts by name: what every installation has, what is downloaded and checked, and your own."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from zerokara.data import DataError
from zerokara.data.published import Publication, PublishedFile
from zerokara.data.text import TEXTS, Vocabulary, load_text, text_place, unicode_names
from zerokara.data.text import corpora as module
from zerokara.data.text.corpora import without_marks

OWN = [name for name, entry in TEXTS.items() if entry.publication is None]


@pytest.mark.parametrize("name", OWN)
def test_a_text_of_the_installation(name: str) -> None:
    text = load_text(name)
    assert text.name == name
    assert len(text.train) > 5 * len(text.test) / 2 > 0
    vocabulary = Vocabulary.of(text.train, text.tokenizer)
    begin = text.train[: text.train.index(" ", 1000)]  # not in the middle of a word
    assert vocabulary.decode(vocabulary.encode(begin)) == begin
    assert text_place(name) == "comes with the installation"


def test_toy_has_the_sizes_of_its_rule() -> None:
    text = load_text("toy")
    vocabulary = Vocabulary.of(text.train, "blanks")
    assert len(vocabulary) == 88
    assert (len(vocabulary.encode(text.train)), len(vocabulary.encode(text.test))) == (126_761, 31_278)


def test_the_names_of_unicode() -> None:
    names = unicode_names()
    assert (len(names.split("\n")), len(names), len(set(names))) == (12_886, 354_743, 39)
    text = load_text("unicode")
    assert sorted((text.train + "\n" + text.test).split("\n")) == sorted(names.split("\n"))


def test_an_own_text_is_cut_into_nine_tenths_and_one(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("\ufeff" + "日本語の文。\n" * 20, encoding="utf-8")
    text = load_text(f"text:{file}")
    assert text.train + text.test == "日本語の文。\n" * 20
    assert len(text.test) == 14


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "has 0 characters"),
        (b"\xff\xfe\x00", "no text in UTF-8: byte 0"),
        (b"a\0b", "zero bytes"),
        (None, "no text"),
    ],
)
def test_what_is_no_text_is_said(content: bytes | None, says: str, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DataError, match=says):
        load_text(f"text:{file}")
    with pytest.raises(DataError, match="cannot be read"):
        load_text(f"text:{tmp_path}")
    with pytest.raises(DataError, match="did you mean 'toy'"):
        load_text("toi")


def test_a_published_text_is_found_checked_and_never_fetched_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = b" a b \n c <unk> \n"
    files = tuple(
        PublishedFile(f"ptb.{part}.txt", hashlib.md5(words).hexdigest()) for part in ("train", "valid", "test")
    )
    monkeypatch.setattr(module, "PTB", Publication("ptb", ("https://nowhere.invalid/",), files, ("ptb", "text")))
    with pytest.raises(DataError, match=r"ptb\.train\.txt is not in .*get ptb\.train\.txt, ptb\.valid"):
        load_text("ptb", data_dir=tmp_path, download=False)
    (tmp_path / "text").mkdir()
    for file in files:
        (tmp_path / "text" / file.name).write_bytes(words)
    text = load_text("ptb", data_dir=tmp_path, download=False)
    assert text.train == text.test == "a b <eos> c <unk> <eos>"
    (tmp_path / "text" / files[2].name).write_bytes(b"other")
    with pytest.raises(DataError, match="its checksum is another"):
        load_text("ptb", data_dir=tmp_path, download=False)


def test_tiny_shakespeare_by_the_name_it_is_kept_under(tmp_path: Path) -> None:
    assert "not here yet" in text_place("tiny-shakespeare", tmp_path)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "tinyshakespeare.txt").write_text("First Citizen:\n")
    assert text_place("tiny-shakespeare", tmp_path) == f"in {tmp_path / 'text'}"
    with pytest.raises(DataError, match="checksum"):
        load_text("tiny-shakespeare", data_dir=tmp_path, download=False)


def test_readings_and_notes_of_aozora_are_left_out() -> None:
    line = "-" * 55
    raw = (
        f"坊っちゃん\r\n夏目漱石\r\n\r\n{line}\r\n《》：ルビ\r\n{line}\r\n\r\n［＃５字下げ］一［＃「一」は中見出し］\r\n\r\n"
        "\u3000親譲《おやゆず》りの｜無鉄砲《むてっぽう》。\r\n\r\n\r\n\r\n底本：「全集」\r\n"
    )
    assert without_marks(raw) == "一\n\n\u3000親譲りの無鉄砲。\n"


def test_every_published_file_has_a_digest_of_one_of_the_two_kinds() -> None:
    for entry in TEXTS.values():
        for file in entry.publication.files if entry.publication else ():
            assert len(file.packed) in (32, 64)
            assert np.all([letter in "0123456789abcdef" for letter in file.packed])
