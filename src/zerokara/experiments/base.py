"""What an experiment is: a question, settings, a measurement, and how what it found is shown and judged."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Literal, Self, get_args, get_origin, get_type_hints

from zerokara.arguments import known
from zerokara.arrays import Array
from zerokara.experiments.checks import Check
from zerokara.experiments.found import Found
from zerokara.experiments.lab import Lab
from zerokara.experiments.scope import DIGITS, Shows
from zerokara.experiments.tongue import Tongue
from zerokara.report import Code, Figure, Paragraph, Table, Text

Piece = Figure | Table | Paragraph | Code
Arrays = dict[str, Array]
Cost = Literal["S", "M", "L", "XL"]
Chapter = int | str
"""A chapter of the book by its number, or a part beside it by its key: `"seq3"`."""


@dataclass(frozen=True)
class Question:
    """A question for the reader, and the answer, which was computed."""

    question: str
    answer: str


@dataclass(frozen=True)
class Turn:
    """The knob to turn next: why, in both languages, and which settings."""

    why: Text
    settings: Mapping[str, Any]


def knob(
    default: Any,
    en: str,
    ja: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    choices: Sequence[str] = (),
    least: int = 1,
) -> Any:
    """A field that can be set by its name. `low` and `high` bound numbers, also those of a tuple, which has `least`."""
    metadata = {"help": Text(en, ja), "low": low, "high": high, "choices": tuple(choices), "least": least}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Experiment:
    """One experiment of the book or of its readers. Its fields are its settings, made by `knob`.

    A sub-class says what it is in class variables, and overrides `measure` (settings → arrays), `figures`, `findings`,
    `checks` and, where the notes ask something, `questions`. All that is shown is computed from the arrays alone, so a
    kept result can be shown again, in another language too.

    name: of the command and the file. chapter: of the book, or the part's key. source: section and script. cost:
    S < 1 s, M < 1 min, L minutes, XL more, with plain NumPy. formula: lines of LaTeX; symbols: what its letters
    mean. quick: settings that shrink it to seconds or less. larger: the amounts of the setting `full`, where an
    experiment has one (`used`); larger_judged: whether `checks` know what they give. seeds: how many seeds are measured
    unless asked otherwise; 1 where nothing is random. shows: from which amounts on, and with which data, the sentences
    of `findings` and the answers of `questions` are true; nobody is told them otherwise (`scope.py`).
    """

    name: ClassVar[str]
    chapter: ClassVar[Chapter]
    source: ClassVar[str]
    cost: ClassVar[Cost] = "S"
    title: ClassVar[Text]
    question: ClassVar[Text]
    formula: ClassVar[Sequence[str]] = ()
    symbols: ClassVar[Text | None] = None
    quick: ClassVar[Mapping[str, Any]] = {}
    larger: ClassVar[Mapping[str, Any]] = {}
    larger_judged: ClassVar[bool] = False
    seeds: ClassVar[int] = 1
    random: ClassVar[bool] = False
    turns: ClassVar[Sequence[Turn]] = ()
    shows: ClassVar[Shows] = Shows.FULL

    def __post_init__(self) -> None:
        for f in fields(self):
            _check(f.name, getattr(self, f.name), **{k: f.metadata[k] for k in ("low", "high", "choices", "least")})

    def measure(self, lab: Lab) -> Arrays:
        """Do the experiment once, for `lab.seed`; everything found, as arrays by name (texts are arrays too)."""
        raise NotImplementedError

    def figures(self, found: Found, t: Tongue) -> Sequence[Piece]:
        """The figures, and tables or paragraphs between them."""
        raise NotImplementedError

    def findings(self, found: Found, t: Tongue) -> Sequence[str]:
        """What is to be seen, in sentences with the numbers that were found."""
        raise NotImplementedError

    def checks(self, found: Found, t: Tongue) -> Sequence[Check]:
        """What is expected, beside what was found."""
        raise NotImplementedError

    def questions(self, found: Found, t: Tongue) -> Sequence[Question]:
        """Questions of the readers' notes, with computed answers."""
        return ()

    @property
    def settings(self) -> dict[str, Any]:
        """The settings by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @property
    def data_set(self) -> str:
        """The data set that is downloaded for these settings; empty where all that is needed is installed."""
        name = str(self.settings.get("data", ""))
        return "" if name == DIGITS else name

    @property
    def used(self) -> Self:
        """With what is measured: where `full` is set, `larger` for all that stands at its default, and no other.

        What somebody asked for, or a quick run shrank, is kept.
        """
        if not self.settings.get("full"):
            return self
        more = {name: value for name, value in self.larger.items() if name not in self.changed}
        return replace(self, **{"full": False, **more})

    @property
    def measured(self) -> dict[str, Any]:
        """The settings as they were measured, by name: with `full`, those of `larger` too."""
        return {**self.used.settings, **({"full": True} if self.settings.get("full") else {})}

    @property
    def changed(self) -> dict[str, Any]:
        """The settings that differ from the recipe's own."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}

    @property
    def unjudged(self) -> dict[str, Any]:
        """Those of them for which the recipe promises no numbers."""
        return {name: value for name, value in self.changed.items() if name != "full" or not self.larger_judged}


@dataclass(frozen=True)
class OnImages(Experiment):
    """An experiment on pictures, MNIST's digits unless another data set is named."""

    data: str = knob("mnist", "data set: mnist, fashion-mnist, digits (bundled), …", "データセット（digits は同梱）")
    random: ClassVar[bool] = True


def with_settings(experiment: Experiment, given: Mapping[str, Any]) -> Experiment:
    """The experiment with other settings; texts, as from a command line, become numbers where numbers are wanted.

    Raises ValueError for a setting that does not exist (the nearest name is offered) or a value that cannot be.
    """
    kinds = get_type_hints(type(experiment))
    values = {}
    for name, value in given.items():
        known("setting", name, experiment.settings, of=experiment.name)
        values[name] = _converted(name, value, kinds[name])
    return replace(experiment, **values)


def _converted(name: str, value: Any, kind: Any) -> Any:
    if get_origin(kind) is tuple:
        parts = [p.strip() for p in value.split(",") if p.strip()] if isinstance(value, str) else _several(name, value)
        return tuple(_converted(name, part, get_args(kind)[0]) for part in parts)
    if kind is bool:
        return _truth(name, value)
    wanted = {int: "a whole number", float: "a number", str: "a text"}[kind]
    try:
        converted = kind(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {wanted}; got {value!r}") from None
    if kind is int and converted != (float(value) if isinstance(value, str) else value):
        raise ValueError(f"{name} is {wanted}; got {value!r}")
    return converted


def _several(name: str, value: Any) -> Any:
    try:
        return list(value)
    except TypeError:
        return [value]


def _truth(name: str, value: Any) -> bool:
    truths = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if str(value).lower() not in truths:
        raise ValueError(f"{name} is yes or no; got {value!r}")
    return truths[str(value).lower()]


def _check(name: str, value: Any, low: float, high: float, choices: Sequence[str], least: int) -> None:
    if isinstance(value, tuple) and len(value) < least:
        raise ValueError(f"{name} has at least {least} values, separated by commas; got {len(value)}")
    for one in value if isinstance(value, tuple) else (value,):
        if choices and one not in choices:
            known(name, one, choices)
        if (
            isinstance(one, int | float)
            and not isinstance(one, bool)
            and not (low <= one <= high and math.isfinite(one))
        ):
            raise ValueError(f"{name} lies {_range(low, high)}; got {one}")


def _range(low: float, high: float) -> str:
    if math.isinf(high):
        return "among the finite numbers" if math.isinf(low) else f"at {low:g} or above"
    return f"at {high:g} or below" if math.isinf(low) else f"between {low:g} and {high:g}"
