from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.cases import small_split
from zerokara.arrays import Array
from zerokara.data import Loader, Split
from zerokara.data.transforms import Affine, Compose, Elastic, Noise, Thickness

AUGMENT = Compose([Affine(rotate=20, shift=1), Elastic(0.5, 3), Thickness(), Noise()])


def visited(loader: Loader, e: int) -> list[int]:
    """Which examples an epoch visits, in order: the first pixel of each image is its index."""
    return [round(float(v) * 255) for x, _ in loader.epoch(e) for v in x[:, 0, 0, 0]]


def batches_equal(a: list[tuple[Array, Array]], b: list[tuple[Array, Array]]) -> bool:
    return len(a) == len(b) and all(
        np.array_equal(x, u) and np.array_equal(y, v) for (x, y), (u, v) in zip(a, b, strict=True)
    )


@given(n=st.integers(1, 60), batch_size=st.integers(1, 70), seed=st.integers(0, 9), e=st.integers(0, 9))
def test_shuffling_visits_each_image_exactly_once_an_epoch(n: int, batch_size: int, seed: int, e: int) -> None:
    loader = Loader(small_split(n), batch_size, seed=seed)
    assert sorted(visited(loader, e)) == list(range(n))


@given(n=st.integers(0, 60), batch_size=st.integers(1, 70), drop_last=st.booleans())
def test_the_length_is_the_number_of_batches_and_the_last_holds_what_is_left(
    n: int, batch_size: int, drop_last: bool
) -> None:
    loader = Loader(small_split(n), batch_size, drop_last=drop_last)
    sizes = [len(y) for _, y in loader.epoch(0)]
    assert len(sizes) == len(loader)
    assert sum(sizes) == (n // batch_size * batch_size if drop_last else n)
    assert all(size == batch_size for size in sizes[:-1])
    assert all(size >= 1 for size in sizes)


def test_batches_of_seven_from_twenty_three() -> None:
    assert [len(y) for _, y in Loader(small_split(23), 7).epoch(0)] == [7, 7, 7, 2]


def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not() -> None:
    first, again, other = (list(Loader(small_split(), 7, seed=s, transform=AUGMENT).epoch(3)) for s in (1, 1, 2))
    assert batches_equal(first, again)
    assert not batches_equal(first, other)


def test_the_order_changes_from_epoch_to_epoch() -> None:
    loader = Loader(small_split(50), 7)
    orders = {tuple(visited(loader, e)) for e in range(5)}
    assert len(orders) == 5


@given(start=st.integers(0, 4), e=st.integers(0, 3), sampling=st.sampled_from(["shuffle", "replacement"]))
def test_an_epoch_entered_in_its_middle_is_the_tail_of_the_whole(start: int, e: int, sampling: str) -> None:
    loader = Loader(small_split(23), 6, seed=5, transform=AUGMENT, sampling=sampling)  # type: ignore[arg-type]
    assert batches_equal(list(loader.epoch(e, start)), list(loader.epoch(e))[start:])


def test_epochs_do_not_depend_on_what_was_drawn_before() -> None:
    loader = Loader(small_split(23), 6, transform=AUGMENT)
    untouched = list(loader.epoch(2))
    list(loader.epoch(0))
    assert batches_equal(list(loader.epoch(2)), untouched)


def test_without_shuffling_the_order_is_that_of_the_split() -> None:
    assert visited(Loader(small_split(23), 7, shuffle=False), 1) == list(range(23))


def test_with_replacement_an_epoch_sees_about_63_percent() -> None:
    split = Split(np.arange(10_000, dtype=np.float64)[:, None], np.zeros(10_000, int))
    seen = np.concatenate([x for x, _ in Loader(split, 100, sampling="replacement", dtype=np.float64).epoch(0)])
    assert len(seen) == 10_000
    assert len(np.unique(seen)) / 10_000 == pytest.approx(1 - np.exp(-1), abs=0.01)


def test_labels_stay_with_their_images() -> None:
    for x, y in Loader(small_split(40), 9, seed=3).epoch(1):
        np.testing.assert_array_equal(np.rint(x[:, 0, 0, 0] * 255).astype(int) % 3, y)
        assert y.dtype == np.int64


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pixels_run_from_zero_to_one_exactly(dtype: type) -> None:
    split = Split(np.array([0, 51, 255], np.uint8).reshape(1, 1, 1, 3), np.zeros(1, int))
    ((x, _),) = Loader(split, 1, dtype=dtype).epoch(0)
    assert x.dtype == dtype
    assert x[0, 0, 0, 0] == 0
    assert x[0, 0, 0, 2] == 1
    assert x[0, 0, 0, 1] == pytest.approx(0.2)


def test_mean_and_std_are_taken_per_channel_after_the_transform() -> None:
    split = small_split(5, channels=3)
    doubled = lambda batch, rng: batch * 2  # noqa: E731
    loader = Loader(split, 5, shuffle=False, transform=doubled, mean=(0.1, 0.2, 0.3), std=(1.0, 2.0, 4.0))
    ((x, _),) = loader.epoch(0)
    expected = split.images / 255 * 2 - np.array([0.1, 0.2, 0.3])[:, None, None]
    np.testing.assert_allclose(x, expected / np.array([1, 2, 4])[:, None, None], atol=1e-6)
    assert x.dtype == np.float32


def test_points_are_not_divided() -> None:
    points = np.array([[3.0, -4.0]], np.float32)
    ((x, _),) = Loader(Split(points, np.zeros(1, int)), 1).epoch(0)
    np.testing.assert_array_equal(x, points)


def test_batches_are_copies() -> None:
    points = np.ones((4, 2), np.float32)
    for x, _ in Loader(Split(points, np.zeros(4, int)), 2, shuffle=False).epoch(0):
        x[:] = 9
    assert np.all(points == 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"batch_size": 0}, "at least 1"),
        ({"batch_size": 2, "sampling": "sometimes"}, "shuffle"),
        ({"batch_size": 2, "sampling": "replacement", "shuffle": False}, "cannot keep the order"),
        ({"batch_size": 2, "dtype": np.int32}, "floating"),
        ({"batch_size": 2, "std": 0.0}, "positive"),
        ({"batch_size": 2, "mean": (0.1, 0.2)}, "one a channel"),
    ],
)
def test_settings_that_cannot_be_are_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Loader(small_split(), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("e", "start"), [(-1, 0), (0, -1), (0, 99)])
def test_an_epoch_or_a_batch_that_is_not_there_is_refused(e: int, start: int) -> None:
    with pytest.raises(ValueError, match="epoch"):
        Loader(small_split(), 7).epoch(e, start)


@pytest.mark.parametrize(
    "kind",
    [
        tuple,
        list,
        np.array,
        lambda v: np.array(v, ">f8"),
        lambda v: np.array(v, np.float32),
        lambda v: np.reshape(v, (1, 3, 1, 1)),
    ],
)
def test_mean_and_deviation_are_numbers_in_whatever_they_come(kind: Any) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 3, 4, 4), np.uint8)
    mean, std = (0.5, 0.4, 0.3), (0.2, 0.1, 0.4)
    loader = Loader(Split(images, np.arange(5)), 5, shuffle=False, mean=kind(mean), std=kind(std))
    (x, _), *_ = loader.epoch(0)
    per_channel = (np.reshape(v, (3, 1, 1)) for v in (mean, std))
    shift, scale = per_channel
    np.testing.assert_allclose(x, (images / 255 - shift) / scale, rtol=1e-5, atol=1e-6)
    assert x.dtype == np.float32
    assert np.allclose(loader.mean, mean)
    assert isinstance(loader.mean, tuple)
    assert Loader(loader.split, 5, mean=np.float32(0.5)).mean == 0.5
    assert Loader(loader.split, 5, mean=np.zeros(3)).mean == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("value", ["a", None, float("nan"), float("inf"), (1, 2), [[1, 2], [3]], np.ones(4)])
@pytest.mark.parametrize("name", ["mean", "std"])
def test_what_is_neither_one_number_nor_one_a_channel_is_refused(name: str, value: Any) -> None:
    images = np.zeros((2, 3, 4, 4), np.uint8)
    with pytest.raises(ValueError, match=rf"^{name} is one number or one a channel \(3\); got "):
        Loader(Split(images, np.arange(2)), 2, **{name: value})


def test_numpys_numbers_are_numbers() -> None:
    loader = Loader(small_split(20), np.int64(6), seed=np.int64(3))  # type: ignore[arg-type]
    plain = Loader(small_split(20), 6, seed=3)
    assert batches_equal(list(loader.epoch(np.int64(2), np.int32(1))), list(plain.epoch(2, 1)))  # type: ignore[arg-type]


def test_batches_are_in_this_machines_byte_order() -> None:
    (x, _), *_ = Loader(small_split(4), 2, dtype=">f4").epoch(0)
    assert x.dtype == np.float32
    assert x.dtype.isnative


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"batch_size": True}, ValueError, "batch_size is a whole number"),
        ({"seed": -1}, ValueError, "a seed is a non-negative integer; got -1"),
        ({"seed": 1.5}, ValueError, "a seed is a non-negative integer"),
        (
            {"split": np.zeros((4, 3))},
            TypeError,
            r"a loader reads a Split, as data\.Split\(images, labels\); got ndarray",
        ),
    ],
)
def test_a_loader_that_cannot_be_is_refused_when_it_is_made(options: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        Loader(**{"split": small_split(6), "batch_size": 2, **options})


def test_a_pair_of_arrays_is_a_split() -> None:
    x, y = np.random.default_rng(0).random((10, 3)), np.arange(10) % 2
    loader = Loader((x, y), 4, shuffle=False)
    assert isinstance(loader.split, Split)
    first, labels = next(iter(loader))
    np.testing.assert_allclose(first, x[:4], rtol=1e-6)
    np.testing.assert_array_equal(labels, y[:4])


def test_what_is_no_pair_is_told_what_is() -> None:
    from zerokara.data import load

    with pytest.raises(TypeError, match=r"got Dataset: use its part data\.train"):
        Loader(load("digits"), 4)
    with pytest.raises(TypeError, match=r"got ndarray: use a pair, Loader\(\(x, y\), 100\)"):
        Loader(np.zeros((4, 2)), 4)
    with pytest.raises(TypeError, match="got list"):
        Loader([1, 2, 3], 4)
