import re
import string
from pathlib import Path

import zerokara
from zerokara.recipes.texts import TEXTS as TRAINING
from zerokara.report.texts import TEXTS
from zerokara.views.drawings_report import TEXTS as DEMO

ALL = {**{f"report {k}": t for k, t in TEXTS.items()}, **{f"training {k}": t for k, t in TRAINING.items()}}
ALL |= {f"demo {k}": t for k, t in DEMO.items()}


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_both_languages_say_the_same() -> None:
    """The same values have places in both; the Japanese is Japanese."""
    for name, text in ALL.items():
        assert text.en.strip(), name
        assert text.ja.strip(), name
        assert places(text.en) == places(text.ja), name
        if any(c.isalpha() for c in text.en.replace("{", "").split("}")[-1]) and name not in ("demo words",):
            assert any("぀" <= c <= "鿿" for c in text.ja), name


def test_no_sentence_leaves_singular_or_plural_to_the_reader() -> None:
    """`1 epoch(s)`, `2 digit(s)`: nowhere in what is said."""
    from ast import Constant, parse, walk

    sources = [
        (path, path.read_text(encoding="utf-8")) for path in sorted(Path(zerokara.__file__).parent.rglob("*.py"))
    ]
    said = [
        (path.name, node.value)
        for path, source in sources
        if re.search(r"[a-z]{4}\(s\)", source)  # parsing all files takes seconds
        for node in walk(parse(source))
        if isinstance(node, Constant) and isinstance(node.value, str)
    ]
    assert [
        (name, text) for name, text in said if re.search(r"(?<!\\)\b(?!softmax|sigmoid|artanh)[a-z]{4,}\(s\)", text)
    ] == []
