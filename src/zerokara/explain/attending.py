"""Where a network looks in a sequence: the weights of its attention, as a map over the words.

A map shows where it looked, which is not yet why it answered so: what is looked at may be mixed with other things
before it is used (Jain, Wallace: Attention is not explanation, 2019).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import no_grad
from zerokara.explain.scores import evaluation
from zerokara.models.seq2seq import Seq2Seq
from zerokara.nn import Module, MultiheadAttention
from zerokara.report import Figure, Lang, attention_map


@dataclass(frozen=True)
class AttentionMap:
    """weights[…, t, s]: how much the row t looks at the column s; (T, S), or (heads, T, S). Rows sum to 1 or are 0."""

    weights: Array
    rows: tuple[str, ...]
    columns: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.weights.ndim not in (2, 3) or self.weights.shape[-2:] != (len(self.rows), len(self.columns)):
            raise ValueError(
                f"a map of {len(self.rows)} rows and {len(self.columns)} columns needs weights "
                f"(…, {len(self.rows)}, {len(self.columns)}); got {self.weights.shape}"
            )

    @property
    def most(self) -> Array:
        """The column that each row looks at most, the first of equals: (T,), or (heads, T)."""
        found: Array = self.weights.argmax(axis=-1)
        return found

    def figure(self, title: str, *, row_name: str = "", column_name: str = "", lang: Lang = "en") -> Figure:
        """The map as a picture, one for every head."""
        return attention_map(
            title, self.weights, self.rows, self.columns, row_name=row_name, column_name=column_name, lang=lang
        )

    def _repr_html_(self) -> str:
        return str(getattr(self.figure("attention"), "_repr_html_")())  # noqa: B009 (given in report.notebook)


def looks_at(model: Seq2Seq, question: Sequence[int], answer: Sequence[int], names: Sequence[str]) -> AttentionMap:
    """Where an attention decoder looks in the question while it writes the answer.

    question (S,) and answer (T + 1,) are whole numbers, the answer with the start symbol before its first; `names`
    says what each number is. A row is named by the symbol that is written: y_{t+1} is chosen by what is seen after y_t.
    """
    asked, said = _one("question", question, names, 1), _one("answer", answer, names, 2)
    with no_grad():
        weights = model.attention(asked[None], said[None, :-1]).data[0]
    return AttentionMap(weights, tuple(names[i] for i in said[1:]), tuple(names[i] for i in asked))


def heads(model: Module, *inputs: Any, rows: Sequence[str], columns: Sequence[str] = ()) -> dict[str, AttentionMap]:
    """What every attention head looks at: the name of each `MultiheadAttention` inside → its map (heads, T, S).

    The model is called as `model(*inputs)`, in evaluation mode, with one sequence (a batch of one). rows: the T words
    that look; columns: the S words that are looked at, those of `rows` unless given (self-attention). An attention
    whose sizes are others is left out. A model with a method `attention_weights(x)`, as a `GPT`, is asked itself; its
    maps are called block 1, block 2 and so on.
    """
    names = tuple(rows), tuple(columns) or tuple(rows)
    with evaluation(model), no_grad():
        own = getattr(model, "attention_weights", None)
        if own is not None:
            found = [(f"block {i + 1}", weights) for i, weights in enumerate(own(*inputs))]
        else:
            with _seeing(model) as found:
                model(*inputs)
    maps = {name: _first(weights.data) for name, weights in found}
    kept = {name: AttentionMap(w, *names) for name, w in maps.items() if w.shape[1:] == (len(names[0]), len(names[1]))}
    if not kept:
        sizes = ", ".join(sorted({str(w.shape[1:]) for w in maps.values()})) or "no attention at all"
        raise ValueError(f"no attention looks from {len(names[0])} words at {len(names[1])}; the model has {sizes}")
    return kept


_OPTIONS = ("key_padding_mask", "need_weights", "attn_mask", "average_attn_weights", "is_causal")
"""What may stand behind query, key and value, in this order."""


@contextmanager
def _seeing(model: Module) -> Iterator[list[tuple[str, Any]]]:
    """Every attention inside the model computes its weights, and they are kept, with its name."""
    found: list[tuple[str, Any]] = []
    layers = {name: m for name, m in model.named_modules() if isinstance(m, MultiheadAttention)}

    def looked(name: str, layer: MultiheadAttention) -> Any:
        def forward(*inputs: Any, **options: Any) -> Any:
            asked = {
                **dict(zip(_OPTIONS, inputs[3:], strict=False)),
                **options,
            }
            y, weights = type(layer).forward(
                layer, *inputs[:3], **{**asked, "need_weights": True, "average_attn_weights": False}
            )
            found.append((name or "attention", weights))
            return y, weights

        return forward

    for name, layer in layers.items():
        vars(layer)["forward"] = looked(name, layer)
    try:
        yield found
    finally:
        for layer in layers.values():
            del vars(layer)["forward"]


def _first(weights: Array) -> Array:
    """(heads, T, S) of the only sequence of a batch (1, heads, T, S)."""
    if weights.ndim == 4 and len(weights) != 1:
        raise ValueError(f"maps are drawn of one sequence; got a batch of {len(weights)}")
    return weights[0] if weights.ndim == 4 else weights


def _one(what: str, symbols: Sequence[int], names: Sequence[str], least: int) -> Array:
    found = np.asarray(symbols)
    if found.ndim != 1 or len(found) < least or found.dtype.kind not in "iu":
        raise ValueError(
            f"the {what} is one sequence of at least {least} whole numbers; got {found.dtype} of shape {found.shape}"
        )
    if found.min() < 0 or found.max() >= len(names):
        raise ValueError(f"the {what} has symbols from 0 to {len(names) - 1}; got {found.min()} to {found.max()}")
    return found
