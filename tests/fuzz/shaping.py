"""The layers that arrange, choose and combine; and the attributes of a network's own."""

from tests.fuzz.network import Network, Shape, layer
from tests.fuzz.parts import Part, pick

# ── attributes of one's own ──────────────────────────────────────────────────────────────────────────────────────────


@layer("scale and shift", 1, 2, 3)
def scale_and_shift(net: Network, p: Part) -> None:
    """Parameters that are broadcast."""
    shapes: tuple[Shape, ...] = (net.shape[-1:], (1,), (), (net.shape[0], *(1,) * (len(net.shape) - 1)), net.shape)
    scale, shift = net.parameter(pick(shapes, p.a), 0.3, 1.0), net.parameter(pick(shapes, p.b), 0.3)
    net.choose(p.c, f"x * self.{scale} + self.{shift}", f"self.{scale} * x - self.{shift}")


@layer("number", 1, 2, 3)
def number(net: Network, p: Part) -> None:
    name = net.keep("number", "factor", pick(("0.5", "2", "1.5"), p.a))
    net.choose(p.b, f"x * self.{name}", f"self.{name} * x", f"x + self.{name}")


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
    net.choose(
        p.a, f"x * self.{name}", f"self.{name} * x", f"x + zk.Tensor(self.{name})", f"np.multiply(self.{name}, x)"
    )


@layer("mask", 1, 2, 3)
def mask(net: Network, p: Part) -> None:
    kept = [bool((p.b >> i) % 2) for i in range(net.shape[-1])]
    name = net.keep("mask", "mask", f"np.array({kept})", net.shape[-1])
    net.choose(p.a, f"F.where(self.{name}, x, 0.0)", f"x * self.{name}.astype(DTYPE)", f"np.where(self.{name}, x, -x)")


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
        net.choose(
            p.a, "x.transpose(0, 2, 1)", "x.swapaxes(1, 2)", "np.swapaxes(x, -1, -2)", "F.transpose(x, (0, -1, 1))"
        )
        net.shape = net.shape[::-1]
    else:
        net.choose(p.a, "x.transpose(0, 1, 3, 2)", "x.swapaxes(2, 3)", "np.transpose(x, (0, 1, -1, 2))")
        net.shape = (net.shape[0], net.shape[2], net.shape[1])


@layer("reversed", 1, 2, 3)
def reverse(net: Network, p: Part) -> None:
    last = net.shape[-1]
    order = [(i + p.b) % last for i in range(last)]
    net.choose(p.a, "x[..., ::-1]", f"x[..., {order}]", f"x[..., np.array({order})]", "x[:, ::-1]")


@layer("cut", 1, 2, 3)
def cut(net: Network, p: Part) -> None:
    """Some of the last axis, by a slice or by numbers that may be taken twice."""
    last = net.shape[-1]
    if last < 2 or p.a % 3 == 2:
        taken = [(i * 3 + p.b) % last for i in range(last + 1)]
        net.say(f"x = x[..., {taken}]")
        net.shape = (*net.shape[:-1], last + 1)
    else:
        net.choose(p.a, "x[..., 1:]", "x[..., :-1]")
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
        "x / (1 + x.std(axis=0))", "x - np.mean(x, axis=0, keepdims=True)",
        "x / (0.1 + (x * x).sum(axis=1, keepdims=True))",
        "x * x.var(axis=-1, keepdims=True)", "x - x.min(axis=-1, keepdims=True)",
    )  # fmt: skip
    net.say(f"x = {pick(forms, p.a)}")


# ── blocks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@layer("residual", 1, 2, 3)
def residual(net: Network, p: Part) -> None:
    way, shape = net.inner(p.inner, "x")
    if shape == net.shape:
        net.choose(p.a, f"x + {way}", f"{way} + x", f"F.relu(x + {way})", f"x + 0.5 * {way}", f"{way} - x")
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
