"""Encoder and decoder: one sequence of symbols becomes numbers, and from the numbers another sequence is written.

    encoder   h_s, state = LSTM(embedding(x_s), state)                 state: what the last step leaves
    decoder   d_t, state = LSTM(embedding(y_t), state)                 begins with the encoder's state
    scores_t  = W·d_t + b                                              of the symbol that follows y_t

In training y is the right answer (teacher forcing), so that all its steps are one sequence; in `generate` y_t is what
the decoder wrote itself. Sutskever, Vinyals, Le: Sequence to sequence learning (2014); book 2, chapters 7 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arguments import known
from zerokara.arrays import Array, DTypeLike, default_generator
from zerokara.autodiff import Tensor, no_grad
from zerokara.functional.shared import Like
from zerokara.kernels import tracing
from zerokara.kernels.tracing import as_array
from zerokara.models.language import CELLS, State
from zerokara.nn import Embedding, Linear, Module
from zerokara.nn.init import Normal


@dataclass(frozen=True)
class Encoded:
    """What a decoder may know of the questions.

    outputs: h of every step, (N, S, H). state: what the last step leaves, in the layout of the recurrent layer.
    seen: (N, S), true where a question has a symbol and not padding; None: everywhere.
    """

    outputs: Tensor
    state: State
    seen: Array | None = None

    @property
    def last(self) -> Tensor:
        """h of the last layer after the last symbol, (N, H)."""
        h: Tensor = self.state[0] if isinstance(self.state, tuple) else self.state
        return h[-1]


class Encoder(Module):
    """Embedding – recurrent layer: x (N, S) of whole numbers → `Encoded`."""

    def __init__(
        self,
        vocabulary: int,
        embedding_dim: int,
        hidden_size: int,
        *,
        cell: str = "lstm",
        padding_idx: int | None = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        known("cell", cell, CELLS)
        rng = default_generator() if rng is None else rng
        self.padding_idx = padding_idx
        self.embedding = Embedding(vocabulary, embedding_dim, padding_idx, init=Normal(0.01), rng=rng, dtype=dtype)
        self.rnn = CELLS[cell](embedding_dim, hidden_size, batch_first=True, rng=rng, dtype=dtype)

    def forward(self, x: Like) -> Encoded:  # type: ignore[override]
        """Read the questions. Symbols `padding_idx` at their ends are not read: the state is that before them."""
        symbols = _symbols("Encoder", x)
        if self.padding_idx is None:
            outputs, state = self.rnn(self.embedding(x))
            return Encoded(outputs, state)
        seen = np.not_equal(symbols, self.padding_idx)
        outputs, state = self.rnn(self.embedding(x), lengths=_lengths(seen))
        return Encoded(outputs, state, seen)


class Decoder(Module):
    """Embedding – recurrent layer – Linear: symbols, state → scores of the symbols that follow them, and the state."""

    def __init__(
        self,
        vocabulary: int,
        embedding_dim: int,
        hidden_size: int,
        *,
        cell: str = "lstm",
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        known("cell", cell, CELLS)
        rng = default_generator() if rng is None else rng
        more, seen = self._wider(hidden_size)
        self.embedding = Embedding(vocabulary, embedding_dim, init=Normal(0.01), rng=rng, dtype=dtype)
        self.rnn = CELLS[cell](embedding_dim + more, hidden_size, batch_first=True, rng=rng, dtype=dtype)
        self.score = Linear(hidden_size + seen, vocabulary, rng=rng, dtype=dtype)

    def forward(self, y: Like, state: State, encoded: Encoded) -> tuple[Tensor, State]:  # type: ignore[override]
        """y (N, T) → scores (N, T, V), and the state after the last of them."""
        outputs, state = self.rnn(self._told(self.embedding(y), encoded), state)
        return self.score(self._judged(outputs, encoded)), state

    def _wider(self, hidden_size: int) -> tuple[int, int]:
        """By how much the input of the recurrent layer is wider than the embedding, and that of the last layer."""
        return 0, 0

    def _told(self, y: Tensor, encoded: Encoded) -> Tensor:
        """The input of the recurrent layer, (N, T, D + …)."""
        return y

    def _judged(self, outputs: Tensor, encoded: Encoded) -> Tensor:
        """The input of the last layer, (N, T, H + …)."""
        return outputs


class PeekyDecoder(Decoder):
    """A decoder that sees the encoder's last h in every step: [h, embedding(y)] → LSTM → d, [h, d] → Linear → scores

    Without it the question is told once, by the state, and must be kept until it is needed. Cho et al.: Learning phrase
    representations (2014); book 2, §7.3.2.
    """

    def _wider(self, hidden_size: int) -> tuple[int, int]:
        return hidden_size, hidden_size

    def _told(self, y: Tensor, encoded: Encoded) -> Tensor:
        return F.concatenate([_at_every_step(encoded.last, y), y], axis=2)

    def _judged(self, outputs: Tensor, encoded: Encoded) -> Tensor:
        return F.concatenate([_at_every_step(encoded.last, outputs), outputs], axis=2)


class AttentionDecoder(Decoder):
    """A decoder that looks back at every step of the question before it answers.

    a_t = softmax_s(d_t · h_s)        c_t = Σ_s a_ts·h_s        scores_t = W·[c_t, d_t] + b

    `weights` gives a, (N, T, S); padding has weight 0. Luong, Pham, Manning (2015), "dot"; book 2, §8.1.
    """

    def _wider(self, hidden_size: int) -> tuple[int, int]:
        return 0, hidden_size

    def _judged(self, outputs: Tensor, encoded: Encoded) -> Tensor:
        return F.concatenate([F.matmul(attention_weights(outputs, encoded), encoded.outputs), outputs], axis=2)

    def weights(self, y: Like, state: State, encoded: Encoded) -> Tensor:
        """Where it looks after each symbol of y (N, T): (N, T, S), rows that sum to 1."""
        outputs, _ = self.rnn(self._told(self.embedding(y), encoded), state)
        return attention_weights(outputs, encoded)


DECODERS: dict[str, type[Decoder]] = {"plain": Decoder, "peeky": PeekyDecoder, "attention": AttentionDecoder}
"""The decoders by name."""


class Seq2Seq(Module):
    """Questions (N, S) and answers (N, T), both of whole numbers → scores (N, T, V) of what follows each symbol.

    vocabulary: how many symbols there are, in questions and answers alike. decoder: "plain", "peeky", "attention".
    cell: "lstm", "gru", "rnn". carry_cell: whether an LSTM's decoder begins with the encoder's h and c; False begins
    with h and c = 0, as the book's code does. padding_idx: the symbol that fills up the ends of short questions; it is
    not read and not looked at. None: blanks are read like any other symbol, as in the book.

    Initial values: embeddings N(0, 0.01²), the layers' own elsewhere.

        net = Seq2Seq(13, 16, 128)
        loss = F.cross_entropy(net(questions, answers[:, :-1]).reshape(-1, 13), answers[:, 1:].reshape(-1))
        said = net.generate(questions, start=answers[0, 0], steps=4)
    """

    def __init__(
        self,
        vocabulary: int,
        embedding_dim: int = 16,
        hidden_size: int = 128,
        *,
        decoder: str = "plain",
        cell: str = "lstm",
        carry_cell: bool = True,
        padding_idx: int | None = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        known("decoder", decoder, DECODERS)
        rng = default_generator() if rng is None else rng
        sizes, options = (vocabulary, embedding_dim, hidden_size), {"cell": cell, "rng": rng, "dtype": dtype}
        self.vocabulary, self.carry_cell = vocabulary, carry_cell
        self.encoder = Encoder(*sizes, padding_idx=padding_idx, **options)  # type: ignore[arg-type]
        self.decoder = DECODERS[decoder](*sizes, **options)  # type: ignore[arg-type]

    def forward(self, x: Like, y: Like) -> Tensor:
        """The scores (N, T, V) that follow the symbols y (N, T) of the right answers to x (N, S): teacher forcing."""
        _same_number(x, y)
        encoded = self.encode(x)
        return self.decoder(y, self.start(encoded), encoded)[0]

    def encode(self, x: Like) -> Encoded:
        """What is known of the questions x (N, S)."""
        encoded: Any = self.encoder(x)
        return encoded  # type: ignore[no-any-return]

    def start(self, encoded: Encoded) -> State:
        """The state with which the decoder begins."""
        if self.carry_cell or not isinstance(encoded.state, tuple):
            return encoded.state
        h, c = encoded.state
        return h, Tensor(np.zeros(c.shape, c.dtype))

    def attention(self, x: Like, y: Like) -> Tensor:
        """Where an attention decoder looks after each symbol of y (N, T): (N, T, S)."""
        if not isinstance(self.decoder, AttentionDecoder):
            raise ValueError(
                f"a {type(self.decoder).__name__} looks nowhere: make it with Seq2Seq(decoder='attention')"
            )
        encoded = self.encode(x)
        return self.decoder.weights(y, self.start(encoded), encoded)

    def generate(self, x: Like, start: int, steps: int, *, stop: int | None = None) -> Array:
        """The answers (N, steps), greedily: at every step the symbol with the highest score, the first of equals.

        `start` is the symbol before the first, and not part of the answer; behind a `stop` there are only `stop`s. All
        questions are answered at once, each as if it were alone.
        """
        if steps < 1:
            raise ValueError(f"an answer has at least one step; got steps={steps}")
        if not 0 <= start < self.vocabulary:
            raise ValueError(f"start is a symbol from 0 to {self.vocabulary - 1}; got {start}")
        with no_grad():
            encoded = self.encode(x)
            state = self.start(encoded)
            said = np.full((len(encoded.outputs), steps + 1), start)
            for t in range(steps):
                scores, state = self.decoder(said[:, t : t + 1], state, encoded)
                said[:, t + 1] = _best(scores.data[:, -1])
                if stop is not None and t:
                    said[said[:, t] == stop, t + 1] = stop
        return said[:, 1:]


def attention_weights(outputs: Tensor, encoded: Encoded) -> Tensor:
    """a_ts = softmax_s(d_t · h_s): d (N, T, H), h (N, S, H) → (N, T, S); 0 where there is nothing to see."""
    seen = None if encoded.seen is None else encoded.seen[:, None, :]
    return F.attention_weights(outputs, encoded.outputs, seen, scale=1.0)


def _at_every_step(h: Tensor, like: Tensor) -> Tensor:
    """h (N, H) → (N, T, H)"""
    N, H = h.shape
    return F.broadcast_to(h.reshape(N, 1, H), (N, like.shape[1], H))


def _best(scores: Array) -> Array:
    if np.isnan(scores).any():
        raise ValueError("the scores are not numbers (NaN): the training of this network left the numbers")
    best: Array = scores.argmax(axis=1)
    return best


def _symbols(name: str, x: Like) -> Any:
    symbols = as_array(x)
    if symbols.ndim != 2 or 0 in symbols.shape[1:]:
        raise ValueError(f"{name} expects sequences of symbols (N, T), T of at least 1; got shape {symbols.shape}")
    return symbols


def _lengths(seen: Array) -> Array:
    """How many symbols stand before the padding, of which there is none between them."""
    tracing.look(_expect_padding_at_the_end, seen)
    lengths: Array = np.sum(seen, axis=1)
    return lengths


def _expect_padding_at_the_end(seen: Array) -> None:
    if (seen[:, 1:] & ~seen[:, :-1]).any():
        raise ValueError("padding stands at the end of a question only; there is some before a symbol")


def _same_number(x: Like, y: Like) -> None:
    questions, answers = _symbols("Seq2Seq", x), _symbols("Seq2Seq", y)
    if len(questions) != len(answers):
        raise ValueError(f"every question has one answer; got {len(questions)} questions and {len(answers)} answers")
