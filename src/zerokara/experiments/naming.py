"""What the files of reports are called: by the experiment, whether it was quick, and what was changed."""

import re

from zerokara.experiments.base import Experiment, with_settings
from zerokara.experiments.keeping import key
from zerokara.experiments.result import Result
from zerokara.experiments.telling import written
from zerokara.report import Lang

LONGEST = 90
"""A name that would be longer ends with a key instead of all changes."""


def report_name(result: Result, lang: Lang) -> str:
    """`NAME.html`, `NAME-quick-digits.html`, `NAME-lr-0.2.html`; `NAME.ja.html` and so on in Japanese.

    Values that no file name can hold, and long lists of changes, are followed by a key, so that names stay apart.
    """
    return stem(result) + ("" if lang == "en" else f".{lang}") + ".html"


def stem(result: Result) -> str:
    """The name without its endings."""
    parts = [part.replace(" ", "-") for part in variant(result)]
    clean = [re.sub(r"[^A-Za-z0-9.-]+", "_", part.replace(",", "_")) for part in parts]
    name = "-".join([result.experiment.name, *clean])
    lossy = any(a != b.replace(",", "_") for a, b in zip(clean, parts, strict=True))
    if lossy or len(name) > LONGEST:
        name = f"{name[: LONGEST - 11].rstrip('-._')}-{key(result.experiment, result.quick)}"
    return name


def variant(result: Result) -> list[str]:
    """What sets a run apart from the recipe's own, part by part: `quick`, `digits`, `lr 0.2`, `seed 3`."""
    own = basis(result.experiment, quick=result.quick).settings
    changes = {name: value for name, value in result.experiment.settings.items() if value != own[name]}
    told = ["quick"] if result.quick else []
    told += [str(changes.pop("data"))] if "data" in changes else []
    told += [f"{name.replace('_', '-')} {written(value)}" for name, value in changes.items()]
    told += [f"seed {result.first_seed}"] if result.first_seed else []
    usual = 1 if result.quick else result.experiment.seeds
    return told + ([f"{result.found.seeds} seeds"] if result.found.seeds != usual else [])


def basis(experiment: Experiment, *, quick: bool) -> Experiment:
    """The recipe as it is, or as its quick run is."""
    plain = type(experiment)()
    return with_settings(plain, plain.quick) if quick else plain
