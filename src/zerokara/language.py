"""The language of the environment: that of people who have said nothing else."""

import os
from typing import Literal

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where the environment says its language; the first that says anything counts, as POSIX has it."""


def of_environment() -> Literal["en", "ja"]:
    """Japanese where LC_ALL, LC_MESSAGES or LANG says so, else English."""
    said = next((value for name in VARIABLES if (value := os.environ.get(name))), "")
    return "ja" if said.lower().split(".")[0].split("_")[0] in ("ja", "japanese") else "en"
