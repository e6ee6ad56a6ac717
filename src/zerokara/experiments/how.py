"""How an experiment is done, in a few sentences: its docstring in English, a text of its own in Japanese."""

import inspect
import re

from zerokara.experiments.base import Experiment
from zerokara.experiments.how_ja_early import EARLY
from zerokara.experiments.how_ja_late import LATE
from zerokara.experiments.texts import say
from zerokara.report import Lang

JAPANESE: dict[str, str] = {**EARLY, **LATE}
"""By the name of the experiment. One that is missing is told in English, and marked so."""

_CREDIT = re.compile(r"\s*Source: .*", re.DOTALL)


def how(experiment: Experiment, lang: Lang) -> str:
    """The sentences, in one paragraph."""
    if lang == "ja" and experiment.name in JAPANESE:
        return JAPANESE[experiment.name]
    told = _CREDIT.sub("", inspect.cleandoc(type(experiment).__doc__ or "")).replace("`", "")
    english = " ".join(told.split())
    return english if lang == "en" else say(lang, "how-untranslated", how=english)


def credit(experiment: Experiment) -> str:
    """The paper that a recipe goes back to, as its docstring names it; empty where there is none."""
    found = _CREDIT.search(inspect.cleandoc(type(experiment).__doc__ or ""))
    return " ".join(found.group().split()) if found else ""
