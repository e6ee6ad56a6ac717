"""Metrics by task agree with scikit-learn's, which computes them in its own way."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from zerokara.arrays import generator
from zerokara.training import (
    classification_report,
    f1_score,
    mean_absolute_error,
    mean_squared_error,
    precision,
    r2_score,
    recall,
    roc_auc,
    root_mean_squared_error,
)

SEEDS = st.integers(0, 10_000)


@given(st.integers(1, 60), st.integers(1, 6), SEEDS, st.sampled_from(["macro", "weighted", "micro"]))
def test_precision_recall_and_f1_of_classes(n, classes, seed, over):
    from sklearn import metrics

    rng = generator(seed, "classes")
    t, p = rng.integers(0, classes, n), rng.integers(0, classes, n)
    report = classification_report(t, p, [f"class {k}" for k in range(classes)])
    every = range(classes)
    theirs = metrics.precision_recall_fscore_support(t, p, labels=every, zero_division=0)
    for ours, other in zip((report.precision, report.recall, report.f1, report.support), theirs, strict=True):
        np.testing.assert_allclose(ours, other, atol=1e-12)
    whole = metrics.precision_recall_fscore_support(t, p, labels=every, average=over, zero_division=0)
    assert report.average(over) == pytest.approx(whole[:3])
    assert report.accuracy == pytest.approx(metrics.accuracy_score(t, p))


@given(st.integers(1, 40), st.integers(1, 5), SEEDS)
def test_precision_recall_and_f1_of_several_labels(n, labels, seed):
    from sklearn import metrics

    rng = generator(seed, "labels")
    t, p = rng.integers(0, 2, (n, labels)), rng.integers(0, 2, (n, labels)).astype(bool)
    assume(labels > 1)  # scikit-learn takes one column for classes
    theirs = metrics.precision_recall_fscore_support(t, p, zero_division=0)
    report = classification_report(t.astype(np.float32), p)
    for ours, other in zip((report.precision, report.recall, report.f1, report.support), theirs, strict=True):
        np.testing.assert_allclose(ours, other, atol=1e-12)
    assert report.accuracy == pytest.approx(metrics.accuracy_score(t, p))


def test_the_three_by_hand():
    """Of class 1: two of three found, two of four answers right; F1 = 2·2/(3 + 4)."""
    t, p = [1, 1, 1, 0, 0, 0], [1, 1, 0, 1, 1, 0]
    report = classification_report(t, p)
    assert report.precision.tolist() == [0.5, 0.5]
    assert report.recall.tolist() == pytest.approx([1 / 3, 2 / 3])
    assert report.f1.tolist() == pytest.approx([2 / 5, 4 / 7])
    assert (precision(t, p), recall(t, p)) == pytest.approx((0.5, 0.5))
    assert f1_score(t, p) == pytest.approx((2 / 5 + 4 / 7) / 2)


def test_a_report_is_a_table_with_a_row_a_class():
    lines = str(classification_report([0, 1, 1], [0, 1, 0], ("cat", "a dog"))).splitlines()
    assert [line.split("   ")[0].strip() for line in lines] == [
        "",
        "cat",
        "a dog",
        "macro mean",
        "weighted mean",
        "accuracy",
    ]
    assert len({len(line) for line in lines[:-1]}) == 1, "the columns are aligned"
    assert "macro precision 0.750" in repr(classification_report([0, 1, 1], [0, 1, 0]))


@given(st.integers(2, 80), SEEDS, st.integers(1, 30))
def test_the_area_under_the_curve_also_of_equal_scores(n, seed, steps):
    from sklearn import metrics

    rng = generator(seed, "auc")
    t, s = rng.integers(0, 2, n), rng.integers(0, steps, n) / steps
    assume(0 < t.sum() < n)
    assert roc_auc(t, s) == pytest.approx(metrics.roc_auc_score(t, s))


@given(SEEDS)
def test_the_area_of_several_classes_and_of_several_labels(seed):
    from sklearn import metrics

    rng = generator(seed, "auc")
    t, s = np.arange(30) % 3, rng.dirichlet(np.ones(3), 30)
    assert roc_auc(t, s) == pytest.approx(metrics.roc_auc_score(t, s, multi_class="ovr"))
    several = np.stack([t == 0, t > 0, t == 2], axis=1)
    assert roc_auc(several, s) == pytest.approx(metrics.roc_auc_score(several, s))


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    t, s = np.array([0, 1, 0, 1, 1]), np.array([0.1, 0.2, 0.2, 0.9, 0.05])
    pairs = [(a > b) + 0.5 * (a == b) for a in s[t == 1] for b in s[t == 0]]
    assert roc_auc(t, s) == pytest.approx(np.mean(pairs))


@given(st.integers(2, 50), st.integers(1, 4), SEEDS)
def test_errors_of_numbers(n, width, seed):
    from sklearn import metrics

    rng = generator(seed, "numbers")
    t, y = rng.normal(size=(n, width)), rng.normal(size=(n, width))
    assert r2_score(t, y) == pytest.approx(metrics.r2_score(t, y))
    assert mean_absolute_error(t, y) == pytest.approx(metrics.mean_absolute_error(t, y))
    assert mean_squared_error(t, y) == pytest.approx(metrics.mean_squared_error(t, y))
    assert root_mean_squared_error(t, y) == pytest.approx(metrics.mean_squared_error(t, y) ** 0.5)


def test_the_mean_explains_nothing_and_a_target_that_never_changes_is_met_or_not():
    t = np.array([1.0, 2.0, 6.0])
    assert r2_score(t, np.full(3, 3.0)) == pytest.approx(0)
    assert r2_score(t, t) == 1
    assert r2_score(np.ones(3), np.ones(3)) == 1
    assert r2_score(np.ones(3), np.zeros(3)) == 0


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: r2_score(np.zeros(3), np.zeros((3, 1))), r"never broadcast; got \(3,\) and \(3, 1\)"),
        (lambda: r2_score([], []), "no examples"),
        (lambda: roc_auc([1, 1], [0.1, 0.2]), "has 2 of 2 examples"),
        (lambda: roc_auc([0, 1], [0.1, np.nan]), "NaN or infinity"),
        (lambda: roc_auc([0, 2], [0.1, 0.2]), "of 0 and 1"),
        (lambda: classification_report([0, 1], [0, 1, 1]), "one row an example; got 2 and 3"),
        (lambda: classification_report([0, 3], [0, 1], ("a", "b")), "between 0 and 1; got 0 to 3"),
        (lambda: classification_report(["a", "b"], [0, 1]), "labels are an array of numbers"),
        (lambda: classification_report([0, 1], np.zeros((2, 3))), r"scores\.argmax"),
        (lambda: classification_report([0.5, 1.0], [0, 1]), "labels are integers"),
        (lambda: classification_report([0, 1], [0, 1]).average("middle"), "macro"),
    ],
)
def test_what_does_not_fit_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
