"""Whether everything that a recording depends on is as it was. Asked before every replay, so it takes microseconds.

First all of it is compared by identity, in a few calls of compiled code: attributes of modules, items of lists, globals,
closures. Only where something is another object is it looked at closely: an attribute that the step never reads, or a
number that is the same number again, is no change.
"""

from collections.abc import Callable
from itertools import chain, repeat
from operator import attrgetter, is_
from typing import Any

import numpy as np

from zerokara.autodiff import Tensor
from zerokara.capture.surroundings import MISSING, Place, Surroundings, is_part

_data, _wants_gradient, _contents = attrgetter("data"), attrgetter("requires_grad"), attrgetter("cell_contents")


class Watch:
    """What was around a step when it was recorded."""

    def __init__(self, found: Surroundings, assumptions: list[Callable[[], bool]]) -> None:
        self._found, self._assumptions = found, assumptions
        self._entries = [p for p in found.places if p.kind == "entry"]
        self._cells = [p for p in found.places if p.kind == "cell"]
        self._rest = [p for p in found.places if p.kind not in ("entry", "cell")]
        self._namespaces, self._keys = [p.holder for p in self._entries], [p.key for p in self._entries]
        self._whole: list[Any] = [*(fields.values() for fields in found.fields), *found.lists]
        self._arrays = [t.data for t in found.tensors]
        self._flags = [t.requires_grad for t in found.tensors]
        self._remember()

    def _remember(self) -> None:
        self._names = [list(fields) for fields in self._found.fields]
        self._counts = list(map(len, self._whole))
        self._held = list(chain.from_iterable(self._whole))
        self._named = [p.get() for p in self._entries]
        self._closed = [p.get() for p in self._cells]
        self._others = [p.get() for p in self._rest]

    def changed(self) -> str:
        """What is not as it was; "" if everything is."""
        if not self._same_objects():
            what = self._difference()
            if what:
                return what
            self._remember()
        for assumption in self._assumptions:
            if not assumption():
                return "a setting that the step depends on"
        return ""

    def _same_objects(self) -> bool:
        try:
            return (
                list(map(len, self._whole)) == self._counts
                and all(map(is_, chain.from_iterable(self._whole), self._held))
                and all(map(is_, map(_data, self._found.tensors), self._arrays))
                and list(map(_wants_gradient, self._found.tensors)) == self._flags
                and all(map(is_, map(dict.get, self._namespaces, self._keys, repeat(MISSING)), self._named))
                and all(map(is_, map(_contents, map(_holder, self._cells)), self._closed))
                and all(place.get() is value for place, value in zip(self._rest, self._others, strict=True))
            )
        except ValueError:  # a variable of a closure was deleted
            return False

    def _difference(self) -> str:
        for tensor, array, flag in zip(self._found.tensors, self._arrays, self._flags, strict=True):
            if tensor.data is not array:
                return f"the array of a tensor of shape {array.shape}"
            if tensor.requires_grad != flag:
                return f"requires_grad of a tensor of shape {array.shape}"
        places = chain(
            zip(self._entries, self._named, strict=True),
            zip(self._cells, self._closed, strict=True),
            zip(self._rest, self._others, strict=True),
        )
        for place, before in places:
            if not same(before, place.get()):
                return str(place)
        return self._difference_inside()

    def _difference_inside(self) -> str:
        """Of dictionaries, attributes of modules, and lists."""
        held = iter(self._held)
        for fields, names in zip(self._found.fields, self._names, strict=True):
            before = dict(zip(names, held, strict=False))
            for name in {*before, *fields}:
                one, other = before.get(name, MISSING), fields.get(name, MISSING)
                read = is_part(one) or is_part(other) or self._found.reads(name)
                if read and not same(one, other):
                    return f"the attribute {name!r}"
            order = [n for n in names if is_part(before[n])]
            if order != [n for n in fields if is_part(fields[n])]:
                return "the order of the modules"
        for items, count in zip(self._found.lists, self._counts[len(self._names) :], strict=True):
            before_items = [next(held) for _ in range(count)]
            if count != len(items) or not all(map(same, before_items, items)):
                return "a list"
        return ""


def _holder(place: Place) -> Any:
    return place.holder


def same(one: Any, other: Any) -> bool:
    """Whether two values are one object, or equal numbers, names and tuples of them of the same types."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float | complex):  # 0.0 is not −0.0, and NaN is NaN
        return repr(one) == repr(other)
    if isinstance(one, np.generic):
        return one.dtype == other.dtype and one.tobytes() == other.tobytes()
    return isinstance(one, int | str | bytes | np.dtype) and bool(one == other)
