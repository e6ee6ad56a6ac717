"""The grammar of steps: what ordinary Python may do around a forward pass, a backward pass and an optimizer.

Each piece adds lines to one of the places of a step, results, and arguments. All may be combined, and each left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fuzz.parts import Case, Part, pick


@dataclass
class Step:
    """The places of a step."""

    case: Case
    outside: list[str] = field(default_factory=list)
    """Arrays that the step takes from outside: lines before it."""
    start: list[str] = field(default_factory=list)
    scored: list[str] = field(default_factory=list)
    """When `scores` are there."""
    loss: list[str] = field(default_factory=list)
    """When `loss` is there."""
    slopes: list[str] = field(default_factory=list)
    """When the gradients are there."""
    end: list[str] = field(default_factory=list)
    """After the step of the optimizer."""
    results: list[str] = field(default_factory=list)
    arguments: list[tuple[str, str]] = field(default_factory=list)
    """More arguments: their names, and the expressions of a call, in which k is its number, n the examples."""
    count: int = 0

    def argument(self, stem: str, value: str) -> str:
        self.count += 1
        self.arguments.append((f"{stem}{self.count}", value))
        return f"{stem}{self.count}"

    def array(self, stem: str, value: str) -> str:
        self.count += 1
        self.outside.append(f"{stem}{self.count} = {value}")
        return f"{stem}{self.count}"


Write = Callable[[Step, Part], Any]
PIECES: dict[str, Write] = {}
FORWARD: set[str] = set()
"""The pieces that a forward pass may have, too."""


def piece(kind: str, forward: bool = False) -> Callable[[Write], Write]:
    def enter(write: Write) -> Write:
        PIECES[kind] = write
        if forward:
            FORWARD.add(kind)
        return write

    return enter


LOSSES = {
    "cross entropy": ("F.cross_entropy(scores, y)", "labels"),
    "smoothed": ("F.cross_entropy(scores, y, label_smoothing=0.1)", "labels"),
    "summed": ("F.cross_entropy(scores, y, reduction='sum') / len(y)", "labels"),
    "one-hot": ("-(np.eye(CLASSES, dtype=DTYPE)[y] * F.log_softmax(scores)).sum(axis=1).mean()", "labels"),
    "one-hot target": ("F.cross_entropy(scores, np.eye(CLASSES, dtype=DTYPE)[y])", "labels"),
    "picked": ("-F.log_softmax(scores)[np.arange(len(y)), y].mean()", "labels"),
    "picked probability": ("-F.log(F.softmax(scores)[np.arange(len(y)), y] + 1e-3).mean()", "labels"),
    "squares": ("F.mse_loss(scores, y)", "numbers"),
    "squared error": ("F.squared_error(scores, y) / len(y)", "numbers"),
    "by hand": ("((scores - y) ** 2).mean()", "numbers"),
    "left": ("(y * scores).mean() + (scores * scores).mean()", "numbers"),
    "absolute": ("abs(scores - y).mean()", "numbers"),
    "binary": ("F.binary_cross_entropy_with_logits(scores, y)", "bits"),
    "own square": ("(scores * scores).mean()", "labels"),
}  # fmt: skip
TARGETS = {
    "labels": "rng.integers(0, CLASSES, n)",
    "numbers": "rng.standard_normal((n, CLASSES)).astype(DTYPE)",
    "bits": "(rng.random((n, CLASSES)) > 0.5).astype(DTYPE)",
}
SETTINGS = (
    "",
    "",
    ", weight_decay=0.1",
    ", l1=0.01",
    ", weight_decay=0.1, decay='weights'",
    ", weight_decay=0.1, l1=0.01",
)
METHODS = ("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam", "AdamW")


def optimizer(p: Part, parameters: str) -> str:
    """The expression of an optimizer."""
    more = pick(SETTINGS, p.b)
    if p.kind == "SGD" and p.c % 3 == 1:
        more += ", momentum=0.9, dampening=0.5"
    return f"optim.{p.kind}({parameters}, lr={pick((0.1, 0.05, 0.3), p.a)}{more})"


# ── before the loss ──────────────────────────────────────────────────────────────────────────────────────────────────


@piece("noise given", forward=True)
def noise_given(s: Step, p: Part) -> None:
    if not s.case.indices:
        noise = s.argument("noise", "rng.standard_normal(x.shape).astype(DTYPE)")
        s.start.append(f"x = {pick((f'x + {noise}', f'{noise} + x', f'{noise} * x', f'x - 0.5 * {noise}'), p.a)}")


@piece("array from outside", forward=True)
def array_from_outside(s: Step, p: Part) -> None:
    array = s.array("outside", "values(CLASSES)")
    forms = (
        "scores + {}",
        "{} + scores",
        "{} * scores",
        "np.asarray({}) * scores",
        "scores - zk.tensor({})",
        "zk.Tensor({}) * scores",
        "scores / (2 + {} * {})",
        "np.add({}, scores)",
    )
    s.scored.append(f"scores = {pick(forms, p.a).replace('{}', array)}")


@piece("number given", forward=True)
def number_given(s: Step, p: Part) -> None:
    """Numbers that are equal and yet not the same: 1 and True, 2 and 2.0, 0.0 and −0.0."""
    choices = ("(1, True)", "(2, 2.0)", "(0.0, -0.0)", "(1, 1.0)", "(0.5, 2)", "(True, False)", "(np.float64(2), 2.0)")
    name = s.argument("number", f"{pick(choices, p.a)}[k % 2]")
    s.scored.append(f"scores = {pick((f'scores * {name}', f'{name} * scores', f'scores + {name}'), p.b)}")
    if p.c % 2:
        s.results.append(name)


@piece("flag given", forward=True)
def flag_given(s: Step, p: Part) -> None:
    name = s.argument("flag", f"bool((k >> {p.a % 2}) % 2)")
    s.scored += [f"if {name}:", f"    scores = {pick(('scores * 2', '-scores', 'F.tanh(scores)'), p.b)}"]


@piece("tensor without axes", forward=True)
def tensor_without_axes(s: Step, p: Part) -> None:
    value = pick(
        (
            "zk.Tensor(np.array(0.5 + k, DTYPE))",
            "zk.Tensor(DTYPE(0.5 + k))",
            "zk.tensor(DTYPE(0.5 + k))",
            "np.array(0.5 + k, DTYPE)",
        ),
        p.a,
    )
    name = s.argument("scale", value)
    s.scored.append(f"scores = {pick((f'scores * {name}', f'{name} * scores'), p.b)}")


@piece("nest given", forward=True)
def nest_given(s: Step, p: Part) -> None:
    if p.a % 2:
        name = s.argument("nest", "{'shift': values_of(rng, CLASSES), 'scale': [values_of(rng, CLASSES)]}")
        s.scored.append(f"scores = scores * {name}['scale'][0] + {name}['shift']")
    else:
        name = s.argument("pair", pick(("[{0}, {0}]", "({0}, {0})"), p.b).format("values_of(rng, CLASSES)"))
        s.scored.append(f"scores = scores * {name}[0] + {name}[1]")


@piece("order given", forward=True)
def order_given(s: Step, p: Part) -> None:
    """An index that is an argument: the examples in another order, or some of them twice."""
    order = s.argument("order", pick(("rng.permutation(n)", "rng.integers(0, n, n)", "np.arange(n)[::-1]"), p.a))
    s.scored.append(
        f"scores = {pick((f'scores[{order}]', f'F.getitem(scores, {order})', f'scores + scores[{order}]'), p.b)}"
    )


@piece("mask given", forward=True)
def mask_given(s: Step, p: Part) -> None:
    if p.a % 3 == 2:
        mask = s.argument("mask", "rng.random(n) > 0.4")
        s.scored.append(
            f"scores = {pick((f'F.where({mask}[:, None], scores, 0.0)', f'scores * {mask}[:, None]'), p.b)}"
        )
    else:
        mask = s.argument("mask", "rng.random((n, CLASSES)) > 0.4")
        s.scored.append(
            f"scores = {pick((f'F.where({mask}, scores, 0.5)', f'np.where({mask}, scores, -scores)', f'scores * {mask}', f'F.where(~{mask}, scores, scores * 2)'), p.b)}"
        )


@piece("chosen by a mask", forward=True)
def chosen_by_a_mask(s: Step, p: Part) -> None:
    """How many numbers there are depends on the numbers: a recorder has to refuse it."""
    mask = s.argument("mask", "rng.random(n) > 0.4")
    s.results.append(
        pick((f"scores[{mask}].sum()", "scores[scores.data > 0.1].sum()", f"scores[{mask}]", "scores[scores > 0]"), p.a)
    )


@piece("largest", forward=True)
def largest(s: Step, p: Part) -> None:
    forms = (
        "scores.argmax(axis=1)",
        "scores.max(axis=1)",
        "scores[np.arange(len(scores)), scores.argmax(axis=1)]",
        "np.argmax(scores, 1)",
        "scores.argmin(1)",
        "scores > 0",
        "scores == scores",
        "scores.data < scores.data.mean()",
    )
    s.results.append(pick(forms, p.a))


@piece("outside index", forward=True)
def outside_index(s: Step, p: Part) -> None:
    index = s.array("index", "np.array([0, 0, -1])")
    s.results.append(
        pick((f"scores[{index}]", f"scores[:, {index}]", f"scores[0, {index}]", "scores[:, [0]]", "scores[0]"), p.a)
    )


# ── the loss ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@piece("penalty")
def penalty(s: Step, p: Part) -> None:
    forms = (
        "(w * w).sum()",
        "abs(w).sum()",
        "(w.T * w.T).sum()",
        "(w ** 2).mean()",
        "F.sqrt((w * w).sum() + 1e-3)",
        "w.max()",
        "(w * w).reshape(-1).sum()",
    )
    s.loss += ["for w in net.parameters():", f"    loss = loss + 0.01 * {pick(forms, p.a)}"]


@piece("another loss")
def another_loss(s: Step, p: Part) -> None:
    forms = (
        "scores.std()",
        "scores.max(axis=1).mean()",
        "F.softmax(scores).max(axis=0).sum()",
        "scores.var(axis=0).sum()",
        "abs(scores.sum(axis=0)).mean()",
        "(scores.T @ scores).sum()",
        "F.where(scores > 0, scores, 0.0).sum()",
        "scores.min()",
        "scores.clip(-0.5, 0.5).sum()",
    )
    s.loss.append(f"loss = loss + 0.1 * {pick(forms, p.a)}")


@piece("weighted")
def weighted(s: Step, p: Part) -> None:
    weight = s.argument("weight", pick(("rng.random(n).astype(DTYPE)", "rng.random((n, 1)).astype(DTYPE)"), p.a))
    s.loss.append(
        f"loss = loss + ({weight} * {pick(('scores.sum(axis=1)', 'scores[:, 0]', 'scores[:, :1]'), p.b)}).mean()"
    )


# ── the gradients ────────────────────────────────────────────────────────────────────────────────────────────────────


@piece("clipped norm")
def clipped_norm(s: Step, p: Part) -> None:
    limit = pick((0.1, 1.0, 10.0), p.a)
    if p.b % 2:
        s.slopes.append(f"norm = optim.clip_grad_norm(net, {limit})")
        s.results.append("norm")
    else:
        s.slopes.append(f"optim.clip_grad_norm(net, {limit})")


@piece("clipped values")
def clipped_values(s: Step, p: Part) -> None:
    s.slopes.append(f"optim.clip_grad_value(net, {pick((0.01, 0.1), p.a)})")


@piece("accumulated")
def accumulated(s: Step, p: Part) -> None:
    """A second backward pass adds to the gradients of the first."""
    s.slopes += [
        "more = net(x)",
        f"{pick(('(0.3 * more * more).mean()', '(more * 0.5).sum()', 'criterion(more, y)'), p.a)}.backward()",
    ]


@piece("slopes by hand")
def slopes_by_hand(s: Step, p: Part) -> None:
    forms = (
        "w.grad * 0.5",
        "w.grad + 0.01 * w.data",
        "np.clip(w.grad, -0.05, 0.05)",
        "np.sign(w.grad)",
        "w.grad - w.grad.mean()",
    )
    s.slopes += ["for w in net.parameters():", "    if w.grad is not None:", f"        w.grad = {pick(forms[:3], p.a)}"]


@piece("slope returned")
def slope_returned(s: Step, p: Part) -> None:
    s.slopes.append(f"slope = net.head.weight.grad{pick(('', '.T', '[0]', ' * 2'), p.a)}")
    s.results.append("slope")


# ── after the step ───────────────────────────────────────────────────────────────────────────────────────────────────


@piece("weights read")
def weights_read(s: Step, p: Part) -> None:
    forms = (
        "(net.head.weight * 1.0).sum()",
        "F.tanh(net.head.weight)",
        "net.head.weight.data * 2",
        "[w * 2 for w in net.parameters()]",
        "net.head.weight.T @ net.head.weight",
        "net.head.weight",
        "[(w.data * w.data).sum() for w in net.parameters()]",
        "net.head.bias",
    )
    s.end.append(f"read{s.count} = {pick(forms, p.a)}")
    s.results.append(f"read{s.count}")
    s.count += 1


@piece("evaluated")
def evaluated(s: Step, p: Part) -> None:
    s.end += [
        "with zk.no_grad():",
        f"    checked = {pick(('net(x)', 'criterion(net(x), y)', 'net(x).argmax(axis=1)'), p.a)}",
    ]
    s.results.append("checked")


@piece("evaluated before", forward=True)
def evaluated_before(s: Step, p: Part) -> None:
    s.start += ["with zk.no_grad():", "    first = net(x)"]
    s.results.append("first")


@piece("another step")
def another_step(s: Step, p: Part) -> None:
    s.end += [
        "scores = net(x)",
        f"again = {pick(('criterion(scores, y)', '(scores * scores).mean()'), p.a)}",
        "optimizer.zero_grad()",
        "again.backward()",
        "optimizer.step()",
    ]
    s.results.append("again")


@piece("average kept")
def average_kept(s: Step, p: Part) -> None:
    """An exponential average of the weights in an array from outside."""
    average = s.array("average", "net.head.weight.data * 0.5")
    forms = ([f"{average} *= 0.9", f"{average} += 0.1 * net.head.weight.data"], [f"np.multiply({average}, 0.9, out={average})"],
             [f"{average}[...] = 0.9 * {average} + 0.1 * net.head.weight.data"], [f"{average} += 0.1 * net.head.weight.data"], [f"np.copyto({average}, net.head.weight.data)"])  # fmt: skip
    s.start.append(f"nonlocal {average}")
    s.end += pick(forms, p.a)


@piece("weights changed")
def weights_changed(s: Step, p: Part) -> None:
    forms = (
        "np.clip(w.data, -0.2, 0.2, out=w.data)",
        "w.data *= 0.99",
        "w.data[...] = np.clip(w.data, -0.2, 0.2)",
        "w.data += 0.01",
        "w.data = w.data * 0.99",
        "w.data -= 0.01 * w.data",
        "w.data[w.data > 0.2] = 0.2",
        "w.data.fill(0.1)",
        "w.data.sort()",
    )
    s.end += ["for w in [net.head.weight]:", f"    {pick(forms, p.a)}"]


@piece("counted")
def counted(s: Step, p: Part) -> None:
    """Ordinary Python beside the arrays: in a recording it happens while recording only, and so it has to be refused or do no harm."""
    s.outside.append("log = []")
    s.end.append("log.append(len(log))")


# ── what is returned ─────────────────────────────────────────────────────────────────────────────────────────────────


@piece("views returned", forward=True)
def views_returned(s: Step, p: Part) -> None:
    forms = (
        "x.T",
        "x.reshape(-1)",
        "x[0]",
        "x",
        "scores.T",
        "scores[:, :1]",
        "x[..., ::-1]",
        "np.transpose(x)",
        "scores.reshape(-1)",
        "scores[::-1]",
        "x.flatten()",
        "(x.T, x)",
        "x[:, None]",
        "np.broadcast_to(scores[0], scores.shape)",
        "scores.squeeze()",
        "x.data.T",
        "scores[0][0]",
    )
    form = pick(forms, p.a)
    if s.case.indices and ("flatten" in form or "data" in form):
        form = "x.T"
    s.start.append(f"view{s.count} = {form}") if "scores" not in form else s.scored.append(f"view{s.count} = {form}")
    s.results.append(f"view{s.count}")
    s.count += 1


@piece("arguments returned", forward=True)
def arguments_returned(s: Step, p: Part) -> None:
    forms = (
        "y",
        "{'x': x, 'y': y}",
        "[x, (y, 3, 'text', None)]",
        "scores.shape",
        "len(x)",
        "y * 2",
        "(y == y)",
        "y.reshape(-1)",
        "y[::-1]",
        "scores.dtype",
    )
    s.results.append(pick(forms, p.a))


@piece("constants returned", forward=True)
def constants_returned(s: Step, p: Part) -> None:
    array = s.array("outside", "values(3)")
    s.results.append(
        pick(
            (
                array,
                f"zk.Tensor({array})",
                f"{array} * 2",
                f"{array}[1:]",
                f"F.exp({array})",
                f"zk.Tensor({array}).reshape(3, 1)",
            ),
            p.a,
        )
    )
