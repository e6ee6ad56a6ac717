"""What a training on the plane shows of itself: a look inside, and the signs that something goes wrong."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from zerokara.studio.plane.data import as_split
from zerokara.studio.plane.steering import Steered
from zerokara.studio.probe import Probe, probe
from zerokara.studio.whys import RISING, Evidence

EXAMPLES = 200
"""The probe's batch: the first so many training points."""

STEPS = 5000


def look(training: Steered) -> Probe | None:
    """A look at the network on a fixed batch, with what the last update moved; None without points."""
    split = as_split(training.train, training.plan.layers.features)
    if not len(split):
        return None
    before = training.weights_before()
    return probe(training.model, split.images[:EXAMPLES], split.labels[:EXAMPLES], training.loss, before)


def evidence(training: Steered, seen: Probe | None) -> Evidence:
    """What is known of a training at the step where it stands."""
    step, curve, live = training.step, training.curve, training.live
    count = len(training.train)
    per_epoch = math.ceil(count / live.batch)
    losses = curve.losses[max(0, step - max(STEPS, 2 * per_epoch)) : step]
    answered = curve.accuracies[max(0, step - 50) : step]
    return Evidence(
        probe=seen,
        losses=losses.tolist(),
        batch_is_all=live.batch >= count,
        epochs=_epochs(training),
        classes=0 if live.data.regression else live.data.classes,
        steps_an_epoch=per_epoch,
        accuracy=float(np.mean(answered)) if len(answered) and not live.data.regression else None,
        linear=all(activation == "identity" for _, activation in training.plan.layers.hidden),
        diverged=training.diverged,
    )


def _epochs(training: Steered) -> list[tuple[float, float]]:
    """(mean training loss, test loss) of the last epochs."""
    last = training.curve.last_tests(RISING + 2, training.step)
    losses = training.curve.losses
    return [(float(np.mean(losses[begin:end])), loss) for (begin, _), (end, loss) in pairwise(last)]
