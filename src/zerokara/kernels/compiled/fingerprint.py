"""The fingerprint of an array in one pass over its memory, about as fast as memory can be read."""

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels import reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import kernel
from zerokara.kernels.compiled.layout import plain
from zerokara.kernels.reference.fingerprint import KEY, with_last, words_of

_KEY, _LOW, _HALF = np.uint64(KEY), np.uint64(0xFFFFFFFF), np.uint64(32)
_TURN, _REST = np.uint64(11), np.uint64(53)
_ANY = np.dtype(np.float32)  # the kernel is the same for all
_WORK = 4  # numbers that other kernels work on in the time of one word


def fingerprint(x: Array) -> int:
    """A 64-bit number that depends on every bit of an array and on where it stands. See the reference.

    The contents of now are meant, so that it is never part of a recorded step.
    """
    if threads.recording():
        return reference.fingerprint(x)
    words, last = words_of(x)
    memory = plain(words)
    ranges = threads.parts(words.size, words.size * _WORK)
    sums = [np.empty(1, np.uint64) for _ in ranges]
    threads.share(_fingerprint.on(_ANY), [(memory, total, *r) for total, r in zip(sums, ranges, strict=True)])
    return with_last(sum(int(total[0]) for total in sums), last, words.size)


@kernel("void(u8[::1], u8[::1], i8, i8)", writes=("total",))
def _fingerprint(words, total, start, stop):  # type: ignore[no-untyped-def]
    """The sum over the words start…stop−1. The key is added up, which is quicker than i·KEY."""
    one = words[start:stop]
    key, found = np.uint64(start) * _KEY, np.uint64(0)
    for k in range(one.size):
        key += _KEY
        w = one[k]
        v = ((w << _TURN) | (w >> _REST)) ^ key
        p = (v & _LOW) * (v >> _HALF)
        u = v ^ p ^ (p >> _HALF)
        found += (u & _LOW) * (u >> _HALF) + w
    total[0] = found
