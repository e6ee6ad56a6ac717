"""Regression, several labels an example, auto-encoding: `fit` and `evaluate` beyond classes."""

import numpy as np
import pytest

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.arrays import generator
from zerokara.autodiff import Tensor
from zerokara.data import Loader, Split
from zerokara.training import evaluate, fit, plot_history

RNG = generator(0, "tasks")
X = RNG.normal(size=(64, 3)).astype(np.float32)


def linear(inputs, outputs):
    zk.manual_seed(0)
    return nn.Linear(inputs, outputs)


def last(records):
    return list(records)[-1]


def test_regression_finds_the_line_that_least_squares_finds():
    y = (X @ np.array([[1.0, -2.0], [0.5, 0.0], [3.0, 1.0]]) + [0.5, -1.0]).astype(np.float64)
    model, loader = linear(3, 2), Loader((X, y), 16)
    record = last(fit(model, loader, optim.Adam(model, lr=0.05), epochs=80, loss=F.mse_loss, validation=(X, y)))
    assert record.accuracy is None
    assert record.val_accuracy is None
    found = evaluate(model, Split(X, y), task="regression")
    assert found.r2 > 0.999
    assert found.loss == pytest.approx(record.val_loss)
    solved = np.linalg.lstsq(np.c_[X, np.ones(64)], y, rcond=None)[0]
    np.testing.assert_allclose(model.weight.data, solved[:3].T, atol=0.05)
    assert "R² " in repr(found)
    assert len(found.errors) == len(found) == 64


def test_several_labels_an_example():
    y = np.stack([X[:, 0] > 0, X[:, 1] > 0.5, X[:, 2] < 0], axis=1).astype(np.float32)
    model = linear(3, 3)
    loss = F.binary_cross_entropy_with_logits
    list(fit(model, Loader((X, y), 16), optim.Adam(model, lr=0.1), epochs=60, loss=loss))
    found = evaluate(model, Split(X, y), task="multi-label")
    assert found.accuracy > 0.8
    assert found.roc_auc > 0.98
    assert found.report.f1.min() > 0.9
    assert found.predictions.dtype == bool


def test_pictures_are_drawn_again():
    """Targets of bytes are scaled as the images are; what alters the images leaves the targets alone."""
    images = RNG.integers(0, 256, (12, 1, 4, 4)).astype(np.uint8)
    loader = Loader((images, images), 5, shuffle=False, transform=lambda x, rng: 0 * x)
    x, target = next(iter(loader))
    assert not x.any()
    np.testing.assert_allclose(target, images[:5] / 255, rtol=1e-6)
    model = nn.Sequential(nn.Conv2d(1, 1, 1))
    list(fit(model, Loader((images, images), 4), optim.Adam(model, lr=0.1), epochs=60, loss=F.mse_loss))
    assert evaluate(model, Split(images, images), task="regression").r2 > 0.98


@pytest.mark.parametrize("kernels", ["reference", "compiled"])
def test_a_step_of_regression_is_the_step_by_hand_recorded_or_not(kernels):
    y = RNG.normal(size=(64, 2)).astype(np.float32)
    with zk.use_kernels(kernels):
        model, by_hand = linear(3, 2), linear(3, 2)
        loader = Loader((X, y), 16)
        records = list(fit(model, loader, optim.SGD(model, lr=0.1), epochs=2, loss=F.mse_loss))
        optimizer, losses = optim.SGD(by_hand, lr=0.1), []
        for epoch in range(2):
            for x, t in loader.epoch(epoch):
                loss = F.mse_loss(by_hand(Tensor(x)), t)
                losses.append(loss.item())
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    assert [r.loss for r in records if r.kind == "step"] == pytest.approx(losses, rel=1e-6)
    np.testing.assert_allclose(model.weight.data, by_hand.weight.data, rtol=1e-5)


def test_targets_have_the_dtype_of_the_batches():
    x, t = next(iter(Loader((X, X.astype(np.float64)), 4)))
    assert (x.dtype, t.dtype) == (np.float32, np.float32)


def test_a_regression_resumes_bit_for_bit(tmp_path):
    y = X[:, :1] ** 2

    def trained(epochs, **options):
        model = linear(3, 1)
        list(fit(model, Loader((X, y), 16), optim.Adam(model), epochs=epochs, loss=F.mse_loss, **options))
        return model.state_dict()

    whole = trained(4)
    trained(2, run_dir=tmp_path / "run")
    parts = trained(4, run_dir=tmp_path / "run", resume=True)
    assert all(np.array_equal(whole[name], parts[name]) for name in whole)


# ── what cannot be learned together ──────────────────────────────────────────────────────────────────────────────────

LABELS = np.arange(64) % 3


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        (LABELS.astype(np.float32), r"give labels\.astype\(int\), or for numbers loss=F\.mse_loss"),
        (LABELS + 0.5, "loss=F.mse_loss for numbers"),
        (np.ones((64, 1)), r"targets are float64 \(64, 1\)"),
        (RNG.random((64, 3)), "that sum to 1"),
        (RNG.random((64, 3, 2)), r"\(64, 3, 2\)"),
    ],
)
def test_targets_that_cross_entropy_does_not_take_are_refused_before_any_step(targets, says):
    model = linear(3, 3)
    with pytest.raises(ValueError, match=says):
        fit(model, Loader((X, targets), 16), optim.SGD(model, lr=0.1), epochs=1)


def test_rows_of_probabilities_are_classes_too():
    model = linear(3, 3)
    rows = np.eye(3, dtype=np.float32)[LABELS]
    soft = last(fit(model, Loader((X, rows), 16), optim.SGD(model, lr=0.1), epochs=1)).loss
    model = linear(3, 3)
    assert soft == pytest.approx(last(fit(model, Loader((X, LABELS), 16), optim.SGD(model, lr=0.1), epochs=1)).loss)


def test_another_models_optimizer_is_refused():
    model, other = linear(3, 3), linear(3, 3)
    with pytest.raises(ValueError, match=r"made for another model: .* make it anew, optim\.SGD\(model\)"):
        fit(model, Loader((X, LABELS), 16), optim.SGD(other, lr=0.1), epochs=1)


def test_an_optimizer_of_a_part_is_welcome():
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 3))
    list(fit(model, Loader((X, LABELS), 16), optim.SGD(model[1], lr=0.1), epochs=1))


def test_answers_that_are_probabilities_already_are_warned_of_once():
    class Softmaxed(nn.Module):
        def __init__(self):
            self.inner = linear(3, 3)

        def forward(self, x):
            return F.softmax(self.inner(x))

    model = Softmaxed()
    with pytest.warns(UserWarning, match="leave the softmax at the model's end out") as caught:
        list(fit(model, Loader((X, LABELS), 16), optim.SGD(model, lr=0.1), epochs=2))
    assert len(caught) == 1


def test_cross_entropy_is_known_with_options_and_as_a_layer():
    from functools import partial

    from zerokara.training.fitting import is_cross_entropy

    layer = type("CrossEntropyLoss", (), {"__call__": lambda self, scores, labels: F.cross_entropy(scores, labels)})()
    assert is_cross_entropy(F.cross_entropy)
    assert is_cross_entropy(partial(F.cross_entropy, label_smoothing=0.1))
    assert is_cross_entropy(layer)
    assert not is_cross_entropy(F.mse_loss)


def test_one_score_an_example_is_no_classifier():
    """Softmax over one class is always 1, its loss always 0: training would look perfect."""
    model = linear(3, 1)
    with pytest.raises(ValueError, match=r"one score an example.*binary_cross_entropy_with_logits"):
        list(fit(model, Loader((X, 0 * LABELS), 16), optim.SGD(model, lr=0.1), epochs=1))


@pytest.mark.parametrize(
    ("loader", "says"),
    [
        (lambda: (X, LABELS), r"as data\.Loader\(\(x, y\), 100\); got tuple"),
        (lambda: Split(X, LABELS), r"as data\.Loader\(split, 100\); got Split"),
        (lambda: X, "got ndarray"),
        (lambda: "digits", "got str"),
    ],
)
def test_what_is_no_loader_is_told_how_to_become_one(loader, says):
    model = linear(3, 3)
    with pytest.raises(TypeError, match=says):
        fit(model, loader(), optim.SGD(model, lr=0.1), epochs=1)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"optimizer": "adam"}, "fit takes an optimizer"),
        ({"optimizer": optim.Adam}, "got the class Adam: make it for the model"),
        ({"model": nn.Linear}, "got the class Linear: make one of it"),
        ({"loss": "mse"}, "loss is a function"),
        ({"epochs": "3"}, "epochs='3'"),
        ({"epochs": 2.5}, "epochs=2.5"),
        ({"schedule": 0.1}, "schedule is a function"),
        ({"early_stopping": True}, "early_stopping is"),
        ({"clip_norm": "1"}, "clip_norm is a number"),
    ],
)
def test_options_of_a_wrong_kind_are_refused_in_words(options, says):
    model = linear(3, 3)
    given = {"model": model, "optimizer": optim.SGD(model, lr=0.1), "epochs": 1, **options}
    with pytest.raises((TypeError, ValueError), match=says):
        fit(given.pop("model"), Loader((X, LABELS), 16), given.pop("optimizer"), **given)


def test_a_training_that_nobody_reads_is_warned_of_where_it_was_called():
    model = linear(3, 3)
    training = fit(model, Loader((X, LABELS), 16), optim.SGD(model, lr=0.1), epochs=1)
    assert "not begun" in repr(training)
    with pytest.warns(UserWarning, match="nobody read them, so nothing was learned") as caught:
        del training
    assert caught[0].filename == __file__


def test_a_training_that_is_read_or_closed_is_not_warned_of():
    model = linear(3, 3)
    training = fit(model, Loader((X, LABELS), 16), optim.SGD(model, lr=0.1), epochs=1)
    next(training)
    assert "epoch 1/1" in repr(training)
    del training
    fit(model, Loader((X, LABELS), 16), optim.SGD(model, lr=0.1), epochs=1).close()


def test_evaluate_says_what_to_say_for_targets_that_are_no_classes():
    with pytest.raises(ValueError, match='say task="regression"'):
        evaluate(linear(3, 2), Split(X, X[:, :2]))
    with pytest.raises(ValueError, match=r"shape of the targets \(64, 3\); got \(64, 2\)|the shape of the scores"):
        evaluate(linear(3, 2), Split(X, X), task="regression")
    with pytest.raises(ValueError, match="are 0 or 1"):
        evaluate(linear(3, 3), Split(X, X), task="multi-label")
    with pytest.raises(ValueError, match='task is "classes"'):
        evaluate(linear(3, 3), Split(X, LABELS), task="ranking")


# ── the history as one picture ───────────────────────────────────────────────────────────────────────────────────────


def test_a_history_is_one_figure_in_whatever_form_it_comes(tmp_path):
    model = linear(3, 3)
    options = {"epochs": 3, "validation": Split(X, LABELS), "run_dir": tmp_path / "run"}
    records = list(fit(model, Loader((X, LABELS), 16), optim.Adam(model), **options))
    figure = plot_history(records)
    assert figure.content.count("<svg") >= 2, "loss and accuracy"
    assert len(figure.table.rows) == 3
    from zerokara.training import read_history, read_records

    for other in (tmp_path / "run", read_records(tmp_path / "run"), read_history(tmp_path / "run")):
        assert plot_history(other).content == figure.content
    assert "正答率" in plot_history(records, lang="ja").content


def test_a_history_without_an_epoch_or_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="no epoch is finished"):
        plot_history([])
    with pytest.raises(TypeError, match="a history is a list of records"):
        plot_history(3)
    with pytest.raises(ValueError, match="columns epoch and loss"):
        plot_history({"lr": [1]})
