import string

import pytest

from zerokara.recipes.texts import TEXTS as TRAINING
from zerokara.report.texts import LANGUAGES, TEXTS, Text, check_language
from zerokara.views.drawings_report import TEXTS as DEMO

ALL = {**{f"report {k}": t for k, t in TEXTS.items()}, **{f"training {k}": t for k, t in TRAINING.items()}}
ALL |= {f"demo {k}": t for k, t in DEMO.items()}


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("name", ALL)
def test_both_languages_say_the_same(name: str) -> None:
    """The same values have places in both; the Japanese is Japanese."""
    text = ALL[name]
    assert text.en.strip()
    assert text.ja.strip()
    assert places(text.en) == places(text.ja)
    if any(c.isalpha() for c in text.en.replace("{", "").split("}")[-1]) and name not in ("demo words",):
        assert any("぀" <= c <= "鿿" for c in text.ja), text.ja


def test_a_text_is_called_with_its_language_and_values() -> None:
    hello = Text("Hello {name}.", "{name}さん、こんにちは。")
    assert [hello(lang, name="Yui") for lang in LANGUAGES] == ["Hello Yui.", "Yuiさん、こんにちは。"]


def test_unknown_languages_are_named() -> None:
    assert check_language("ja") == "ja"
    with pytest.raises(ValueError, match="got 'de'"):
        check_language("de")
