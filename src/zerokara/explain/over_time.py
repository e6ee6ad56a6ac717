"""What a recurrent network does over time: how far back its gradient reaches, and what its units follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arguments import is_whole, short
from zerokara.arrays import Array
from zerokara.autodiff import gradients, no_grad, tensor
from zerokara.explain.scores import evaluation
from zerokara.nn import LSTM, Module
from zerokara.nn.recurrent import Recurrent


@dataclass(frozen=True)
class Reach:
    """How much each step of a sequence moves the last one's result.

    norms: (T,), ‖∂S/∂x_t‖ for every step t. factor: what a step back multiplies them by, on average (geometric): below
    1 the gradient vanishes through time, above 1 it explodes.
    """

    norms: Array

    @property
    def factor(self) -> float:
        """(‖first‖ / ‖last‖)^(1/(T−1)); NaN for one step, or where a norm is 0."""
        first, last = float(self.norms[0]), float(self.norms[-1])
        if len(self.norms) < 2 or first <= 0 or last <= 0:
            return float("nan")
        return float((first / last) ** (1 / (len(self.norms) - 1)))


@dataclass(frozen=True)
class Followed:
    """What the units of a layer hold after every token: values (T, units), of the memory c (an LSTM's) or of h."""

    values: Array
    of: str

    def most(self, signal: Any) -> tuple[int, float]:
        """(the unit that follows a signal (T,) best, the correlation of the two, −1 … 1)"""
        wanted = np.asarray(signal, np.float64)
        if wanted.shape != self.values.shape[:1]:
            raise ValueError(f"a signal has one number for each of the {len(self.values)} tokens; got {wanted.shape}")
        centred = self.values - self.values.mean(axis=0)
        wanted = wanted - wanted.mean()
        sizes = np.linalg.norm(centred, axis=0) * np.linalg.norm(wanted)
        found = np.where(sizes > 0, wanted @ centred / np.where(sizes > 0, sizes, 1), 0)
        unit = int(np.abs(found).argmax())
        return unit, float(found[unit])


def gradient_by_step(layer: Recurrent, x: Any, v: Any = None) -> Reach:
    """‖∂⟨h_T, v⟩/∂x_t‖ of a recurrent layer, for every step t: vanishing and exploding through time as numbers.

    x is one sequence or a batch, as the layer takes them; norms are over the batch too. h_T is the output of the last
    step; v has its shape, and is 1 everywhere if left out.
    """
    _expect_recurrent("gradient_by_step", layer)
    at = tensor(np.asarray(x), requires_grad=True)
    outputs = layer(at)[0]
    steps = 1 if layer.batch_first and at.ndim == 3 else 0
    last = outputs[:, -1] if steps else outputs[-1]
    (back,) = gradients((last * (1.0 if v is None else np.asarray(v, last.dtype))).sum(), [at])
    axes = tuple(axis for axis in range(at.ndim) if axis != steps)
    return Reach(np.sqrt(np.square(np.asarray(back, np.float64)).sum(axis=axes)))


def gradient_by_token(model: Module, ids: Sequence[int] | Array, target: int | None = None) -> Reach:
    """‖∂S/∂e_t‖ of a language model, for every token t: which of the words that were read move the next one.

    S is the score of the token `target` behind the last one, the likeliest unless told; e_t the embedding of token t.
    The model has `embedding`, `rnn` (batch first) and `score`, as `zerokara.models.LanguageModel`.
    """
    tokens, parts = _tokens("gradient_by_token", ids), _parts("gradient_by_token", model)
    with evaluation(model):
        with no_grad():
            words = parts["embedding"](tokens[None])
        at = tensor(words.data, requires_grad=True)
        scores = parts["score"](parts["rnn"](at)[0][:, -1])
    classes = scores.shape[-1]
    if target is None:
        target = int(scores.data.argmax())
    if not is_whole(target) or not 0 <= target < classes:
        raise ValueError(f"target is a token from 0 to {classes - 1}; got {short(target)}")
    (back,) = gradients(scores[0, int(target)], [at])
    return Reach(np.linalg.norm(np.asarray(back, np.float64)[0], axis=-1))


def follow_units(model: Module, ids: Sequence[int] | Array) -> Followed:
    """What each unit of the last recurrent layer holds after every token of a text: an LSTM's memory c, else h.

    The model is as for `gradient_by_token`. Karpathy, Johnson, Fei-Fei: Visualizing and understanding recurrent
    networks (2015, arXiv 1506.02078).
    """
    tokens, parts = _tokens("follow_units", ids), _parts("follow_units", model)
    layer, state, found = parts["rnn"], None, []
    with evaluation(model), no_grad():
        words = parts["embedding"](tokens[None])
        if not isinstance(layer, LSTM):
            return Followed(np.array(layer(words)[0].data[0]), "h")
        for t in range(len(tokens)):
            _, state = layer(words[:, t : t + 1], state)
            found.append(state[1].data[-1, 0].copy())
    return Followed(np.array(found), "c")


def _tokens(name: str, ids: Any) -> Array:
    tokens = np.asarray(ids)
    if tokens.ndim != 1 or not tokens.size or tokens.dtype.kind not in "iu":
        raise ValueError(f"{name} expects the numbers of at least one token, (T,); got {short(ids)}")
    return tokens


def _parts(name: str, model: Module) -> dict[str, Any]:
    found = {part: getattr(model, part, None) for part in ("embedding", "rnn", "score")}
    missing = [part for part, value in found.items() if not isinstance(value, Module)]
    if missing:
        raise TypeError(
            f"{name} expects a language model with embedding, rnn and score, as models.LanguageModel; "
            f"{type(model).__name__} has no {' and no '.join(missing)}"
        )
    _expect_recurrent(name, found["rnn"])
    return found


def _expect_recurrent(name: str, layer: Any) -> None:
    if not isinstance(layer, Recurrent):
        raise TypeError(f"{name} expects an nn.RNN, nn.LSTM or nn.GRU; got {type(layer).__name__}")
