"""RNN, LSTM and GRU in files: gates in ONNX's order, both forms of the GRU, directions, lengths, round trips."""

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

import zerokara as zk
from tests.io.onnx.making import expect_agreement, model_of, module_of, node, numbers
from zerokara import functional as F
from zerokara import nn
from zerokara.autodiff import Tensor, no_grad

KINDS = ("RNN", "LSTM", "GRU")
every_kind = pytest.mark.parametrize("kind", KINDS)
GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


class Reads(nn.Module):
    """Sequences (N, T, 3) → what is said of the last step and of the last state."""

    def __init__(self, kind: str, **options: Any) -> None:
        rng = np.random.default_rng(0)
        self.rnn = getattr(nn, kind)(3, 4, 2, batch_first=True, rng=rng, **options)
        self.head = nn.Linear(4 * self.rnn.directions, 5, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        y, state = self.rnn(x)
        last = state[0] if isinstance(state, tuple) else state
        return self.head(y) + (last * last).sum((0, 2)).reshape(-1, 1, 1)


OPTIONS: list[tuple[str, dict[str, Any]]] = [
    *(
        (kind, {"bidirectional": both, "bias": bias})
        for kind in KINDS
        for both in (False, True)
        for bias in (False, True)
    ),
    ("RNN", {"nonlinearity": "relu"}),
    ("GRU", {"reset_after": False, "bidirectional": True}),
]


@pytest.mark.parametrize(("kind", "options"), OPTIONS, ids=str)
def test_a_round_trip_of_two_layers(kind: str, options: dict[str, Any], tmp_path: Any) -> None:
    """ONNX Runtime and our own reading give what the network gives; the weights keep names and order of gates."""
    model, path = Reads(kind, **options).eval(), tmp_path / "model.onnx"
    zk.io.save_onnx(model, path, (5, 3))
    read = zk.io.load_onnx(path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for batch in (1, 4):
        x = numbers(batch, 5, 3, seed=batch)
        with no_grad():
            expected = model(Tensor(x)).data
        np.testing.assert_allclose(read(x).data, expected, atol=1e-6)
        np.testing.assert_allclose(session.run(None, {"input": x})[0], expected, atol=1e-5)
    stored = {t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(stored[name], array)


@every_kind
def test_a_network_that_was_read_learns_as_the_one_that_was_written(kind: str, tmp_path: Any) -> None:
    """Gradients flow back through the order of gates into the weights: the same weights, the same gradients."""
    model, path = Reads(kind, bidirectional=True).eval(), tmp_path / "model.onnx"
    zk.io.save_onnx(model, path, (5, 3))
    read, x = zk.io.load_onnx(path), numbers(3, 5, 3)
    for network in (model, read):
        (network(Tensor(x)) ** 2).sum().backward()
    found = {p.data.tobytes(): p.grad for p in read.parameters()}
    assert found.keys() == {p.data.tobytes() for p in model.parameters()}
    for p in model.parameters():
        np.testing.assert_allclose(found[p.data.tobytes()], p.grad, rtol=1e-4, atol=1e-5)


@every_kind
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("full", [False, True])
def test_nodes_agree_with_onnx_runtime(kind: str, direction: str, full: bool) -> None:
    """All inputs or only the needed ones, every output."""
    ways, hidden = 2 if direction == "bidirectional" else 1, 4
    rows = GATES[kind] * hidden
    constants = {"w": numbers(ways, rows, 3, seed=1), "r": numbers(ways, rows, hidden, seed=2) / 2}
    given = ["x", "w", "r"]
    if full:
        constants |= {"b": numbers(ways, 2 * rows, seed=3), "l": np.array([5, 2], np.int32)}
        constants |= {s: numbers(ways, 2, hidden, seed=4) for s in ("h", "c")[: 2 if kind == "LSTM" else 1]}
        given += ["b", "l", "h", *(["c"] if kind == "LSTM" else [])]
    outputs = ["y", "yh", *(["yc"] if kind == "LSTM" else [])]
    for form in ({}, {"linear_before_reset": 1}) if kind == "GRU" else ({},):
        made = node(kind, given, outputs, hidden_size=hidden, direction=direction, **form)
        model = model_of([made], {"x": (5, 2, 3)}, outputs, constants)
        expect_agreement(model, 1e-5, x=numbers(5, 2, 3))


def test_the_two_forms_of_the_gru_differ_and_the_books_is_that_of_onnx_with_z_negated() -> None:
    x, w, r, b = numbers(5, 2, 3), numbers(1, 12, 3, seed=1), numbers(1, 12, 4, seed=2), numbers(1, 24, seed=3)

    def outputs(**form: int) -> Any:
        made = node("GRU", list("xwrb"), "y", hidden_size=4, **form)
        return expect_agreement(model_of([made], {"x": x.shape}, constants={"w": w, "r": r, "b": b}), x=x)(x).data

    before, after = outputs(), outputs(linear_before_reset=1)
    assert np.abs(before - after).max() > 1e-3
    wz, wr, wh = np.split(w[0], 3)
    rz, rr, rh = np.split(r[0], 3)
    bz, br, bh = np.split(b[0, :12] + b[0, 12:], 3)
    h = np.zeros((2, 4), np.float32)
    for t in range(5):  # the book's: z takes the new, with the rows of z negated
        z, reset = (1 / (1 + np.exp(-(x[t] @ a.T + h @ c.T + d))) for a, c, d in ((-wz, -rz, -bz), (wr, rr, br)))
        h = (1 - z) * h + z * np.tanh(x[t] @ wh.T + (reset * h) @ rh.T + bh)
        np.testing.assert_allclose(before[t, 0], h, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("LSTM", {"activations": ["Sigmoid", "Relu", "Tanh"]}, "other activations than Sigmoid, Tanh, Tanh"),
        ("LSTM", {"input_forget": 1}, r"share i and f \(input_forget\)"),
        ("GRU", {"clip": 3.0}, "clipped values"),
        ("RNN", {"activations": ["Affine"]}, "other activations than Tanh"),
        ("RNN", {"direction": "sideways"}, "direction of a recurrent network is"),
    ],
)
def test_what_no_rule_has_is_refused_in_words(kind: str, settings: dict[str, Any], said: str) -> None:
    constants = {"w": numbers(1, GATES[kind] * 4, 3), "r": numbers(1, GATES[kind] * 4, 4)}
    module = module_of(
        model_of([node(kind, list("xwr"), "y", hidden_size=4, **settings)], {"x": (5, 2, 3)}, constants=constants)
    )
    with pytest.raises(ValueError, match=said):
        module(numbers(5, 2, 3))


def test_a_layer_that_gives_its_state_too_is_told_to_give_one_value(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="only a network that returns one tensor can be exported"):
        zk.io.save_onnx(nn.LSTM(3, 4), tmp_path / "model.onnx", (5, 3))


def test_lengths_of_the_sequences_of_a_batch_are_refused(tmp_path: Any) -> None:
    """They depend on the batch: as constants of those that were looked at they would be wrong in silence."""

    class Counting(Reads):
        def forward(self, x: Tensor) -> Tensor:
            y, _ = self.rnn(x, None, (x.data[:, :, 0] != 0).sum(1))
            return F.sum(y, 1)

    with pytest.raises(ValueError, match="lengths of the sequences cannot be written"):
        zk.io.save_onnx(Counting("GRU"), tmp_path / "model.onnx", (5, 3))
