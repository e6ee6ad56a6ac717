import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara.arrays import generator
from zerokara.training import accuracy, confusion_matrix, expected_calibration_error


@given(st.integers(1, 60), st.integers(2, 7), st.integers(0, 99))
def test_confusion_and_accuracy_agree_with_scikit_learn(n, classes, seed):
    from sklearn import metrics

    rng = generator(seed, "metrics")
    labels, scores = rng.integers(0, classes, n), rng.random((n, classes))
    guesses = scores.argmax(axis=1)
    found = confusion_matrix(labels, guesses, classes)
    np.testing.assert_array_equal(found, metrics.confusion_matrix(labels, guesses, labels=range(classes)))
    assert np.trace(found) / n == pytest.approx(accuracy(scores, labels)) == metrics.accuracy_score(labels, guesses)


def test_confusion_rows_are_the_truth():
    np.testing.assert_array_equal(confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2), [[1, 1], [0, 1]])


def test_no_example_no_accuracy_but_an_empty_confusion():
    with pytest.raises(ValueError, match="no examples"):
        accuracy(np.zeros((0, 3)), np.zeros(0, int))
    assert confusion_matrix(np.zeros(0, int), np.zeros(0, int), 3).sum() == 0


def test_shapes_and_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"expected scores \(N, K\) and labels \(N,\); got \(3, 2\) and \(4,\)"):
        accuracy(np.zeros((3, 2)), np.zeros(4, int))
    with pytest.raises(ValueError, match="labels lie between 0 and 2; got 0 to 3"):
        confusion_matrix(np.array([0, 3]), np.array([0, 1]), 3)


def test_calibration_error_by_hand():
    """Two answers given with .8 of which one is right, two with .6, both right: ½·|.5 − .8| + ½·|1 − .6| = .35."""
    probabilities = np.array([[0.8, 0.2], [0.8, 0.2], [0.6, 0.4], [0.6, 0.4]])
    labels = np.array([0, 1, 0, 0])
    assert expected_calibration_error(probabilities, labels, bins=10) == pytest.approx(0.35)


def test_who_is_as_often_right_as_promised_has_no_calibration_error():
    probabilities = np.tile([0.75, 0.25], (4, 1))
    assert expected_calibration_error(probabilities, np.array([0, 0, 0, 1])) == pytest.approx(0)
    assert expected_calibration_error(np.eye(3), np.arange(3)) == 0


def test_calibration_needs_examples_and_bins():
    with pytest.raises(ValueError, match="no examples"):
        expected_calibration_error(np.zeros((0, 2)), np.zeros(0, int))
    with pytest.raises(ValueError, match="at least one bin"):
        expected_calibration_error(np.eye(2), np.arange(2), bins=0)
