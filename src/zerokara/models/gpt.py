"""A small GPT: what comes next, from all that may be seen of what came before.

    x_t = embedding(id_t) + position_t
    x ← x + attention(norm1(x)),   x ← x + W₂·gelu(W₁·norm2(x) + b₁) + b₂        L times
    scores_t = W·norm(x_t)

Every position attends to itself and to those before it (the causal mask), so one pass gives the scores at all places.
Keys and values of what was read are the model's state, the "key-value cache": whoever goes on in a text hands the last
one in again, and each new token costs one position instead of all. Radford et al., 2019 (GPT-2); the initial values are
those of nanoGPT and minGPT (A. Karpathy).
"""

import math
from itertools import pairwise

import numpy as np

from zerokara import functional as F
from zerokara.arrays import DTypeLike, default_generator
from zerokara.autodiff import Tensor
from zerokara.functional.shared import Like
from zerokara.nn import Dropout, Embedding, LayerNorm, LearnedPositions, Linear, Module, ModuleList, MultiheadAttention
from zerokara.nn.init import Normal

Cache = tuple[Tensor, ...]
"""Keys and values of each block in turn, (N, heads, positions so far, width/heads) each. None is an empty text."""

_SPREAD = 0.02
"""The standard deviation of the initial weights."""


class Block(Module):
    """x ← x + attention(norm1(x)), then x ← x + linear2(gelu(linear1(norm2(x)))), the latter only with `mlp`."""

    def __init__(
        self, width: int, heads: int, dropout: float, mlp: bool, rng: np.random.Generator, dtype: DTypeLike
    ) -> None:
        self.norm1 = LayerNorm(width, dtype=dtype)
        self.attention = MultiheadAttention(width, heads, dropout, batch_first=True, rng=rng, dtype=dtype)
        self.norm2 = LayerNorm(width, dtype=dtype) if mlp else None
        self.linear1 = Linear(width, 4 * width, rng=rng, dtype=dtype) if mlp else None
        self.linear2 = Linear(4 * width, width, rng=rng, dtype=dtype) if mlp else None
        self.dropout = Dropout(dropout, rng=rng)

    def forward(self, x: Tensor, past: Cache | None = None) -> tuple[Tensor, Cache]:  # type: ignore[override]
        """(x after the block, the keys and values so far); `past` are those of the positions before x."""
        attention, normal = self.attention, self.norm1(x)
        q, k, v = (attention.heads(normal, i) for i in range(3))
        before = 0 if past is None else past[0].shape[2]
        if past is not None:
            k, v = F.concatenate([past[0], k], 2), F.concatenate([past[1], v], 2)
        dropped = attention.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(q, k, v, None, dropped, True, past=before, rng=attention.rng)
        x = x + self.dropout(attention.joined(mixed))
        if self.norm2 is not None and self.linear1 is not None and self.linear2 is not None:
            x = x + self.dropout(self.linear2(F.gelu(self.linear1(self.norm2(x)), "tanh")))
        return x, (k, v)


class GPT(Module):
    """Embedding V×C + positions context×C – `layers` blocks of `heads` heads – LayerNorm – Linear C×V without bias

    Called as `scores, state = model(x, state)`: x (N, T) of whole numbers below V, scores (N, T, V); with a state, x
    goes on where it ended. At most `context` positions in all. `tied`: the embedding is the weight of the last layer
    too, one parameter under two names. `mlp=False` leaves the blocks nothing but attention.

    Parameters: layers·(12·C² + 13·C) + 2·C + context·C + 2·V·C (V·C if tied); without mlp layers·(4·C² + 6·C).
    Initial values: weights N(0, .02²), the projections that end in a sum divided by √(2·layers), so that the sum does
    not grow with their number; biases 0, norms 1. Dropout acts on the embedded tokens, the attention weights and the
    end of every branch.
    """

    positions: Module
    """`LearnedPositions`, or what is put in its place: called as positions(x, past)."""

    state_axis = 0
    """The axis of the state that counts the texts of a batch."""

    def __init__(
        self,
        vocabulary: int,
        *,
        layers: int = 2,
        heads: int = 4,
        width: int = 64,
        context: int = 64,
        dropout: float = 0.0,
        tied: bool = False,
        mlp: bool = True,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        rng = default_generator() if rng is None else rng
        start = Normal(_SPREAD)
        self.vocabulary, self.context, self.tied, self.mlp = vocabulary, context, tied, mlp
        self.embedding = Embedding(vocabulary, width, init=start, rng=rng, dtype=dtype)
        self.positions = LearnedPositions(context, width, init=start, rng=rng, dtype=dtype)
        self.dropout = Dropout(dropout, rng=rng)
        self.blocks = ModuleList(Block(width, heads, dropout, mlp, rng, dtype) for _ in range(layers))
        self.norm = LayerNorm(width, dtype=dtype)
        self.score = Linear(width, vocabulary, bias=False, init=start, rng=rng, dtype=dtype)
        ends = _SPREAD / math.sqrt(2 * max(layers, 1))
        for name, parameter in self.blocks.named_parameters():
            if parameter.ndim == 2:
                spread = ends if name.endswith(("out_proj.weight", "linear2.weight")) else _SPREAD
                parameter.write()[...] = Normal(spread)(parameter.shape, rng, parameter.dtype)
            elif name.endswith("bias"):
                parameter.write()[...] = 0
        if tied:
            self.score.weight = self.embedding.weight

    def forward(self, x: Like, state: Cache | None = None) -> tuple[Tensor, Cache]:  # type: ignore[override]
        """(scores (N, T, V) of the token after each one, the keys and values of all that was read)"""
        words = self.embedding(x)
        if words.ndim != 3:
            raise ValueError(f"GPT expects whole numbers (N, T); got {words.shape[:-1]}")
        past = 0 if state is None else state[0].shape[2]
        if past + words.shape[1] > self.context:
            raise ValueError(
                f"GPT reads at most {self.context} tokens, its context; got {past + words.shape[1]}: cut the text, or "
                "build it with a longer context"
            )
        found: list[Tensor] = []
        y = self.dropout(self.positions(words, past))
        halves = [None] * len(self.blocks) if state is None else list(pairwise(state))[::2]
        for block, half in zip(self.blocks, halves, strict=True):
            y, kept = block(y, half)
            found += kept
        return self.score(self.norm(y)), tuple(found)

    def loss(self, x: Like, y: Like) -> Tensor:
        """mean −ln p of the tokens y (N, T) that follow x."""
        scores, _ = self(x)
        labels = y.reshape(-1) if hasattr(y, "reshape") else np.asarray(y).reshape(-1)
        return F.cross_entropy(scores.reshape(-1, self.vocabulary), labels)

    def attention_weights(self, x: Like) -> list[Tensor]:
        """How much each position takes of each: one (N, heads, T, T) a block, rows that sum to 1."""
        y, found = self.positions(self.embedding(x)), []
        for block in self.blocks:
            assert isinstance(block, Block)
            normal = block.norm1(y)
            q, k = (block.attention.heads(normal, i) for i in range(2))
            found.append(F.attention_weights(q, k, is_causal=True))
            y = block(y)[0]
        return found

    def extra_repr(self) -> str:
        """What the layers do not say."""
        told = [f"context={self.context}", "tied" if self.tied else "", "" if self.mlp else "mlp=False"]
        return ", ".join(filter(None, told))
