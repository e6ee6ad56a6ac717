"""Attention with several heads (Vaswani et al., 2017): PyTorch's names, shapes, keys and masks."""

import math
from typing import Any

import numpy as np

from zerokara import functional as F
from zerokara.arrays import DTypeLike, default_generator
from zerokara.autodiff import Tensor, as_tensor
from zerokara.kernels.tracing import as_array
from zerokara.nn.init import Uniform
from zerokara.nn.linear import Linear
from zerokara.nn.module import Module
from zerokara.nn.parameter import Parameter
from zerokara.nn.sizes import expect_dtype, whole

Mask = Any
"""A tensor or an array of bools or fractions, or None."""


class MultiheadAttention(Module):
    """y = (head₁, …, head_h)·W_oᵀ + b_o,   head_i = attention of query·W_qᵀ + b_q, key·W_kᵀ + b_k, value·W_vᵀ + b_v

    Each head works on its own `embed_dim / num_heads` columns of the three, see `F.scaled_dot_product_attention`.

    Shapes: query (T, N, E), key (S, N, kdim), value (S, N, vdim), or with `batch_first` (N, T, E) and so on, or without
    the N; E = embed_dim, and kdim = vdim = E unless given  →  y like the query, and the weights (N, T, S), or
    (N, h, T, S) with `average_attn_weights=False`, or None without `need_weights`. PyTorch's layout: W_q, W_k and W_v
    lie in `in_proj_weight` (3E, E) one below the other, their biases in `in_proj_bias` (3E,); where kdim or vdim differ
    from E, they are `q_proj_weight`, `k_proj_weight` and `v_proj_weight`. Initial values as PyTorch's: U(±√(6/(fan_in +
    fan_out))) for the projections in front, U(±1/√E) for `out_proj.weight`, biases 0. `dropout` drops weights in
    training.
    """

    in_proj_weight: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    in_proj_bias: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        *,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.embed_dim = whole("MultiheadAttention", "embed_dim", embed_dim)
        self.num_heads = whole("MultiheadAttention", "num_heads", num_heads)
        if self.embed_dim % self.num_heads:
            raise ValueError(
                f"MultiheadAttention expects embed_dim to be a multiple of num_heads; got {embed_dim} and {num_heads}"
            )
        if not 0 <= dropout < 1:
            raise ValueError(f"MultiheadAttention expects dropout of at least 0 and below 1; got {dropout}")
        self.kdim = self.embed_dim if kdim is None else whole("MultiheadAttention", "kdim", kdim)
        self.vdim = self.embed_dim if vdim is None else whole("MultiheadAttention", "vdim", vdim)
        self.dropout, self.batch_first, self.rng = float(dropout), batch_first, rng
        e, rng = self.embed_dim, default_generator() if rng is None else rng
        together = self.kdim == self.vdim == e
        self.in_proj_weight = _started(3 * e, e, rng, dtype) if together else None
        for name, width in zip(("q", "k", "v"), (e, self.kdim, self.vdim), strict=True):
            setattr(self, f"{name}_proj_weight", None if together else _started(e, width, rng, dtype))
        self.in_proj_bias = Parameter(np.zeros(3 * e, dtype)) if bias else None
        self.out_proj = Linear(e, e, bias, rng=rng, dtype=dtype)
        if self.out_proj.bias is not None:
            self.out_proj.bias.write()[...] = 0

    def forward(  # type: ignore[override]
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Mask = None,
        need_weights: bool = True,
        attn_mask: Mask = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
        *,
        past: int = 0,
    ) -> tuple[Tensor, Tensor | None]:
        """(y, weights or None).

        The masks are PyTorch's, which mean the opposite of all other masks here: in `key_padding_mask` (N, S) and
        `attn_mask` (T, S) or (N·num_heads, T, S) of bools, **True = may not be seen**; fractions are added to the
        scores. With `is_causal` position t sees the keys up to t + `past`, no mask is needed for it. Whoever may see
        nothing gets 0 from every head. Without `need_weights` memory does not grow with T·S, and it is faster.
        """
        given = [as_tensor(x) for x in (query, key, value)]
        single = given[0].ndim == 2
        self._expect(given)
        q, k, v = (self._rows_first(x, single) for x in given)
        mask = self._mask(key_padding_mask, attn_mask, q, k, single)
        heads_q, heads_k, heads_v = (self.heads(x, i) for i, x in enumerate((q, k, v)))
        p = self.dropout if self.training else 0.0
        weights = None
        if need_weights:
            shares = F.attention_weights(heads_q, heads_k, mask, is_causal, past=past)
            shares = F.dropout(shares, p, rng=self.rng) if p else shares
            mixed = shares @ heads_v
            weights = shares.mean(axis=1) if average_attn_weights else shares
            weights = weights[0] if single else weights
        else:
            more: dict[str, Any] = {"past": past, "rng": self.rng}
            mixed = F.scaled_dot_product_attention(heads_q, heads_k, heads_v, mask, p, is_causal, **more)
        y = self.joined(mixed)
        if single:
            return y[0], weights
        return y if self.batch_first else y.permute(1, 0, 2), weights

    def _expect(self, given: list[Tensor]) -> None:
        """Refuse shapes that do not belong together."""
        q, k, v = (x.shape for x in given)
        rank, batch = len(q), 0 if self.batch_first else 1
        widths = q[-1:] == (self.embed_dim,) and k[-1:] == (self.kdim,) and v[-1:] == (self.vdim,)
        alike = rank in (2, 3) and rank == len(k) == len(v) and k[:-1] == v[:-1]
        if not widths or not alike or (rank == 3 and q[batch] != k[batch]):
            t, s = ("(N, T, ", "(N, S, ") if self.batch_first else ("(T, N, ", "(S, N, ")
            raise ValueError(
                f"MultiheadAttention expects a query {t}{self.embed_dim}), a key {s}{self.kdim}) and a value "
                f"{s}{self.vdim}) with batch_first={self.batch_first}; got {q}, {k} and {v}: "
                "make the layer with their widths, or give it sequences of these"
            )
        for x in given:
            expect_dtype("MultiheadAttention", x.dtype, self.out_proj.weight.dtype)

    def _rows_first(self, x: Tensor, single: bool) -> Tensor:
        """(N, T, …)"""
        if single:
            return x.reshape(1, *x.shape)
        return x if self.batch_first else x.permute(1, 0, 2)

    def heads(self, x: Tensor, which: int) -> Tensor:
        """x·Wᵀ + b of queries (0), keys (1) or values (2), cut into heads: (N, T, …) → (N, h, T, E/h)."""
        e = self.embed_dim
        rows = slice(which * e, (which + 1) * e)
        own = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)[which]
        weight = self.in_proj_weight[rows] if self.in_proj_weight is not None else own
        y = F.linear(x, weight, None if self.in_proj_bias is None else self.in_proj_bias[rows])
        return y.reshape(*x.shape[:2], self.num_heads, e // self.num_heads).permute(0, 2, 1, 3)

    def joined(self, mixed: Tensor) -> Tensor:
        """What the heads have mixed (N, h, T, E/h), side by side and through `out_proj`: (N, T, E)."""
        return self.out_proj(mixed.permute(0, 2, 1, 3).reshape(mixed.shape[0], mixed.shape[2], self.embed_dim))

    def _mask(self, padding: Mask, attn: Mask, q: Tensor, k: Tensor, single: bool) -> Any:
        """PyTorch's two masks as one of ours, which fits (N, h, T, S): True = may be seen, or numbers to add."""
        n, t, s = q.shape[0], q.shape[1], k.shape[1]
        parts: list[Any] = []
        if padding is not None:
            wanted = (s,) if single else (n, s)
            parts.append(_as_mask("key_padding_mask", padding, (wanted,)).reshape(n, 1, 1, s))
        if attn is not None:
            whole_one = _as_mask("attn_mask", attn, ((t, s), (n * self.num_heads, t, s)))
            parts.append(whole_one if whole_one.ndim == 2 else whole_one.reshape(n, self.num_heads, t, s))
        if len(parts) == 2 and {part.dtype.kind for part in parts} == {"b", "f"}:
            parts = [_to_add(part, q.dtype) for part in parts]
        if not parts:
            return None
        if parts[0].dtype.kind == "b":
            hidden = as_array(parts[0]) if len(parts) == 1 else np.logical_or(*(as_array(part) for part in parts))
            return np.logical_not(hidden)
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]

    def extra_repr(self) -> str:
        """The sizes."""
        other = "" if self.kdim == self.vdim == self.embed_dim else f", kdim={self.kdim}, vdim={self.vdim}"
        dropped = f", dropout={self.dropout}" if self.dropout else ""
        return f"{self.embed_dim}, {self.num_heads}{dropped}{other}, batch_first={self.batch_first}"


def _started(rows: int, columns: int, rng: np.random.Generator, dtype: DTypeLike) -> Parameter:
    """A weight of U(±√(6/(rows + columns)))."""
    return Parameter(Uniform(math.sqrt(6 / (rows + columns)))((rows, columns), rng, dtype))


def _as_mask(name: str, given: Any, shapes: tuple[tuple[int, ...], ...]) -> Tensor:
    mask = given if isinstance(given, Tensor) else as_tensor(as_array(given))
    if mask.dtype.kind not in "bf":
        raise TypeError(
            f"MultiheadAttention expects {name} of bools (True = may not be seen) or of fractions to add; "
            f"got {mask.dtype}: compare it first, ids == 0"
        )
    if mask.shape not in shapes:
        wanted = " or ".join(map(str, shapes))
        raise ValueError(f"MultiheadAttention expects {name} of shape {wanted}; got {mask.shape}")
    return mask


def _to_add(mask: Tensor, dtype: Any) -> Tensor:
    """A mask of bools as numbers: −∞ where nothing may be seen."""
    if mask.dtype.kind == "f":
        return mask
    return as_tensor(np.where(as_array(mask), dtype.type(-np.inf), dtype.type(0)))
