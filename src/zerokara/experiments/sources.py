"""Where an experiment is from, in words: `Ch6 §6.4.3; DR 6-4-4-2` is the book's §6.4.3 and a reader's course notes.

`V2 ch5 RNN` is chapter 5 of the series' second volume, `V3 s31` step 31 of its third.
"""

import re

from zerokara.report import Lang, Text

NOTES: dict[str, Text] = {
    "DR": Text("a reader's course notes", "読者の講座ノート"),
    "N7": Text("a reader's notes on chapter 7", "読者の第 7 章ノート"),
    "WK": Text("a reader's introduction", "読者の入門記事"),
    "MEMO": Text("a reader's memo", "読者のメモ"),
    "RYO": Text("a reader's review", "読者の感想記事"),
    "GPT": Text("minGPT and nanoGPT (public code)", "minGPT と nanoGPT（公開コード）"),
    "ONNX": Text("the ONNX standard", "ONNX 標準"),
    "TORCH": Text("PyTorch's documentation and examples", "PyTorch の文書と例"),
    "OWN": Text("an experiment of zerokara", "zerokara 独自の実験"),
}
"""The readers' notes, by the tag of a recipe's `source`."""

_APART = re.compile(r"[;,]\s*(?=(?:Ch\d|V\d|" + "|".join(NOTES) + r")\b)")
_CHAPTER = re.compile(r"Ch(\d)")
_VOLUME = re.compile(r"V(\d) (ch|s)(\d+)")
_SECTION = re.compile(r"§\S+")
_PAGE = re.compile(r"p\.([\d–-]+)")


def where(source: str, lang: Lang) -> str:
    """The source of a recipe as a reader says it: the book's section first, then the notes, each once."""
    book, notes = [], []
    for part in _APART.split(source):
        tag = part.split()[0].rstrip(",")
        if volume := _VOLUME.match(part):
            book.append(_sequel(volume[1], volume[2], volume[3], lang))
        elif _CHAPTER.fullmatch(tag):
            book.append(_book(tag.removeprefix("Ch"), part, lang))
        else:
            page = _PAGE.search(part)
            told = NOTES[tag](lang)
            notes.append(told + (Text(" (page {p})", "（p.{p}）")(lang, p=page.group(1)) if page else ""))
    return Text(", ", "、")(lang).join(dict.fromkeys(book + notes))


def sections(source: str) -> frozenset[str]:
    """The sections that a source names, to their second number: `6.4`, and `2ch5` for volume 2, chapter 5."""
    found = re.findall(r"(\d+\.\d+)", " ".join(_SECTION.findall(source)))
    return frozenset(found) | {"".join(volume) for volume in _VOLUME.findall(source)}


def _sequel(volume: str, kind: str, number: str, lang: Lang) -> str:
    """The series goes on: chapters in volumes 2 and 6, steps in volumes 3 and 5."""
    if kind == "ch":
        return Text("Volume {v}, chapter {n}", "第 {v} 巻 第 {n} 章")(lang, v=volume, n=number)
    return Text("Volume {v}, step {n}", "第 {v} 巻 ステップ {n}")(lang, v=volume, n=number)


def _book(chapter: str, part: str, lang: Lang) -> str:
    section = _SECTION.search(part)
    if section is None:
        return Text("Book, chapter {c}", "本の第 {c} 章")(lang, c=chapter)
    return Text("Book {s}", "本の {s}")(lang, s=section.group().rstrip(";,"))
