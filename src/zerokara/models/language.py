"""A language model: what comes next, from all that came before.

    e_t = embedding(x_t),   h_t, state = cell(e_t, state),   scores_t = W·h_t + b        of the token that follows x_t

The state is an argument and a result: whoever goes on in a text hands the last one in again. With tied weights the
table of the embedding is W as well, one parameter under two names (Press and Wolf, 2017, arXiv 1608.05859); book 2,
chapters 5 and 6.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import known
from zerokara.arrays import DTypeLike, default_generator
from zerokara.autodiff import Tensor
from zerokara.functional.shared import Like
from zerokara.nn import GRU, LSTM, RNN, Embedding, Linear, Module
from zerokara.nn.init import Init

CELLS: dict[str, Callable[..., Module]] = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
"""The recurrent layers by name."""

State = Any
"""What a recurrent layer hands on: h (layers, N, H), or of an LSTM the pair (h, c). None is the beginning of a text."""


class LanguageModel(Module):
    """Embedding V×D – recurrent layers of H – Linear H×V

    Called as `scores, state = model(x, state)`: x (N, T) of whole numbers below V, scores (N, T, V). `cell` is rnn,
    lstm or gru; `dropout` drops the embedded tokens, between the layers, and what the last layer gives. `tied`: the
    embedding is the weight of the last layer too, which saves V·D numbers and asks for D = H.

    Parameters: V·D + (layers · gates · H · (inputs + H + 2)) + V·(H + 1), without V·H if tied. Initial values: those of
    the layers, PyTorch's; `embedding_init` replaces the embedding's N(0, 1).
    """

    embedding: Embedding
    rnn: Module
    score: Linear

    def __init__(
        self,
        vocabulary: int,
        embedding_dim: int,
        hidden_size: int,
        *,
        cell: str = "lstm",
        num_layers: int = 1,
        dropout: float = 0.0,
        tied: bool = False,
        embedding_init: Init = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        known("cell", cell, CELLS)
        if tied and embedding_dim != hidden_size:
            raise ValueError(
                f"tied weights serve as embedding (V, D) and as last layer (V, H), so D = H; got D {embedding_dim}, "
                f"H {hidden_size}: make them equal, or take tied=False"
            )
        rng = default_generator() if rng is None else rng
        self.vocabulary, self.hidden_size, self.cell, self.tied = vocabulary, hidden_size, cell, tied
        self.dropout, self.rng = float(dropout), rng
        between = dropout if num_layers > 1 else 0.0
        self.embedding = Embedding(vocabulary, embedding_dim, init=embedding_init, rng=rng, dtype=dtype)
        self.rnn = CELLS[cell](
            embedding_dim, hidden_size, num_layers, batch_first=True, dropout=between, rng=rng, dtype=dtype
        )
        self.score = Linear(hidden_size, vocabulary, rng=rng, dtype=dtype)
        if tied:
            self.score.weight = self.embedding.weight

    def forward(self, x: Like, state: State = None) -> tuple[Tensor, State]:  # type: ignore[override]
        """(scores (N, T, V) of the token after each one, the state behind the last)"""
        words = F.dropout(self.embedding(x), self.dropout, self.training, self.rng)
        outputs, state = self.rnn(words, state)
        return self.score(F.dropout(outputs, self.dropout, self.training, self.rng)), state

    def loss(self, x: Like, y: Like, state: State = None) -> tuple[Tensor, State]:
        """(mean −ln p of the tokens y (N, T) that follow x, the state behind the last, cut off from its history)

        The cut is that of truncated backpropagation through time: numbers are carried on, gradients are not.
        """
        scores, state = self(x, state)
        return F.cross_entropy(scores.swapaxes(1, 2), y), detached(state)

    def extra_repr(self) -> str:
        """What the layers do not say."""
        told = [f"cell={self.cell!r}", f"dropout={self.dropout}" if self.dropout else "", "tied" if self.tied else ""]
        return ", ".join(filter(None, told))


def detached(state: State) -> State:
    """The same state without its history."""
    if state is None:
        return None
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
