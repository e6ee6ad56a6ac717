"""The layers of a Transformer (Vaswani et al., 2017): attention, then a small network at every position."""

import copy
from collections.abc import Callable

import numpy as np

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.arrays import DTypeLike
from zerokara.autodiff import Tensor
from zerokara.nn.attention import Mask, MultiheadAttention
from zerokara.nn.container import ModuleList
from zerokara.nn.dropout import Dropout
from zerokara.nn.linear import Linear
from zerokara.nn.module import Module
from zerokara.nn.norm import LayerNorm
from zerokara.nn.sizes import expect_dtype, expected_width, whole

Activation = str | Callable[[Tensor], Tensor]
_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": F.relu, "gelu": F.gelu}


class _Block(Module):
    """What encoder and decoder share: attention, the network f(x) = W₂·act(W₁·x + b₁) + b₂, sums and norms.

    Each part p of a block is y = norm(x + p(x)), or with `norm_first` y = x + p(norm(x)); each p ends in dropout.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int,
        dropout: float,
        activation: Activation,
        layer_norm_eps: float,
        batch_first: bool,
        norm_first: bool,
        bias: bool,
        attentions: tuple[str, ...],
        rng: np.random.Generator | None,
        dtype: DTypeLike,
    ) -> None:
        name = type(self).__name__
        width, hidden = whole(name, "d_model", d_model), whole(name, "dim_feedforward", dim_feedforward)
        if isinstance(activation, str) and activation not in _ACTIVATIONS:
            raise ValueError(f"{name} expects activation 'relu', 'gelu' or a function; got {short(activation)}")
        for part in attentions:
            attention = MultiheadAttention(
                width, nhead, dropout, bias, batch_first=batch_first, rng=rng, dtype=dtype
            )  # fmt: skip
            setattr(self, part, attention)
        self.linear1 = Linear(width, hidden, bias, rng=rng, dtype=dtype)
        self.dropout = Dropout(dropout, rng=rng)
        self.linear2 = Linear(hidden, width, bias, rng=rng, dtype=dtype)
        self.batch_first, self.norm_first = batch_first, norm_first
        for k in range(1, len(attentions) + 2):
            setattr(self, f"norm{k}", LayerNorm(width, layer_norm_eps, bias=bias, dtype=dtype))
        for k in range(1, len(attentions) + 2):
            setattr(self, f"dropout{k}", Dropout(dropout, rng=rng))
        self.activation = _ACTIVATIONS[activation] if isinstance(activation, str) else activation

    def _through(self, x: Tensor, parts: list[Callable[[Tensor], Tensor]]) -> Tensor:
        """x through all parts, each with its norm and its dropout."""
        if x.ndim not in (2, 3) or x.shape[-1] != self.linear1.in_features:
            name, width = type(self).__name__, self.linear1.in_features
            wanted = f"(N, T, {width})" if self.batch_first else f"(T, N, {width})"
            raise ValueError(
                f"{name} expects {wanted} or (T, {width}); got {x.shape}: this layer has d_model={width}; "
                f"{expected_width(x.shape, (2, 3), 'd_model', width)}"
            )
        expect_dtype(type(self).__name__, x.dtype, self.linear1.weight.dtype)
        for k, part in enumerate(parts, 1):
            norm, dropout = getattr(self, f"norm{k}"), getattr(self, f"dropout{k}")
            x = x + dropout(part(norm(x))) if self.norm_first else norm(x + dropout(part(x)))
        return x

    def _network(self, x: Tensor) -> Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


class TransformerEncoderLayer(_Block):
    """Self-attention, then a network of one hidden layer at every position; both with a sum and a `LayerNorm`

    x ← norm1(x + attention(x)),  x ← norm2(x + W₂·act(W₁·x + b₁) + b₂); with `norm_first` the norms stand before the
    parts instead: x ← x + attention(norm1(x)), which learns more easily where there are many layers (Xiong et al.,
    2020, arXiv 2002.04745). Names, order of arguments and keys of the state are PyTorch's: self_attn, linear1, linear2,
    norm1, norm2. `activation` is "relu", "gelu" or a function.

    Shapes: x (T, N, d_model), or (N, T, d_model) with `batch_first`, or (T, d_model)  →  the same.
    """

    self_attn: MultiheadAttention

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__(
            d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias,
            ("self_attn",), rng, dtype,
        )  # fmt: skip

    def forward(
        self, src: Tensor, src_mask: Mask = None, src_key_padding_mask: Mask = None, is_causal: bool = False
    ) -> Tensor:
        """src after both parts. The masks are those of `MultiheadAttention`: of bools, **True = may not be seen**."""

        def attend(x: Tensor) -> Tensor:
            return self.self_attn(x, x, x, src_key_padding_mask, False, src_mask, is_causal=is_causal)[0]

        return self._through(src, [attend, self._network])


class TransformerDecoderLayer(_Block):
    """Self-attention, attention to an encoder's results, then a network at every position. See the encoder's layer.

    Keys of the state: self_attn, multihead_attn, linear1, linear2, norm1, norm2, norm3.

    Shapes: tgt (T, N, d_model), memory (S, N, d_model), or (N, …) with `batch_first`, or without N  →  as tgt.
    """

    self_attn: MultiheadAttention
    multihead_attn: MultiheadAttention

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__(
            d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias,
            ("self_attn", "multihead_attn"), rng, dtype,
        )  # fmt: skip

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Mask = None,
        memory_mask: Mask = None,
        tgt_key_padding_mask: Mask = None,
        memory_key_padding_mask: Mask = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """tgt after all three parts. The masks are those of `MultiheadAttention`: of bools, **True = not seen**."""

        def attend(x: Tensor) -> Tensor:
            return self.self_attn(x, x, x, tgt_key_padding_mask, False, tgt_mask, is_causal=tgt_is_causal)[0]

        def look_up(x: Tensor) -> Tensor:
            mask = memory_key_padding_mask, False, memory_mask
            return self.multihead_attn(x, memory, memory, *mask, is_causal=memory_is_causal)[0]

        return self._through(tgt, [attend, look_up, self._network])


class TransformerEncoder(Module):
    """`num_layers` copies of a layer, one after another, and a norm at the end if one is given.

    As in PyTorch the copies begin with the same numbers. Keys of the state: layers.0.self_attn.in_proj_weight, …
    """

    def __init__(self, encoder_layer: TransformerEncoderLayer, num_layers: int, norm: Module | None = None) -> None:
        self.layers = _copies("TransformerEncoder", encoder_layer, num_layers)
        self.norm = norm

    def forward(
        self, src: Tensor, mask: Mask = None, src_key_padding_mask: Mask = None, is_causal: bool = False
    ) -> Tensor:
        """src after all layers. The masks are those of `MultiheadAttention`: of bools, **True = may not be seen**."""
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, is_causal)
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(Module):
    """`num_layers` copies of a layer, each of which also looks at `memory`, and a norm at the end if one is given."""

    def __init__(self, decoder_layer: TransformerDecoderLayer, num_layers: int, norm: Module | None = None) -> None:
        self.layers = _copies("TransformerDecoder", decoder_layer, num_layers)
        self.norm = norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Mask = None,
        memory_mask: Mask = None,
        tgt_key_padding_mask: Mask = None,
        memory_key_padding_mask: Mask = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """tgt after all layers. The masks are those of `MultiheadAttention`: of bools, **True = may not be seen**."""
        masks = tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask
        for layer in self.layers:
            tgt = layer(tgt, memory, *masks, tgt_is_causal, memory_is_causal)
        return tgt if self.norm is None else self.norm(tgt)


def _copies(name: str, layer: Module, count: int) -> ModuleList:
    return ModuleList(copy.deepcopy(layer) for _ in range(whole(name, "num_layers", count)))
