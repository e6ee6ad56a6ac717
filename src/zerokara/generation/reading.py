"""What a model has read: its state, and the scores of what comes next. It is handed in again to go on."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.autodiff import no_grad
from zerokara.generation.choosing import GenerationError
from zerokara.nn import Module
from zerokara.training.evaluation import evaluation_mode


@dataclass(frozen=True, eq=False)
class Reading:
    """N texts of one length behind their last token: the tokens (N, T), the model's state, the next scores (N, V)."""

    ids: Array
    state: Any
    scores: Array

    def __len__(self) -> int:
        return len(self.ids)


def read(model: Any, ids: Any, reading: Reading | None = None, *, cache: bool = True) -> Reading:
    """Read tokens (N, T), in evaluation mode and without a graph; behind `reading`, if one is given.

    The model is called as `scores, state = model(x, state)`. Where it has a `context` and the text is longer, it reads
    the last `context` tokens afresh, so every token is judged by all that the model can hold. Without `cache` it always
    reads from the start, or from the start of its context: the same numbers, and T times the work.
    """
    new = expect_tokens(ids)
    if reading is not None and len(new) != len(reading):
        raise GenerationError(f"{len(reading)} texts were read; got {len(new)} to go on with")
    whole = new if reading is None else np.concatenate([reading.ids, new], axis=1)
    if not whole.shape[1]:
        raise GenerationError("there is nothing to go on from, the prompt is empty: give at least one token")
    context = getattr(model, "context", None)
    if context is not None and whole.shape[1] > context:
        x, state = whole[:, -context:], None
    elif reading is None or not cache:
        x, state = whole, None
    elif not new.shape[1]:
        return reading
    else:
        x, state = new, reading.state
    with _evaluating(model), no_grad(), np.errstate(all="ignore"):  # NaN is told of when a token is chosen
        scores, state = model(x, state)
    return Reading(whole, state, np.asarray(scores.data)[:, -1])


def chosen(model: Any, reading: Reading, rows: Array) -> Reading:
    """The readings of some rows, in another order or several times: what beam search goes on with."""
    axis = getattr(model, "state_axis", 1)  # recurrent states are (layers, N, H)

    def picked(state: Any) -> Any:
        if state is None:
            return None
        if isinstance(state, tuple):
            return tuple(map(picked, state))
        return type(state)(np.take(np.asarray(state.data), rows, axis=axis))

    return Reading(reading.ids[rows], picked(reading.state), reading.scores[rows])


def expect_tokens(ids: Any) -> Array:
    """Tokens (N, T) as int64; one text (T,) is a batch of one."""
    array = np.asarray(ids)
    array = array.astype(np.int64) if not array.size else array
    if array.dtype.kind not in "iu" or array.ndim not in (1, 2):
        raise GenerationError(f"texts to go on with are whole numbers (N, T) or (T,); got {short(ids)}")
    return np.atleast_2d(array).astype(np.int64, copy=False)


def _evaluating(model: Any) -> Any:
    return evaluation_mode(model) if isinstance(model, Module) else nullcontext()
