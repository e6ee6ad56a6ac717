"""The language that is spoken: the one that was asked for, else that of the environment."""

import os
from typing import Literal

Lang = Literal["en", "ja"]

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where the environment says its language; the first that says anything counts, as POSIX has it."""


def of_environment() -> Lang:
    """Japanese where LC_ALL, LC_MESSAGES or LANG says so, else English."""
    said = next((value for name in VARIABLES if (value := os.environ.get(name))), "")
    return "ja" if said.lower().split(".")[0].split("_")[0] in ("ja", "japanese") else "en"


_asked: Lang | None = None


def speak(lang: Lang) -> None:
    """Whatever is said from now on, without being asked in which language, is said in `lang`."""
    global _asked
    _asked = lang


def spoken() -> Lang:
    """The language that was asked for last, by `--lang` say; else that of the environment."""
    return _asked or of_environment()
