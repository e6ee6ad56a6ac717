"""In which language the command line speaks: that of `--lang`, else that of the environment."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Literal

from zerokara.cli.errors import UsageError
from zerokara.language import VARIABLES as VARIABLES
from zerokara.language import of_environment as of_environment

Lang = Literal["en", "ja"]
LANGUAGES: tuple[Lang, ...] = ("en", "ja")
"""Those of reports (`report.LANGUAGES`), named here too so that nothing is imported to ask for help."""

_CURRENT: ContextVar[Lang] = ContextVar("language", default="en")


def current() -> Lang:
    """The language of the command that runs."""
    return _CURRENT.get()


def speak(lang: Lang) -> None:
    """Help, errors and reports are in `lang` from now on."""
    _CURRENT.set(lang)


def checked(lang: str) -> Lang:
    """A language that the command line speaks; UsageError for another."""
    for known in LANGUAGES:
        if lang == known:
            return known
    raise UsageError(f"--lang is {' or '.join(LANGUAGES)}; got {lang!r}")


def taken(arguments: Sequence[str]) -> list[str]:
    """The arguments without `--lang`, which holds for every command, wherever it stands; it is spoken from here on."""
    left: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            return [*left, word, *waiting]
        if word.startswith("--lang="):
            speak(checked(word.removeprefix("--lang=")))
        elif word == "--lang":
            if not waiting:
                raise UsageError(f"--lang needs a language: {' or '.join(LANGUAGES)}")
            speak(checked(waiting.pop(0)))
        else:
            left.append(word)
    return left
