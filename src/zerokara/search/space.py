"""What a search may try: settings of a recipe, each with a range or with values, as they are written.

`lr=1e-4..1e-1:log` is a range on a logarithmic scale, `epochs=5..20` one of whole numbers, `optimizer=adam,sgd` two
values. `hidden` stands for the sizes of the hidden layers of `two-layer` and `multi-layer`: `hidden=50,100,100-50`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from zerokara.arguments import UsageError, known
from zerokara.models.catalogue import with_hidden
from zerokara.recipes import Recipe, override

VALIDATION = 0.1
"""The share of the training images that is kept for validation where the recipe keeps none: scores need some."""

Value = int | float | str
"""What a setting of a trial is."""

HIDDEN = "hidden"
"""The name of what is no field of a recipe, but a part of its model's name."""

FIXED = ("data",)
"""What is never tried: scores on different data cannot be compared."""


@dataclass(frozen=True)
class Range:
    """All numbers from `low` to `high`; with `log`, equal ratios are equally likely. Whole ones where both ends are."""

    low: int | float
    high: int | float
    log: bool = False

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are tried."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values that a check has to look at."""
        return self.low, self.high

    def __str__(self) -> str:
        return f"{self.low:g}..{self.high:g}{':log' if self.log else ''}" if not self.whole else self._whole()

    def _whole(self) -> str:
        return f"{self.low}..{self.high}{':log' if self.log else ''}"


@dataclass(frozen=True)
class Choice:
    """One of these values."""

    values: tuple[Value, ...]

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values that a check has to look at."""
        return self.values

    def __str__(self) -> str:
        return ",".join(map(written, self.values))


Space = Mapping[str, Range | Choice]
"""What may be tried, by the names of the settings."""


def written(value: Value) -> str:
    """A value as the command line takes it, none of its digits lost."""
    return repr(value) if isinstance(value, float) else str(value)


def parse(texts: Sequence[str], recipe: Recipe) -> dict[str, Range | Choice]:
    """The space of `lr=1e-4..1e-1:log`, `hidden=50,100`; UsageError in words for what cannot be tried.

    Every value (of a range, its ends) is tried on the recipe: what the recipe refuses is refused here.
    """
    space: dict[str, Range | Choice] = {}
    for text in texts:
        name, sign, values = text.partition("=")
        name = name.strip().replace("-", "_")
        if not sign or not values.strip():
            raise UsageError(f"--try is NAME=VALUES, as lr=1e-4..1e-1:log or optimizer=adam,sgd; got {text!r}")
        names = [n for n in (*recipe.settings, HIDDEN) if n not in FIXED]
        try:
            known("setting to try", name, names)
        except ValueError as error:
            raise UsageError(str(error)) from error
        if name in space:
            raise UsageError(f"--try {name} is given twice: write all of its values with commas between them")
        kind = str if name == HIDDEN else type(recipe.settings[name])
        space[name] = _range(name, values, kind) if ".." in values else _choice(name, values, kind)
    _check(space, judged(recipe, space))
    return space


def judged(recipe: Recipe, space: Space) -> Recipe:
    """The recipe, with validation images where it keeps none: UsageError where a share of 0 is to be tried."""
    if "validation" in space:
        if 0 in space["validation"].ends:
            raise UsageError("trials are judged on the validation part: a validation of 0 cannot be tried")
        return recipe
    return recipe if recipe.validation else replace(recipe, validation=VALIDATION, expected=None)


def _range(name: str, text: str, kind: type) -> Range:
    ends, colon, scale = text.strip().partition(":")
    low, high = (_number(name, end, kind) for end in ends.split("..", 1))
    if colon and scale != "log":
        raise UsageError(f"a range is LOW..HIGH or LOW..HIGH:log; got {name}={text}")
    if not low < high:
        raise UsageError(f"the range of {name} goes from a smaller number to a larger one; got {text}")
    if scale and low <= 0:
        raise UsageError(f"a logarithmic range lies above 0; got {name}={text}")
    return Range(low, high, bool(scale))


def _number(name: str, text: str, kind: type) -> int | float:
    if kind not in (int, float):
        raise UsageError(f"{name} has no range: write its values with commas between them")
    try:
        value: int | float = kind(text.strip())
    except ValueError:
        raise UsageError(f"{name} is a {'whole ' if kind is int else ''}number; got {text.strip()!r}") from None
    if not math.isfinite(value):
        raise UsageError(f"{name} is a number; got {text.strip()!r}")
    return value


def _choice(name: str, text: str, kind: type) -> Choice:
    parts = [part.strip() for part in text.split(",")]
    if "" in parts:
        raise UsageError(f"a value of {name} is empty: {text!r}")
    if name == HIDDEN and all(part.isdigit() for part in parts):
        kind = int
    values: list[Value] = [part if kind not in (int, float) else _number(name, part, kind) for part in parts]
    if len(set(values)) < len(values):
        raise UsageError(f"{name} has a value twice: {text}")
    return Choice(tuple(values))


def _check(space: Space, recipe: Recipe) -> None:
    """Try every value on the recipe, with the first values of the others."""
    first = {name: one.ends[0] for name, one in space.items()}
    models = space["model"].ends if "model" in space else (recipe.model,)
    try:
        applied(recipe, first)
        for name, one in space.items():
            for value in one.ends:
                applied(recipe, {**first, name: value})
        if HIDDEN in space:
            for model, sizes in product(models, space[HIDDEN].ends):
                with_hidden(str(model), str(sizes))
    except ValueError as error:
        raise UsageError(f"--try: {error}") from error


def applied(recipe: Recipe, values: Mapping[str, Value]) -> Recipe:
    """The recipe with these settings; ValueError for what cannot be."""
    changes: dict[str, Any] = {name: value for name, value in values.items() if name != HIDDEN}
    if HIDDEN in values:
        changes["model"] = with_hidden(str(changes.get("model", recipe.model)), str(values[HIDDEN]))
    return override(recipe, **changes)


def combinations(space: Space) -> list[dict[str, Value]]:
    """All combinations of the values, in the order in which they are written; UsageError for a range."""
    for name, one in space.items():
        if isinstance(one, Range):
            raise UsageError(f"a grid needs the values of {name}, with commas between them; {one} is a range")
    values: Iterable[tuple[Value, ...]] = product(*(one.ends for one in space.values()))
    return [dict(zip(space, combination, strict=True)) for combination in values]


def to_dict(space: Space) -> dict[str, Any]:
    """The space as JSON holds it."""
    return {
        name: {"values": list(one.values)}
        if isinstance(one, Choice)
        else {"low": one.low, "high": one.high, "log": one.log}
        for name, one in space.items()
    }


def from_dict(written: Mapping[str, Any]) -> dict[str, Range | Choice]:
    """What `to_dict` wrote."""
    return {
        name: Choice(tuple(one["values"])) if "values" in one else Range(one["low"], one["high"], one["log"])
        for name, one in written.items()
    }
