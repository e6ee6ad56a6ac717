"""How an experiment is done, in a few sentences of either language."""

import inspect
import re

from zerokara.experiments.ae import how as ae
from zerokara.experiments.base import Experiment
from zerokara.experiments.dz import how as dz
from zerokara.experiments.gen import how as gen
from zerokara.experiments.how_en_early import EARLY as ENGLISH_EARLY
from zerokara.experiments.how_en_late import LATE as ENGLISH_LATE
from zerokara.experiments.how_en_middle import MIDDLE as ENGLISH_MIDDLE
from zerokara.experiments.how_ja_early import EARLY
from zerokara.experiments.how_ja_late import LATE
from zerokara.experiments.seq1 import how as seq1
from zerokara.experiments.seq2 import how as seq2
from zerokara.experiments.seq3 import how as seq3
from zerokara.experiments.seq4 import how as seq4
from zerokara.experiments.seq5 import how as seq5
from zerokara.experiments.seq6 import how as seq6
from zerokara.experiments.seq7 import how as seq7
from zerokara.experiments.texts import say
from zerokara.report import Lang

PARTS = (seq1, seq2, seq3, seq4, seq5, seq6, seq7, ae, gen, dz)

ENGLISH: dict[str, str] = {**ENGLISH_EARLY, **ENGLISH_MIDDLE, **ENGLISH_LATE}
for part in PARTS:
    ENGLISH |= part.ENGLISH
"""By the name of the experiment. One that is missing is told by its docstring."""

JAPANESE: dict[str, str] = {**EARLY, **LATE}
for part in PARTS:
    JAPANESE |= part.JAPANESE
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
