"""Attention and the layers of a Transformer: PyTorch's numbers, masks that mean one thing, and what they promise."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zerokara as zk
from tests.nn.conftest import close
from zerokara import functional as F
from zerokara import nn
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, check_gradients

FAMILIES = ("reference", "compiled")
seeds = st.integers(0, 2**32 - 1)


def numbers(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


def by_hand(q: Array, k: Array, v: Array, seen: Array) -> Array:
    """One sum after another, as the formula says."""
    y = np.zeros((len(q), v.shape[1]))
    for t in range(len(q)):
        those = [s for s in range(len(k)) if seen[t, s]]
        weights = [np.exp(q[t] @ k[s] / np.sqrt(q.shape[1])) for s in those]
        for s, weight in zip(those, weights, strict=True):
            y[t] += weight / sum(weights) * v[s]
    return y


@pytest.mark.parametrize("family", FAMILIES)
def test_the_formula_written_out(family: str) -> None:
    q, k, v = numbers(0, 5, 4), numbers(1, 7, 4), numbers(2, 7, 3)
    causal = np.arange(7) <= np.arange(5)[:, None] + 2
    mask = numbers(3, 5, 7) > -0.5
    with zk.use_kernels(family):
        for seen, options in (
            (np.ones((5, 7)), {}),
            (mask, {"attn_mask": mask}),
            (causal, {"is_causal": True, "past": 2}),
            (mask & causal, {"attn_mask": mask, "is_causal": True, "past": 2}),
        ):
            close(F.scaled_dot_product_attention(q, k, v, **options).data, by_hand(q, k, v, seen))
            close((F.attention_weights(q, k, **options) @ v).data, by_hand(q, k, v, seen))


@settings(max_examples=25, deadline=None)
@given(
    lead=st.sampled_from([(), (2,), (2, 3), (2, 1, 2)]), t=st.integers(1, 9), s=st.integers(1, 9),
    kind=st.sampled_from(["none", "seen", "added", "learned", "causal"]), scale=st.sampled_from([None, 0.3]),
    family=st.sampled_from(FAMILIES), seed=seeds,
)  # fmt: skip
def test_value_and_gradients_are_pytorchs(
    lead: tuple[int, ...], t: int, s: int, kind: str, scale: float | None, family: str, seed: int
) -> None:
    torch = pytest.importorskip("torch")
    inputs = [numbers(seed, *lead, t, 4), numbers(seed + 1, *lead, s, 4), numbers(seed + 2, *lead, s, 5)]
    mask = {
        "seen": numbers(seed + 3, t, s) > 0,
        "added": numbers(seed + 3, *lead, t, s),
        "learned": numbers(seed, 1, s),
    }
    given_mask = mask.get(kind)
    if kind == "seen":
        given_mask[:, 0] = True  # PyTorch's rows that may see nothing are not ours to copy
    if kind == "added":
        given_mask[..., 1:] = np.where(given_mask[..., 1:] > 1, -np.inf, given_mask[..., 1:])
    ours = [zk.tensor(x, requires_grad=True) for x in inputs]
    theirs = [torch.tensor(x, requires_grad=True) for x in inputs]
    masks: list[Any] = [given_mask, None if given_mask is None else torch.tensor(given_mask)]
    if kind == "learned":
        masks = [zk.tensor(given_mask, requires_grad=True), torch.tensor(given_mask, requires_grad=True)]
        ours.append(masks[0])
        theirs.append(masks[1])
    z = torch.nn.functional.scaled_dot_product_attention(
        *theirs[:3], masks[1], is_causal=kind == "causal", scale=scale
    )  # fmt: skip
    g = numbers(seed + 9, *z.shape)
    z.backward(torch.tensor(g))
    with zk.use_kernels(family):
        y = F.scaled_dot_product_attention(*ours[:3], masks[0], 0.0, kind == "causal", scale)
        y.backward(g)
    close(y.data, z.detach().numpy())
    for a, b in zip(ours, theirs, strict=True):
        close(a.grad, b.grad.numpy())


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_who_may_see_nothing_gets_nothing(family: str, dtype: Any) -> None:
    """0, never NaN, and no gradient through there: from a mask, from −∞ in every place, or from the causal mask."""
    q, k, v = (zk.tensor(numbers(i, 1, 2, 3, 4).astype(dtype), requires_grad=True) for i in range(3))
    mask = np.ones((3, 3), bool)
    mask[1] = False
    endless = np.where(mask, dtype(0), dtype(-np.inf))
    with zk.use_kernels(family):
        for options in ({"attn_mask": mask}, {"attn_mask": endless}):
            y = F.scaled_dot_product_attention(q, k, v, **options)
            dq, dk, _ = zk.gradients(y.sum(), [q, k, v])
            assert y.dtype == dq.dtype == dtype
            assert np.isfinite(y.data).all()
            assert (y.data[:, :, 1] == 0).all()
            assert (dq[:, :, 1] == 0).all()
            assert np.isfinite(dk).all()
            assert (F.attention_weights(q, k, **options).data[:, :, 1] == 0).all()
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, past=-1)
        assert (y.data[:, :, 0] == 0).all()
        assert (y.data[:, :, 1:] != 0).any()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("length", [8, 70])
def test_nobody_sees_the_future(family: str, length: int) -> None:
    """Whatever changes at position t, the outputs before t stay the same, bit for bit; without the mask they do not."""
    x = numbers(0, 2, length, 8).astype(np.float32)
    later = x.copy()
    later[:, length // 2] += 100
    with zk.use_kernels(family):
        before, after = (F.scaled_dot_product_attention(a, a, a, is_causal=True).data for a in (x, later))
        assert np.array_equal(before[:, : length // 2], after[:, : length // 2])
        assert not np.array_equal(before[:, length // 2], after[:, length // 2])
        free, other = (F.scaled_dot_product_attention(a, a, a).data for a in (x, later))
        assert not np.array_equal(free[:, : length // 2], other[:, : length // 2])


def test_the_table_of_weights_is_never_in_memory() -> None:
    """2,000 queries and keys of one head: the table alone would be 16 MB; forwards and backwards less than that."""
    import tracemalloc

    with zk.use_kernels("compiled"):
        q, k, v = (zk.tensor(numbers(i, 1, 1, 2000, 8).astype(np.float32), requires_grad=True) for i in range(3))
        F.scaled_dot_product_attention(q, k, v).sum().backward()  # the machine code is there
        tracemalloc.start()
        F.scaled_dot_product_attention(q, k, v).sum().backward()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert most < 2_000_000


def test_dropout_drops_weights_and_keeps_the_mean() -> None:
    q, k, v = numbers(0, 1, 1, 1, 4), numbers(1, 1, 1, 400, 4), np.ones((1, 1, 400, 1))
    rng = np.random.default_rng(0)
    kept = F.scaled_dot_product_attention(q, 0 * k, np.eye(400)[None, None], dropout_p=0.25, rng=rng).data.ravel()
    assert set(np.round(kept * 400, 6)) == {0.0, round(1 / 0.75, 6)}
    assert abs((kept == 0).mean() - 0.25) < 0.07
    drawn = [F.scaled_dot_product_attention(q, k, v, dropout_p=0.25, rng=rng).item() for _ in range(200)]
    assert abs(np.mean(drawn) - 1) < 0.02
    fixed = lambda *qkv: F.scaled_dot_product_attention(*qkv, dropout_p=0.4, rng=np.random.default_rng(3))  # noqa: E731
    check_gradients(fixed, numbers(0, 3, 4), numbers(1, 5, 4), numbers(2, 5, 2))


def test_the_second_derivative_is_refused_in_words_and_the_written_one_has_it() -> None:
    q, k, v = (zk.tensor(numbers(i, 3, 4), requires_grad=True) for i in range(3))
    with pytest.raises(NotImplementedError, match=r"second derivative .* take F.attention_weights\(query, key\) @"):
        zk.gradients(F.scaled_dot_product_attention(q, k, v).sum(), [q], create_graph=True)

    def slope(x: Tensor) -> Tensor:
        return zk.gradients(((F.attention_weights(x, k) @ v) ** 2).sum(), [x], create_graph=True)[0]

    check_gradients(slope, q.data)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: F.scaled_dot_product_attention(numbers(0, 3, 4), *[numbers(1, 5, 3)] * 2), r"queries \(…, T"),
        (lambda: F.scaled_dot_product_attention(*[numbers(0, 3, 4)] * 3, np.ones((3, 2), bool)), r"that fits \(3, 3"),
        (lambda: F.scaled_dot_product_attention(*[numbers(0, 3, 4)] * 3, np.ones((3, 3), int)), "mask of bools"),
        (lambda: F.scaled_dot_product_attention(*[numbers(0, 3, 4)] * 3, dropout_p=1.0), "0 <= dropout_p < 1; got 1.0"),
        (lambda: nn.MultiheadAttention(6, 4), "a multiple of num_heads; got 6 and 4"),
        (lambda: nn.MultiheadAttention(6, 2)(*[zk.zeros(3, 2, 5)] * 3), r"query \(T, N, 6\).*got \(3, 2, 5\)"),
        (lambda: nn.MultiheadAttention(6, 2)(*[zk.zeros(3, 2, 6)] * 3, np.ones((3, 2), bool)), r"of shape \(2, 3\)"),
        (lambda: nn.MultiheadAttention(6, 2)(*[zk.zeros(3, 2, 6)] * 3, np.ones((2, 3), int)), "of bools"),
        (lambda: nn.TransformerEncoderLayer(6, 2, activation="swish"), "'relu', 'gelu' or a function; got 'swish'"),
        (lambda: nn.LearnedPositions(4, 6)(zk.zeros(2, 5, 6)), "has 4 positions; got 5"),
        (lambda: nn.SinusoidalPositions(5), "an even number"),
        (lambda: F.gelu(zk.zeros(2), "erf"), "approximate is 'none' or 'tanh'; got 'erf'"),
        (lambda: nn.Transformer, "nn.TransformerEncoder and nn.TransformerDecoder"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(call: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError), match=message):
        call()


# ── layers against PyTorch's ─────────────────────────────────────────────────────────────────────────────────────────


def same(ours: nn.Module, theirs: Any, inputs: list[Array], call: Any) -> None:
    """The same state gives the same values, and the same gradients of inputs and weights."""
    import torch

    ours.astype(np.float64)
    theirs.double()
    ours.load_state_dict(theirs.state_dict())
    assert list(ours.state_dict()) == list(theirs.state_dict())
    a = [Tensor(x.copy(), requires_grad=True) for x in inputs]
    b = [torch.tensor(x, requires_grad=True) for x in inputs]
    total, other = 0.0, 0.0
    for y, z in zip(call(ours, *a), call(theirs, *b), strict=True):
        close(y.data, z.detach().numpy())
        g = numbers(5, *y.shape)
        total, other = total + (y * g).sum(), other + (z * torch.tensor(g)).sum()
    total.backward()
    other.backward()
    for p, q in zip([*a, *ours.parameters()], [*b, *theirs.parameters()], strict=True):
        close(p.grad, q.grad.numpy())


@settings(max_examples=20, deadline=None)
@given(
    first=st.booleans(), single=st.booleans(), bias=st.booleans(), other=st.booleans(), average=st.booleans(),
    masks=st.sampled_from(["none", "padding", "both", "added", "mixed", "each", "causal"]), seed=st.integers(0, 999),
)  # fmt: skip
def test_multihead_attention_is_pytorchs(
    first: bool, single: bool, bias: bool, other: bool, average: bool, masks: str, seed: int
) -> None:
    torch = pytest.importorskip("torch")
    t, s, n, e, h = 4, 5, 3, 6, 2
    kdim, vdim = (7, 3) if other else (None, None)
    options = {"bias": bias, "kdim": kdim, "vdim": vdim, "batch_first": first}
    ours, theirs = nn.MultiheadAttention(e, h, **options), torch.nn.MultiheadAttention(e, h, **options)

    def shaped(k: int, length: int, width: int) -> Array:
        shape = (length, width) if single else (n, length, width) if first else (length, n, width)
        return numbers(seed + k, *shape)

    inputs = [shaped(0, t, e), shaped(1, s, kdim or e), shaped(2, s, vdim or e)]
    hidden = numbers(seed, *((s,) if single else (n, s))) > 0.8
    hidden[..., 0] = False
    given: dict[str, Any] = {"none": {}, "causal": {"attn_mask": np.triu(np.ones((t, s), bool), 1)}}.get(masks, {})
    if masks in ("padding", "both", "mixed"):
        given["key_padding_mask"] = hidden
    if masks == "both":
        given["attn_mask"] = np.roll(np.eye(t, s, dtype=bool), 1, axis=1)
    if masks in ("added", "mixed"):
        given["attn_mask"] = numbers(seed + 4, t, s)
    if masks == "each":
        given["attn_mask"] = numbers(seed + 4, h if single else n * h, t, s)
    if masks == "mixed":  # PyTorch warns of masks of two kinds, which mean what they mean all the same
        as_numbers = np.where(hidden, -np.inf, 0.0)
        theirs_given = {**given, "key_padding_mask": as_numbers}
    else:
        theirs_given = given

    def call(layer: Any, *qkv: Any) -> Any:
        if layer is ours:
            return layer(*qkv, average_attn_weights=average, **given)
        converted = {k: torch.tensor(v) for k, v in theirs_given.items()}
        return layer(*qkv, average_attn_weights=average, **converted)

    same(ours, theirs, inputs, call)
    with_weights, _ = ours(*(zk.tensor(x) for x in inputs), **given)
    without, none = ours(*(zk.tensor(x) for x in inputs), need_weights=False, **given)
    assert none is None
    close(without.data, with_weights.data)
    if masks == "causal":
        short, _ = ours(*(zk.tensor(x) for x in inputs), need_weights=False, is_causal=True)
        close(short.data, without.data)


@pytest.mark.parametrize("need_weights", [False, True])
def test_who_may_see_nothing_in_pytorchs_mask_gets_nothing(need_weights: bool) -> None:
    """True = hidden is turned at the door; a row of True gives 0 from every head, so the bias of `out_proj`, no NaN."""
    layer = nn.MultiheadAttention(6, 2, batch_first=True, dtype=np.float64)
    layer.out_proj.bias.write()[...] = numbers(7, 6)
    x = Tensor(numbers(0, 2, 4, 6), requires_grad=True)
    hidden = np.array([[False, False, False, True], [True] * 4])
    y, weights = layer(x, x, x, hidden, need_weights=need_weights)
    np.testing.assert_array_equal(y.data[1], np.broadcast_to(layer.out_proj.bias.data, (4, 6)))
    other = x.data.copy()
    other[0, 3] = 1e3
    seen = layer(*(Tensor(other),) * 3, hidden, need_weights=need_weights)[0]
    np.testing.assert_array_equal(seen.data[0, :3], y.data[0, :3])
    if weights is not None:
        assert not weights.data[1].any()
        np.testing.assert_allclose(weights.data[0].sum(axis=1), 1)
    (slope,) = zk.gradients(y.sum(), [x])
    assert np.isfinite(slope).all()
    assert not slope[1].any()


@settings(max_examples=15, deadline=None)
@given(
    first=st.booleans(), norm_first=st.booleans(), bias=st.booleans(), activation=st.sampled_from(["relu", "gelu"]),
    decoder=st.booleans(), causal=st.booleans(), padded=st.booleans(),
)  # fmt: skip
def test_transformer_layers_are_pytorchs(
    first: bool, norm_first: bool, bias: bool, activation: str, decoder: bool, causal: bool, padded: bool
) -> None:
    torch = pytest.importorskip("torch")
    kind, whole = ("TransformerDecoderLayer", "TransformerDecoder") if decoder else (
        "TransformerEncoderLayer", "TransformerEncoder"
    )  # fmt: skip
    options = {"batch_first": first, "norm_first": norm_first, "bias": bias, "activation": activation, "dropout": 0.0}

    def made(library: Any) -> Any:
        layer, norm = getattr(library, kind)(6, 2, 7, **options), library.LayerNorm(6)
        more = {} if decoder or library is nn else {"enable_nested_tensor": False}
        return getattr(library, whole)(layer, 2, norm, **more)

    def shaped(seed: int, length: int) -> Array:
        return numbers(seed, *((3, length, 6) if first else (length, 3, 6)))

    hidden = np.zeros((3, 4), bool)
    hidden[0, 3:] = hidden[2, 2:] = padded

    def call(model: Any, x: Any, *memory: Any) -> Any:
        as_mask = (lambda m: m) if isinstance(model, nn.Module) else torch.tensor
        mask = as_mask(np.triu(np.ones((4, 4), bool), 1)) if causal else None
        if decoder:
            return [model(x, *memory, tgt_mask=mask, tgt_key_padding_mask=as_mask(hidden))]
        return [model(x, mask, as_mask(hidden))]

    inputs = [shaped(0, 4), shaped(1, 5)] if decoder else [shaped(0, 4)]
    same(made(nn), made(torch.nn), inputs, call)


def test_the_copies_of_a_layer_are_their_own() -> None:
    layer = nn.TransformerEncoderLayer(4, 2, 5)
    model = nn.TransformerEncoder(layer, 3)
    assert len(list(model.parameters())) == 3 * len(list(layer.parameters()))
    assert np.array_equal(model.layers[0].linear1.weight.data, model.layers[2].linear1.weight.data)


def test_one_row_of_a_padded_batch_is_the_row_alone() -> None:
    """Nothing of the padding reaches the words, whatever stands there, in values and in gradients."""
    layer = nn.TransformerEncoderLayer(6, 2, 8, 0.0, batch_first=True, norm_first=True).astype(np.float64)
    x = numbers(0, 2, 5, 6)
    hidden = np.zeros((2, 5), bool)
    hidden[0, 3:] = True
    y = layer(Tensor(x), src_key_padding_mask=hidden)
    close(y.data[0, :3], layer(Tensor(x[:1, :3])).data[0])
    close(y.data[1], layer(Tensor(x[1:])).data[0])
    other = x.copy()
    other[0, 3:] = 1e3
    assert np.array_equal(layer(Tensor(other), src_key_padding_mask=hidden).data[0, :3], y.data[0, :3])


def test_dropout_of_the_layers_works_in_training_only() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, 0.5, rng=np.random.default_rng(0))
    x = zk.tensor(numbers(0, 5, 2, 8).astype(np.float32))
    assert not np.array_equal(layer(x).data, layer(x).data)
    layer.eval()
    assert np.array_equal(layer(x).data, layer(x).data)
    attention = nn.MultiheadAttention(8, 2, 0.5, rng=np.random.default_rng(0))
    weights = attention(x, x, x, average_attn_weights=False)[1].data
    assert 0.3 < (weights == 0).mean() < 0.7


@pytest.mark.parametrize("need_weights", [False, True])
def test_a_recorded_step_gives_the_same(need_weights: bool) -> None:
    """Attention with masks, inside a recorded training step with clipping of everything that is recorded."""
    with zk.use_kernels("compiled"):
        layer = nn.TransformerEncoderLayer(8, 2, 16, 0.0, "gelu", batch_first=True)
        attention = nn.MultiheadAttention(8, 2, batch_first=True)
        parameters = [*layer.parameters(), *attention.parameters()]

        def step(x: Tensor, hidden: Tensor) -> list[Tensor]:
            y = layer(x, src_key_padding_mask=hidden, is_causal=True)
            y = y + attention(y, y, y, hidden, need_weights)[0]
            loss = (y * y).sum()
            return [loss, y * 1, *(Tensor(g) for g in zk.gradients(loss, parameters))]

        recorded = zk.capture(step)
        for seed in range(3):
            x = zk.tensor(numbers(seed, 3, 5, 8).astype(np.float32))
            hidden = numbers(seed + 7, 3, 5) > 0.7
            hidden[:, 0] = False
            for a, b in zip(recorded(x, zk.tensor(hidden)), step(x, zk.tensor(hidden)), strict=True):
                np.testing.assert_allclose(a.data, b.data, rtol=2e-5, atol=2e-5)


# ── positions, RMSNorm, GELU ─────────────────────────────────────────────────────────────────────────────────────────


def test_products_of_positions_depend_on_their_distance_alone() -> None:
    p = F.sinusoidal_positions(64, 32, dtype=np.float64).data
    products = p @ p.T
    for distance in (0, 1, 7, 40):
        along = np.diagonal(products, distance)
        np.testing.assert_allclose(along, along[0], atol=1e-12)
    np.testing.assert_allclose(p[3, :4], [np.sin(3), np.cos(3), np.sin(3 / 10 ** (8 / 32)), np.cos(3 / 10 ** (8 / 32))])
    q, k = (F.rotary_positions(np.broadcast_to(numbers(i, 32), (64, 32))).data for i in (0, 1))
    for distance in (0, 1, 7, 40):
        along = np.diagonal(q @ k.T, distance)
        np.testing.assert_allclose(along, along[0], atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(q, axis=1), np.linalg.norm(numbers(0, 32)))


def test_positions_go_on_where_the_past_ended() -> None:
    x = numbers(0, 2, 9, 6)
    for layer in (nn.SinusoidalPositions(6), nn.LearnedPositions(9, 6, dtype=np.float64)):
        whole = layer(Tensor(x)).data
        np.testing.assert_array_equal(
            np.concatenate([layer(Tensor(x[:, :4])).data, layer(Tensor(x[:, 4:]), 4).data], 1), whole
        )
    turned = F.rotary_positions(x).data
    np.testing.assert_array_equal(F.rotary_positions(x[:, 4:], past=4).data, turned[:, 4:])
    check_gradients(F.rotary_positions, x)


@given(shape=st.sampled_from([3, (2, 3)]), affine=st.booleans(), eps=st.sampled_from([None, 1e-3]))
def test_rms_norm_is_pytorchs(same_as_torch: Any, shape: Any, affine: bool, eps: float | None) -> None:
    import torch

    same_as_torch(nn.RMSNorm(shape, eps, affine), torch.nn.RMSNorm(shape, eps, affine), numbers(0, 4, 2, 3))


@pytest.mark.parametrize("family", FAMILIES)
def test_gelu_by_tanh_is_pytorchs(same_as_torch: Any, family: str) -> None:
    import torch

    with zk.use_kernels(family):
        x = np.concatenate([numbers(0, 50) * 3, [0.0, -0.0, 1e-30, 50.0, -50.0, 1e30, -1e30]])
        same_as_torch(nn.GELU("tanh"), torch.nn.GELU("tanh"), x)
        assert np.array_equal(F.gelu(np.array([-np.inf, np.inf]), "tanh").data, [0, np.inf])
        assert abs(F.gelu(numbers(0, 999), "tanh").data - F.gelu(numbers(0, 999)).data).max() < 5e-4
