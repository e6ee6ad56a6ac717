"""Recurrent layers: against PyTorch, against cells written out step by step, against their sequences one by one."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zerokara as zk
from zerokara import nn
from zerokara.autodiff import Tensor, check_gradients, gradients
from zerokara.nn.recurrent import Recurrent

KINDS = ("RNN", "LSTM", "GRU")
every_kind = pytest.mark.parametrize("kind", KINDS)


def numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng((seed, *shape)).standard_normal(shape)


def make(kind: str, *sizes: int, seed: int = 0, **options: Any) -> Any:
    return getattr(nn, kind)(*sizes, dtype=np.float64, rng=np.random.default_rng(seed), **options)


def parts(state: Any) -> list[Any]:
    return list(state) if isinstance(state, tuple) else [state]


def whole(kind: str, states: list[Any]) -> Any:
    return tuple(states) if kind == "LSTM" else states[0]


def first_states(kind: str, layer: Recurrent, n: int) -> list[Any]:
    count = layer.num_layers * layer.directions
    return [numbers(count, n, layer.hidden_size, seed=k + 5) for k in range(layer.states)]


@every_kind
@given(data=st.data())
@settings(max_examples=25)
def test_layers_agree_with_pytorch(kind: str, data: st.DataObject) -> None:
    """Values, last states and all gradients, packed sequences included, with PyTorch's own weights by name."""
    torch = pytest.importorskip("torch")
    steps, count, inputs, hidden, layers = (data.draw(st.integers(1, n)) for n in (6, 4, 5, 4, 3))
    options = {name: data.draw(st.booleans()) for name in ("bias", "batch_first", "bidirectional")}
    options |= {"nonlinearity": data.draw(st.sampled_from(["tanh", "relu"]))} if kind == "RNN" else {}
    lengths = data.draw(st.none() | st.lists(st.integers(1, steps), min_size=count, max_size=count))
    if lengths is not None:
        lengths[data.draw(st.integers(0, count - 1))] = steps
    given_state = data.draw(st.booleans())
    theirs = getattr(torch.nn, kind)(inputs, hidden, layers, **options).double()
    ours = make(kind, inputs, hidden, layers, **options)
    ours.load_state_dict(theirs.state_dict())
    assert list(ours.state_dict()) == list(theirs.state_dict())
    x = numbers(*((count, steps) if options["batch_first"] else (steps, count)), inputs)
    states = first_states(kind, ours, count) if given_state else []
    a, b = Tensor(x.copy(), requires_grad=True), torch.tensor(x, requires_grad=True)
    mine = [Tensor(s.copy(), requires_grad=True) for s in states]
    other = [torch.tensor(s, requires_grad=True) for s in states]
    y, ends = ours(a, whole(kind, mine) if states else None, None if lengths is None else np.array(lengths))
    fed: Any = b
    rnn = torch.nn.utils.rnn
    if lengths is not None:
        fed = rnn.pack_padded_sequence(b, lengths, batch_first=options["batch_first"], enforce_sorted=False)
    z, theirs_ends = theirs(fed, whole(kind, other) if states else None)
    if lengths is not None:
        z, _ = rnn.pad_packed_sequence(z, batch_first=options["batch_first"], total_length=steps)
    results = [y, *parts(ends)], [z, *parts(theirs_ends)]
    slopes = [numbers(*r.shape, seed=9 + k) for k, r in enumerate(results[0])]
    sum((r * Tensor(g)).sum() for r, g in zip(results[0], slopes, strict=True)).backward()  # type: ignore[union-attr]
    sum((r * torch.tensor(g)).sum() for r, g in zip(results[1], slopes, strict=True)).backward()
    for one, two in zip(*results, strict=True):
        np.testing.assert_allclose(one.data, two.detach().numpy(), rtol=1e-9, atol=1e-11)
    pairs = [(a.grad, b.grad), *((m.grad, o.grad) for m, o in zip(mine, other, strict=True))]
    pairs += [(p.grad, q.grad) for p, q in zip(ours.parameters(), theirs.parameters(), strict=True)]
    for one, two in pairs:
        np.testing.assert_allclose(one, two.numpy(), rtol=1e-8, atol=1e-10)


@every_kind
@pytest.mark.parametrize("lengths", [None, [4, 1, 0]])
@pytest.mark.parametrize("bias", [True, False])
def test_gradients_of_two_layers_in_both_directions(kind: str, lengths: Any, bias: bool) -> None:
    """In the inputs, the first states and all weights, against finite differences."""
    layer = make(kind, 3, 2, 2, bias=bias, bidirectional=True)
    names = [name for name, _ in layer.named_parameters()]

    def f(x: Tensor, *rest: Tensor) -> Any:
        for name, weight in zip(names, rest[layer.states :], strict=True):
            setattr(layer, name, weight)
        y, ends = layer(x, whole(kind, list(rest[: layer.states])), None if lengths is None else np.array(lengths))
        return zk.functional.concatenate([v.reshape(-1) for v in (y, *parts(ends))])

    weights = [p.data.copy() for p in layer.parameters()]
    check_gradients(f, numbers(4, 3, 3), *first_states(kind, layer, 3), *weights)


@every_kind
def test_a_padded_batch_equals_its_sequences_one_by_one(kind: str) -> None:
    """Outputs, last states and gradients; what stands in the padding, even NaN, is never looked at."""
    layer = make(kind, 3, 4, 2, bidirectional=True)
    lengths = np.array([5, 3, 1])
    x = numbers(5, 3, 3)
    alone = []
    for n, steps in enumerate(lengths):
        y, ends = layer(Tensor(x[:steps, n]))
        (y.sum() + sum((e * e).sum() for e in parts(ends))).backward()
        alone.append((y.data, [e.data for e in parts(ends)]))
    wanted = [p.grad for p in layer.parameters()]
    layer.zero_grad()
    for n, steps in enumerate(lengths):
        x[steps:, n] = np.nan
    given_x = Tensor(x, requires_grad=True)
    y, ends = layer(given_x, None, lengths)
    (y.sum() + sum((e * e).sum() for e in parts(ends))).backward()
    assert not np.where(np.isnan(x), given_x.grad, 0).any()
    for n, (outputs, states) in enumerate(alone):
        np.testing.assert_allclose(y.data[: lengths[n], n], outputs, rtol=1e-12)
        assert not y.data[lengths[n] :, n].any()
        for end, state in zip(parts(ends), states, strict=True):
            np.testing.assert_allclose(end.data[:, n], state, rtol=1e-12)
    for parameter, grad in zip(layer.parameters(), wanted, strict=True):
        np.testing.assert_allclose(parameter.grad, grad, rtol=1e-9, atol=1e-12)


@every_kind
@pytest.mark.parametrize("bias", [True, False])
def test_the_cell_written_out_step_by_step_equals_the_layer(kind: str, bias: bool) -> None:
    layer = make(kind, 3, 5, bias=bias)
    cell = getattr(nn, kind + "Cell")(3, 5, bias, dtype=np.float64)
    cell.load_state_dict({name.removesuffix("_l0"): array for name, array in layer.state_dict().items()})
    x, state = Tensor(numbers(6, 2, 3), requires_grad=True), None
    outputs = []
    for t in range(6):
        state = cell(x[t], state)
        outputs.append(parts(state)[0])
    y = zk.functional.stack(outputs)
    g = numbers(*y.shape, seed=3)
    y.backward(g)
    slope, x.grad = x.grad, None
    whole_y, ends = layer(x)
    whole_y.backward(g)
    np.testing.assert_allclose(whole_y.data, y.data, rtol=1e-12)
    np.testing.assert_allclose(x.grad, slope, rtol=1e-10, atol=1e-13)
    for end, last in zip(parts(ends), parts(state), strict=True):
        np.testing.assert_allclose(end.data[0], last.data, rtol=1e-12)
    for one, two in zip(layer.parameters(), cell.parameters(), strict=True):
        np.testing.assert_allclose(one.grad, two.grad, rtol=1e-10, atol=1e-13)


@every_kind
@given(count=st.integers(1, 4), inputs=st.integers(1, 4), hidden=st.integers(1, 4), bias=st.booleans())
@settings(max_examples=10)
def test_cells_agree_with_pytorch(kind: str, count: int, inputs: int, hidden: int, bias: bool) -> None:
    torch = pytest.importorskip("torch")
    options = {"nonlinearity": "relu"} if kind == "RNN" else {}
    theirs = getattr(torch.nn, kind + "Cell")(inputs, hidden, bias, **options).double()
    ours = getattr(nn, kind + "Cell")(inputs, hidden, bias, **options, dtype=np.float64)
    ours.load_state_dict(theirs.state_dict())
    x, states = numbers(count, inputs), [numbers(count, hidden, seed=k) for k in range(2 if kind == "LSTM" else 1)]
    y = ours(Tensor(x), whole(kind, [Tensor(s) for s in states]))
    z = theirs(torch.tensor(x), whole(kind, [torch.tensor(s) for s in states]))
    for one, two in zip(parts(y), parts(z), strict=True):
        np.testing.assert_allclose(one.data, two.detach().numpy(), rtol=1e-12, atol=1e-14)
    for one, two in zip(parts(ours(Tensor(x[0]))), parts(theirs(torch.tensor(x[0]))), strict=True):
        np.testing.assert_allclose(one.data, two.detach().numpy(), rtol=1e-12, atol=1e-14)


@every_kind
def test_a_text_in_two_halves_with_the_state_handed_on_is_the_text(kind: str) -> None:
    """The state is an argument and a result; the layer itself keeps nothing, whatever the batch size."""
    layer = make(kind, 3, 4, 2)
    x = Tensor(numbers(7, 2, 3))
    y, ends = layer(x)
    one, middle = layer(x[:3])
    layer(Tensor(numbers(2, 5, 3)))
    two, last = layer(x[3:], middle)
    np.testing.assert_allclose(np.concatenate([one.data, two.data]), y.data, rtol=1e-12)
    for a, b in zip(parts(last), parts(ends), strict=True):
        np.testing.assert_allclose(a.data, b.data, rtol=1e-12)


def test_both_published_forms_of_the_gru() -> None:
    """The book's: reset before the product, and z takes the new: h = (1 − z)·h + z·ĥ. Written out here."""
    layer = make("GRU", 3, 4, reset_after=False)
    w = {key.removesuffix("_l0"): value for key, value in layer.state_dict().items()}
    x, h = numbers(6, 2, 3), np.zeros((2, 4))
    y, _ = layer(Tensor(x))
    (wr, wz, wn), (ur, uz, un) = np.split(w["weight_ih"], 3), np.split(w["weight_hh"], 3)
    br, bz, bn = np.split(w["bias_ih"] + w["bias_hh"], 3)
    for t in range(6):
        r, z = (1 / (1 + np.exp(-(x[t] @ a.T + h @ b.T + c))) for a, b, c in ((wr, ur, br), (-wz, -uz, -bz)))
        new = np.tanh(x[t] @ wn.T + (r * h) @ un.T + bn)
        h = (1 - z) * h + z * new
        np.testing.assert_allclose(y.data[t], h, rtol=1e-12)
    after = make("GRU", 3, 4)
    after.load_state_dict(layer.state_dict())
    assert np.abs(after(Tensor(x))[0].data - y.data).max() > 1e-3
    check_gradients(lambda x: layer(x, None, np.array([6, 2]))[0], x)


@every_kind
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("cell", ["", "Cell"])
def test_the_type_that_goes_in_comes_out(kind: str, dtype: Any, cell: str) -> None:
    layer = getattr(nn, kind + cell)(3, 4).astype(dtype)
    x = Tensor(numbers(*(2, 3) if cell else (5, 2, 3)).astype(dtype), requires_grad=True)
    found = layer(x)
    results = [v for part in parts(found) for v in parts(part)]
    sum(v.sum() for v in results).backward()  # type: ignore[union-attr]
    assert {v.dtype for v in results} == {np.dtype(dtype)}
    assert {v.grad.dtype for v in (x, *layer.parameters())} == {np.dtype(dtype)}
    wide = layer.astype(np.float64)(Tensor(x.data.astype(np.float64)))
    for one, two in zip(results, [v for part in parts(wide) for v in parts(part)], strict=True):
        np.testing.assert_allclose(one.data, two.data, atol=3e-3 if dtype is np.float16 else 1e-6)


@every_kind
def test_backward_twice_gives_the_same(kind: str) -> None:
    """The rules change nothing that they keep."""
    layer = make(kind, 3, 4, 2, bidirectional=True)
    x = Tensor(numbers(5, 2, 3), requires_grad=True)
    loss = (layer(x)[0] ** 2).sum()
    once = gradients(loss, [x, *layer.parameters()], retain_graph=True)
    for a, b in zip(once, gradients(loss, [x, *layer.parameters()]), strict=True):
        np.testing.assert_array_equal(a, b)


@every_kind
def test_second_derivatives_are_refused_for_layers_and_there_for_cells(kind: str) -> None:
    x = Tensor(numbers(4, 2, 3), requires_grad=True)
    with pytest.raises(NotImplementedError, match=f"second derivative through {kind.lower()} is not available"):
        gradients(make(kind, 3, 4)(x)[0].sum(), [x], create_graph=True)
    cell = getattr(nn, kind + "Cell")(3, 2, dtype=np.float64)

    def slope(x: Tensor) -> Any:
        (g,) = gradients((parts(cell(x, cell(x)))[0] ** 2).sum(), [x], create_graph=True)
        return g

    check_gradients(slope, numbers(2, 3))


@every_kind
def test_initial_values_are_uniform_by_the_hidden_size(kind: str) -> None:
    layer = getattr(nn, kind)(3, 25, 2, bidirectional=True, rng=np.random.default_rng(0))
    drawn = np.concatenate([p.data.reshape(-1) for p in layer.parameters()])
    assert np.abs(drawn).max() <= 0.2
    np.testing.assert_allclose([drawn.mean(), drawn.std()], [0, 0.2 / np.sqrt(3)], atol=0.004)


@every_kind
def test_dropout_stands_between_the_layers_and_only_while_training(kind: str) -> None:
    layer = make(kind, 3, 4, 2, dropout=0.5)
    x = Tensor(numbers(5, 2, 3))
    still = make(kind, 3, 4, 2)
    still.load_state_dict(layer.state_dict())
    assert np.abs(layer(x)[0].data - still(x)[0].data).max() > 1e-3
    np.testing.assert_array_equal(parts(layer(x)[1])[0].data[0], parts(still(x)[1])[0].data[0])
    np.testing.assert_array_equal(layer.eval()(x)[0].data, still(x)[0].data)
    with pytest.warns(UserWarning, match="does nothing with num_layers=1"):
        make(kind, 3, 4, dropout=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make(kind, 3, 4, 2, dropout=0.5)


@every_kind
@pytest.mark.parametrize(("steps", "count"), [(0, 2), (3, 0)])
def test_nothing_passes(kind: str, steps: int, count: int) -> None:
    layer = make(kind, 3, 4, 2, bidirectional=True)
    x = Tensor(np.zeros((steps, count, 3)), requires_grad=True)
    y, ends = layer(x)
    y.sum().backward()
    assert y.shape == (steps, count, 8)
    assert {e.shape for e in parts(ends)} == {(4, count, 4)}
    assert x.grad is not None
    assert x.grad.shape == x.shape


@every_kind
def test_shapes_and_rows_of_states_are_those_of_the_picture(kind: str) -> None:
    """The table and the drawing in docs/layers.md: `batch_first` concerns inputs and outputs, never a state."""
    x, options = numbers(5, 3, 2), {"bidirectional": True}
    layer, other = make(kind, 2, 4, 2, **options), make(kind, 2, 4, 2, batch_first=True, **options)
    (y, ends), (swapped, same) = layer(Tensor(x)), other(Tensor(x.swapaxes(0, 1).copy()))
    assert (y.shape, swapped.shape) == ((5, 3, 8), (3, 5, 8))
    np.testing.assert_allclose(swapped.data.swapaxes(0, 1), y.data, rtol=1e-12)
    for end, again in zip(parts(ends), parts(same), strict=True):
        assert end.shape == again.shape == (4, 3, 4)
        np.testing.assert_allclose(again.data, end.data, rtol=1e-12)
    h = parts(ends)[0].data
    np.testing.assert_array_equal(h[2], y.data[-1, :, :4])
    np.testing.assert_array_equal(h[3], y.data[0, :, 4:])
    below = make(kind, 2, 4, **options)
    below.load_state_dict({name: array for name, array in layer.state_dict().items() if "_l0" in name})
    np.testing.assert_allclose(parts(below(Tensor(x))[1])[0].data, h[:2], rtol=1e-12)
    alone, end = layer(Tensor(x[:, 1].copy()))
    assert (alone.shape, parts(end)[0].shape) == ((5, 8), (4, 4))
    np.testing.assert_allclose(parts(end)[0].data, h[:, 1], rtol=1e-12)


def test_what_does_not_fit_is_refused_in_words() -> None:
    lstm, x = nn.LSTM(3, 4, 2, batch_first=True), np.zeros((2, 5, 3), np.float32)
    state = np.zeros((2, 2, 4), np.float32)
    for wrong, error, text in (
        (lambda: lstm(x[..., :2]), ValueError, r"LSTM expects \(N, T, 3\) inputs, or one sequence \(T, 3\); got"),
        (lambda: lstm(x.astype(np.float64)), TypeError, "LSTM computes in float32"),
        (lambda: lstm(x, state), TypeError, r"state as a pair \(h, c\)"),
        (
            lambda: lstm(x, (state.swapaxes(0, 1)[:, :1], state)),
            ValueError,
            r"shape \(2, 2, 4\): layers · directions, sequences, hidden_size \(batch_first concerns the inputs",
        ),
        (lambda: lstm(x[0], (state, state)), ValueError, r"for one sequence, a state of shape \(2, 4\)"),
        (lambda: lstm(x, None, np.array([6, 1])), ValueError, "lengths lie between 0 and the 5 steps of x; got 1 to 6"),
        (lambda: lstm(x, None, np.array([5.0, 1.0])), ValueError, "whole numbers of shape"),
        (lambda: lstm(x, None, np.array([5])), ValueError, r"whole numbers of shape \(2,\); got int64 of shape \(1,\)"),
        (lambda: nn.RNN(3, 4, nonlinearity="sigmoid"), ValueError, "nonlinearity 'tanh' or 'relu'"),
        (lambda: nn.RNNCell(3, 4, nonlinearity="sigmoid"), ValueError, "nonlinearity 'tanh' or 'relu'"),
        (lambda: nn.GRU(3, 0), ValueError, "hidden_size of at least 1"),
        (lambda: nn.GRU(3, 4, 2, dropout=1.0), ValueError, "dropout of at least 0 and below 1"),
        (lambda: nn.GRUCell(3, 4)(np.zeros((2, 2), np.float32)), ValueError, r"GRUCell expects \(N, 3\) inputs"),
        (lambda: nn.GRUCell(3, 4)(x[0], x[0]), ValueError, r"state of shape \(5, 4\)"),
    ):
        with pytest.raises(error, match=text):
            wrong()


@every_kind
def test_layers_say_what_they_are(kind: str) -> None:
    assert repr(getattr(nn, kind)(3, 4)) == f"{kind}(3, 4)"
    shown = repr(getattr(nn, kind)(3, 4, 2, batch_first=True, bidirectional=True))
    assert shown == f"{kind}(3, 4, num_layers=2, batch_first=True, bidirectional=True)"
    assert repr(getattr(nn, kind + "Cell")(3, 4, False)) == f"{kind}Cell(3, 4, bias=False)"
