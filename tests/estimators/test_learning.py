"""How the estimators learn: against the same training written by hand in float64."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import make_classification, make_regression

from zerokara import nn, optim
from zerokara.arrays import Array, generator
from zerokara.estimators import NetworkClassifier, NetworkRegressor
from zerokara.estimators.losses import weighted_cross_entropy, weighted_mse
from zerokara.training.stepping import Stepper


def linear(inputs: int, outputs: int) -> nn.Module:
    layer = nn.Linear(inputs, outputs, rng=generator(3, "linear"))
    return layer.double()


def examples(n: int = 40, classes: int = 3) -> tuple[Array, Array]:
    x, y = make_classification(n, 6, n_informative=4, n_redundant=0, n_classes=classes, class_sep=2.0, random_state=0)
    return x, y


def softmax_regression(x: Array, y: Array, weights: Array, steps: int, lr: float) -> tuple[Array, Array]:
    """L = Σ w·(−ln p_y)/Σ w by gradient descent, written out."""
    layer = linear(x.shape[1], 3)
    W, b = layer.state_dict()["weight"].copy(), layer.state_dict()["bias"].copy()
    wanted = np.eye(3)[y]
    for _ in range(steps):
        odds = np.exp(x @ W.T + b)
        d = (odds / odds.sum(axis=1, keepdims=True) - wanted) * weights[:, None] / weights.sum()
        W, b = W - lr * d.T @ x, b - lr * d.sum(axis=0)
    return W, b


@pytest.mark.parametrize("balanced", [False, True])
def test_weighted_classes_are_learned_as_by_hand(balanced: bool) -> None:
    x, y = examples()
    weights = np.random.default_rng(1).uniform(0, 3, len(x))
    weights[:5] = 0
    network = NetworkClassifier(
        linear(6, 3), optimizer="sgd", lr=0.5, batch_size=100, epochs=7, patience=None,
        class_weight="balanced" if balanced else {0: 2.0, 2: 0.5},
    )  # fmt: skip
    network.fit(x, np.array(["a", "b", "c"])[y] if balanced else y, weights)
    sums = np.bincount(y, weights, minlength=3)
    of_class = weights.sum() / (3 * sums) if balanced else np.array([2.0, 1.0, 0.5])
    W, b = softmax_regression(x, y, weights * of_class[y], 7, 0.5)
    assert_allclose(network.network_.state_dict()["weight"], W, rtol=1e-10)
    assert_allclose(network.network_.state_dict()["bias"], b, rtol=1e-10, atol=1e-14)
    odds = np.exp(x @ W.T + b)
    assert_allclose(network.predict_proba(x), odds / odds.sum(axis=1, keepdims=True), rtol=1e-9)


@pytest.mark.parametrize("targets", [1, 2])
def test_weighted_regression_is_learned_as_by_hand(targets: int) -> None:
    x, y = make_regression(40, 6, n_targets=targets, bias=1000.0, random_state=0)
    weights = np.random.default_rng(1).uniform(0, 3, len(x))
    network = NetworkRegressor(linear, optimizer="sgd", lr=0.2, batch_size=100, epochs=5, patience=None)
    network.fit(x, y, weights)
    t = y.reshape(40, targets)
    mean = np.average(t, axis=0, weights=weights)
    scale = np.sqrt(np.average((t - mean) ** 2, axis=0, weights=weights))
    layer = linear(6, targets)
    W, b = layer.state_dict()["weight"].copy(), layer.state_dict()["bias"].copy()
    for _ in range(5):
        d = 2 / targets * (x @ W.T + b - (t - mean) / scale) * weights[:, None] / weights.sum()
        W, b = W - 0.2 * d.T @ x, b - 0.2 * d.sum(axis=0)
    assert_allclose(network.predict(x), ((x @ W.T + b) * scale + mean).reshape(y.shape), rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=12, max_size=12).filter(lambda counts: min(counts[:2]) > 0))
def test_a_weight_is_as_good_as_repetition(counts: list[int]) -> None:
    """In one batch; y has both classes among the first two examples, so that they stay."""
    x, y = examples(12, 2)
    y[:2] = 0, 1
    weighted = NetworkClassifier((5,), epochs=20, random_state=0, class_weight="balanced").fit(x, y, counts)
    repeated = NetworkClassifier((5,), epochs=20, random_state=0, class_weight="balanced").fit(
        x.repeat(counts, axis=0), y.repeat(counts)
    )
    assert_allclose(weighted.predict_proba(x), repeated.predict_proba(x), rtol=1e-9)


def test_only_the_ratios_of_weights_count() -> None:
    x, y = examples()
    weights = np.random.default_rng(1).uniform(1, 3, len(x))
    one, other = (NetworkRegressor((5,), epochs=20, random_state=0).fit(x, y, weights * by) for by in (1, 1e6))
    assert_allclose(one.predict(x), other.predict(x), rtol=1e-7)


@pytest.mark.parametrize(
    ("loss", "targets"), [(weighted_cross_entropy, np.ones((4, 3))), (weighted_mse, np.ones((4, 4)))]
)
def test_weighted_steps_are_recorded(loss: Callable[..., Any], targets: Array) -> None:
    model = linear(6, 3)
    step = Stepper(model, optim.SGD(model, 0.1), loss, None, lambda value, x: None, float)
    recorded, _ = step(np.ones((4, 6)), targets)
    assert step.recordings == 1
    other = linear(6, 3)
    written = Stepper(other, optim.SGD(other, 0.1), loss, None, lambda value, x: None, float)
    written._captured = None
    assert_allclose(written(np.ones((4, 6)), targets)[0], recorded, rtol=1e-12)
    assert_allclose(model.state_dict()["weight"], other.state_dict()["weight"], rtol=1e-12)


def test_passes_by_hand_are_passes_of_partial_fit() -> None:
    x, y = examples()
    network = NetworkClassifier(linear(6, 3), optimizer="momentum", lr=0.1, batch_size=40, random_state=0)
    W, b = (linear(6, 3).state_dict()[name].copy() for name in ("weight", "bias"))
    v = np.zeros_like(W), np.zeros_like(b)
    for start in (0, 20, 0):
        part, wanted = x[start : start + 20], y[start : start + 20]
        network.partial_fit(part, wanted, classes=[0, 1, 2], sample_weight=2.0)
        odds = np.exp(part @ W.T + b)
        d = 2 * (odds / odds.sum(axis=1, keepdims=True) - np.eye(3)[wanted]) / 20
        v = 0.9 * v[0] - 0.1 * d.T @ part, 0.9 * v[1] - 0.1 * d.sum(axis=0)
        W, b = W + v[0], b + v[1]
    assert_allclose(network.network_.state_dict()["weight"], W, rtol=1e-10)
    assert network.n_iter_ == 3


def test_partial_fit_goes_on_after_fit() -> None:
    x, y = examples()
    network = NetworkClassifier((5,), epochs=3, random_state=0).fit(x, y)
    before = network.network_.state_dict()["fc1.weight"].copy()
    network.partial_fit(x, y)
    change = np.abs(network.network_.state_dict()["fc1.weight"] - before).max()
    assert 0 < change < 0.02
    assert network.n_iter_ == 4


def test_early_stopping_keeps_the_best_weights() -> None:
    x, y = examples(60)
    y = np.random.default_rng(0).permutation(y)  # nothing to be learned, so that it becomes worse soon
    network = NetworkClassifier((50,), lr=0.05, epochs=100, early_stopping=True, validation_fraction=0.3, patience=4)
    network.set_params(random_state=1).fit(x, y)
    losses = [record.val_loss for record in network.history_]
    assert network.n_iter_ == len(losses) < 100
    assert losses.index(min(losses)) < len(losses) - 1
    chosen = network._held_out(y, network._seed)
    p = network.predict_proba(x[chosen])
    assert_allclose(-np.log(p[np.arange(len(p)), y[chosen]]).mean(), min(losses), rtol=1e-9)
    assert np.ptp(np.bincount(y[chosen])) <= 1
    assert chosen.sum() == 18


def test_training_ends_where_nothing_improves() -> None:
    x, y = examples()
    assert NetworkClassifier((5,), lr=1e-9, patience=3).fit(x, y).n_iter_ == 4
    assert NetworkClassifier((5,), lr=1e-9, patience=None, epochs=30).fit(x, y).n_iter_ == 30


def test_everything_drawn_follows_from_random_state() -> None:
    x, y = examples()

    def answer(state: Any) -> Array:
        network = NetworkClassifier((5,), batch_size=7, epochs=3, early_stopping=True, random_state=state)
        return network.fit(x, y).predict_proba(x)

    assert_array_equal(answer(5), answer(5))
    assert not np.array_equal(answer(5), answer(6))
    state = np.random.RandomState(0)
    assert not np.array_equal(answer(state), answer(state))
    np.random.seed(7)  # noqa: NPY002 (scikit-learn's convention of random_state=None)
    first = answer(None)
    np.random.seed(7)  # noqa: NPY002
    assert_array_equal(first, answer(None))


def test_dropout_follows_it_too_and_nothing_outside_is_changed() -> None:
    import zerokara as zk

    x, y = examples()
    network = NetworkClassifier(
        nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3)), epochs=5, random_state=0
    )
    before = zk.default_generator().bit_generator.state
    first = network.fit(x, y).predict_proba(x)
    assert zk.default_generator().bit_generator.state == before
    zk.manual_seed(99)
    assert_array_equal(network.fit(x, y).predict_proba(x), first)


def test_the_answer_does_not_depend_on_the_company() -> None:
    x, y = examples(700)
    network = NetworkClassifier((20,), epochs=2, random_state=0).fit(x, y)
    whole = network.predict_proba(x)
    for n in (1, 2, 3, 511, 512, 513):
        assert_allclose(network.predict_proba(x[:n]), whole[:n], rtol=1e-12)
