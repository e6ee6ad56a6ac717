"""Comparing a saved state with a model before anything is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array, Shape


@dataclass(frozen=True)
class Differences:
    """How a state differs from the model that wants to load it: names, and shapes as (name, model's, state's)."""

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    mis_shaped: tuple[tuple[str, Shape, Shape], ...]

    def refuse(self, model: str, strict: bool) -> None:
        """Raise one `ValueError` that lists every difference; without `strict` only other shapes are refused."""
        complaints = [*self._names(), *self._shapes()] if strict else self._shapes()
        if complaints:
            raise ValueError(f"this state does not fit {model}: {'; '.join(complaints)}")

    def _names(self) -> list[str]:
        kinds = {"missing": self.missing, "unexpected": self.unexpected}
        return [f"{kind} {', '.join(names)}" for kind, names in kinds.items() if names]

    def _shapes(self) -> list[str]:
        pairs = [f"{name} (model {own}, state {given})" for name, own, given in self.mis_shaped]
        return [f"of another shape {', '.join(pairs)}"] if pairs else []


def compare(own: Mapping[str, Array], given: Mapping[str, Array]) -> Differences:
    """Names only in the model, names only in the state, and the names whose shapes differ."""
    common = [name for name in own if name in given]
    return Differences(
        missing=tuple(name for name in own if name not in given),
        unexpected=tuple(name for name in given if name not in own),
        mis_shaped=tuple((n, own[n].shape, given[n].shape) for n in common if own[n].shape != given[n].shape),
    )


def numbers(name: str, value: Any) -> Array:
    """`value` as an array of numbers, or `TypeError` with its name in the state."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"a state holds arrays of numbers; {name} is a {type(value).__name__} of dtype {array.dtype}")
    return array
