"""The grammar of expressions: operators, methods and functions, as lines in which x and y are any two values so far."""

from typing import Any

from tests.fuzz.parts import Part, pick

KINDS: dict[str, tuple[float, tuple[str, ...]]] = {
    "each": (3, (
        "-{x}", "abs({x})", "F.exp({x})", "np.exp({x})", "F.log({x})", "F.sqrt({x})", "np.sin({x})", "F.cos({x})",
        "np.tanh({x})",
        "F.sigmoid({x})", "F.relu({x})", "F.leaky_relu({x})", "F.gelu({x})", "F.softplus({x})", "F.erf({x})",
        "F.step({x})",
        "np.square({x})", "+{x}", "F.softplus({x}, 2.0)", "F.tanh({x})", "F.absolute({x})", "F.negative({x})",
        "F.silu({x})", "F.gelu({x}, 'tanh')",
    )),
    "power": (1, (
        "{x} ** 2", "{x} ** 0.5", "{x} ** -1", "{x} ** 0", "2 ** {x}", "abs({x}) ** {y}",
        "F.power(abs({x}) + 1, {y})", "{x} ** 3", "{x} ** 1.0", "{x} ** np.float64(2)",
    )),
    "number": (2, (
        "{x} + {n}", "{n} + {x}", "{x} * {n}", "{n} * {x}", "{x} - {n}", "{n} - {x}", "{x} / {n}", "{n} / {x}",
        "F.maximum({x}, {n})",
        "np.minimum({x}, {n})", "F.where({x} > 0, {x}, {n})", "np.multiply({n}, {x})", "F.where({x} > {n}, {n}, {x})",
    )),
    "two": (3, (
        "{x} + {y}", "{x} - {y}", "{x} * {y}", "{x} / {y}", "F.maximum({x}, {y})", "F.minimum({x}, {y})",
        "np.maximum({x}, {y})",
        "F.logaddexp({x}, {y})", "F.where({x} > {y}, {x}, {y})", "np.where({y} >= 0, {x}, {y})", "F.add({x}, {y})",
        "F.divide({x}, {y})",
        "F.multiply({x}, {y})", "F.subtract({x}, {y})", "np.logaddexp({x}, {y})", "{x} * ({y} > 0)",
        "F.where(np.isfinite({x}), {x}, 0.0)",
    )),
    "clip": (0.7, (
        "{x}.clip(-0.5, 0.5)", "{x}.clip(0, None)", "F.clip({x}, None, 0.25)", "np.clip({x}, -1, 1)",
        "{x}.clip(0, None) ** 0.5", "{x}.clip(np.float64(-0.5), np.float64(0.5))", "F.clip({x}, 0)",
    )),
    "reduced": (3, (
        "{x}.sum({axis})", "{x}.mean({axis})", "{x}.max({axis})", "{x}.min({axis})", "{x}.var({axis})",
        "{x}.std({axis})", "np.sum({x}, {axis})",
        "np.mean({x}, {axis})", "np.max({x}, {axis})", "np.min({x}, {axis})", "F.sum({x}, {axis})",
        "F.mean({x}, {axis})", "F.max({x}, {axis})",
        "{x}.var({axis}, ddof=1)", "{x}.std({axis}, ddof=1)", "np.std({x}, {axis})", "np.var({x}, {axis})",
    )),
    "softmax": (0.7, (
        "F.softmax({x}, {a})", "F.log_softmax({x}, {a})", "F.softmax({x})", "F.log_softmax({x})",
        "F.layer_norm({x}, {x}.shape[-1:])", "F.layer_norm({x}, {x}.shape)", "F.logsumexp({x}, {a})",
        "F.group_norm({x}, 1)", "F.group_norm({x}, {x}.shape[1])", "F.group_norm({x}, 2)",
    )),
    "arranged": (3, (
        "{x}.reshape(-1)", "{x}.T", "F.transpose({x}, {order})", "np.transpose({x}, {order})",
        "{x}.transpose({order})", "{x}.swapaxes({a}, {b})", "np.swapaxes({x}, {a}, {b})",
        "{x}.squeeze()", "np.squeeze({x})", "np.expand_dims({x}, {a})", "np.broadcast_to({x}, (2, *{x}.shape))",
        "F.flatten({x}, {a})", "F.flatten({x})",
        "{x}.reshape({x}.shape[::-1])", "{x}.reshape(1, -1)", "np.reshape({x}, (-1, 1))", "{x}.squeeze({a})",
        "F.broadcast_to({x}, np.broadcast_shapes({x}.shape, (3,)))",
    )),
    "taken": (2, (
        "{x}[{i}]", "{x}[..., None]", "{x}[None]", "{x}[::-1]", "{x}[..., ::2]", "{x}[1:]", "{x}[:, {i}]",
        "{x}[[0, 0, -1]]", "{x}[np.array([0, -1])]", "{x}[{x} > 0]",
        "{x}[..., [0, 0]]", "F.getitem({x}, (..., {i}))", "{x}[:0]", "{x}[np.int64({i})]",
        "{x}[({x} > 0).nonzero()]", "{x}[np.array([[0, 0], [-1, 0]])]",
        "F.interpolate({x}, scale_factor=2)", "F.interpolate({x}[None], 3 * {x}.shape[-1])",
    )),
    "joined": (1, (
        "F.concatenate([{x}, {y}], {a})", "np.concatenate([{x}, {x}], {a})", "F.stack([{x}, {x}], {a})",
        "np.stack([{x}, {y}], {a})", "F.concatenate([{x}, {y}])", "np.concatenate([{y}, {x}, {y}], axis=-1)",
    )),
    "product": (1.5, (
        "{x} @ {y}", "F.matmul({x}, {y})", "{x} @ {y}.T", "np.matmul({x}, {y})", "{x}.T @ {y}", "F.linear({x}, {y})",
        "np.dot({x}, {y})", "{x} @ {x}.T",
    )),
    "loss": (0.5, (
        "F.mse_loss({x}, {y})", "F.squared_error({x}, {y})", "F.binary_cross_entropy_with_logits({x}, F.step({y}))",
        "F.binary_cross_entropy_with_logits({x}, F.sigmoid({y}), 'none')", "F.mse_loss({x}, {y}, 'sum')",
    )),
    "cast": (0.3, (
        "{x}.astype(np.float64)", "{x}.astype(np.float32)", "({x} > 0).astype(np.float32) * {x}",
    )),
}  # fmt: skip
"""How often, and how it may be written."""
NUMBERS = (
    "2",
    "0.5",
    "-1",
    "0",
    "True",
    "np.float64(0.5)",
    "np.int64(2)",
    "np.array(2)",
    "np.float32(0.5)",
    "3.0",
    "np.array(0.5)",
)
AXES = (
    "None", "0", "-1", "1", "axis=(0, 1)", "axis=(0, -1)", "np.int64(0)", "axis=0, keepdims=True",
    "axis=None, keepdims=True", "axis=-1, keepdims=True", "axis=(-1, 0), keepdims=True", "axis=(1,)", "axis=()", "2",
    "-2", "axis=np.int64(-1)",
)  # fmt: skip
PLAIN = ("0", "-1", "1", "-2", "2", "np.int64(0)", "3")
ORDERS: dict[int, tuple[str, ...]] = {
    0: ("()",), 1: ("(0,)", "(-1,)"), 2: ("(1, 0)", "(0, 1)", "(0, -1)", "(-1, 0)", "(-1, -2)"),
    3: ("(2, 0, 1)", "(0, -1, 1)", "(-1, 0, 1)", "(1, 2, 0)", "(0, 2, -2)", "(2, 1, 0)"),
}  # fmt: skip


def line(p: Part, names: list[str], axes: dict[str, int]) -> str:
    """An operation on some of these values, whose numbers of axes are known."""
    x = names[-1] if p.a % 3 else pick(names[::-1], p.a // 3)
    form = pick(KINDS[p.kind][1], p.c)
    filled: dict[str, Any] = {
        "x": x,
        "y": pick(names[::-1], p.b),
        "n": pick(NUMBERS, p.b),
        "axis": pick(AXES, p.b),
        "a": pick(PLAIN, p.b),
        "b": pick(PLAIN, p.b // 7),
        "i": pick(("0", "-1", "1"), p.b),
        "order": pick(ORDERS.get(axes[x], ("None",)), p.b),
    }
    return form.format(**filled)
