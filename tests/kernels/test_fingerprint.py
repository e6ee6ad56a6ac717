"""The fingerprint of an array: both families give the same number, and another one as soon as a bit is different."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.families import layouts, numbers, seeds
from zerokara.arrays import Array
from zerokara.kernels import compiled, reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.reference.fingerprint import KEY

DTYPES = [np.float32, np.float64, np.float16, np.int64, np.int32, np.uint8, np.bool_, np.complex64, ">f4"]
SHAPES = [(), (0,), (1,), (3,), (8,), (7, 13), (2, 3, 5, 4), (1000,), (4, 0, 3), (70_001,)]


def alike(x: Array) -> int:
    """The fingerprint in both families, which leave the array alone."""
    before = x.tobytes()
    found = {family.fingerprint(x) for family in (reference, compiled)}  # "fingerprint"
    assert len(found) == 1
    assert x.tobytes() == before
    (number,) = found
    assert type(number) is int
    assert 0 <= number < 2**64
    return number


def by_hand(x: Array) -> int:
    """The formula, word by word, in Python's integers."""
    raw = np.ascontiguousarray(x).tobytes()
    raw += bytes(-len(raw) % 8) if len(raw) % 8 else bytes(8)  # whole words are followed by one of zeros
    total = 0
    for i in range(len(raw) // 8):
        w = int.from_bytes(raw[8 * i : 8 * i + 8], "little")
        turned = (w * 2**11 + w // 2**53) % 2**64
        v = turned ^ ((i + 1) * KEY % 2**64)
        p = v % 2**32 * (v // 2**32)
        u = v ^ p ^ (p // 2**32)
        total += u % 2**32 * (u // 2**32) + w
    return total % 2**64


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_families_agree(shape: tuple[int, ...], dtype: Any) -> None:
    x = np.asarray(np.random.default_rng(1).normal(size=shape) * 100).astype(dtype)
    alike(x)
    for view in (x.T, np.broadcast_to(x, (3, *x.shape))):
        alike(view)
    if x.ndim:
        for view in (x[::-1], x[1:], x[::2], x[..., ::-1], x[..., 1:], x[:, None]):
            alike(view)


@given(seeds, st.lists(st.integers(0, 5), max_size=4), layouts, st.sampled_from([np.float32, np.float64]))
def test_the_families_agree_in_any_layout(seed: int, shape: list[int], layout: str, dtype: Any) -> None:
    if layout != "scattered" or shape:
        alike(numbers(seed, tuple(shape), dtype, layout))


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 31, 64, 1001])
def test_it_is_the_formula(size: int) -> None:
    x = np.random.default_rng(size).integers(0, 256, size).astype(np.uint8)
    assert alike(x) == by_hand(x)


def test_every_single_bit_counts() -> None:
    x = np.random.default_rng(0).normal(size=37).astype(np.float32)
    seen = {alike(x)}
    for place in range(x.nbytes):
        for bit in range(8):
            changed = x.copy()
            changed.view(np.uint8)[place] ^= 1 << bit
            seen.add(alike(changed))
    assert len(seen) == 1 + 8 * x.nbytes


@given(seeds, st.integers(2, 300), st.sampled_from([np.float32, np.float64, np.int64, np.uint8]))
def test_changes_with_a_pattern_are_seen(seed: int, size: int, dtype: Any) -> None:
    """Numbers exchanged, one taken from one and added to another, all doubled, moved by one, negated, sorted."""
    rng = np.random.default_rng(seed)
    x = np.asarray(rng.permutation(np.arange(1, size + 1)) % 120).astype(dtype)
    i, j = rng.choice(size, 2, replace=False)
    swapped, moved = x.copy(), x.copy()
    swapped[[i, j]] = swapped[[j, i]]
    moved[i], moved[j] = moved[i] + 1, moved[j] - 1
    others = (swapped, moved, x * 2, np.roll(x, 1), -x.astype(dtype), np.sort(x), x[::-1].copy(), np.zeros_like(x))
    for other in others:
        assert (alike(other) == alike(x)) == (other.tobytes() == x.tobytes())


def test_equal_numbers_that_are_other_bits_are_different() -> None:
    assert alike(np.zeros(3)) != alike(np.array([0.0, -0.0, 0.0]))
    assert alike(np.full(2, np.nan)) == alike(np.full(2, np.nan))


PATTERNS = [(1, -1), (1, -2, 1), (1, -3, 3, -1), (1, 1, -1, -1), (2, -4, 2), (64, -128, 64)]


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.float64, np.float32, np.uint8], ids=str)
def test_changes_that_cancel_in_a_sum_are_seen(dtype: Any) -> None:
    """Weights that grow evenly with the place would not see +1, −2, +1; thousands of such changes are all seen."""
    rng = np.random.default_rng(7)
    for _ in range(1500):
        x = rng.integers(100, 105, 64).astype(dtype)
        changed, pattern = x.copy(), PATTERNS[rng.integers(len(PATTERNS))]
        start, apart = rng.integers(0, 30), rng.integers(1, 9)
        changed[start + apart * np.arange(len(pattern))] += np.array(pattern).astype(dtype)
        assert compiled.fingerprint(x) != compiled.fingerprint(changed)


@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.float64], ids=str)
def test_small_changes_reach_all_parts_of_the_number(dtype: Any) -> None:
    """4,096 arrays that differ in one small number: any 32 bits of their fingerprints are nearly all different."""
    x, found = np.zeros(64, dtype), []
    for place in range(64):
        for value in range(1, 65):
            x[place] = value
            found.append(compiled.fingerprint(x))
        x[place] = 0
    for shift in (0, 8, 16, 24, 32):
        assert len({h >> shift & 0xFFFFFFFF for h in found}) > 4000


def test_threads_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut into any number of parts, the sum is the same."""
    x = np.random.default_rng(2).normal(size=10_007)
    found = set()
    for count in (1, 2, 3, 7):
        monkeypatch.setattr(threads, "_THREADS", count)
        found.add(alike(x))
    assert len(found) == 1


def test_it_means_the_contents_of_now_while_calls_are_recorded() -> None:
    x = np.arange(5000.0)
    with threads.recorded_by(lambda function, calls: None):
        assert compiled.fingerprint(x) == reference.fingerprint(x)
