"""Early stopping judged on made-up series of numbers; Keras' `EarlyStopping` is the model."""

import pytest

from zerokara.training.early_stopping import Best, EarlyStopping


def stops_after(rule, values):
    """The epoch (from 1) after which the training stops, and the best epoch; None if it does not stop."""
    best = Best()
    for epoch, value in enumerate(values, start=1):
        best.see(rule, value, epoch)
        if best.exhausted(rule):
            return epoch, best.epoch
    return None, best.epoch


@pytest.mark.parametrize(
    ("options", "values", "expected"),
    [
        ({"patience": 2}, [3, 2, 1, 1, 1, 0], (5, 3)),
        ({"patience": 2}, [3, 4, 2, 5, 1, 6], (None, 5)),
        ({"patience": 0}, [3, 2, 2, 1], (3, 2)),
        ({"patience": 1}, [3, 2, 2, 1], (3, 2)),
        ({"patience": 2, "min_delta": 0.5}, [3, 2.6, 2.5, 2.4], (3, 1)),
        ({"patience": 2, "min_delta": 0.5}, [3, 2.6, 2.4, 2.3, 2.2], (5, 3)),
        ({"patience": 2, "monitor": "val_accuracy"}, [0.1, 0.2, 0.2, 0.1], (4, 2)),
        ({"patience": 2, "monitor": "val_accuracy", "mode": "min"}, [0.3, 0.2, 0.1, 0.05], (None, 4)),
        ({"patience": 2, "baseline": 1.0}, [3, 2, 1], (2, 2)),
        ({"patience": 3, "baseline": 1.0}, [3, 2, 0.5, 0.6, 0.7, 0.8], (6, 3)),
        ({"patience": 2, "start_from_epoch": 3}, [0, 1, 2, 9, 8, 8, 8], (7, 5)),
    ],
)
def test_it_stops_when_patience_is_over(options, values, expected):
    assert stops_after(EarlyStopping(**options), values) == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"monitor": "f1"}, "can monitor loss, accuracy, val_loss, val_accuracy; got 'f1'"),
        ({"mode": "least"}, "modes"),
        ({"patience": -1}, "patience ≥ 0; got -1"),
        ({"min_delta": -0.1}, "min_delta ≥ 0"),
        ({"start_from_epoch": -1}, "start_from_epoch ≥ 0"),
    ],
)
def test_options_that_cannot_be_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        EarlyStopping(**options)
