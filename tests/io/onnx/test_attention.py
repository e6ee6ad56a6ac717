"""Attention in files: written with products and softmax, read from ONNX's operator; round trips of networks."""

from typing import Any

import numpy as np
import onnxruntime
import pytest

import zerokara as zk
from tests.io.onnx.making import expect_agreement, model_of, node, numbers
from zerokara import functional as F
from zerokara import nn
from zerokara.autodiff import Tensor, no_grad
from zerokara.models import GPT, LanguageModel


class Attends(nn.Module):
    """Sequences (N, T, 6) → attention to themselves."""

    def __init__(self, **call: Any) -> None:
        self.attention = nn.MultiheadAttention(6, 2, batch_first=True, rng=np.random.default_rng(0))
        self.call = call

    def forward(self, x: Tensor) -> Tensor:
        return self.attention(x, x, x, **self.call)[0]


class Hides(nn.Module):
    """Attention that never looks at positions whose first number is below 0."""

    def forward(self, x: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(x, x, x, (x[:, :, 0] > 0).reshape(-1, 1, 5))


def layer(**options: Any) -> nn.Module:
    given = {"dropout": 0.5, "batch_first": True, "rng": np.random.default_rng(0), **options}
    return nn.TransformerEncoderLayer(6, 2, 8, **given)


NETWORKS: dict[str, nn.Module] = {
    "attention": Attends(need_weights=False),
    "attention and its weights": Attends(),
    "causal": Attends(need_weights=False, is_causal=True),
    "mask": Attends(need_weights=False, attn_mask=np.eye(5, dtype=bool)),
    "numbers to add": Attends(need_weights=False, attn_mask=numbers(5, 5)),
    "encoder layer": layer(),
    "encoder layer, norm first": layer(norm_first=True, activation="gelu"),
    "root mean square": nn.Sequential(layer(), nn.RMSNorm(6), nn.GELU("tanh"), nn.SinusoidalPositions(6)),
    "rotary": nn.Sequential(nn.LearnedPositions(5, 6), Attends(need_weights=False)),
}


@pytest.mark.parametrize("opset", [17, 21])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_round_trip(name: str, opset: int, tmp_path: Any) -> None:
    """ONNX Runtime and our own reading give what the network gives, for batches of any length."""
    model, path = NETWORKS[name].eval(), tmp_path / "model.onnx"
    zk.io.save_onnx(model, path, (5, 6), opset=opset)
    read = zk.io.load_onnx(path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for batch in (1, 4):
        x = numbers(batch, 5, 6, seed=batch)
        with no_grad():
            expected = model(Tensor(x)).data
        np.testing.assert_allclose(read(x).data, expected, atol=1e-5)
        np.testing.assert_allclose(session.run(None, {"input": x})[0], expected, atol=1e-5)


def test_a_mask_made_of_the_input_is_refused_in_words(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="numbers that depend on the input are computed outside of the rules"):
        zk.io.save_onnx(Hides(), tmp_path / "model.onnx", (5, 6))


Q, K, V = (2, 4, 3, 8), (2, 2, 5, 8), (2, 2, 5, 6)
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    "plain": ({}, {}, 23),
    "scale": ({"scale": 0.3}, {}, 23),
    "causal": ({"is_causal": 1}, {}, 23),
    "mask": ({}, {"m": numbers(3, 5, seed=4) > 0}, 23),
    "mask for each head": ({"is_causal": 1}, {"m": numbers(2, 4, 3, 5, seed=4) > -1}, 23),
    "numbers to add": ({}, {"m": numbers(3, 5, seed=4)}, 23),
    "cache": ({}, {"m": None, "pk": numbers(2, 2, 4, 8), "pv": numbers(2, 2, 4, 6)}, 23),
}


@pytest.mark.parametrize("name", CASES)
def test_the_operator_agrees_with_onnx_runtime(name: str) -> None:
    attributes, more, opset = CASES[name]
    more = {k: v for k, v in more.items() if v is not None}
    inputs = [
        "x",
        "k",
        "v",
        *(["m"] if "m" in more else [""] if "pk" in more else []),
        *(["pk", "pv"] if "pk" in more else []),
    ]
    constants = {"k": numbers(*K, seed=1), "v": numbers(*V, seed=2), **more}
    if "m" in constants:
        constants["m"][..., 0] = True if constants["m"].dtype == bool else constants["m"][..., 0]
    outputs = ("y", "key", "value") if "pk" in more else ("y",)
    made = node("Attention", inputs, list(outputs), **attributes)
    model = model_of([made], {"x": Q}, outputs, constants, opset)
    expect_agreement(model, 2e-5, x=numbers(*Q))


def test_heads_side_by_side_and_the_cache_that_comes_out() -> None:
    """Three axes, and `past`: the causal mask counts the cache since opset 24 only."""
    from zerokara.io.onnx.operator import Call
    from zerokara.io.onnx.operators.attention import attention

    q, k, v = numbers(2, 3, 8), numbers(2, 5, 8, seed=1), numbers(2, 5, 8, seed=2)
    apart = [x.reshape(2, -1, 2, 4).transpose(0, 2, 1, 3) for x in (q, k, v)]
    y = attention(Call({"q_num_heads": 2, "kv_num_heads": 2}, 23), q, k, v)
    wanted = F.scaled_dot_product_attention(*apart).data.transpose(0, 2, 1, 3).reshape(2, 3, 8)
    np.testing.assert_allclose(y.data, wanted, atol=1e-6)
    for opset, past in ((23, 0), (24, 4)):
        new = [x[:, :, 4:] for x in apart[1:]]
        y, key, _ = attention(
            Call({"is_causal": 1}, opset, 3), apart[0][:, :, :1], *new, None, apart[1][:, :, :4], apart[2][:, :, :4]
        )
        np.testing.assert_array_equal(key.data, apart[1])
        wanted = F.scaled_dot_product_attention(apart[0][:, :, :1], *apart[1:], is_causal=True, past=past).data
        np.testing.assert_allclose(y.data, wanted, atol=1e-6)
    with pytest.raises(ValueError, match="softcap"):
        attention(Call({"softcap": 2.0}, 23), *apart)


def test_rms_normalization_is_read() -> None:
    rms = node("RMSNormalization", "xw", "y", axis=-1, epsilon=1e-3)
    expect_agreement(model_of([rms], {"x": (3, 6)}, constants={"w": numbers(6)}, opset=23), x=numbers(3, 6))


@pytest.mark.parametrize("kind", ["gpt", "tied gpt", "lstm"])
def test_a_model_of_language_takes_whole_numbers(kind: str, tmp_path: Any) -> None:
    """Scores of a GPT and of a recurrent model, by ONNX Runtime and read back; the weights keep their names."""
    rng = np.random.default_rng(0)
    model: nn.Module = (
        LanguageModel(11, 5, 6, cell="lstm", rng=rng)
        if kind == "lstm"
        else GPT(11, layers=2, heads=2, width=8, context=7, tied=kind != "gpt", rng=rng)
    )
    for parameter in model.parameters():
        parameter.write()[...] *= 5
    made = zk.io.save_onnx(model, tmp_path / "model.onnx", (7,), tokens=11)
    assert made.difference < 1e-4
    read = zk.io.load_onnx(tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    for batch in (1, 3):
        x = np.random.default_rng(batch).integers(0, 11, (batch, 7))
        expected = model.eval()(x)[0].data
        np.testing.assert_allclose(session.run(None, {"input": x})[0], expected, atol=1e-4)
        np.testing.assert_allclose(read(x).data, expected, atol=1e-4)
    assert {"embedding.weight"} <= {name for name, _ in read.named_parameters()}
