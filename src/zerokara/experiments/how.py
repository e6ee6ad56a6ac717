"""How an experiment is done, in a few sentences of either language."""

import inspect
import re

from zerokara.experiments.base import Experiment
from zerokara.experiments.how_en_early import EARLY as ENGLISH_EARLY
from zerokara.experiments.how_en_late import LATE as ENGLISH_LATE
from zerokara.experiments.how_en_middle import MIDDLE as ENGLISH_MIDDLE
from zerokara.experiments.how_ja_early import EARLY
from zerokara.experiments.how_ja_late import LATE
from zerokara.experiments.texts import say
from zerokara.report import Lang

ENGLISH: dict[str, str] = {**ENGLISH_EARLY, **ENGLISH_MIDDLE, **ENGLISH_LATE}
"""By the name of the experiment. One that is missing is told by its docstring."""

JAPANESE: dict[str, str] = {**EARLY, **LATE}
"""By the name of the experiment. One that is missing is told in English, and marked so."""

_CREDIT = re.compile(r"\s*Source: .*", re.DOTALL)


def how(experiment: Experiment, lang: Lang) -> str:
    """The sentences, in one paragraph."""
    if lang == "ja" and experiment.name in JAPANESE:
        return JAPANESE[experiment.name]
    english = ENGLISH.get(experiment.name) or _docstring(experiment)
    return english if lang == "en" else say(lang, "how-untranslated", how=english)


def credit(experiment: Experiment) -> str:
    """The paper that a recipe goes back to, as its docstring names it; empty where there is none."""
    found = _CREDIT.search(inspect.cleandoc(type(experiment).__doc__ or ""))
    return " ".join(found.group().split()) if found else ""


def _docstring(experiment: Experiment) -> str:
    told = _CREDIT.sub("", inspect.cleandoc(type(experiment).__doc__ or "")).replace("`", "")
    return " ".join(told.split())
