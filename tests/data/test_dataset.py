from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.cases import small_split
from zerokara.data import DataError, Dataset, Split, split


def test_take_and_select_keep_images_with_their_labels() -> None:
    whole = small_split(10)
    part = whole.select(np.array([7, 2, 2]))
    assert part.images[:, 0, 0, 0].tolist() == [7, 2, 2]
    assert part.labels.tolist() == [1, 2, 2]
    assert len(whole.take(4)) == 4
    assert len(whole.take(99)) == 10


def test_labels_become_int64_whatever_integer_they_were() -> None:
    assert Split(np.zeros((2, 3), np.float32), np.array([0, 1], np.uint8)).labels.dtype == np.int64


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (np.zeros((2, 4, 4), np.uint8), np.zeros(2, int), r"\(N, C, H, W\)"),
        (np.zeros((2, 1, 4, 4), int), np.zeros(2, int), r"uint8.*: use images\.astype\(np\.float32\)$"),
        (np.zeros((2, 4, 4), np.uint8), np.zeros(2, int), r"get a channel by images\[:, None\]$"),
        (np.zeros(2, np.float32), np.zeros(2, int), r"one number an example is images\[:, None\]$"),
        (np.zeros((2, 1, 4, 4), np.uint8), np.zeros((2, 1), int), r"labels are integers \(N,\)"),
        (np.zeros((2, 1, 4, 4), np.uint8), np.array(["a", "b"]), r"np\.unique\(labels, return_inverse=True\)$"),
        (np.zeros((2, 1, 4, 4), np.uint8), np.zeros(3, int), "2 images but 3 labels"),
    ],
)
def test_a_split_refuses_what_does_not_fit(images: np.ndarray, labels: np.ndarray, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Split(images, labels)


def test_a_data_set_refuses_labels_without_a_class_and_parts_of_two_sizes() -> None:
    good, other = small_split(6, size=6), small_split(6, size=7)
    with pytest.raises(DataError, match="labels run from 0 to 2; expected 0 to 1"):
        Dataset("own", good, good, ("a", "b"), "a test")
    with pytest.raises(DataError, match="one shape"):
        Dataset("own", good, other, ("a", "b", "c"), "a test")


@given(
    n=st.integers(10, 200),
    classes=st.integers(1, 6),
    fraction=st.floats(0.1, 0.9),
    seed=st.integers(0, 5),
)
def test_a_split_parts_the_examples_and_gives_each_class_its_share(
    n: int, classes: int, fraction: float, seed: int
) -> None:
    labels = np.random.default_rng(n).integers(0, classes, n)
    whole = Split(np.arange(n, dtype=np.float64)[:, None], labels)
    training, validation = split(whole, fraction, seed)
    together = np.concatenate([training.images, validation.images])[:, 0]
    assert sorted(together) == list(range(n)), "each example is in exactly one part"
    assert len(validation) == round(fraction * n)
    share = np.bincount(labels, minlength=classes) * len(validation) / n
    assert np.all(np.abs(np.bincount(validation.labels, minlength=classes) - share) < 1), "to within one example"


def test_the_cut_is_a_function_of_the_seed() -> None:
    whole = small_split(60)
    first, again, other = (split(whole, 0.25, seed)[1].images[:, 0, 0, 0].tolist() for seed in (4, 4, 5))
    assert first == again != other


def test_a_part_without_examples_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        split(small_split(10), 0.01)
    with pytest.raises(ValueError, match="at least one"):
        split(small_split(10), 1.0)


POINTS = np.random.default_rng(0).normal(size=(6, 2))
LABELS = np.arange(6) % 3


@pytest.mark.parametrize("kind", [">f4", "<f4", ">f8", "<f8", ">f2"])
@pytest.mark.parametrize("whole", [">i4", "<i8", ">u2", "u1"])
def test_arrays_of_any_byte_order_are_brought_into_this_machines(kind: str, whole: str) -> None:
    found = Split(POINTS.astype(kind), LABELS.astype(whole))
    assert found.images.dtype.isnative
    np.testing.assert_array_equal(found.images, POINTS.astype(kind))
    assert found.labels.dtype == np.int64
    assert found.labels.dtype.isnative
    np.testing.assert_array_equal(found.labels, LABELS)


def test_views_and_arrays_that_nobody_may_write_to_are_taken_as_they_are() -> None:
    fixed = np.asfortranarray(POINTS)[::-1]
    fixed.setflags(write=False)
    found = Split(fixed, LABELS[::-1])
    np.testing.assert_array_equal(found.images, POINTS[::-1])
    assert Split(POINTS.tolist(), LABELS.tolist()).labels.dtype == np.int64  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (np.where(LABELS > 1, np.nan, LABELS), r"NaN or infinity, which nothing can learn; got float64 \(6,\)$"),
        (LABELS > 1, r"got bool \(6,\): use labels\.astype\(int\)$"),
        (LABELS[:, None], r"got int64 \(6, 1\): use labels\[:, 0\]$"),
        (np.eye(3, dtype=int)[LABELS], r"\(6, 3\): of one-hot rows use labels\.argmax\(axis=1\), of several labels"),
        (LABELS.astype(object), r"got object \(6,\)$"),
        (np.full(6, 2**63, np.uint64), r"numbers of classes from 0 on; got 9223372036854775808"),
        (np.ma.masked_array(LABELS, LABELS > 1), "labels have masked values"),
        ([0, [1], 2, 0, 1, 2], "labels are an array; got a list"),
    ],
)
def test_labels_that_are_nearly_right_are_told_what_to_do(labels: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Split(POINTS, labels)


def test_masked_numbers_are_not_taken_for_what_is_under_the_mask() -> None:
    with pytest.raises(DataError, match="images have masked values, which are unknown"):
        Split(np.ma.masked_array(POINTS, POINTS > 1), LABELS)
    assert len(Split(np.ma.masked_array(POINTS), LABELS)) == 6


@pytest.mark.parametrize("fraction", [float("nan"), 1.5, -0.5])
def test_a_validation_part_is_a_share(fraction: float) -> None:
    with pytest.raises(ValueError, match="a share between 0 and 1; got"):
        split(Split(POINTS, LABELS), fraction)
    with pytest.raises(ValueError, match="at least 0; got -1"):
        Split(POINTS, LABELS).take(-1)


@pytest.mark.parametrize("targets", [LABELS + 0.5, np.ones((6, 1)), np.eye(3)[LABELS], np.zeros((6, 2, 3), np.float32)])
def test_targets_may_be_numbers_of_any_shape(targets: np.ndarray) -> None:
    found = Split(POINTS, targets)
    np.testing.assert_array_equal(found.labels, targets)
    assert not found.has_classes
    with pytest.raises(DataError, match="the labels of a data set are classes"):
        Dataset("own", found, found, ("a",), "a test")


def test_a_split_is_indexed_as_a_list_and_as_an_array() -> None:
    whole = Split(POINTS, LABELS)
    image, label = whole[4]
    np.testing.assert_array_equal(image, POINTS[4])
    assert label == LABELS[4]
    assert np.array_equal(whole[-1][0], POINTS[5])
    for index in (slice(1, 5, 2), LABELS > 0, [4, 0, 0], np.array([2])):
        part = whole[index]
        np.testing.assert_array_equal(part.images, POINTS[index])
        np.testing.assert_array_equal(part.labels, LABELS[index])
    assert len(whole[[]]) == 0
    assert len(list(whole)) == 6, "a loop ends"


@pytest.mark.parametrize("index", [6, -7, [0, 6], np.ones(5, bool)])
def test_what_lies_outside_is_an_index_error(index: Any) -> None:
    with pytest.raises(IndexError, match="6 examples"):
        Split(POINTS, LABELS)[index]


@pytest.mark.parametrize("index", ["a", 1.5, None, [[0]], {}, slice("a", None)])
def test_what_is_no_index_is_told_what_is(index: Any) -> None:
    with pytest.raises(TypeError, match="indexed by an integer, a slice, a mask or integers; got"):
        Split(POINTS, LABELS)[index]


def test_targets_with_one_number_are_cut_evenly_others_at_random() -> None:
    targets = np.arange(40.0)
    training, validation = split(Split(targets[:, None], targets), 0.25)
    assert np.all(np.abs(np.diff(np.sort(validation.labels)) - 4) <= 6)
    training, validation = split(Split(targets[:, None], np.eye(40)), 0.25)
    assert sorted([*training.images[:, 0], *validation.images[:, 0]]) == targets.tolist()
