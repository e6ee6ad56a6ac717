"""Why a run is not judged, what it is too small for, and what to type for one that is judged."""

import math
import shlex
from collections.abc import Mapping
from typing import Any

from zerokara.experiments.base import Experiment
from zerokara.experiments.result import Result
from zerokara.experiments.texts import say
from zerokara.report import Lang, Text

COMMA, SPACE = Text(", ", "、"), Text(" ", "")
"""What stands between two parts, and between two sentences."""


def option(name: str) -> str:
    """`--batch-size`"""
    return "--" + name.replace("_", "-")


def written(value: object) -> str:
    """A setting as it is typed."""
    if isinstance(value, tuple):
        return ",".join(written(v) for v in value)
    return f"{value:g}" if isinstance(value, float) and math.isfinite(value) else str(value)


def command_line(result: Result, lang: Lang = "en", changes: Mapping[str, Any] | None = None) -> str:
    """The command that does this experiment with these settings, some of them changed, and tells it in `lang`."""
    changes = {**result.experiment.changed, **(changes or {})}
    if result.quick:
        changes = {n: v for n, v in changes.items() if result.experiment.quick.get(n, None) != v}
    options = [f"{option(name)} {shlex.quote(written(value))}" for name, value in changes.items()]
    options += ["--quick"] if result.quick else []
    options += [f"--seed {result.first_seed}"] if result.first_seed else []
    return in_language(" ".join(["zerokara lab run", result.experiment.name, *options]), lang)


def judged_command(experiment: Experiment, lang: Lang = "en") -> str:
    """The command of the run whose numbers are judged: the recipe as it is."""
    return in_language(f"zerokara lab run {experiment.name}", lang)


def in_language(command: str, lang: Lang) -> str:
    """The command with `--lang`, where another language than English is wanted and not yet asked for."""
    return command if lang == "en" or "--lang" in command else f"{command} --lang {lang}"


def too_small(result: Result, lang: Lang) -> str:
    """What the run is too small for, in words; empty where it shows what it is about."""
    gap = result.gap
    if not gap:
        return ""
    told = [say(lang, "gap-data", data=gap.data, own=_own_data(result.experiment))] if gap.data else []
    if gap.short:
        needs = [
            say(lang, "gap-one", name=option(n), here=written(result.experiment.settings[n]), need=written(need))
            for n, need in gap.short.items()
        ]
        told.append(say(lang, "gap-short", needs=COMMA(lang).join(needs)))
    return SPACE(lang).join([*told, say(lang, "gap-so")])


def why_not_judged(result: Result, lang: Lang) -> str:
    """Why the expected numbers do not belong to this run; empty where they do."""
    if result.own:
        return ""
    experiment = result.experiment
    if result.quick:
        return say(lang, "unjudged-quick")
    changed = dict(experiment.unjudged)
    told = []
    if "data" in changed:
        told.append(say(lang, "unjudged-data", data=changed.pop("data"), own=_own_data(experiment)))
    if changed:
        plain = type(experiment)().settings
        each = [
            say(lang, "unjudged-one", name=option(n), own=written(plain[n]) or "–", here=written(v) or "–")
            for n, v in changed.items()
        ]
        told.append(say(lang, "unjudged-settings", each=COMMA(lang).join(each)))
    if result.found.seeds < experiment.seeds:
        told.append(say(lang, "unjudged-seeds", own=experiment.seeds, here=result.found.seeds))
    return SPACE(lang).join(told)


def _own_data(experiment: Experiment) -> str:
    return str(type(experiment)().settings.get("data", ""))
