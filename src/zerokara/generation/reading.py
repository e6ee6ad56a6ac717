"""What a model has read: its state, and the scores of what comes next. It is handed in again to go on."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arguments import short
from zerokara.arrays import Array
from zerokara.autodiff import no_grad
from zerokara.generation.choosing import GenerationError
from zerokara.kernels.tracing import as_array
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
    expect_model(model)
    new = expect_tokens(ids)
    expect_reading(reading)
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
        answer = model(x, state)
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise GenerationError(f"a model answers tokens with (scores (N, T, V), state); got {short(answer)}")
    scores, state = answer
    found = as_array(scores)
    if found.ndim != 3 or len(found) != len(x):
        raise GenerationError(f"a model's scores of tokens {x.shape} are (N, T, V); got {found.shape}")
    return Reading(whole, state, found[:, -1])


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
    try:
        array = np.asarray(ids)
    except (TypeError, ValueError):  # rows of different lengths
        array = np.zeros(1)
    array = array.astype(np.int64) if not array.size else array
    if array.dtype.kind not in "iu" or array.ndim not in (1, 2):
        raise GenerationError(f"texts to go on with are whole numbers (N, T) or (T,); got {short(ids)}")
    return np.atleast_2d(array).astype(np.int64, copy=False)


def expect_model(model: Any) -> None:
    """Refuse what cannot be asked for scores."""
    if not callable(model) or isinstance(model, type):
        made = ": make one of it first" if isinstance(model, type) else ""
        raise GenerationError(f"a model of language is called as model(x, state); got {short(model)}{made}")


def expect_reading(reading: Any) -> None:
    """Refuse what no call of `read` or `generate` has returned."""
    if reading is not None and not isinstance(reading, Reading):
        raise GenerationError(f"reading is what read or generate returned, or None; got {short(reading)}")


def _evaluating(model: Any) -> Any:
    return evaluation_mode(model) if isinstance(model, Module) else nullcontext()
