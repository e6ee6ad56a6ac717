"""The layers that compute: products, convolutions, pools, normalisations, activations, dropout.

A function writes one layer for the shape that reaches it, or nothing where it cannot stand.
"""

import math

from tests.fuzz.network import Network, layer
from tests.fuzz.parts import Part, pick

MOST_PIXELS = 600
"""Numbers of an example beyond which it is not made larger."""
WIDTHS = (3, 2, 4, 1, 5, 8, 7, 16, 17, 32)
ACTIVATIONS = (
    "nn.ReLU()", "nn.Tanh()", "nn.Sigmoid()", "nn.GELU()", "nn.Softplus()", "nn.LeakyReLU(0.2)", "nn.Identity()",
    "nn.Softplus(2.0)", "nn.LeakyReLU()", "nn.SiLU()", "nn.GELU('tanh')",
)  # fmt: skip


# ── products ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@layer("linear", 1, 2)
def linear(net: Network, p: Part) -> None:
    out = pick(WIDTHS, p.a)
    bias = "" if p.b % 4 else ", bias=False"
    path = net.module("linear", f"nn.Linear({net.shape[-1]}, {out}{bias})", p.c)
    net.say(f"x = self.{path}(x)")
    net.shape = (*net.shape[:-1], out)


@layer("large", 1)
def large(net: Network, p: Part) -> None:
    """65,536 weights: from here on work is shared among threads, and other paths are taken."""
    first = net.module("linear", f"nn.Linear({net.shape[0]}, 256)")
    net.say(f"x = F.relu(self.{first}(x))")
    if p.a % 2:
        net.say(f"x = x @ self.{net.parameter((256, 256), 0.05)}{'.T' if p.b % 2 else ''}")
    else:
        net.say(f"x = self.{net.module('linear', 'nn.Linear(256, 256)')}(x)")
    net.shape = (256,)


@layer("product", 1, 2)
def product(net: Network, p: Part) -> None:
    """A matrix of one's own, multiplied as it lies or transposed."""
    out, inside = pick(WIDTHS, p.a), net.shape[-1]
    forms = (
        "x @ self.{}",
        "x @ self.{}.T",
        "x @ self.{}.transpose(1, 0)",
        "F.matmul(x, self.{})",
        "F.linear(x, self.{})",
    )
    form = pick(forms, p.b)
    turned = ".T" in form or "transpose" in form or "linear" in form
    weight = net.parameter((out, inside) if turned else (inside, out))
    net.say(f"x = {form.format(weight)}")
    net.shape = (*net.shape[:-1], out)


@layer("tied", 1, 2)
def tied(net: Network, p: Part) -> None:
    """There and back through one matrix."""
    weight = net.parameter((pick(WIDTHS, p.a), net.shape[-1]))
    function = pick(("F.tanh", "F.relu", "np.tanh"), p.b)
    net.say(f"x = {function}(x @ self.{weight}.T) @ self.{weight}")


@layer("twice", 1, 2)
def twice(net: Network, p: Part) -> None:
    """One module at two places."""
    size = net.shape[-1]
    path = net.module("linear", f"nn.Linear({size}, {size})", p.c)
    net.say(f"x = self.{path}(F.tanh(self.{path}(x)))")


@layer("weight norm", 1, 2)
def weight_norm(net: Network, p: Part) -> None:
    """w = g · v/‖v‖, row by row, written by hand."""
    out = pick(WIDTHS, p.a)
    v, g = net.parameter((out, net.shape[-1]), 1.0), net.parameter((out, 1), 0.2, 1.0)
    norm = pick(
        (
            f"F.sqrt((self.{v} * self.{v}).sum(axis=1, keepdims=True))",
            f"(self.{v} ** 2).sum(axis=1, keepdims=True).sqrt()",
        ),
        p.b,
    )
    net.say(f"v = self.{g} * self.{v} / {norm}")
    net.say("x = x @ v.T" if p.c % 2 else "x = F.linear(x, v)")
    net.shape = (*net.shape[:-1], out)


@layer("some rows", 1, 2)
def some_rows(net: Network, p: Part) -> None:
    """A part of a larger matrix: its rows by number, by slice, or in another order."""
    out = pick((2, 3, 4), p.a)
    rows = pick(
        (f"[:{out}]", f"[1:{out + 1}]", f"[{list(range(out))[::-1]}]", f"[np.array({[0] * out})]", f"[::2][:{out}]"),
        p.b,
    )
    weight = net.parameter((2 * out + 1, net.shape[-1]))
    net.say(f"x = F.linear(x, self.{weight}{rows})")
    net.shape = (*net.shape[:-1], out)


@layer("mixing", 2)
def mixing(net: Network, p: Part) -> None:
    """Every row of the example sees the others, as in attention."""
    form = pick(("x @ x.transpose(0, 2, 1)", "np.matmul(x, np.swapaxes(x, 1, 2))", "x @ x.swapaxes(1, 2)"), p.a)
    net.say(f"x = F.softmax({form} * 0.3) @ x")


@layer("attention", 2)
def attention(net: Network, p: Part) -> None:
    """Rows ask, answer and are asked, each through a matrix of its own, in one head or two."""
    steps, inside = net.shape
    heads, width, out = pick((1, 2), p.c), pick((2, 1, 4, 3), p.a), pick((3, 1, 2, 5), p.b)
    seen = pick(
        (
            "",
            ", is_causal=True",
            ", scale=0.3",
            f", attn_mask=np.tri({steps}) > 0",
            f", attn_mask=np.linspace(-2, 1, {steps * steps}, dtype=DTYPE).reshape({steps}, {steps})",
            f", attn_mask=np.eye({steps}) < 1",  # of one row, nobody sees anybody
        ),
        p.a // 4,
    )
    for name, size in (("q", width), ("k", width), ("v", out)):
        made = f"(x @ self.{net.parameter((inside, heads * size))})"
        parted = f".reshape(-1, {steps}, {heads}, {size}).transpose(0, 2, 1, 3)" if heads > 1 else ""
        net.say(f"{name} = {made}{parted}")
    net.say(f"x = F.scaled_dot_product_attention(q, k, v{seen})")
    if heads > 1:
        net.say(f"x = x.transpose(0, 2, 1, 3).reshape(-1, {steps}, {heads * out})")
    net.shape = (steps, heads * out)


@layer("recurrent", 2)
def recurrent(net: Network, p: Part) -> None:
    """The rows of an example are steps in time; of a batch, each example has as many steps as it is said to have."""
    steps, inside = net.shape
    hidden, kind, both = pick((3, 1, 4, 2, 5), p.a), pick(("RNN", "LSTM", "GRU"), p.b), p.c % 3 == 1
    more = f"batch_first=True{', bidirectional=True' if both else ''}"
    path = net.module("recurrent", f"nn.{kind}({inside}, {hidden}, {more})", p.c // 3)
    lengths = pick(("", f", None, np.arange(len(x)) % {steps + 1}"), p.a // 5)
    net.say(f"x = self.{path}(x{lengths})[0]")
    net.shape = (steps, hidden * (2 if both else 1))


# ── images ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@layer("conv", 3)
def conv(net: Network, p: Part) -> bool:
    channels, height, width = net.shape
    kernels: tuple[tuple[int, int, int, int], ...] = (
        (3, 1, 1, 1), (1, 1, 0, 1), (3, 2, 1, 1), (2, 1, 0, 1), (5, 1, 2, 1), (3, 1, 2, 2), (2, 2, 0, 1),
        (3, 1, 0, 1), (4, 3, 1, 1), (1, 2, 0, 1),
    )  # fmt: skip
    size, stride, padding, dilation = pick(kernels, p.b)
    groups = channels if p.c % 5 == 4 else 2 if p.c % 5 == 3 and channels % 2 == 0 else 1
    out = pick(WIDTHS, p.a)
    out = max(groups, out // groups * groups)
    rows, columns = ((n + 2 * padding - dilation * (size - 1) - 1) // stride + 1 for n in (height, width))
    if min(rows, columns) < 1 or min(height, width) + 2 * padding < dilation * (size - 1) + 1:
        return False
    bias = "" if p.c % 4 else ", bias=False"
    window = f"stride={stride}, padding={padding}, dilation={dilation}, groups={groups}"
    made = f"nn.Conv2d({channels}, {out}, {size}, {window}{bias})"
    net.say(f"x = self.{net.module('conv', made, p.c // 7)}(x)")
    net.shape = (out, rows, columns)
    return True


@layer("pool", 3)
def pool(net: Network, p: Part) -> bool:
    channels, height, width = net.shape
    size, stride, padding = pick(((2, 2, 0), (3, 2, 1), (3, 1, 1), (2, 1, 0), (2, 3, 1)), p.b)
    up = p.c % 5 == 1
    span = [n + 2 * padding - size for n in (height, width)]
    if min(span) < 0:
        return False
    rows, columns = (-(-s // stride) + 1 if up else s // stride + 1 for s in span)
    if up:  # a window that would begin beyond the image is left out
        rows, columns = (
            n - 1 if (n - 1) * stride >= inside + padding else n
            for n, inside in zip((rows, columns), (height, width), strict=True)
        )
    kind = pick(("nn.MaxPool2d", "nn.AvgPool2d"), p.a)
    more = ", count_include_pad=False" if p.a % 4 == 3 else ""
    net.say(f"x = self.{net.module('pool', f'{kind}({size}, {stride}, {padding}, ceil_mode={up}{more})', p.c // 5)}(x)")
    net.shape = (channels, rows, columns)
    return True


@layer("global pool", 3)
def global_pool(net: Network, p: Part) -> None:
    form = pick(
        (
            "self.{}(x)",
            "F.global_avg_pool2d(x)",
            "x.mean(axis=(2, 3))",
            "x.max(axis=(-1, -2))",
            "np.mean(np.mean(x, axis=3), 2)",
        ),
        p.a,
    )
    net.say(f"x = {form.format(net.module('pool', 'nn.GlobalAvgPool2d()') if '{' in form else '')}")
    net.shape = net.shape[:1]


@layer("adaptive pool", 3)
def adaptive_pool(net: Network, p: Part) -> None:
    size = pick((1, 2, 3), p.a)
    net.say(f"x = self.{net.module('pool', f'nn.AdaptiveAvgPool2d({size})')}(x)")
    net.shape = (net.shape[0], size, size)


@layer("upsample", 2, 3)
def upsample(net: Network, p: Part) -> bool:
    """More pixels, all repeated equally often, or some of them more often than others."""
    channels, *pixels = net.shape
    factors = pick(((2, 2), (1, 2), (3, 1), (2, 3)), p.a)[-len(pixels) :]
    times = tuple(n * k for n, k in zip(pixels, factors, strict=True))
    size = tuple(n + 1 for n in pixels) if p.b % 6 == 5 else times
    if math.prod(net.shape[:1] + size) > MOST_PIXELS:
        return False
    forms = (
        f"nn.Upsample(scale_factor={factors})", f"F.interpolate(x, scale_factor={factors})",
        f"nn.Upsample({size})", f"F.interpolate(x, {size})",
        f"F.interpolate(x, {size}, mode='nearest-exact')", f"nn.Upsample({size})",
    )  # fmt: skip
    form = pick(forms, p.b)
    net.say(f"x = {form}" if form.startswith("F.") else f"x = self.{net.module('upsample', form, p.c)}(x)")
    net.shape = (channels, *size)
    return True


@layer("response norm", 3)
def response_norm(net: Network, p: Part) -> None:
    net.say(f"x = self.{net.module('response norm', f'nn.LocalResponseNorm({pick((3, 2, 5), p.a)}, alpha=0.5)')}(x)")


# ── normalisation, activations, dropout ──────────────────────────────────────────────────────────────────────────────


@layer("batch norm", 1, 3)
def batch_norm(net: Network, p: Part) -> None:
    kind = "nn.BatchNorm1d" if len(net.shape) == 1 else "nn.BatchNorm2d"
    more = pick(
        (
            "",
            "",
            "",
            ", momentum=0.5",
            ", affine=False",
            ", track_running_stats=False",
            ", momentum=1.0",
            ", momentum=None",
        ),
        p.a,
    )
    path = net.module("batch norm", f"{kind}({net.shape[0]}{more})", p.c)
    net.say(f"x = self.{path}(x)")


@layer("group norm", 1, 2, 3)
def group_norm(net: Network, p: Part) -> None:
    channels = net.shape[0]
    groups = pick([n for n in range(1, channels + 1) if channels % n == 0], p.a)
    if p.b % 5 == 4:
        net.say(f"x = F.group_norm(x, {groups})")
        return
    more = pick(("", ", affine=False", ", eps=0.1", ""), p.b)
    net.say(f"x = self.{net.module('group norm', f'nn.GroupNorm({groups}, {channels}{more})', p.c)}(x)")


@layer("layer norm", 1, 2, 3)
def layer_norm(net: Network, p: Part) -> None:
    shape = net.shape if p.a % 2 else net.shape[-1:]
    more = pick(("", ", elementwise_affine=False", ", bias=False"), p.b)
    net.say(f"x = self.{net.module('layer norm', f'nn.LayerNorm({shape}{more})', p.c)}(x)")


@layer("rms norm", 1, 2, 3)
def rms_norm(net: Network, p: Part) -> None:
    shape = net.shape if p.a % 2 else net.shape[-1:]
    more = pick(("", ", elementwise_affine=False", ", eps=0.1"), p.b)
    net.say(f"x = self.{net.module('rms norm', f'nn.RMSNorm({shape}{more})', p.c)}(x)")


@layer("activation", 1, 2, 3)
def activation(net: Network, p: Part) -> None:
    net.say(f"x = self.{net.module('activation', pick(ACTIVATIONS, p.a), p.c)}(x)")


@layer("function", 1, 2, 3)
def function(net: Network, p: Part) -> None:
    forms = (
        "F.relu(x)", "F.tanh(x)", "np.tanh(x)", "x * F.sigmoid(x)", "F.where(x > 0, x, x * 0.1)", "x.clip(-1.0, 1.0)",
        "np.sin(x)", "F.softplus(x)", "F.maximum(x, 0.1 * x)", "F.log(1 + x * x)", "np.exp(-x * x)", "abs(x)",
        "F.leaky_relu(x, 0.3)", "np.where(x.data > 0, x, -0.5 * x)", "x / (1 + abs(x))", "np.maximum(x, -x)",
        "F.logaddexp(x, -x)", "(x * x + 1) ** 0.5", "F.gelu(x)", "1 / (1 + F.exp(-x))", "2 - x", "x ** 3 * 0.1",
        "F.erf(x)", "F.where(x.data > x.data.mean(), x, 0.5)", "F.minimum(x, 1.0)", "np.cos(x) - x.astype(DTYPE)",
        "F.silu(x)", "F.gelu(x, 'tanh')", "F.gelu(x, approximate='tanh')",
    )  # fmt: skip
    net.say(f"x = {pick(forms, p.a)}")


@layer("dropout", 1, 2, 3)
def dropout(net: Network, p: Part) -> None:
    more = pick(("", "", ", inverted=False", ", rng=np.random.default_rng(5)"), p.b)
    net.say(f"x = self.{net.module('dropout', f'nn.Dropout({pick((0.5, 0.2, 0.8), p.a)}{more})', p.c)}(x)")


@layer("softmax", 1, 2)
def softmax(net: Network, p: Part) -> None:
    net.choose(p.a, "F.softmax(x)", "F.softmax(x, axis=1)", "F.log_softmax(x)", "F.log_softmax(x, 1)")
