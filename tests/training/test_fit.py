"""Laws of the training loop."""

import gc
import math
import weakref
from dataclasses import replace

import numpy as np
import pytest

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.autodiff import Tensor
from zerokara.data import Loader, Split
from zerokara.training import Diverged, EarlyStopping, accuracy, evaluate, fit


def train(build, loader, **options):
    model, optimizer = build()
    return model, list(fit(model, loader, optimizer, **{"epochs": 2, **options}))


def of(kind, records):
    return [r for r in records if r.kind == kind]


def test_every_step_is_a_step_of_the_optimizer_on_the_loss_of_the_batch(loader, build):
    """`fit` is the loop that one would write by hand, and nothing more."""
    model, records = train(build, loader)
    by_hand, optimizer = build()
    losses = []
    for epoch in range(2):
        by_hand.train()
        for x, labels in loader.epoch(epoch):
            loss = F.cross_entropy(by_hand(Tensor(x)), labels)
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert [r.loss for r in of("step", records)] == losses
    for name, array in by_hand.state_dict().items():
        np.testing.assert_array_equal(array, model.state_dict()[name], err_msg=name)


def test_the_loss_reported_is_the_loss_of_the_step_so_the_model_runs_once_a_step(loader, build):
    """A second forward pass to print the loss would cost a third of the time and draw other dropout masks."""
    calls = 0

    class Counted(nn.Module):
        def __init__(self):
            self.inner = build()[0]

        def forward(self, x):
            nonlocal calls
            calls += 1
            return self.inner(x)

    model = Counted()
    records = list(fit(model, loader, optim.SGD(model, lr=0.1), epochs=2))
    assert calls == len(of("step", records)) == 2 * len(loader)


@pytest.mark.parametrize("batch_size", [1, 7, 16, 50, 64])
def test_an_epoch_is_all_images_whatever_the_batch_size(data, build, batch_size):
    """300 images in batches of 128 are 3 steps an epoch, not 2.34: evaluations must not fall between the epochs."""
    _, records = train(build, Loader(data, batch_size), validation=data, epochs=3)
    epochs = of("epoch", records)
    assert [r.epoch for r in epochs] == [1, 2, 3]
    assert [r.images for r in epochs] == [50, 100, 150]
    assert all(r.val_loss is not None for r in epochs)
    assert len(of("step", records)) == 3 * math.ceil(50 / batch_size) == epochs[-1].total_steps


def test_the_loss_of_an_epoch_weighs_images_not_batches(loader, build):
    _, records = train(build, loader, epochs=1)
    sizes = [len(labels) for _, labels in loader.epoch(0)]
    steps = of("step", records)
    assert sizes[-1] < sizes[0]
    assert records[-1].loss == pytest.approx(np.average([r.loss for r in steps], weights=sizes), rel=1e-12)
    assert records[-1].accuracy == pytest.approx(np.average([r.accuracy for r in steps], weights=sizes), rel=1e-12)


def test_it_learns_and_validates_in_evaluation_mode(data, loader, build):
    model, records = train(build, loader, validation=data, epochs=8)
    last = records[-1]
    assert last.val_accuracy > 0.9
    found = evaluate(model, data)
    assert (found.loss, found.accuracy) == (last.val_loss, last.val_accuracy)
    assert all(m.training for m in model.modules())


def test_validation_does_not_change_what_is_learned(data, loader, build):
    """Otherwise a curve would depend on whether somebody looked at it."""
    _, looked = train(build, loader, validation=data)
    _, blind = train(build, loader)
    assert [r.loss for r in looked] == [r.loss for r in blind]


def test_a_split_is_scaled_as_the_training_images_are(data, build):
    scaled = Loader(data, 16, mean=0.3, std=0.2)
    _, by_split = train(build, scaled, validation=data)
    _, by_loader = train(build, scaled, validation=replace(scaled, shuffle=False))
    assert by_split[-1].val_loss == pytest.approx(by_loader[-1].val_loss, rel=1e-5)


def test_the_schedule_sets_the_rate_of_every_step(loader, build):
    _, records = train(build, loader, schedule=lambda step: 0.1 / (step + 1))
    assert [r.lr for r in of("step", records)] == [0.1 / (step + 1) for step in range(8)]


def test_clipping_bounds_the_step(loader, build):
    """One step of SGD moves the weights by lr·‖g‖ at most."""
    model, _ = build()
    before = {name: p.data.copy() for name, p in model.named_parameters()}
    records = fit(model, loader, optim.SGD(model, lr=1.0), epochs=1, clip_norm=0.01)
    next(records)
    moved = math.sqrt(sum(float(((p.data - before[n]) ** 2).sum()) for n, p in model.named_parameters()))
    assert moved == pytest.approx(0.01, rel=1e-2)


def test_averaged_weights_are_validated_and_kept(data, loader, build):
    """w̄ ← d·w̄ + (1 − d)·w with d = min(decay, (1 + t)/(10 + t)), followed here step by step."""
    model, optimizer = build()
    expected = model.state_dict()
    t = 0
    for record in fit(model, loader, optimizer, epochs=2, average=0.9, validation=data):
        if record.kind == "step":
            t += 1
            d = min(0.9, (1 + t) / (10 + t))
            expected = {
                n: d * expected[n] + (1 - d) * a if a.dtype.kind == "f" else a for n, a in model.state_dict().items()
            }
    for name, array in model.state_dict().items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-4, atol=1e-6, err_msg=name)
    assert evaluate(model, data).loss == record.val_loss


def test_the_graph_of_a_step_is_gone_before_the_next(loader, build):
    """Two graphs in memory at once would halve the batch size that fits."""
    model, optimizer = build()
    scores = []

    def loss(y, labels):
        assert all(old() is None for old in scores)
        scores.append(weakref.ref(y))
        return F.cross_entropy(y, labels)

    gc.disable()
    try:
        list(fit(model, loader, optimizer, epochs=1, loss=loss))
    finally:
        gc.enable()
    assert len(scores) == len(loader)


def test_a_regression_has_no_accuracy(data):
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, 1))

    def loss(y, labels):
        return F.mse_loss(y, labels.astype(np.float32)[:, None])

    # scores of one column would "predict" class 0 for ever, which is no accuracy of a regression
    records = list(fit(model, Loader(data, 50), optim.SGD(model, lr=0.01), epochs=1, loss=loss))
    assert records[-1].accuracy is None


def test_training_time_is_measured_with_the_clock_given(loader, build):
    """A second a look at the clock: seconds never fall, and the rate is images by seconds, from two steps on."""
    now = iter(range(10_000))
    _, records = train(build, loader, clock=lambda: float(next(now)))
    seconds = [r.seconds for r in records]
    assert seconds == sorted(seconds)
    assert seconds[-1] > 0
    steps = of("step", records)
    assert [s.images_per_second for s in steps[:4]] == [0, 0, 16, 16]
    assert steps[0].eta is None
    assert steps[2].eta == pytest.approx((100 - 48) / 16)
    assert records[-1].eta == 0


# ── divergence ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_loss_that_is_no_number_stops_and_says_where(loader, build, tmp_path):
    model, _ = build()
    with pytest.raises(
        Diverged, match=r"the loss became (nan|inf) in epoch \d after \d+ steps at learning rate 1e\+30"
    ) as stop:
        list(fit(model, loader, optim.SGD(model, lr=1e30), epochs=3, run_dir=tmp_path / "run"))
    assert "layer 6 (Linear" in stop.value.place  # batch norm had hidden that the convolution was too large
    assert "smaller learning rate" in str(stop.value)
    assert np.isfinite(zk.io.load_weights(tmp_path / "run" / "last.safetensors")["0.weight"]).all()


def test_the_layer_that_is_named_is_the_first_one(loader, build):
    model, optimizer = build()
    model.state_dict()
    dict(model.named_parameters())["6.bias"].data[1] = np.nan
    with pytest.raises(Diverged) as stop:
        next(fit(model, loader, optimizer, epochs=1))
    assert "layer 6 (Linear, nan)" in stop.value.place
    assert "6.bias (holds nan)" in stop.value.place
    assert (stop.value.epoch, stop.value.step, stop.value.lr) == (1, 0, 0.01)


def test_bad_input_data_are_named_as_such():
    points = np.ones((8, 2), np.float32)
    points[3, 1] = np.nan
    model = nn.Linear(2, 2)
    with pytest.raises(Diverged, match=r"the batch itself.* input data hold nan"):
        list(fit(model, Loader(Split(points, np.zeros(8, int)), 8), optim.SGD(model, lr=0.1), epochs=1))


def test_a_bad_gradient_is_caught_before_it_reaches_the_weights(loader, build):
    model, optimizer = build()

    def loss(y, labels):  # finite, with an infinite slope at 0
        return F.cross_entropy(y, labels) + F.sqrt((y * 0).sum())

    with pytest.raises(Diverged, match=r"norm became nan.*the gradient of 0.weight"):
        list(fit(model, loader, optimizer, epochs=1, loss=loss, clip_norm=1.0))
    assert all(np.isfinite(p.data).all() for p in model.parameters())


def test_weights_that_are_no_numbers_never_replace_a_checkpoint(data, build, tmp_path):
    """The last step of an epoch can spoil the weights after a loss that was still fine."""
    model, _ = build()
    with pytest.raises(Diverged, match="a weight became infinite or NaN"):
        list(fit(model, Loader(data, 50), optim.SGD(model, lr=1e39), epochs=1, run_dir=tmp_path))
    assert all(np.isfinite(a).all() for a in zk.io.load_checkpoint(tmp_path / "last.safetensors").model.values())


# ── early stopping ───────────────────────────────────────────────────────────────────────────────────────────────


def test_early_stopping_stops_and_the_model_has_the_best_weights(data, loader, build):
    rule = EarlyStopping(patience=2, monitor="val_loss")
    model, optimizer = build()
    schedule = optim.StepLR(0.01, 12, gamma=30)  # learns for three epochs, then walks away
    epochs = of(
        "epoch", list(fit(model, loader, optimizer, epochs=30, validation=data, early_stopping=rule, schedule=schedule))
    )
    losses = [r.val_loss for r in epochs]
    best = int(np.argmin(losses))
    assert len(epochs) == best + 1 + 2 < 30
    assert evaluate(model, data).loss == losses[best]
    assert [r.best for r in epochs][best:] == [True, False, False]
    assert f"weights of epoch {best + 1}" in epochs[-1].note


def test_the_best_weights_are_restored_even_if_patience_never_ran_out(data, loader, build):
    rule = EarlyStopping(patience=50)
    model, optimizer = build()
    schedule = optim.StepLR(0.01, 12, gamma=30)
    records = of(
        "epoch", list(fit(model, loader, optimizer, epochs=6, validation=data, early_stopping=rule, schedule=schedule))
    )
    assert evaluate(model, data).loss == min(r.val_loss for r in records) < records[-1].val_loss


def test_without_restoring_the_model_keeps_its_last_weights(data, loader, build):
    rule = EarlyStopping(patience=1, restore_best_weights=False)
    model, optimizer = build()
    schedule = optim.StepLR(0.01, 12, gamma=30)
    records = of(
        "epoch", list(fit(model, loader, optimizer, epochs=9, validation=data, early_stopping=rule, schedule=schedule))
    )
    assert evaluate(model, data).loss == records[-1].val_loss


# ── what cannot be ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epochs": 0}, "at least 1 epoch; got epochs=0"),
        ({"epochs": -3}, "at least 1 epoch; got epochs=-3"),
        ({"clip_norm": 0.0}, "clip_norm"),
        ({"clip_norm": math.nan}, "clip_norm"),
        ({"average": 1.0}, "average is a decay"),
        ({"checkpoint_steps": 0, "run_dir": "x"}, "checkpoint_steps is at least 1"),
        ({"checkpoint_steps": 5}, "checkpoint_steps needs the folder"),
        ({"resume": True}, "resume needs the folder"),
        ({"early_stopping": EarlyStopping()}, "monitors val_loss: give validation data"),
    ],
)
def test_options_that_cannot_be_are_refused_before_any_work(loader, build, options, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model, optimizer = build()
    with pytest.raises(ValueError, match=words):
        fit(model, loader, optimizer, **{"epochs": 1, **options})
    assert not list(tmp_path.iterdir())


def test_an_empty_data_set_is_refused(data, build):
    model, optimizer = build()
    with pytest.raises(ValueError, match="training data are empty"):
        fit(model, Loader(data.take(0), 4), optimizer, epochs=1)
    with pytest.raises(ValueError, match="fewer than a batch"):
        fit(model, Loader(data.take(3), 4, drop_last=True), optimizer, epochs=1)
    with pytest.raises(ValueError, match="validation data are empty"):
        fit(model, Loader(data, 4), optimizer, epochs=1, validation=data.take(0))


def test_labels_that_the_model_has_no_class_for_are_refused(data, build):
    model, optimizer = build()
    with pytest.raises(ValueError, match="labels for 3 classes lie between 0 and 2; got 0 to 9"):
        list(fit(model, Loader(Split(data.images, np.arange(50) % 10), 50), optimizer, epochs=1))


def test_images_of_another_shape_are_refused_by_the_layer_that_meets_them(build):
    model, optimizer = build()
    wrong = Split(np.zeros((4, 3, 6, 6), np.uint8), np.zeros(4, int))
    with pytest.raises(ValueError, match="in_channels=1"):
        list(fit(model, Loader(wrong, 4), optimizer, epochs=1))


def test_unknown_monitors_are_refused():
    with pytest.raises(ValueError, match="can monitor loss, accuracy, val_loss, val_accuracy; got 'vall_loss'"):
        EarlyStopping(monitor="vall_loss")


def test_recording_is_as_it_was_while_the_records_are_read(loader, build):
    """The loop lives beside the reader's code: it must not leave a mode switched on between two records."""
    model, optimizer = build()
    for _ in fit(model, loader, optimizer, epochs=1, validation=loader.split):
        with np.errstate(over="raise"), pytest.raises(FloatingPointError):
            np.float32(1e38) * np.float32(1e38)
        assert model(Tensor(loader.split.images[:2].astype(np.float32))).requires_grad


def test_accuracy_is_the_share_of_right_answers():
    scores = np.array([[1, 2, 0], [3, 1, 1], [0, 0, 5], [1, 1, 0]])
    assert accuracy(scores, np.array([1, 0, 0, 0])) == 0.75
