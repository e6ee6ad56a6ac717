"""What an array is here: its types, and where random numbers come from."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from zerokara.arguments import short

Array = npt.NDArray[Any]
Shape = tuple[int, ...]
DTypeLike = npt.DTypeLike

_DEFAULT = np.random.default_rng(0)


def native(array: Array) -> Array:
    """The same numbers in the byte order of this machine: itself, or a copy of an array of the other order.

    Files of big-endian machines (and network formats) hold such arrays. NumPy reads them, machine code does not.
    """
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """A random stream of its own for every purpose: `generator(7, "shuffle", epoch)`.

    The stream is a function of the seed and the purpose alone, so the shuffle of epoch 5 is the same
    whether or not anything was drawn before it: a resumed training sees the same order.
    """
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"a seed is a non-negative integer; got {short(seed)}")
    words = [zlib.crc32(p.encode()) if isinstance(p, str) else int(p) for p in purpose]
    return np.random.default_rng(np.random.SeedSequence([seed, *words]))


def manual_seed(seed: int) -> None:
    """Restart the default generator, which initial values and dropout draw from when they are given no other."""
    _DEFAULT.bit_generator.state = generator(seed, "default").bit_generator.state


def default_generator() -> np.random.Generator:
    """The generator that layers use when the caller names none. Checkpoints save its state."""
    return _DEFAULT


@contextmanager
def generator_kept() -> Iterator[None]:
    """What is drawn inside changes nothing outside: afterwards the default generator goes on where it was."""
    state = _DEFAULT.bit_generator.state
    try:
        yield
    finally:
        _DEFAULT.bit_generator.state = state


def owner(array: Any) -> Any:
    """The array that the memory belongs to of which `array` is a view."""
    while isinstance(array, np.ndarray) and array.base is not None:
        base = array.base if isinstance(array.base, np.ndarray) else getattr(array.base, "base", None)
        if not isinstance(base, np.ndarray):  # memory that is no array's, such as a file's
            break
        array = base
    return array
