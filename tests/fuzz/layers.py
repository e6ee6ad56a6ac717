"""The grammar of networks: every kind of layer, written for the shape that reaches it.

A function of this page writes one layer into the `Network`: lines of `__init__`, lines of `forward`, and the shape that
goes on. It returns False where the layer cannot stand, which leaves it out.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.fuzz.parts import Part, pick

Shape = tuple[int, ...]
WIDTHS = (3, 2, 4, 1, 5, 8, 7, 16, 17, 32)
ACTIVATIONS = (
    "nn.ReLU()", "nn.Tanh()", "nn.Sigmoid()", "nn.GELU()", "nn.Softplus()", "nn.LeakyReLU(0.2)", "nn.Identity()",
    "nn.Softplus(2.0)", "nn.LeakyReLU()",
)  # fmt: skip


class Network:
    """Writes the class of a network."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.made: list[str] = []
        self.body: list[str] = []
        self.known: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        """What there is to change: for "weight", "activation", "dropout", …: paths from the network, and details."""
        self._names = itertools.count()
        self.depth = 0

    def name(self, stem: str) -> str:
        return f"{stem}{next(self._names)}"

    def keep(self, kind: str, stem: str, expression: str, detail: Any = None) -> str:
        """An attribute: returns its name."""
        name = self.name(stem)
        self.made.append(f"self.{name} = {expression}")
        self.known[kind].append((name, detail))
        return name

    def module(self, kind: str, expression: str, way: int = 0, detail: Any = None) -> str:
        """A module that is held as an attribute, in a list, in a dictionary, or frozen; returns its path."""
        held = way % 12
        name = self.name("layer")
        if held == 9:
            path, line = f"{name}[0]", f"self.{name} = [{expression}]"
        elif held == 10:
            path, line = f"{name}['a']", f"self.{name} = {{'a': {expression}}}"
        elif held == 11 and kind in ("linear", "conv"):
            path, line = name, f"self.{name} = {expression}.requires_grad_(False)"
        else:
            path, line = name, f"self.{name} = {expression}"
        self.made.append(line)
        self.known[kind].append((path, detail or expression))
        return path

    def parameter(self, shape: Shape, scale: float = 0.5, about: float = 0.0) -> str:
        """A parameter of the network's own."""
        values = f"values({', '.join([*map(str, shape), f'scale={scale}'])}{f', about={about}' if about else ''})"
        return self.keep("weight", "w", f"nn.Parameter({values})", shape)

    def say(self, line: str) -> None:
        self.body.append(line)

    def write(self, parts: tuple[Part, ...]) -> None:
        """Write layers one after another; those that cannot stand here are left out."""
        for p in parts:
            spaces, make = LAYERS[p.kind]
            if len(self.shape) in spaces:
                make(self, p)

    def inner(self, parts: tuple[Part, ...], start: str) -> tuple[str, Shape]:
        """Write a way aside of the main one: returns the variable it ends in and its shape; the main shape stays."""
        before, self.depth = self.shape, self.depth + 1
        at = len(self.body)
        variable = self.name("y")
        if self.depth < 3:
            self.write(parts)
        lines = self.body[at:]
        del self.body[at:]
        kept = self.name("x")
        self.body += [f"{kept} = x", *lines, f"{variable} = x", f"x = {kept}"]
        shape, self.shape, self.depth = self.shape, before, self.depth - 1
        return variable, shape

    def finish(self, classes: int) -> None:
        """Whatever the shape is by now, end in (N, classes) scores."""
        if len(self.shape) == 3 and (self.shape[0] * self.shape[1] * self.shape[2]) > 600:
            LAYERS["global pool"][1](self, Part("global pool"))
        if len(self.shape) > 1:
            LAYERS["flatten"][1](self, Part("flatten"))
        self.made.append(f"self.head = nn.Linear({self.shape[0]}, {classes})")
        self.known["linear"].append(("head", f"nn.Linear({self.shape[0]}, {classes})"))
        self.say("return self.head(x)")


Write = Callable[[Network, Part], Any]
LAYERS: dict[str, tuple[tuple[int, ...], Write]] = {}
"""For every kind: the numbers of axes (without the batch's) that it works on, and what writes it."""


def layer(kind: str, *spaces: int) -> Callable[[Write], Write]:
    def enter(write: Write) -> Write:
        LAYERS[kind] = spaces, write
        return write

    return enter


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
    net.say(f"x = {pick(('F.tanh', 'F.relu', 'np.tanh'), p.b)}(x @ self.{weight}.T) @ self.{weight}")


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


# ── images ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@layer("conv", 3)
def conv(net: Network, p: Part) -> bool:
    channels, height, width = net.shape
    kernels: tuple[tuple[int, int, int, int], ...] = (
        (3, 1, 1, 1), (1, 1, 0, 1), (3, 2, 1, 1), (2, 1, 0, 1), (5, 1, 2, 1), (3, 1, 2, 2), (2, 2, 0, 1), (3, 1, 0, 1), (4, 3, 1, 1), (1, 2, 0, 1),
    )  # fmt: skip
    size, stride, padding, dilation = pick(kernels, p.b)
    groups = channels if p.c % 5 == 4 else 2 if p.c % 5 == 3 and channels % 2 == 0 else 1
    out = pick(WIDTHS, p.a)
    out = max(groups, out // groups * groups)
    rows, columns = ((n + 2 * padding - dilation * (size - 1) - 1) // stride + 1 for n in (height, width))
    if min(rows, columns) < 1 or min(height, width) + 2 * padding < dilation * (size - 1) + 1:
        return False
    bias = "" if p.c % 4 else ", bias=False"
    made = f"nn.Conv2d({channels}, {out}, {size}, stride={stride}, padding={padding}, dilation={dilation}, groups={groups}{bias})"
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
    path = net.module(
        "batch norm", f"{kind}({net.shape[0]}{more})", p.c, "none" if "None" in more or "False" in more else ""
    )
    net.say(f"x = self.{path}(x)")


@layer("layer norm", 1, 2, 3)
def layer_norm(net: Network, p: Part) -> None:
    shape = net.shape if p.a % 2 else net.shape[-1:]
    more = pick(("", ", elementwise_affine=False", ", bias=False"), p.b)
    net.say(f"x = self.{net.module('layer norm', f'nn.LayerNorm({shape}{more})', p.c)}(x)")


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
    )  # fmt: skip
    net.say(f"x = {pick(forms, p.a)}")


@layer("dropout", 1, 2, 3)
def dropout(net: Network, p: Part) -> None:
    more = pick(("", "", ", inverted=False", ", rng=np.random.default_rng(5)"), p.b)
    net.say(f"x = self.{net.module('dropout', f'nn.Dropout({pick((0.5, 0.2, 0.8), p.a)}{more})', p.c)}(x)")


@layer("softmax", 1, 2)
def softmax(net: Network, p: Part) -> None:
    net.say(f"x = {pick(('F.softmax(x)', 'F.softmax(x, axis=1)', 'F.log_softmax(x)', 'F.log_softmax(x, 1)'), p.a)}")


# ── attributes of one's own ──────────────────────────────────────────────────────────────────────────────────────────


@layer("scale and shift", 1, 2, 3)
def scale_and_shift(net: Network, p: Part) -> None:
    """Parameters that are broadcast."""
    shapes: tuple[Shape, ...] = (net.shape[-1:], (1,), (), (net.shape[0], *(1,) * (len(net.shape) - 1)), net.shape)
    scale, shift = net.parameter(pick(shapes, p.a), 0.3, 1.0), net.parameter(pick(shapes, p.b), 0.3)
    net.say(f"x = {pick((f'x * self.{scale} + self.{shift}', f'self.{scale} * x - self.{shift}'), p.c)}")


@layer("number", 1, 2, 3)
def number(net: Network, p: Part) -> None:
    name = net.keep("number", "factor", pick(("0.5", "2", "1.5"), p.a))
    net.say(f"x = {pick((f'x * self.{name}', f'self.{name} * x', f'x + self.{name}'), p.b)}")


@layer("flag", 1, 2, 3)
def flag(net: Network, p: Part) -> None:
    name = net.keep("flag", "flag", pick(("True", "False"), p.a))
    net.body += [f"if self.{name}:", f"    x = {pick(('-x', 'F.relu(x)', 'x * 2'), p.b)}"]


@layer("choice", 1, 2, 3)
def choice(net: Network, p: Part) -> None:
    """A function by name, kept as an attribute."""
    name = net.keep("function", "function", pick(("F.relu", "F.tanh", "F.sigmoid"), p.a))
    net.say(f"x = self.{name}(x)")


@layer("buffer", 1, 2, 3)
def buffer(net: Network, p: Part) -> None:
    name = net.name("buffer")
    net.made.append(f"self.register_buffer('{name}', values({net.shape[-1]}, about=1.0))")
    net.known["buffer"].append((name, net.shape[-1:]))
    net.say(
        f"x = {pick((f'x * self.{name}', f'self.{name} * x', f'x + zk.Tensor(self.{name})', f'np.multiply(self.{name}, x)'), p.a)}"
    )


@layer("mask", 1, 2, 3)
def mask(net: Network, p: Part) -> None:
    kept = [bool((p.b >> i) % 2) for i in range(net.shape[-1])]
    name = net.keep("mask", "mask", f"np.array({kept})", net.shape[-1])
    net.say(
        f"x = {pick((f'F.where(self.{name}, x, 0.0)', f'x * self.{name}.astype(DTYPE)', f'np.where(self.{name}, x, -x)'), p.a)}"
    )


# ── arrangement and reductions ───────────────────────────────────────────────────────────────────────────────────────


@layer("flatten", 2, 3)
def flatten(net: Network, p: Part) -> None:
    size = 1
    for n in net.shape:
        size *= n
    form = pick(
        (
            "self.{}(x)",
            "F.flatten(x)",
            "x.flatten(1)",
            "x.reshape(len(x), -1)",
            f"x.reshape(-1, {size})",
            "np.reshape(x, (x.shape[0], -1))",
        ),
        p.a,
    )
    net.say(f"x = {form.format(net.module('flatten', 'nn.Flatten()') if '{' in form else '')}")
    net.shape = (size,)


@layer("turned", 2, 3)
def turned(net: Network, p: Part) -> None:
    """Two axes change places."""
    if len(net.shape) == 2:
        net.say(
            f"x = {pick(('x.transpose(0, 2, 1)', 'x.swapaxes(1, 2)', 'np.swapaxes(x, -1, -2)', 'F.transpose(x, (0, -1, 1))'), p.a)}"
        )
        net.shape = net.shape[::-1]
    else:
        net.say(f"x = {pick(('x.transpose(0, 1, 3, 2)', 'x.swapaxes(2, 3)', 'np.transpose(x, (0, 1, -1, 2))'), p.a)}")
        net.shape = (net.shape[0], net.shape[2], net.shape[1])


@layer("reversed", 1, 2, 3)
def reverse(net: Network, p: Part) -> None:
    last = net.shape[-1]
    order = [(i + p.b) % last for i in range(last)]
    net.say(f"x = {pick(('x[..., ::-1]', f'x[..., {order}]', f'x[..., np.array({order})]', 'x[:, ::-1]'), p.a)}")


@layer("cut", 1, 2, 3)
def cut(net: Network, p: Part) -> None:
    """Some of the last axis, by a slice or by numbers that may be taken twice."""
    last = net.shape[-1]
    if last < 2 or p.a % 3 == 2:
        taken = [(i * 3 + p.b) % last for i in range(last + 1)]
        net.say(f"x = x[..., {taken}]")
        net.shape = (*net.shape[:-1], last + 1)
    else:
        net.say(f"x = {pick(('x[..., 1:]', 'x[..., :-1]'), p.a)}")
        net.shape = (*net.shape[:-1], last - 1)


@layer("joined", 1, 2, 3)
def joined(net: Network, p: Part) -> None:
    form = pick(
        ("F.concatenate([x, x * x], axis=1)", "np.concatenate([x, -x], axis=1)", "F.concatenate([F.relu(x), x], 1)"),
        p.a,
    )
    net.say(f"x = {form}")
    net.shape = (2 * net.shape[0], *net.shape[1:])


@layer("summed", 2)
def summed(net: Network, p: Part) -> None:
    forms = (
        "x.mean(axis=1)",
        "x.sum(axis=1)",
        "x.max(axis=1)",
        "np.mean(x, axis=1)",
        "x[:, 0]",
        "x[:, -1]",
        "x.min(axis=1)",
    )
    net.say(f"x = {pick(forms, p.a)}")
    net.shape = net.shape[1:]


@layer("centred", 1, 2, 3)
def centred(net: Network, p: Part) -> None:
    forms = (
        "x - x.mean(axis=-1, keepdims=True)", "x - x.mean(axis=0)", "x - x.max(axis=1, keepdims=True)",
        "x / (1 + x.std(axis=0))", "x - np.mean(x, axis=0, keepdims=True)", "x / (0.1 + (x * x).sum(axis=1, keepdims=True))",
        "x * x.var(axis=-1, keepdims=True)", "x - x.min(axis=-1, keepdims=True)",
    )  # fmt: skip
    net.say(f"x = {pick(forms, p.a)}")


# ── blocks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@layer("residual", 1, 2, 3)
def residual(net: Network, p: Part) -> None:
    way, shape = net.inner(p.inner, "x")
    if shape == net.shape:
        net.say(
            f"x = {pick((f'x + {way}', f'{way} + x', f'F.relu(x + {way})', f'x + 0.5 * {way}', f'{way} - x'), p.a)}"
        )
    else:
        net.say(f"x = {way}")
        net.shape = shape


@layer("branches", 1, 2, 3)
def branches(net: Network, p: Part) -> None:
    ways = [net.inner(w.inner, "x") for w in p.inner]
    fit = [(v, s) for v, s in ways if len(s) == len(net.shape) and s[1:] == net.shape[1:]]
    if not fit:
        return
    joined = ", ".join(v for v, _ in fit)
    net.say(f"x = {pick(('F.concatenate', 'np.concatenate'), p.a)}([{joined}], axis=1)")
    net.shape = (sum(s[0] for _, s in fit), *net.shape[1:])


@layer("way", 1, 2, 3)
def way(net: Network, p: Part) -> None:
    """One of several branches, alone."""
    net.write(p.inner)


@layer("stack", 1, 2)
def stack(net: Network, p: Part) -> None:
    """Layers in a list, gone through in a loop: the list may grow and shrink."""
    size = net.shape[-1]
    items = ", ".join(
        pick((f"nn.Linear({size}, {size})", "nn.Tanh()", "nn.ReLU()"), n) for n in (p.a, p.b)[: 1 + p.c % 2]
    )
    holder = pick(("[{}]", "nn.ModuleList([{}])", "nn.Sequential({})"), p.c // 2)
    name = net.keep("sequence", "layers", holder.format(items), (size, holder))
    net.body += [f"for layer in self.{name}:", "    x = layer(x)"]
