"""How surprised a language model is: perplexity, defined once.

    perplexity = exp(Σ −ln p(token) ÷ number of tokens that were predicted)

Every token that follows another one counts once, marks and ends of sentences too, and never is a mean of means taken.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara.arguments import is_whole, short
from zerokara.arrays import Array
from zerokara.autodiff import no_grad
from zerokara.data.text.windows import expect_tokens
from zerokara.nn import Module
from zerokara.training.contexts import context_log_probabilities
from zerokara.training.evaluation import evaluation_mode, expect_model


def perplexity(log_probabilities: Any) -> float:
    """exp(−mean of the logarithms of the probabilities that each token was given); ∞ for one that was impossible.

    1 is a perfect guess, V a guess among V tokens. Raises ValueError where nothing was predicted, and for NaN.
    """
    try:
        logs = np.asarray(log_probabilities, np.float64).ravel()
    except (TypeError, ValueError):
        raise TypeError(f"a perplexity is made of numbers; got {short(log_probabilities)}") from None
    if not logs.size:
        raise ValueError("a perplexity is that of predicted tokens, and there are none")
    if np.isnan(logs).any() or logs.max() > 1e-6:
        raise ValueError(f"a perplexity is made of logarithms of probabilities, at most 0; got up to {logs.max():g}")
    return from_loss(-float(logs.mean()))


def from_loss(loss: float) -> float:
    """The perplexity of a mean loss in nats a token, e^loss; ∞ where that is beyond all numbers."""
    try:
        return math.exp(loss)
    except OverflowError:
        return math.inf


def log_probabilities(
    model: Callable[..., Any], ids: Any, *, state: Any = None, window: int = 500
) -> tuple[Array, Any]:
    """(ln p of ids[1:] each after all before it, the state behind the last): float64 (n − 1,).

    The model is called as `scores, state = model(x, state)`, x (1, T), scores (1, T, V), and carries its state through
    the whole text; `window` says only how many tokens are in memory at a time, and changes nothing else. A model with
    a `context` judges each token behind at least half of it (see `context_log_probabilities`), and has no state then.
    """
    if not callable(model) or isinstance(model, type):
        raise TypeError(f"a model of language is called as model(x, state); got {short(model)}")
    if state is None and hasattr(model, "context"):
        return context_log_probabilities(model, ids, least=model.context // 2), None
    ids = expect_tokens(ids)
    if len(ids) < 2:
        raise ValueError(f"a text to be judged is the numbers of two tokens or more, (n,); got {short(ids)}")
    if not is_whole(window) or window < 1:
        raise ValueError(f"window is a whole number of tokens, at least 1; got {short(window)}")
    found = []
    for begin in range(0, len(ids) - 1, window):
        x, y = ids[begin : min(begin + window, len(ids) - 1)], ids[begin + 1 : begin + window + 1]
        scores, state = model(x[None], state)
        found.append(_of(np.asarray(scores.data)[0], y))
    return np.concatenate(found), state


def evaluate_text(model: Module, ids: Any, *, window: int = 500) -> float:
    """The perplexity of a language model on a text, in evaluation mode and without a graph; its state is carried."""
    expect_model(model)
    with evaluation_mode(model), no_grad():
        return perplexity(log_probabilities(model, ids, window=window)[0])


def _of(scores: Array, tokens: Array) -> Array:
    """ln softmax(scores) at the tokens, in float64."""
    if scores.ndim != 2 or (tokens.size and not (tokens.min() >= 0 and tokens.max() < scores.shape[1])):
        raise ValueError(
            f"the model scores {scores.shape[-1]} tokens, 0 to {scores.shape[-1] - 1}; the text has the numbers "
            f"{tokens.min()} to {tokens.max()}"
        )
    s = scores.astype(np.float64)
    top = s.max(axis=1, keepdims=True)
    logs = s - top - np.log(np.sum(np.exp(s - top), axis=1, keepdims=True))
    chosen: Array = logs[np.arange(len(tokens)), tokens]
    return chosen
