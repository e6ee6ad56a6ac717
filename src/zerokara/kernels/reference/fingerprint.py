"""Whether numbers have changed, without keeping a copy of them."""

import numpy as np

from zerokara.arrays import Array

KEY = 0x9E3779B97F4A7C15
"""2⁶⁴ divided by the golden ratio, made odd: its multiples are spread evenly over the 64-bit numbers."""

_BLOCK = 1 << 13  # words at a time, so that what is between stays in the cache
_KEYS = np.arange(1, _BLOCK + 1, dtype=np.uint64) * np.uint64(KEY)


def fingerprint(x: Array) -> int:
    """A 64-bit number that depends on every bit of an array and on where it stands.

    h = Σᵢ (f(uᵢ) + wᵢ)  mod 2⁶⁴,  vᵢ = rotate(wᵢ) ⊕ (i + 1)·KEY,  pᵢ = f(vᵢ),  uᵢ = vᵢ ⊕ pᵢ ⊕ high(pᵢ)
    f(v) = low(v)·high(v), the product of the halves of 32 bits; rotate: by 11 bits to the left

    w₀, w₁, … are the bytes of x in the order of memory, eight at a time, the last filled up with zeros. Two contents of
    an array share a fingerprint by an accident of about 2⁻⁶⁴; arrays of different layouts are not to be compared, and
    nothing here withstands somebody who looks for two equal ones. 0.0 and −0.0 are different.

    Products of halves are the idea of NH (Black et al., UMAC, 1999). One product alone would be linear in a word, with
    factors that are linear in its place, so that +1, −2, +1 at neighbouring places would often go unseen: hence two.
    The rotation brings the exponents of floating-point numbers, which change most, to the lowest bits of the products.
    """
    words, last = words_of(x)
    total = sum(_sum(words[at : at + _BLOCK], at) for at in range(0, words.size, _BLOCK))
    return with_last(total, last, words.size)


def _sum(words: Array, first: int) -> int:
    """The sum over some words, the first of which is number `first`."""
    v = (words << np.uint64(11)) | (words >> np.uint64(53))
    v ^= _KEYS[: words.size] + np.uint64(first * KEY % 2**64)
    p = _product_of_halves(v)
    v ^= p
    p >>= np.uint64(32)
    v ^= p
    terms = _product_of_halves(v)
    terms += words
    return int(np.sum(terms, dtype=np.uint64))


def _product_of_halves(v: Array) -> Array:
    product: Array = v & np.uint64(2**32 - 1)
    product *= v >> np.uint64(32)
    return product


def with_last(total: int, last: int, place: int) -> int:
    """The sum with one more word, in Python's own integers."""
    v = (last << 11 | last >> 53) % 2**64 ^ (place + 1) * KEY % 2**64
    p = v % 2**32 * (v >> 32)
    u = v ^ p ^ p >> 32
    return (total + u % 2**32 * (u >> 32) + last) % 2**64


def words_of(x: Array) -> tuple[Array, int]:
    """(the memory of an array as aligned 64-bit words, the bytes beyond the last whole word as one more word)."""
    raw = _in_memory_order(x).reshape(-1).view(np.uint8)
    whole = raw.size - raw.size % 8
    words, last = (raw[:whole], raw[whole:].tobytes()) if raw.size != whole else (raw, b"")
    words = words.view(np.uint64)
    return words if words.flags.aligned else words.copy(), int.from_bytes(last, "little")


def _in_memory_order(x: Array) -> Array:
    """The array with its axes sorted as they lie in memory, repeated numbers once; a copy if there are gaps."""
    if not x.flags.c_contiguous:
        once = (slice(None, None, -1) if s < 0 else slice(None) if s else slice(1) for s in x.strides)
        x = x[tuple(once)]
        x = np.ascontiguousarray(x.transpose(sorted(range(x.ndim), key=lambda axis: -x.strides[axis])))
    return x
