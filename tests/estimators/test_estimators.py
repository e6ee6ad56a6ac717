"""The estimators in scikit-learn's company: cloned, pickled, in pipelines and searches, with frames."""

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from zerokara import nn, optim, training
from zerokara.arrays import Array
from zerokara.estimators import NetworkClassifier, NetworkRegressor

X, Y = load_iris(return_X_y=True)


def net() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))


def weights(model: nn.Module) -> list[Array]:
    return [array.copy() for array in model.state_dict().values()]


def test_a_module_is_copied_and_trained_from_its_weights() -> None:
    module = net()
    before = weights(module)
    network = NetworkClassifier(module, lr=1e-12, epochs=1).fit(X, Y)
    assert all(np.array_equal(a, b) for a, b in zip(weights(module), before, strict=True))
    learned = network.network_.state_dict()["0.weight"]
    np.testing.assert_allclose(learned, module.state_dict()["0.weight"], atol=1e-9)
    assert learned.dtype == np.float32
    assert clone(network).network is not module
    assert_array_equal(clone(network).network.state_dict()["0.weight"], module.state_dict()["0.weight"])


def test_a_last_batch_of_one_example_is_left_out_for_batch_norm() -> None:
    network = NetworkClassifier(net(), batch_size=7, epochs=2).fit(X[:148], Y[:148])
    assert network.history_[0].images == 147
    assert NetworkClassifier((5,), batch_size=7, epochs=2).fit(X[:148], Y[:148]).history_[0].images == 148
    with pytest.raises(ValueError, match="use two examples a batch or more"):
        NetworkClassifier(net(), batch_size=1).fit(X, Y)


def test_pictures_are_examples_of_more_axes() -> None:
    rng = np.random.default_rng(0)
    pictures = rng.uniform(0, 1, (60, 1, 6, 6)).astype(np.float32)
    y = np.arange(60) % 2
    pictures[y == 1, :, :3] += 1
    module = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2))
    network = NetworkClassifier(module, lr=0.02, epochs=20, batch_size=20, random_state=0).fit(pictures, y)
    assert network.score(pictures, y) > 0.95
    assert network.predict_proba(pictures[:3]).shape == (3, 2)


def test_a_pickled_one_answers_and_learns_alike() -> None:
    network = NetworkClassifier((5,), epochs=3, batch_size=40, random_state=0).fit(X, Y).partial_fit(X, Y)
    other = pickle.loads(pickle.dumps(network))
    assert_array_equal(other.predict_proba(X), network.predict_proba(X))
    assert_array_equal(other.partial_fit(X, Y).predict_proba(X), network.partial_fit(X, Y).predict_proba(X))
    assert_array_equal(other.classes_, network.classes_)


def test_searches_pipelines_and_cross_validation() -> None:
    network = NetworkClassifier(epochs=60, lr=0.01, random_state=0)
    piped = make_pipeline(StandardScaler(), network)
    assert cross_val_score(piped, X, Y, cv=3).mean() > 0.93
    grid = {"networkclassifier__network": [(20,), net()], "networkclassifier__optimizer": ["adam", optim.SGD]}
    search = GridSearchCV(piped, grid, cv=2, n_jobs=1).fit(X, Y)
    assert search.best_score_ > 0.93
    assert search.predict(X).shape == (150,)
    assert cross_val_score(NetworkRegressor(epochs=60, lr=0.01, random_state=0), X, X[:, 3] * 1e4, cv=3).shape == (3,)


def test_weights_are_routed_as_scikit_learn_does() -> None:
    heavy = np.where(Y == 0, 1e6, 1.0)
    piped = make_pipeline(StandardScaler(), NetworkClassifier((5,), epochs=30, lr=0.01, random_state=0))
    piped.fit(X, Y, networkclassifier__sample_weight=heavy)
    assert np.all(piped.predict(X) == 0)
    with config_context(enable_metadata_routing=True):
        wants = NetworkClassifier((5,), epochs=30, lr=0.01, random_state=0).set_fit_request(sample_weight=True)
        search = GridSearchCV(wants.set_score_request(sample_weight=False), {"lr": [0.01]}, cv=2)
        assert np.all(search.fit(X, Y, sample_weight=heavy).predict(X) == 0)


def test_in_threads_it_learns_the_same() -> None:
    network = NetworkClassifier((5,), epochs=5, random_state=0)
    alone = cross_val_score(network, X, Y, cv=3)
    with parallel_config("threading", n_jobs=2):
        assert_array_equal(cross_val_score(network, X, Y, cv=3), alone)


def test_frames_are_as_good_as_arrays() -> None:
    names = ["a", "b", "c", "d"]
    species = np.array(["setosa", "versicolor", "virginica"])[Y]
    wanted = NetworkClassifier((5,), epochs=3, random_state=0).fit(X, species)
    for library in ("pandas", "polars"):
        frames = pytest.importorskip(library)
        frame, labels = frames.DataFrame(dict(zip(names, X.T, strict=True))), frames.Series(species.tolist())
        network = NetworkClassifier((5,), epochs=3, random_state=0).fit(frame, labels)
        assert_array_equal(network.feature_names_in_, names)
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a frame where a frame was learned from, or scikit-learn warns
            assert_array_equal(network.predict_proba(frame), wanted.predict_proba(X))
        assert_array_equal(network.predict(frame), wanted.predict(X))
        with pytest.raises(ValueError, match="feature names"):
            network.predict(frame.rename(columns={"a": "z"}) if library == "pandas" else frame.rename({"a": "z"}))
        regressor = NetworkRegressor((5,), epochs=3, random_state=0).fit(frame, frames.Series(X[:, 0]))
        assert regressor.predict(frame).shape == (150,)


def test_targets_of_any_size_are_found() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3))
    y = np.column_stack([1e6 + 1e3 * np.sin(x[:, 0]), 1e-5 * x[:, 1], np.full(300, 7.0)])
    network = NetworkRegressor((50,), lr=0.01, random_state=0).fit(x, y)
    found = network.predict(x)
    assert found.shape == y.shape
    assert r2_score(y[:, :2], found[:, :2]) > 0.97
    np.testing.assert_allclose(found[:, 2], 7, atol=0.2)
    assert NetworkRegressor((50,), lr=0.01, random_state=0).fit(x, y[:, 0]).score(x, y[:, 0]) > 0.97


def test_float32_stays_float32_and_everything_else_is_float64() -> None:
    for kind, found in ((np.float32, np.float32), (np.float64, np.float64), (np.int16, np.float64)):
        network = NetworkClassifier((5,), epochs=1).fit((X * 10).astype(kind), Y)
        assert network.network_.state_dict()["fc1.weight"].dtype == found
        assert network.predict_proba(X).dtype == np.float64


def test_history_can_be_drawn() -> None:
    network = NetworkClassifier((5,), epochs=3, early_stopping=True).fit(X, Y)
    assert "<svg" in training.plot_history(network.history_)._repr_html_()


def test_it_tells_its_epochs_when_asked(capfd: pytest.CaptureFixture[str]) -> None:
    NetworkClassifier((5,), epochs=3).fit(X, Y)
    assert capfd.readouterr() == ("", "")
    NetworkClassifier((5,), epochs=3, verbose=True).fit(X, Y)
    out, err = capfd.readouterr()
    assert (out, len(err.splitlines())) == ("", 3)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"network": "100"}, "network is a list of hidden sizes"),
        ({"network": (100, 0)}, "network is a list of hidden sizes"),
        ({"network": 2.5}, "network is a list of hidden sizes"),
        ({"network": nn.Linear}, r"make one of it, as Net\(\)"),
        ({"network": nn.Linear(4, 2)}, r"has to answer a batch \(N, 4\) with \(N, 3\)"),
        ({"network": lambda inputs, outputs: "net"}, "the function given as network returns a Module"),
        ({"activation": "rleu"}, "unknown activation"),
        ({"optimizer": "adma"}, "unknown optimizer"),
        ({"optimizer": 3}, "optimizer is sgd"),
        ({"lr": -1}, "lr"),
        ({"epochs": 0}, "at least 1 epoch"),
        ({"batch_size": 0}, "batch_size is a whole number"),
        ({"patience": -1}, "patience ≥ 0"),
        ({"early_stopping": True, "validation_fraction": 0.001}, "leaves one part empty"),
        ({"early_stopping": True, "validation_fraction": 1}, "leaves one part empty"),
        ({"class_weight": "balance"}, "class_weight is None"),
        ({"class_weight": {7: 1}}, "class_weight names the class 7"),
        ({"class_weight": {0: 0, 1: 0, 2: 0}}, "weights of all classes are zero"),
        ({"class_weight": {0: -1}}, "not negative"),
        ({"lr": 1e300}, "smaller learning rate"),
        ({"epochs": "ten"}, "NetworkClassifier expects a whole number for epochs; got 'ten'"),
        ({"early_stopping": "yes"}, "NetworkClassifier expects True or False for early_stopping; got 'yes'"),
        ({"optimizer": lambda model, **settings: 3}, "the function given as optimizer returns an Optimizer; got 3"),
    ],
)
def test_settings_that_cannot_be_are_said_in_one_line(settings: dict[str, Any], said: str) -> None:
    with pytest.raises((ValueError, TypeError), match=said) as caught:
        NetworkClassifier(**settings).fit(X, Y)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("sample_weight", "said"),
    [
        (np.zeros(150), "all sample weights are zero"),
        (-np.ones(150), "not negative"),
        (np.full(150, np.nan), "finite"),
        (np.ones(149), r"has the shape \(150,\)"),
        (["a"] * 150, "one number an example"),
    ],
)
def test_weights_that_cannot_be(sample_weight: Any, said: str) -> None:
    for kind in (NetworkClassifier, NetworkRegressor):
        with pytest.raises(ValueError, match=said):
            kind(epochs=1).fit(X, Y, sample_weight)


def test_partial_fit_knows_its_classes() -> None:
    network = NetworkClassifier((5,))
    with pytest.raises(NotFittedError):
        network.predict(X)
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        network.partial_fit(X[:10], Y[:10])
    network.partial_fit(X[:10], Y[:10], classes=[0, 1, 2])  # of one class only
    assert network.predict_proba(X).shape == (150, 3)
    with pytest.raises(ValueError, match="none of the classes"):
        network.partial_fit(X[:10], Y[:10] + 7)
    with pytest.raises(ValueError, match="not those of the first call"):
        network.partial_fit(X[:10], Y[:10], classes=[0, 1])
    with pytest.raises(ValueError, match="cannot balance"):
        clone(network).set_params(class_weight="balanced").partial_fit(X, Y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="at least 2 classes"):
        clone(network).fit(X[:10], Y[:10])
    regressor = NetworkRegressor((5,)).partial_fit(X, Y)
    with pytest.raises(ValueError, match="another number of targets"):
        regressor.partial_fit(X, np.column_stack([Y, Y]))


def test_what_failed_is_not_fitted() -> None:
    network = NetworkClassifier(nn.Linear(4, 2))
    with pytest.raises(ValueError, match="has to answer"):
        network.fit(X, Y)
    with pytest.raises(NotFittedError):
        network.predict(X)
    network.set_params(network=(5,), lr=0.01, epochs=1).fit(X, Y).predict(X)
    with pytest.raises(training.Diverged, match="smaller learning rate"):
        network.set_params(network=(), lr=1e308, epochs=5).fit(X, Y)
    with pytest.raises(NotFittedError):
        network.predict(X)
    with pytest.raises(ValueError, match="unknown optimizer"):
        network.set_params(optimizer="adma").partial_fit(X, Y, classes=[0, 1, 2])
    with pytest.raises(NotFittedError):
        network.predict(X)
    with pytest.raises(training.Diverged):
        network.set_params(optimizer="adam", batch_size=30).partial_fit(X, Y, classes=[0, 1, 2])
    with pytest.raises(NotFittedError):
        network.predict(X)
