"""JAX's part of the networks of sequences: pure functions, a `scan` over time, the whole step compiled.

Parameters are a dictionary with our names. A weight is turned once, at the start, into the layout in which JAX uses it:
(inputs, outputs), or (P, Q, inputs, outputs) with images that have their channels innermost.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.sequences import (
    VAE,
    CharacterGPT,
    ConvolutionalAutoEncoder,
    Dates,
    Layers,
    Noise,
    Sequence,
    Words,
    sequence_batches,
    sequence_network,
)
from benchmarks.task import Task
from benchmarks.with_jax import IMAGES, OPTIMIZERS, convolution, cross_entropy
from zerokara import nn
from zerokara.models import time_code

Weights = dict[str, Any]
Loss = Callable[..., jax.Array]


def sequence(workload: Sequence) -> Task:
    """One training step."""
    loss_of, start = translated(sequence_network(workload))
    optimizer, clip = OPTIMIZERS[workload.optimizer](workload.lr), workload.clip

    @partial(jax.jit, donate_argnums=0)
    def step(carried: Any, *batch: jax.Array) -> tuple[Any, jax.Array]:
        weights, state = carried
        loss, slopes = jax.value_and_grad(loss_of)(weights, *batch)
        if clip is not None:
            norm = jnp.sqrt(sum(jnp.vdot(slope, slope) for slope in slopes.values()))
            slopes = jax.tree.map(lambda slope: slope * jnp.minimum(1, clip / (norm + 1e-6)), slopes)
        return optimizer.step(weights, slopes, state), loss

    carried = jax.tree.map(lambda a: jnp.array(a, copy=True), (start, optimizer.start(start)))
    data = [images_last(batch) for batch in sequence_batches(workload)]

    def run(i: int) -> jax.Array:
        nonlocal carried
        carried, loss = step(carried, *data[i % len(data)])
        return loss

    return Task(run, float, jax.block_until_ready)


def translated(network: nn.Module) -> tuple[Loss, Weights]:
    """The loss of a batch as a function of weights, and the network's own weights."""
    weights = {name: turned(network, name, array) for name, array in network.state_dict().items()}
    return LOSSES[type(network)](network), weights


def turned(network: nn.Module, name: str, array: Any) -> Any:
    """A weight, or its gradient, in the layout in which it is used. A table of rows stays as it is."""
    module = dict(network.named_modules())[name.rpartition(".")[0]]
    if array.ndim < 2 or isinstance(module, nn.Embedding):
        return array
    if isinstance(module, nn.ConvTranspose2d):  # (C, F, P, Q), slid over pixels with zeros in between
        return np.ascontiguousarray(array.transpose(2, 3, 0, 1)[::-1, ::-1])
    return np.ascontiguousarray(array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T)


def images_last(batch: tuple[Any, ...]) -> tuple[jax.Array, ...]:
    """Images (N, C, H, W) as (N, H, W, C), whole numbers as JAX has them."""
    shaped = (a.transpose(0, 2, 3, 1) if a.ndim == 4 else a for a in batch)
    return tuple(jnp.asarray(a.astype(np.int32) if a.dtype.kind == "i" else np.ascontiguousarray(a)) for a in shaped)


# ── layers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def linear(w: Weights, name: str, x: jax.Array) -> jax.Array:
    return x @ w[f"{name}.weight"] + w[f"{name}.bias"]


def lstm_step(k: Any, bias: Any, carried: Any, given: jax.Array) -> tuple[Any, jax.Array]:
    h, c = carried
    i, f, g, o = jnp.split(given + h @ k + bias, 4, axis=1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def gru_step(k: Any, bias: Any, h: jax.Array, given: jax.Array) -> tuple[jax.Array, jax.Array]:
    (r, z, n), (own_r, own_z, own_n) = jnp.split(given, 3, axis=1), jnp.split(h @ k + bias, 3, axis=1)
    r, z = jax.nn.sigmoid(r + own_r), jax.nn.sigmoid(z + own_z)
    h = (1 - z) * jnp.tanh(n + r * own_n) + z * h
    return h, h


def rnn_step(k: Any, bias: Any, h: jax.Array, given: jax.Array) -> tuple[jax.Array, jax.Array]:
    h = jnp.tanh(given + h @ k + bias)
    return h, h


STEPS: dict[str, Callable[..., Any]] = {"LSTM": lstm_step, "GRU": gru_step, "RNN": rnn_step}


def recurrent(w: Weights, name: str, cell: str, layers: int, x: jax.Array, start: Any = None) -> tuple[Any, Any]:
    """x (T, N, D) → outputs (T, N, H), the last state: the product with all inputs comes before the scan."""
    state = start
    for layer in range(layers):
        own = {part: w[f"{name}.{part}_l{layer}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        if start is None:
            zero = jnp.zeros((x.shape[1], own["weight_hh"].shape[0]), x.dtype)
            state = (zero, zero) if cell == "LSTM" else zero
        given = x @ own["weight_ih"] + own["bias_ih"]
        state, x = lax.scan(partial(STEPS[cell], own["weight_hh"], own["bias_hh"]), state, given)
    return x, state


def layer_norm(w: Weights, name: str, x: jax.Array) -> jax.Array:
    mean = x.mean(-1, keepdims=True)
    scale = lax.rsqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-5)
    return (x - mean) * scale * w[f"{name}.weight"] + w[f"{name}.bias"]


def conv(w: Weights, name: str, x: jax.Array, stride: int = 1, padding: int = 1) -> jax.Array:
    return convolution(x, w[f"{name}.weight"], (stride, stride), (padding, padding)) + w[f"{name}.bias"]


def conv_transpose(w: Weights, name: str, x: jax.Array) -> jax.Array:
    """Filters of 4×4, stride 2, padding 1."""
    kernel, around = w[f"{name}.weight"], ((2, 2), (2, 2))
    y = lax.conv_general_dilated(x, kernel, (1, 1), around, lhs_dilation=(2, 2), dimension_numbers=IMAGES)
    return y + w[f"{name}.bias"]


def group_norm(w: Weights, name: str, x: jax.Array) -> jax.Array:
    """Eight groups of channels."""
    n, height, width, c = x.shape
    cut = x.reshape(n, height * width, 8, c // 8)
    mean = cut.mean((1, 3), keepdims=True)
    scale = lax.rsqrt(((cut - mean) ** 2).mean((1, 3), keepdims=True) + 1e-5)
    return ((cut - mean) * scale).reshape(x.shape) * w[f"{name}.weight"] + w[f"{name}.bias"]


# ── networks ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def words(ours: Words) -> Loss:
    cell, layers = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}[ours.model.cell], ours.model.rnn.num_layers

    def loss(w: Weights, x: jax.Array, labels: jax.Array) -> jax.Array:
        outputs, _ = recurrent(w, "model.rnn", cell, layers, w["model.embedding.weight"][x.T])
        rows = outputs.swapaxes(0, 1).reshape(-1, outputs.shape[2])
        return cross_entropy(linear(w, "model.score", rows), labels)

    return loss


def layers(ours: Layers) -> Loss:
    cell = type(ours.model).__name__
    return lambda w, x, target: ((recurrent(w, "model", cell, 2, x)[0] - target) ** 2).mean()


def dates(ours: Dates) -> Loss:
    def loss(w: Weights, x: jax.Array, before: jax.Array, labels: jax.Array) -> jax.Array:
        keys, state = recurrent(w, "encoder", "GRU", 1, w["embedding.weight"][x.T])
        outputs, _ = recurrent(w, "decoder", "GRU", 1, w["embedding.weight"][before.T], state)
        keys, outputs = keys.swapaxes(0, 1), outputs.swapaxes(0, 1)
        weights = jax.nn.softmax(jnp.einsum("ntd,nsd->nts", outputs, keys) / 16, axis=2)
        seen = jnp.einsum("nts,nsd->ntd", weights, keys)
        return cross_entropy(linear(w, "head", jnp.concatenate([seen, outputs], 2)).reshape(-1, 59), labels)

    return loss


def gpt(ours: CharacterGPT) -> Loss:
    def loss(w: Weights, x: jax.Array, labels: jax.Array) -> jax.Array:
        y = w["embedding.weight"][x] + w["position.weight"]
        n, t, d = y.shape
        for layer in range(len(ours.layers)):
            name = f"layers.{layer}"
            h = layer_norm(w, f"{name}.norm1", y)
            given = h @ w[f"{name}.self_attn.in_proj_weight"] + w[f"{name}.self_attn.in_proj_bias"]
            q, k, v = (part.reshape(n, t, 4, d // 4) for part in jnp.split(given, 3, axis=2))
            seen = jax.nn.dot_product_attention(q, k, v, is_causal=True).reshape(n, t, d)
            y = y + linear(w, f"{name}.self_attn.out_proj", seen)
            h = jax.nn.gelu(linear(w, f"{name}.linear1", layer_norm(w, f"{name}.norm2", y)), approximate=True)
            y = y + linear(w, f"{name}.linear2", h)
        return cross_entropy(linear(w, "head", layer_norm(w, "norm", y)).reshape(-1, 65), labels)

    return loss


def autoencoder(ours: ConvolutionalAutoEncoder) -> Loss:
    def loss(w: Weights, x: jax.Array) -> jax.Array:
        codes = jax.nn.relu(conv(w, "encoder.2", jax.nn.relu(conv(w, "encoder.0", x, 2)), 2))
        y = conv_transpose(w, "decoder.2", jax.nn.relu(conv_transpose(w, "decoder.0", codes)))
        return ((jax.nn.sigmoid(y) - x) ** 2).mean()

    return loss


def vae(ours: VAE) -> Loss:
    def loss(w: Weights, x: jax.Array, noise: jax.Array) -> jax.Array:
        mean, log_variance = jnp.split(linear(w, "both", jax.nn.relu(linear(w, "encoder", x))), 2, axis=1)
        z = mean + jnp.exp(0.5 * log_variance) * noise
        s = linear(w, "head", jax.nn.relu(linear(w, "decoder", z)))
        error = (jnp.maximum(s, 0) - s * x + jnp.log1p(jnp.exp(-jnp.abs(s)))).sum()
        divergence = 0.5 * (mean * mean + jnp.exp(log_variance) - log_variance - 1).sum()
        return (error + divergence) / len(x)

    return loss


def unet(ours: Noise) -> Loss:
    codes = jnp.asarray(time_code(np.arange(101), 32).data)

    def block(w: Weights, name: str, x: jax.Array, told: jax.Array) -> jax.Array:
        y = conv(w, f"{name}.conv1", jax.nn.silu(group_norm(w, f"{name}.norm1", x)))
        y = y + linear(w, f"{name}.told", jax.nn.silu(told))[:, None, None]
        y = conv(w, f"{name}.conv2", jax.nn.silu(group_norm(w, f"{name}.norm2", y)))
        return y + (conv(w, f"{name}.shortcut", x, padding=0) if f"{name}.shortcut.weight" in w else x)

    def loss(w: Weights, x: jax.Array, t: jax.Array, noise: jax.Array) -> jax.Array:
        told = linear(w, "model.told.second", jax.nn.silu(linear(w, "model.told.first", codes[t])))
        h, kept = conv(w, "model.first", x), []
        for level in range(2):
            h = block(w, f"model.down.{level}", h, told)
            kept.append(h)
            h = conv(w, f"model.smaller.{level}", h, 2)
        h = block(w, "model.middle", h, told)
        for level in range(2):
            h = conv(w, f"model.larger.{level}.1", h.repeat(2, axis=1).repeat(2, axis=2))
            h = block(w, f"model.up.{level}", jnp.concatenate([h, kept.pop()], axis=3), told)
        return ((conv(w, "model.last", jax.nn.silu(group_norm(w, "model.norm", h))) - noise) ** 2).mean()

    return loss


LOSSES: dict[type[nn.Module], Callable[[Any], Loss]] = {
    Words: words, Layers: layers, Dates: dates, CharacterGPT: gpt, ConvolutionalAutoEncoder: autoencoder, VAE: vae,
    Noise: unet,
}  # fmt: skip
