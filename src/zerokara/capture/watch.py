"""Whether everything that a recording depends on is as it was. Asked before every replay, so it takes microseconds.

First all of it is compared at once, in a few calls of compiled code. Only where something is another object is it
looked at closely: an attribute that the step never reads, or a number that is the same number again, is no change.

The attributes of modules are the most. Every assignment to one is counted (`tracing.count_change`), also to a
parameter's `data` and `requires_grad`; as long as the counter stands still, it is enough that the dictionaries of the
modules are equal, which finds what went past the counter (`vars(module)[…] = …`). The rest is compared by identity.
"""

from collections.abc import Callable
from itertools import chain, repeat
from operator import attrgetter, is_
from typing import Any

import numpy as np

from zerokara.capture.surroundings import MISSING, Surroundings, is_part
from zerokara.kernels import tracing

_data, _wants_gradient, _contents = attrgetter("_data"), attrgetter("requires_grad"), attrgetter("cell_contents")


class Watch:
    """What was around a step when it was recorded."""

    def __init__(self, found: Surroundings, assumptions: list[Callable[[], bool]]) -> None:
        self._found, self._assumptions = found, assumptions
        self._entries = [p for p in found.places if p.kind == "entry"]
        self._cells = [p.holder for p in found.places if p.kind == "cell"]
        self._rest = [p for p in found.places if p.kind not in ("entry", "cell")]
        self._places = [*self._entries, *(p for p in found.places if p.kind == "cell"), *self._rest]
        self._namespaces, self._keys = [p.holder for p in self._entries], [p.key for p in self._entries]
        self._modules: list[dict[str, Any]] = [f for f in found.fields if id(f) in found.of_modules]
        self._fields: list[dict[str, Any]] = [f for f in found.fields if id(f) not in found.of_modules]
        self._loose: list[Any] = [*(fields.values() for fields in self._fields), *found.lists]
        self._uncounted = [t for t in found.tensors if not hasattr(type(t), "counts_changes")]
        self._arrays = [t._data for t in found.tensors]
        self._flags = [t.requires_grad for t in found.tensors]
        self._uncounted_arrays = [t._data for t in self._uncounted]
        self._uncounted_flags = [t.requires_grad for t in self._uncounted]
        self._remember()

    def _remember(self) -> None:
        """Take everything as it is now for what it was."""
        self._changes = tracing.changes()
        self._attributes = [dict(fields) for fields in self._modules]
        self._attribute_values = list(chain.from_iterable(map(dict.values, self._modules)))
        self._entries_inside = [dict(fields) for fields in self._fields]
        self._items = [list(items) for items in self._found.lists]
        self._counts = list(map(len, self._loose))
        self._held = list(chain.from_iterable(self._loose))
        self._before = [p.get() for p in self._places]
        cut = len(self._entries), len(self._entries) + len(self._cells)
        self._named, self._closed = self._before[: cut[0]], self._before[cut[0] : cut[1]]
        self._others = self._before[cut[1] :]

    def changed(self) -> str:
        """What is not as it was; "" if everything is."""
        if not self._equal():
            what = self._difference()
            if what:
                return what
            self._remember()
        for assumption in self._assumptions:
            if not assumption():
                return "a setting that the step depends on"
        return ""

    def _equal(self) -> bool:
        """Whether it all is the same at first sight."""
        try:
            return bool(
                self._modules == self._attributes
                and (tracing.changes() == self._changes or self._as_counted())
                and (not self._loose or self._same_inside())
                and (not self._uncounted or self._same_tensors())
                and (not self._entries or self._same_names())
                and (not self._cells or all(map(is_, map(_contents, self._cells), self._closed)))
                and (not self._rest or all(p.get() is v for p, v in zip(self._rest, self._others, strict=True)))
            )
        except ValueError:  # arrays are compared only where one took the place of another; a variable was deleted
            return False

    def _as_counted(self) -> bool:
        """Something was assigned to somewhere: if it was not here, the counter is taken as it is."""
        same_ones: bool = (
            all(map(is_, chain.from_iterable(map(dict.values, self._modules)), self._attribute_values))
            and all(map(is_, map(_data, self._found.tensors), self._arrays))
            and list(map(_wants_gradient, self._found.tensors)) == self._flags
        )
        if same_ones:
            self._changes = tracing.changes()
        return same_ones

    def _same_inside(self) -> bool:
        return list(map(len, self._loose)) == self._counts and all(
            map(is_, chain.from_iterable(self._loose), self._held)
        )

    def _same_tensors(self) -> bool:
        return (
            all(map(is_, map(_data, self._uncounted), self._uncounted_arrays))
            and list(map(_wants_gradient, self._uncounted)) == self._uncounted_flags
        )

    def _same_names(self) -> bool:
        return all(map(is_, map(dict.get, self._namespaces, self._keys, repeat(MISSING)), self._named))

    # ── where something is another object ────────────────────────────────────────────────────────────────────────

    def _difference(self) -> str:
        """The first thing that the step reads and that is another; "" if there is none."""
        for tensor, array, flag in zip(self._found.tensors, self._arrays, self._flags, strict=True):
            if tensor._data is not array:
                return f"the array of a tensor of shape {array.shape}"
            if tensor.requires_grad != flag:
                return f"requires_grad of a tensor of shape {array.shape}"
        for place, before in zip(self._places, self._before, strict=True):
            if not same(before, place.get()):
                return str(place)
        for before_items, items in zip(self._items, self._found.lists, strict=True):
            if len(before_items) != len(items) or not all(map(same, before_items, items)):
                return "a list"
        for before_fields, fields in zip(self._attributes, self._modules, strict=True):
            what = self._other_entry(before_fields, fields, "the attribute")
            if what:
                return what
        for before_fields, fields in zip(self._entries_inside, self._fields, strict=True):
            what = self._other_entry(before_fields, fields, "the entry", any_may_be_read=True)
            if what:
                return what
        return ""

    def _other_entry(
        self, before: dict[Any, Any], now: dict[Any, Any], which: str, any_may_be_read: bool = False
    ) -> str:
        """An attribute is read by a name in the code; a key of a dictionary may have come from anywhere."""
        for name in {**before, **now}:
            one, other = before.get(name, MISSING), now.get(name, MISSING)
            read = any_may_be_read or is_part(one) or is_part(other) or self._found.reads(name)
            if read and not same(one, other):
                return f"{which} {name!r}"
        parts = [[name for name, value in fields.items() if is_part(value)] for fields in (before, now)]
        return "" if parts[0] == parts[1] else "the order of the modules"


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
        return bool(one.dtype == other.dtype and one.tobytes() == other.tobytes())
    return bool(isinstance(one, int | str | bytes | np.dtype) and one == other)
