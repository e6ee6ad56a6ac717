"""Every text that the page names is there in both languages, and none is there for nothing."""

import re
import string
from pathlib import Path

import pytest

from zerokara.studio import texts

STUDIO = Path(texts.__file__).parent
PAGE = "\n".join(p.read_text(encoding="utf-8") for p in (STUDIO / "static").rglob("*") if p.suffix in (".js", ".html"))
SERVER = "\n".join(p.read_text(encoding="utf-8") for p in STUDIO.glob("*.py") if "texts" not in p.name)
ALL = {**texts.SERVER, **texts.TEXTS}

CALLED = set(re.findall(r"""\bt\("([\w-]+)\"""", PAGE)) | set(
    re.findall(r"""data-(?:t|label)"?[:=] ?"([\w-]+)\"""", PAGE)
)
"""Keys that stand in a call or in the markup."""

MADE = [re.compile("^" + re.sub(r"\$\{[^}]*\}", r"[\\w-]+", m) + "$") for m in re.findall(r"\bt\(`([^`]+)`\)", PAGE)]
MADE += [
    re.compile("^" + re.sub(r"\$\{[^}]*\}", r"[\\w-]+", m) + "$")
    for m in re.findall(r"data-(?:t|label)\"?: `([^`]+)`", PAGE)
]
"""Keys that are put together: `engine-${state}`."""


def test_every_text_that_the_page_names_is_there() -> None:
    assert {key for key in CALLED if key not in texts.TEXTS} == set()
    assert CALLED


@pytest.mark.parametrize("pattern", MADE, ids=lambda p: p.pattern)
def test_every_family_of_texts_has_members(pattern: "re.Pattern[str]") -> None:
    assert any(pattern.match(key) for key in texts.TEXTS)


@pytest.mark.parametrize("state", ["starting", "compiling", "ready", "restarting", "broken"])
def test_every_state_of_the_engine_has_its_sentence(state: str) -> None:
    from zerokara.studio import workers

    assert f"engine-{state}" in texts.TEXTS
    assert state in {workers.STARTING, workers.COMPILING, workers.READY, workers.RESTARTING, workers.BROKEN}


def test_no_text_of_the_page_is_there_for_nothing() -> None:
    named = lambda key: f'"{key}"' in PAGE or any(pattern.match(key) for pattern in MADE)  # noqa: E731
    assert [key for key in texts.TEXTS if not named(key)] == []


@pytest.mark.parametrize("key", texts.SERVER)
def test_no_sentence_of_the_server_is_there_for_nothing(key: str) -> None:
    assert f'"{key.removesuffix("-hint")}"' in SERVER
    assert key.endswith("-hint") or texts.said(key, "ja") != texts.said(key, "en")


def test_both_languages_say_the_same() -> None:
    """The same values have places in both; the Japanese is Japanese, and no longer than the page has room for."""
    for key, text in ALL.items():
        places = [{name for _, name, _, _ in string.Formatter().parse(s) if name} for s in (text.en, text.ja)]
        assert places[0] == places[1], key
        words = re.sub(r"\{\w+\}", "", text.en)
        if re.search("[A-Za-z]{3}", words):
            assert any("぀" <= c <= "鿿" for c in text.ja), key
        assert len(text.ja) <= 1.3 * len(text.en) + 6, key


@pytest.mark.parametrize(
    "way", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"]
)
def test_what_comes_in_is_text_and_never_markup_or_a_program(way: str) -> None:
    assert way not in PAGE


def test_nothing_is_named_that_is_not_here() -> None:
    """No address of another host but that of a format's name space; no style in the markup, which the policy forbids."""
    addresses = set(re.findall(r"""https?://[^\s"'`)]+""", PAGE))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<[^>]+ style=", PAGE)
    assert not re.search(r"<[^>]+ on[a-z]+=", PAGE)
