"""What a training was told, as JSON: kept with the run, and compared when it is resumed."""

import functools
import json
import platform
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.data import Loader, Split
from zerokara.data.text import Snippets, Windows
from zerokara.kernels import kernel_family, thread_count
from zerokara.release import __version__

MAY_CHANGE = ("epochs",)
"""A resumed run may go on for longer (or end earlier)."""


def describe(value: Any) -> Any:
    """`value` as JSON that says the same in every process: data by their checksum, functions by their name."""
    if isinstance(value, Split):
        return {"images": len(value), "shape": list(value.shape), "checksum": _checksum(value.images, value.labels)}
    if isinstance(value, Loader):
        return {f.name: describe(getattr(value, f.name)) for f in fields(value)} | {"dtype": np.dtype(value.dtype).name}
    if isinstance(value, Windows | Snippets):
        told = {f.name: describe(getattr(value, f.name)) for f in fields(value) if f.name != "ids"}
        return told | {"tokens": len(value.ids), "checksum": _checksum(value.ids)}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): describe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [describe(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else _name(value)


def environment() -> dict[str, str]:
    """What the last bits of a result depend on."""
    return {
        "zerokara": __version__,
        "numpy": np.__version__,
        "python": ".".join(platform.python_version_tuple()[:2]),
        "machine": platform.machine(),
        "threads": str(thread_count()),
        "kernels": kernel_family(),
    }


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Every setting that is not what it was, in words: "train.batch_size was 100 and is now 50"."""
    old, new = dict(flat(before)), dict(flat(now))
    names = [name for name in old | new if name not in MAY_CHANGE and old.get(name) != new.get(name)]
    return [f"{name} {_change(old.get(name), new.get(name))}" for name in names]


def _change(before: Any, now: Any) -> str:
    if isinstance(before, str) and isinstance(now, str) and "\n" in before + now:  # a model: show the first other line
        pairs = zip([*before.splitlines(), ""], [*now.splitlines(), ""], strict=False)
        before, now = next((a.strip(), b.strip()) for a, b in pairs if a != b)
    return f"was {_short(before)} and is now {_short(now)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 100 else f"{text[:99]}…"


def flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested settings as ("train.batch_size", value)."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _name(value: Any) -> str:
    if isinstance(value, functools.partial):
        return f"{_name(value.func)} with {value.args!r} {value.keywords!r}"
    if isinstance(name := getattr(value, "__qualname__", None), str):
        return f"{value.__module__}.{name}"
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def _checksum(*arrays: Array) -> str:
    """CRC-32 of the arrays' bytes; it tells other data apart, it is no protection."""
    total = 0
    for array in arrays:
        total = zlib.crc32(np.ascontiguousarray(array).data, total)
    return f"{total:08x}"
