"""Which pictures show the same: exactly, or nearly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from zerokara.arrays import Array
from zerokara.data.checking.look import Seen

PHOTOGRAPHS, DRAWINGS = 0.93, 0.98
"""The least correlation of the small grey pictures of near duplicates. With hashes at most 6 bits apart, that leaves 1
group among 4,000 photographs of CIFAR-10, and 3 among 4,000 digits of MNIST; a photograph's copy in another size or
quality has 0.99, and one cut by 2 % on all sides 0.94 to 0.99."""

PAPER = 0.35
"""A picture of which so much has one shade is a drawing: two of them are that much alike before anything is drawn."""

_ROWS = 512
"""Hashes compared with all others at a time."""


def same_pixels(pictures: Sequence[Seen]) -> list[list[int]]:
    """Groups of two or more whose decoded pixels are equal; positions, in order."""
    groups: dict[str, list[int]] = {}
    for place, picture in enumerate(pictures):
        groups.setdefault(picture.pixels, []).append(place)
    return [group for group in groups.values() if len(group) > 1]


def look_alike(pictures: Sequence[Seen], bits: int) -> list[list[int]]:
    """Groups of two or more that look alike, and are not all equal; positions, in order.

    Two pictures look alike if their hashes differ in at most `bits` of 64 and their small grey pictures correlate:
    hashes alone take many simple drawings for one. What looks like a member belongs to the group.
    """
    root = list(range(len(pictures)))

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    for one, other in _near(pictures, bits):
        root[max(find(one), find(other))] = min(find(one), find(other))
    groups: dict[int, list[int]] = {}
    for place in range(len(pictures)):
        groups.setdefault(find(place), []).append(place)
    return [
        group for group in groups.values() if len(group) > 1 and len({pictures[place].pixels for place in group}) > 1
    ]


def _near(pictures: Sequence[Seen], bits: int) -> Iterator[tuple[int, int]]:
    if not pictures:
        return
    hashes = np.array([picture.hash for picture in pictures], np.uint64)
    centred = np.stack([_centred(picture.small) for picture in pictures])
    least = np.array([DRAWINGS if _is_drawing(picture.small) else PHOTOGRAPHS for picture in pictures])
    for start in range(0, len(hashes), _ROWS):
        rows = hashes[start : start + _ROWS]
        distances = np.bitwise_count(rows[:, None] ^ hashes[None, start:])
        ones, others = np.nonzero(distances <= bits)
        ones, others = ones[others > ones] + start, others[others > ones] + start
        for begin in range(0, len(ones), 4096):
            a, b = ones[begin : begin + 4096], others[begin : begin + 4096]
            alike = np.einsum("np,np->n", centred[a], centred[b]) >= np.maximum(least[a], least[b])
            yield from zip(a[alike].tolist(), b[alike].tolist(), strict=True)


def _centred(small: Array) -> Array:
    """The pixels as a vector of length 1 with the mean 0: their product is the correlation. A flat one is 0."""
    values = small.astype(np.float32).ravel()
    values -= values.mean()
    length = float(np.linalg.norm(values))
    return values / length if length > 0 else values


def _is_drawing(small: Array) -> bool:
    """Whether one shade, of 32, takes up much of it."""
    return bool(np.bincount(small.ravel() // 8, minlength=32).max() >= PAPER * small.size)
