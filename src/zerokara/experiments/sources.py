"""Where an experiment is from, in words: `Ch6 §6.4.3; DR 6-4-4-2` is the book's §6.4.3 and a reader's course notes."""

import re

from zerokara.report import Lang, Text

NOTES: dict[str, Text] = {
    "DR": Text("a reader's course notes", "読者の講座ノート"),
    "N7": Text("a reader's notes on chapter 7", "読者の第 7 章ノート"),
    "WK": Text("a reader's introduction", "読者の入門記事"),
    "MEMO": Text("a reader's memo", "読者のメモ"),
    "RYO": Text("a reader's review", "読者の感想記事"),
}
"""The readers' notes, by the tag of a recipe's `source`."""

_APART = re.compile(r"[;,]\s*(?=(?:Ch\d|DR|N7|WK|MEMO|RYO)\b)")
_CHAPTER = re.compile(r"Ch(\d)")
_SECTION = re.compile(r"§\S+")
_PAGE = re.compile(r"p\.([\d–-]+)")


def where(source: str, lang: Lang) -> str:
    """The source of a recipe as a reader says it: the book's section first, then the notes, each once."""
    book, notes = [], []
    for part in _APART.split(source):
        tag = part.split()[0].rstrip(",")
        if _CHAPTER.fullmatch(tag):
            book.append(_book(tag.removeprefix("Ch"), part, lang))
        else:
            page = _PAGE.search(part)
            told = NOTES[tag](lang)
            notes.append(told + (Text(" (page {p})", "（p.{p}）")(lang, p=page.group(1)) if page else ""))
    return Text(", ", "、")(lang).join(dict.fromkeys(book + notes))


def sections(source: str) -> frozenset[str]:
    """The sections of the book that a source names, to their second number: `6.4`."""
    found = re.findall(r"(\d+\.\d+)", " ".join(_SECTION.findall(source)))
    return frozenset(found)


def _book(chapter: str, part: str, lang: Lang) -> str:
    section = _SECTION.search(part)
    if section is None:
        return Text("Book, chapter {c}", "本の第 {c} 章")(lang, c=chapter)
    return Text("Book {s}", "本の {s}")(lang, s=section.group().rstrip(";,"))
