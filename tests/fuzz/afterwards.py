"""What a step may do with its gradients, and after the optimizer's step."""

from tests.fuzz.parts import Part, pick
from tests.fuzz.steps import Step, piece

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
    forms = (
        [f"{average} *= 0.9", f"{average} += 0.1 * net.head.weight.data"],
        [f"np.multiply({average}, 0.9, out={average})"],
        [f"{average}[...] = 0.9 * {average} + 0.1 * net.head.weight.data"],
        [f"{average} += 0.1 * net.head.weight.data"],
        [f"np.copyto({average}, net.head.weight.data)"],
    )
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
    """Ordinary Python beside the arrays, which a recording does only while it is made: it must do no harm."""
    s.outside.append("log = []")
    s.end.append("log.append(len(log))")
