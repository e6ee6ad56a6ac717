from dataclasses import replace

import numpy as np
import pytest

from zerokara import functional as F
from zerokara import nn
from zerokara.data import Loader, Split
from zerokara.training import evaluate


@pytest.mark.parametrize("batch_size", [1, 7, 50, 500])
def test_accuracy_and_loss_do_not_depend_on_the_batch_size(data, build, batch_size):
    """Dropping the last, smaller batch while dividing by all would give other numbers for every batch size."""
    model, _ = build()
    whole, parts = evaluate(model, data), evaluate(model, data, batch_size=batch_size)
    assert parts.accuracy == whole.accuracy == np.mean(whole.predictions == data.labels)
    assert parts.loss == pytest.approx(whole.loss, rel=1e-6)
    np.testing.assert_array_equal(parts.confusion, whole.confusion)


def test_a_loader_is_read_in_order_unaltered_and_to_the_end(loader, data, build):
    model, _ = build()
    plain = evaluate(model, data)
    shuffled = evaluate(model, replace(loader, drop_last=True))
    drawn = evaluate(model, replace(loader, sampling="replacement"))
    for found in (shuffled, drawn):
        np.testing.assert_array_equal(found.predictions, plain.predictions)
        np.testing.assert_array_equal(found.labels, data.labels)


def test_every_layer_gets_back_its_own_mode_even_after_an_error(data, build):
    """A frozen batch norm, in evaluation mode inside a training model, must stay so."""
    model, _ = build()
    model.train()
    frozen = next(m for m in model.modules() if isinstance(m, nn.BatchNorm2d)).eval()
    evaluate(model, data)
    with pytest.raises(ValueError, match="in_channels"):
        evaluate(model, Split(np.zeros((1, 2, 6, 6), np.uint8), np.zeros(1, int)))
    assert [m.training for m in model.modules()] == [m is not frozen for m in model.modules()]


def test_no_graph_is_made_and_no_state_changed(data, build):
    model, _ = build()
    before = model.state_dict()
    grads = []

    def loss(scores, labels):
        grads.append(scores.requires_grad)
        return F.cross_entropy(scores, labels)

    evaluate(model, data, loss=loss)
    assert grads == [False]
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_probabilities_are_the_softmax_of_the_scores(data, build):
    found = evaluate(build()[0], data)
    e = np.exp(found.scores - found.scores.max(axis=1, keepdims=True))
    np.testing.assert_allclose(found.probabilities, e / e.sum(axis=1, keepdims=True), rtol=1e-5)
    assert 0 <= found.calibration_error <= 1


def test_errors_come_with_the_most_confident_first(data, build):
    found = evaluate(build()[0], data)
    confidence = found.probabilities.max(axis=1)[found.errors]
    assert len(found.errors) == len(found) - found.correct > 0
    assert (np.diff(confidence) <= 0).all()
    assert (found.predictions[found.errors] != data.labels[found.errors]).all()


def test_what_cannot_be_evaluated_is_refused(data, build):
    with pytest.raises(ValueError, match="the data set is empty"):
        evaluate(build()[0], data.take(0))
    with pytest.raises(ValueError, match=r"scores \(N, K\) of K ≥ 2 classes; this model gave \(50, 1\)"):
        evaluate(
            nn.Sequential(nn.Flatten(), nn.Linear(36, 1)),
            Loader(data, 50),
            loss=lambda y, labels: F.mse_loss(y[:, 0], labels.astype(np.float32)),
        )
    with pytest.raises(ValueError, match="labels for 3 classes"):
        evaluate(build()[0], Split(data.images, data.labels + 1))
