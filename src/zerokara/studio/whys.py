"""The doctor: signs that something goes wrong in a training, each with its numbers and the experiment that explains it.

Pure functions of what was recorded and probed: nothing here computes with the network. A sign is told only where its
numbers say so; for what cannot be known (no validation data, no probe) nothing is told.

The limits part small trainings on the plane that are known to show a sign from ones that must not
(tests/studio/test_whys.py). The figures beside them are rough ones of such trainings, not of the laboratory's own runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from zerokara.report import Text
from zerokara.studio.probe import Probe
from zerokara.training import Diverged

FAR_APART = 1e-3
"""rms of the first layer's gradient : last layer's. Ten sigmoid layers: 1e-7 or less; healthy nets: 0.1 to 3."""

DEAD = 0.2
"""The share of ReLU units that are 0 on the whole probe, from which on they are told of. Healthy nets: 0 to 0.12."""

SATURATED = 0.9
"""Of sigmoid or tanh outputs near an end. Weights of deviation 10 give 0.95; healthy nets stay below 0.5."""

NOTHING_LEARNED = 0.01
"""How near to ln K the loss of an epoch stays, as a share of it."""

SMALL_STEP, LARGE_STEP = 1e-5, 0.1
"""‖Δw‖/‖w‖ of an update. Trainings that go well: 1e-4 to 3e-2."""

ZIGZAG = 20
"""So many steps in which the loss goes up and down in turn. By chance alone that is one in half a million."""

RISING = 5
"""Epochs in which the validation loss rises while the training loss falls."""

UNSURE = 0.6
"""A best probability below it is no sure answer."""


@dataclass(frozen=True)
class Evidence:
    """What is known of a training, or of one reading; everything may be missing.

    losses: of the steps, the newest last; batch_is_all: whether each step saw all data (only then is a zigzag one of
    the descent, not of the batches). epochs: (training loss, validation loss) each. classes: K, 0 for regression.
    accuracy: the share of right answers now. linear: whether nothing bends the network.
    """

    probe: Probe | None = None
    losses: Sequence[float] = ()
    batch_is_all: bool = False
    epochs: Sequence[tuple[float, float]] = ()
    classes: int = 0
    steps_an_epoch: int = 0
    accuracy: float | None = None
    linear: bool = False
    diverged: Diverged | None = None
    probabilities: Sequence[Sequence[float]] = field(default=())
    """(sights, K): of one reading, for each sight of the picture."""


@dataclass(frozen=True)
class Why:
    """A sign that was found: the sentence with its numbers, the experiments that show it, the command for the first."""

    sign: str
    text: Text
    experiments: tuple[str, ...]

    @property
    def command(self) -> str:
        """What to type to see it happen."""
        return f"zerokara lab run {self.experiments[0]}"


def told(found: Sequence[Why]) -> list[dict[str, object]]:
    """The signs as JSON can hold them: what `static/js/doctor.js` shows."""
    return [
        {"sign": w.sign, "text": [w.text.en, w.text.ja], "experiments": list(w.experiments), "command": w.command}
        for w in found
    ]


@dataclass(frozen=True)
class Sign:
    """A row of the table. `look` gives the numbers for the sentence, or None where the sign is not there."""

    name: str
    look: Callable[[Evidence], dict[str, str] | None]
    text: Text
    experiments: tuple[str, ...]


def whys(evidence: Evidence) -> list[Why]:
    """All signs that the evidence shows, in the order of the table: what explains most comes first."""
    return list(_found(evidence))


def _found(evidence: Evidence) -> Iterator[Why]:
    for sign in SIGNS:
        numbers = sign.look(evidence)
        if numbers is not None:
            yield Why(sign.name, Text(*(_filled(t, numbers) for t in (sign.text.en, sign.text.ja))), sign.experiments)


def _filled(sentence: str, numbers: dict[str, str]) -> str:
    """The sentence with its numbers; a brace in a name becomes a bracket, so that it can be filled in again."""
    return sentence.format(**{key: value.replace("{", "(").replace("}", ")") for key, value in numbers.items()})


# ── conditions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _diverged(e: Evidence) -> dict[str, str] | None:
    if e.diverged is None:
        return None
    return {"step": f"{e.diverged.step:,}", "lr": f"{e.diverged.lr:g}", "place": e.diverged.place}


def _ratio(e: Evidence) -> tuple[float, str, str] | None:
    depth = [] if e.probe is None else [d for d in e.probe.depth() if not d[0].startswith("norm")]
    if len(depth) < 2 or not all(math.isfinite(rms) for _, rms in depth) or not depth[-1][1]:
        return None
    return depth[0][1] / depth[-1][1], depth[0][0], depth[-1][0]


def _vanishing(e: Evidence) -> dict[str, str] | None:
    found = _ratio(e)
    dead = e.probe is not None and any(layer.zeros == 1 for layer in e.probe.layers)  # that is another sign
    if found is None or found[0] >= FAR_APART or found[0] == 0 or dead:
        return None
    return {"times": f"{1 / found[0]:,.0f}", "first": found[1], "last": found[2]}


def _exploding(e: Evidence) -> dict[str, str] | None:
    found = _ratio(e)
    if found is None or found[0] <= 1 / FAR_APART:
        return None
    return {"times": f"{found[0]:,.0f}", "first": found[1], "last": found[2]}


def _dead(e: Evidence) -> dict[str, str] | None:
    relus = [] if e.probe is None else [layer for layer in e.probe.layers if layer.kind == "ReLU"]
    worst = max(relus, key=lambda layer: layer.zeros, default=None)
    if worst is None or worst.zeros < DEAD:
        return None
    return {"share": f"{worst.zeros:.0%}", "layer": worst.name}


def _saturated(e: Evidence) -> dict[str, str] | None:
    found = [(s, layer.name) for layer in (e.probe.layers if e.probe else ()) if (s := layer.saturated) is not None]
    worst = max(found, default=(0.0, ""))
    return {"share": f"{worst[0]:.0%}", "layer": worst[1]} if worst[0] > SATURATED else None


def _nothing_learned(e: Evidence) -> dict[str, str] | None:
    if e.classes < 2 or not e.steps_an_epoch or len(e.losses) < 2 * e.steps_an_epoch:
        return None  # the first epoch may be slow
    chance, mean = math.log(e.classes), float(np.mean(e.losses[-e.steps_an_epoch :]))
    if not abs(mean - chance) < NOTHING_LEARNED * chance:
        return None
    return {"loss": f"{mean:.3f}", "chance": f"{chance:.3f}", "classes": str(e.classes)}


def _updates(e: Evidence) -> list[tuple[float, str]]:
    """Of weights only: biases begin at 0, and their ratio says nothing."""
    parameters = () if e.probe is None else e.probe.parameters
    return [(p.update, p.name) for p in parameters if p.update is not None and p.name.endswith("weight")]


def _small_steps(e: Evidence) -> dict[str, str] | None:
    found = _updates(e)
    if not found or max(found)[0] >= SMALL_STEP:
        return None
    return {"ratio": f"{max(found)[0]:.1g}", "name": max(found)[1]}


def _large_steps(e: Evidence) -> dict[str, str] | None:
    found = _updates(e)
    if not found or max(found)[0] <= LARGE_STEP:
        return None
    return {"ratio": f"{max(found)[0]:.0%}", "name": max(found)[1]}


def _zigzag(e: Evidence) -> dict[str, str] | None:
    steps = np.sign(np.diff(np.asarray(e.losses[-ZIGZAG - 1 :], np.float64)))
    if not e.batch_is_all or len(steps) < ZIGZAG or not np.all(steps[1:] * steps[:-1] < 0):
        return None
    return {"steps": str(ZIGZAG)}


def _overfitting(e: Evidence) -> dict[str, str] | None:
    last = np.asarray(e.epochs[-RISING - 1 :], np.float64)
    if len(last) < RISING + 1:
        return None
    training, validation = np.diff(last, axis=0).T
    if not (np.all(validation > 0) and np.all(training < 0)):
        return None
    return {
        "epochs": str(RISING),
        "before": f"{last[0, 1]:.3f}",
        "now": f"{last[-1, 1]:.3f}",
        "train": f"{last[-1, 0]:.3f}",
    }


def _not_parted(e: Evidence) -> dict[str, str] | None:
    """A network without a bend that has stopped getting better and is not right: the last fifth is no better than the
    one before by more than a hundredth.
    """
    if not e.linear or e.accuracy is None or e.accuracy >= 0.9 or e.classes < 2 or len(e.losses) < 200:
        return None
    fifth = len(e.losses) // 5
    before, now = float(np.mean(e.losses[-2 * fifth : -fifth])), float(np.mean(e.losses[-fifth:]))
    return {"accuracy": f"{e.accuracy:.0%}"} if now > 0.99 * before else None


def _unsure(e: Evidence) -> dict[str, str] | None:
    sights = np.asarray(e.probabilities, np.float64)
    if sights.ndim != 2 or not sights.size:
        return None
    mean, votes = sights.mean(axis=0), sights.argmax(axis=1)
    best, others = int(mean.argmax()), int(np.sum(votes != mean.argmax()))
    if mean[best] >= UNSURE and not others:
        return None
    return {"best": str(best), "share": f"{mean[best]:.0%}", "others": str(others), "sights": str(len(sights))}


SIGNS: tuple[Sign, ...] = (
    Sign(
        "diverged",
        _diverged,
        Text(
            "After {step} steps at learning rate {lr} the loss is NaN or infinite; it appeared first in {place}. The "
            "steps are too large: each one increases the loss.",
            "学習率 {lr} の {step} ステップ後、損失が NaN または無限大になりました。最初に現れたのは {place} です。"
            "更新の歩幅が大きすぎ、更新のたびに損失が増えています。",
        ),
        ("learning-rate-extremes", "learning-rate-sweep"),
    ),
    Sign(
        "dead units",
        _dead,
        Text(
            "{share} of the units of {layer} are 0 for every example: their gradient is 0 too, so they stop learning.",
            "{layer} のユニットの {share} が、どのデータに対しても 0 です。勾配も 0 なので、もう学習しません。",
        ),
        ("relu", "hidden-activations"),
    ),
    Sign(
        "saturated",
        _saturated,
        Text(
            "{share} of the outputs of {layer} are saturated, at the flat ends of the curve: hardly any gradient gets "
            "through. The weights before it are too large.",
            "{layer} の出力の {share} が、曲線の平らな端にあります。勾配はほとんど通りません。"
            "手前の重みが大きすぎます。",
        ),
        ("weight-init-histogram",),
    ),
    Sign(
        "vanishing",
        _vanishing,
        Text(
            "The gradient of {first} is {times} times smaller than that of {last}: the first layers hardly learn.",
            "{first} の勾配は {last} の {times} 分の 1 です。初めの層はほとんど学習しません。",
        ),
        ("vanishing-gradient", "gradient-by-depth"),
    ),
    Sign(
        "exploding",
        _exploding,
        Text(
            "The gradient of {first} is {times} times larger than that of {last}: it grows from layer to layer.",
            "{first} の勾配は {last} の {times} 倍です。層を戻るたびに大きくなっています。",
        ),
        ("gradient-by-depth", "vanishing-gradient"),
    ),
    Sign(
        "cannot be parted",
        _not_parted,
        Text(
            "The accuracy stays at {accuracy}: a linear network can only draw straight boundaries, and these classes "
            "are not linearly separable. Add a hidden layer with an activation.",
            "正答率が {accuracy} から良くなりません。線形のネットワークが引ける境界は直線だけですが、"
            "このクラスは線形分離可能ではありません。活性化関数のある隠れ層を加えてください。",
        ),
        ("xor-gate", "linear-collapse"),
    ),
    Sign(
        "nothing learned",
        _nothing_learned,
        Text(
            "The loss of the last epoch is {loss}, and guessing among {classes} classes gives {chance}: nothing has "
            "been learned yet.",
            "直近のエポックの損失は {loss} です。{classes} クラスを当て推量した場合が {chance} なので、"
            "まだ何も学習していません。",
        ),
        ("zero-init", "weight-init-compare"),
    ),
    Sign(
        "steps too small",
        _small_steps,
        Text(
            "No update changes its weights by more than {ratio} of their size ({name}): learning is far too slow.",
            "1 回の更新で変わる重みの割合は、最大でも {ratio}（{name}）です。この速さでは学習が進みません。",
        ),
        ("learning-rate-sweep",),
    ),
    Sign(
        "steps too large",
        _large_steps,
        Text(
            "One update changes {name} by {ratio} of its own size: such steps jump over the minimum.",
            "1 回の更新で {name} が自身の大きさの {ratio} も変わります。最小値を飛び越えてしまいます。",
        ),
        ("learning-rate-sweep", "learning-rate-extremes"),
    ),
    Sign(
        "zigzag",
        _zigzag,
        Text(
            "For {steps} steps the loss has gone up and down alternately: the steps jump from one side of a "
            "valley to the other.",
            "{steps} ステップの間、損失が上下を交互に繰り返しています。谷の片側から反対側へ飛び移っています。",
        ),
        ("optimizer-paths", "momentum-oscillator"),
    ),
    Sign(
        "overfitting",
        _overfitting,
        Text(
            "For {epochs} epochs the validation loss has risen, from {before} to {now}, while the training loss falls "
            "({train}): the network is overfitting.",
            "{epochs} エポックの間、訓練損失が下がる（{train}）のに検証損失は {before} から {now} へ上がっています。"
            "過学習です。",
        ),
        ("overfit-baseline", "overfit-dropout"),
    ),
    Sign(
        "unsure reading",
        _unsure,
        Text(
            "{best} with only {share}; {others} of {sights} sights give another answer: a little more or less ink "
            "would change it.",
            "{best} の確率は {share} で、{sights} 通りの見方のうち {others} 通りは別の答えです。"
            "少しの線の違いで答えが変わります。",
        ),
        ("drawn-robustness", "paint-digit"),
    ),
)
"""The table: every sign, its condition, its sentence and its experiments."""
