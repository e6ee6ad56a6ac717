"""With which settings the words of an experiment are true.

A training that is too short, or other data than those that a recipe was made for, may show nothing, or the opposite of
what is to be learned. An experiment therefore declares from where on it shows its effect (`shows`), and where that is
not reached its sentences and answers are not computed at all: there are figures and numbers, and no finding.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zerokara.experiments.base import Experiment


class Shows(Enum):
    """From where on an experiment shows what it is about.

    FULL: with the recipe's own amounts or more, on its own data. QUICKLY: already with the amounts of its quick run,
    and on the digits that came with the installation; a test does so, and what is expected has to hold there.
    ALWAYS: its sentences only state what was computed for these settings: arithmetic, which is true of any amount.
    """

    FULL = "full"
    QUICKLY = "quickly"
    ALWAYS = "always"


DIGITS = "digits"


@dataclass(frozen=True)
class Gap:
    """What a run lacks to show the effect: settings that are too small, each with what it takes, or other data."""

    short: Mapping[str, Any] = field(default_factory=dict)
    data: str = ""

    def __bool__(self) -> bool:
        return bool(self.short) or bool(self.data)


def gap(experiment: "Experiment") -> Gap:
    """What these settings lack; false where the experiment shows what it is about.

    Amounts are the settings that the quick run shrinks. A value that a recipe itself suggests as the next knob to turn
    is never too small. With `full` the amounts that are needed are those of `larger`.
    """
    if experiment.shows is Shows.ALWAYS:
        return Gap()
    here = experiment.used.settings
    own = {**type(experiment)().settings, **(experiment.larger if experiment.settings.get("full") else {})}
    quick = experiment.shows is Shows.QUICKLY
    suggested = [turn.settings for turn in experiment.turns]
    short = {
        name: small if quick else own[name]
        for name, small in experiment.quick.items()
        if name != "data"
        and _too_small(here[name], own[name], small, quick)
        and all(turn.get(name) != here[name] for turn in suggested)
    }
    data = str(experiment.settings.get("data", ""))
    known = {str(own.get("data", "")), *([DIGITS] if quick else [])}
    return Gap(short, "" if data in known else data)


def _too_small(value: Any, own: Any, small: Any, quick: bool) -> bool:
    """Whether a setting lies on the quick run's side of what is needed; what is no number: whether it is the same."""
    if isinstance(own, bool) or not isinstance(own, int | float):
        return not quick and bool(value == small != own)
    need = small if quick else own
    return bool(value < need if small < own else value > need)
